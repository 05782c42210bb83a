"""A small server on loopback that speaks OpenAI's chat completions, as well or as badly as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.servers.loopback import running

Body = dict[str, Any]


@dataclass
class Chat:
    """What the server says and what it was asked. `answer` returns a text, or a `Trouble`."""

    answer: Callable[[Body], str | Trouble]
    asked: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    most: int = 0  # requests under way at once
    url: str = ""
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Trouble:
    """An answer that is none: a status, a body, headers, a wait in seconds."""

    status: int = 200
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


def completion(text: str, *, finish: str = "stop") -> str:
    """The body of a chat completion."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": len(text.split()),
        "total_tokens": 11 + len(text.split()),
    }
    return json.dumps(
        {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }
    )


@contextmanager
def serving(answer: Callable[[Body], str | Trouble]) -> Iterator[Chat]:
    """A server for the length of a block."""
    chat = Chat(answer=answer)
    with running(_handler(chat)) as url:
        chat.url = f"{url}/v1"
        yield chat


def _handler(chat: Chat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with chat.lock:
                chat.asked.append(body)
                chat.keys.append(self.headers.get("Authorization", ""))
                chat.running += 1
                chat.most = max(chat.most, chat.running)
            try:
                found = chat.answer(body)
                trouble = found if isinstance(found, Trouble) else Trouble(body=completion(found))
                time.sleep(trouble.wait)
            finally:
                with chat.lock:
                    chat.running -= 1
            self._send(trouble)

        def _send(self, trouble: Trouble) -> None:
            data = trouble.body.encode()
            try:
                self.send_response(trouble.status)
                for name, value in {"Content-Type": "application/json", **trouble.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                pass  # the client has gone

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
