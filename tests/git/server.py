"""A git server over https on loopback: git's own http-backend, static files, or a redirect."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """/smart/REPO (protocol 0: the header that asks for 2 is dropped), /dumb/, /moved/, /denied/ and /private/."""

    root: Path
    login = "Basic " + base64.b64encode(b"ada:open sesame").decode()

    def do_GET(self) -> None:
        kind, _, rest = self.path[1:].partition("/")
        if kind == "moved":
            self._answer(301, {"Location": f"/smart/{rest}"})
        elif kind == "denied" or (kind == "private" and self.headers.get("Authorization") != self.login):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'})
        elif kind == "dumb":
            file = self.root / rest.partition("?")[0]
            self._answer(200, {}, file.read_bytes()) if file.is_file() else self._answer(404, {})
        else:
            self._backend(f"/{rest}", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._backend("/" + self.path[1:].partition("/")[2], body)

    def _answer(self, status: int, fields: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        # With a length, clients need no orderly end of the TLS connection, which http.server doesn't make.
        for name, value in (fields | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _backend(self, target: str, body: bytes) -> None:
        path, _, query = target.partition("?")
        encoding = self.headers.get("Content-Encoding", "")
        env = os.environ | {
            "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command,
            "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "HTTP_CONTENT_ENCODING": encoding,
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._answer(int(fields.pop("Status", "200").split()[0]), fields, content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(root: Path, keys: Path) -> Iterator[tuple[str, Path]]:
    """Serve the repositories below `root`; gives the server's URL and its certificate."""
    keys.mkdir()
    key, certificate = keys / "key.pem", keys / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = type("RootedHandler", (Handler,), {"root": root})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", certificate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
