"""Answers from a file: `recorded:FILE`, JSON Lines, written by `Recording` or by hand.

A line is {"teacher": {"role", "name", "digest", "ability"}}, or {"request", "response"}, where the request is a digest
or {"messages": […]} with an optional "seed", and the response a text or {"text", "finish", …}. A recording
has its teacher's digest, so it answers the very requests that the teacher was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labci import digest
from labci.artifact import read_jsonl
from labci.errors import OptionError, OutsideError, UsageError
from labci.request import Request, Response
from labci.teachers import Ability, Role, Teacher


class Recorded:
    """Satisfies `Teacher`; an unknown request is an OutsideError that names the file."""

    def __init__(self, path: Path, *, role: Role = "instruct") -> None:
        self.path, self.role = path, role
        self.headers, self.answers = _read(path)
        header = self.headers.get(role, {})
        self._name = str(header.get("name", path.stem))
        self._digest = str(header.get("digest") or digest.of_file(path))

    @property
    def name(self) -> str:
        """The recorded teacher's name, else the file's."""
        return self._name

    @property
    def digest(self) -> str:
        """The recorded teacher's digest, else the file's."""
        return self._digest

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers in the order of the requests."""
        for request in requests:
            found = next((self.answers[key] for key in _keys(request) if key in self.answers), None)
            if found is None:
                last = request.messages[-1]["content"] if request.messages else ""
                raise OutsideError(
                    f"{self.path} has no answer for the request {request.digest[:12]} ({last[:80]!r})",
                    hint="record it again: the flow or the leaf has changed since",
                )
            yield request, found

    def close(self) -> None:
        """Nothing to stop."""


class Recording:
    """A teacher whose answers are written to a file as they arrive, for `Recorded` to give again."""

    def __init__(self, teacher: Teacher, path: Path, *, role: Role = "instruct", ability: Ability = "small") -> None:
        self.teacher, self.path = teacher, path
        about = {"role": role, "name": teacher.name, "digest": teacher.digest, "ability": ability}
        self.header = {"teacher": about}

    @property
    def name(self) -> str:
        """The teacher's."""
        return self.teacher.name

    @property
    def digest(self) -> str:
        """The teacher's."""
        return self.teacher.digest

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """The teacher's answers, each appended to the file first."""
        self._append(self.header)
        for request, response in self.teacher.complete(requests):
            self._append({"request": request.digest, "response": response.to_json()})
            yield request, response

    def close(self) -> None:
        """Close the teacher."""
        self.teacher.close()

    def _append(self, row: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def ability(path: Path) -> Ability:
    """What the recorded teacher could do, as the header says; a file without one plays a small instruct model."""
    headers = _read(path)[0]
    if "specialist" in headers:
        return "specialist"
    found: Ability = headers.get("instruct", {}).get("ability", "small")
    return found


def _read(path: Path) -> tuple[dict[Role, Any], dict[str, Response]]:
    if not path.exists() or path.is_dir():
        raise OptionError(
            f"the recording {path} is missing", hint="name the teacher recorded:FILE, with the file's path"
        )
    headers: dict[Role, Any] = {}
    answers: dict[str, Response] = {}
    for number, row in enumerate(read_jsonl(path), 1):
        try:
            if "teacher" in row:
                headers[row["teacher"]["role"]] = row["teacher"]
            else:
                answers[_key(row["request"])] = _response(row["response"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(
                f"{path}:{number}: neither a teacher nor a request with its response",
                hint="see labci/teachers/recorded.py",
            ) from error
    return headers, answers


def _key(request: str | Mapping[str, Any]) -> str:
    if isinstance(request, str):
        return request
    return digest.of_json([list(request["messages"]), request.get("seed")])


def _keys(request: Request) -> Iterator[str]:
    """From the most exact to the least: the whole request, messages with seed, messages."""
    yield request.digest
    messages = [dict(message) for message in request.messages]
    yield digest.of_json([messages, request.seed])
    yield digest.of_json([messages, None])


def _response(value: str | Mapping[str, Any]) -> Response:
    given = {"text": value} if isinstance(value, str) else dict(value)
    if not isinstance(given["text"], str):
        raise TypeError("no text")
    defaults = {"finish": "stop", "prompt_tokens": 0, "completion_tokens": 0}
    return Response(**{**defaults, **given, "text": digest.whole(given["text"])})
