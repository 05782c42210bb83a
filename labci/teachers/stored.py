"""A teacher behind the content store: a finished request is never repeated."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from labci.request import Request, Response
from labci.store import Store
from labci.teachers import Teacher

AREA: Final = "responses"


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was asked: answers from the teacher, answers from the store, tokens and seconds of the former."""

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def add(self, response: Response) -> None:
        """Count one answer of the teacher."""
        self.calls += 1
        self.prompt_tokens += response.prompt_tokens
        self.completion_tokens += response.completion_tokens

    def merge(self, other: Counts) -> None:
        """Add another count."""
        for name in ("calls", "cached", "prompt_tokens", "completion_tokens", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Cached:
    """Satisfies `Teacher`. Truncated answers are kept too: asking again would truncate them again."""

    def __init__(self, teacher: Teacher, store: Store, counts: Counts | None = None) -> None:
        self.teacher, self.store = teacher, store
        self.counts = counts or Counts()

    @property
    def name(self) -> str:
        """The teacher's."""
        return self.teacher.name

    @property
    def digest(self) -> str:
        """The teacher's."""
        return self.teacher.digest

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers of the store first, then the teacher's, each written before it is yielded."""
        missing: dict[str, Request] = {}
        for request in requests:
            entry = None if request.digest in missing else self.store.get(AREA, request.digest)
            if entry is not None:
                self.counts.cached += 1
                yield request, Response(**entry)
            else:
                missing[request.digest] = request
        start = time.monotonic()
        for request, response in self.teacher.complete(missing.values()) if missing else ():
            self.store.put(AREA, request.digest, response.to_json())
            self.counts.add(response)
            self.counts.seconds += time.monotonic() - start
            yield request, response
            start = time.monotonic()

    def close(self) -> None:
        """Close the teacher."""
        self.teacher.close()
