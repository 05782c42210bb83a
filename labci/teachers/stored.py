"""A teacher behind the content store: a finished request is never repeated."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Final

from labci.errors import OutsideError
from labci.request import Request, Response
from labci.store import Store
from labci.teachers import Teacher

AREA: Final = "responses"
GIVEN_UP: Final = "error"  # `Response.finish`


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was asked: answers from the teacher, answers from the store, tokens and seconds of the former.

    cached_tokens: prompt tokens that the teacher's server took from its prefix cache. models: answers of both kinds by
    the name that was asked for and the model that the server named as theirs.
    """

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0
    models: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, response: Response) -> None:
        """Count one answer of the teacher."""
        self.calls += 1
        self.prompt_tokens += response.prompt_tokens
        self.completion_tokens += response.completion_tokens
        self.cached_tokens += response.cached_tokens

    def note(self, served: str, response: Response) -> None:
        """Count which model gave an answer."""
        if response.model:
            self.models[served, response.model] += 1

    def take(self) -> Counts:
        """What was counted so far; begins again."""
        taken, fresh = replace(self), Counts()
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))
        return taken

    def numbers(self) -> dict[str, float]:
        """The counts alone, as a leaf's entry of generation.json has them."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "models"}

    def merge(self, other: Counts) -> None:
        """Add another count."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


class Cached:
    """Satisfies `Teacher`. Truncated answers are kept too: asking again would truncate them again.

    lost: digests of requests that were given up in this run. They are kept as well, until the teacher ends the run:
    then it was to blame for them, too, and the next run asks them again.
    """

    def __init__(
        self, teacher: Teacher, store: Store, counts: Counts | None = None, lost: set[str] | None = None
    ) -> None:
        self.teacher, self.store = teacher, store
        self.counts = counts or Counts()
        self.lost: set[str] = set() if lost is None else lost

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
            found = None if request.digest in missing else Response.of_entry(self.store.get(AREA, request.digest))
            if found is not None:
                self.counts.cached += 1
                self.counts.note(self.name, found)
                yield request, found
            else:
                missing[request.digest] = request
        start = time.monotonic()
        for request, response in self._asked(missing.values()) if missing else ():
            kept = self._keep(request, response)
            self.counts.add(response)
            self.counts.note(self.name, response)
            self.counts.seconds += time.monotonic() - start
            yield request, kept
            start = time.monotonic()

    def close(self) -> None:
        """Close the teacher."""
        self.teacher.close()

    def _asked(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        try:
            yield from self.teacher.complete(requests)
        except OutsideError:
            for key in self.lost:
                found = Response.of_entry(self.store.get(AREA, key))
                if found is not None and found.finish == GIVEN_UP:
                    self.store.put(AREA, key, None)  # counts as missing
            raise

    def _keep(self, request: Request, response: Response) -> Response:
        """Write an answer. Of two runs that asked at once both go on with the first answer: it is what is stored."""
        kept = Response.of_entry(self.store.add(AREA, request.digest, response.to_json()))
        if kept is None:
            self.store.put(AREA, request.digest, response.to_json())
        if response.finish == GIVEN_UP:
            self.lost.add(request.digest)
        return kept or response
