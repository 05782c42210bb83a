"""A small server on loopback that speaks OpenAI's chat completions, as well or as badly as a test wants."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.servers.loopback import running

Body = dict[str, Any]


@dataclass
class Chat:
    """What the server says and what it was asked. `answer` returns a text, or a `Trouble`."""

    answer: Callable[[Body], str | Trouble]
    likely: bool = False  # whether it is asked for a prompt's log-probabilities, too
    asked: list[Body] = field(default_factory=list)
    scored: list[Body] = field(default_factory=list)  # requests for log-probabilities that it has not: in no `asked`
    keys: list[str] = field(default_factory=list)
    most: int = 0  # requests under way at once
    url: str = ""
    running: int = 0
    models: tuple[str, ...] | None = None  # of GET /models; None: there is no such page
    completions: Callable[[Body], str | Trouble] | None = None  # POST /completions, which gives whole bodies
    sent: int = 0  # bytes of endless bodies
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """All that were made of it, whatever it makes of them."""
        return len(self.asked) + len(self.scored)


@dataclass(frozen=True)
class Trouble:
    """An answer that is none: a status, a body, headers, a wait in seconds.

    how: "reset" (the connection, in place of an answer), "half" (of the body, then the end), "drip" (a byte now and
    then), "endless" (a body that goes on until the client has enough).
    """

    status: int = 200
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    how: str = ""


def completion(text: str | None, *, finish: str = "stop", model: str = "m", **more: Any) -> str:
    """The body of a chat completion. more: fields beside the usual ones."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": len((text or "").split()),
        "total_tokens": 11 + len((text or "").split()),
    }
    return json.dumps(
        {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": model,
            "choices": [choice],
            "usage": usage,
            **more,
        }
    )


def scored(body: Body) -> Trouble:
    """An answer with log-probabilities of the prompt as vLLM has them, one token a word."""
    words = [word for message in body["messages"] for word in (message["role"], *message["content"].split())]
    words += ["assistant"] if body.get("add_generation_prompt", True) else []
    entries = [{word: {"logprob": -len(word) / 10}} for word in words]
    return Trouble(body=completion("x", prompt_logprobs=[None, *entries]))


@contextmanager
def serving(answer: Callable[[Body], str | Trouble], *, likely: bool = False) -> Iterator[Chat]:
    """A server for the length of a block."""
    chat = Chat(answer=answer, likely=likely)
    with running(_handler(chat)) as url:
        chat.url = f"{url}/v1"
        yield chat


def _handler(chat: Chat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if chat.models is None:
                self._send(Trouble(status=404))
            else:
                self._send(Trouble(body=json.dumps({"data": [{"id": name} for name in chat.models]})))

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            if len(data := self.rfile.read(size)) < size:  # the client has gone away
                self.close_connection = True
                return
            body = json.loads(data)
            if not self.path.endswith("/chat/completions"):
                found = chat.completions(body) if chat.completions else Trouble(status=404)
                self._send(found if isinstance(found, Trouble) else Trouble(body=found))
                return
            if "prompt_logprobs" in body and not chat.likely:  # as most servers: they know nothing of it
                chat.scored.append(body)
                self._send(Trouble(status=400))
                return
            with chat.lock:
                chat.asked.append(body)
                chat.keys.append(self.headers.get("Authorization", ""))
                chat.running += 1
                chat.most = max(chat.most, chat.running)
            try:
                found = chat.answer(body)
                trouble = found if isinstance(found, Trouble) else Trouble(body=completion(found))
                time.sleep(0.0 if trouble.how == "drip" else trouble.wait)
            finally:
                with chat.lock:
                    chat.running -= 1
            self._send(trouble)

        def _send(self, trouble: Trouble) -> None:
            if trouble.how == "reset":  # closing with a zero linger time sends RST
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            with suppress(OSError):  # the client has gone
                self._headers(trouble)
                self._body(trouble)

        def _headers(self, trouble: Trouble) -> None:
            self.send_response(trouble.status)
            for name, value in {"Content-Type": "application/json", **trouble.headers}.items():
                self.send_header(name, value)
            if trouble.how == "endless":
                self.send_header("Connection", "close")
            else:
                self.send_header("Content-Length", str(len(trouble.body.encode())))
            self.end_headers()

        def _body(self, trouble: Trouble) -> None:
            data = trouble.body.encode()
            if trouble.how == "half":
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
            elif trouble.how == "drip":
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    time.sleep(trouble.wait)
            elif trouble.how == "endless":
                while True:
                    self.wfile.write(b" " * 65536)
                    chat.sent += 65536
            else:
                self.wfile.write(data)

        def finish(self) -> None:
            with suppress(OSError, ValueError):  # a connection that was reset has no more to flush
                super().finish()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
