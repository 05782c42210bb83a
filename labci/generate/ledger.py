"""The account of a run: every candidate ends in samples.jsonl or in rejects.jsonl, and the sums say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import IO, Any, Self

from labci.artifact import RunFolder, replacing
from labci.blocks.seeds import TEACHER
from labci.flows.knowledge import RULES
from labci.sample import Reject, Sample


class Ledger:
    """Streams samples and rejects into the run folder; both files appear when the block ends well."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.stack = ExitStack()
        self.leaves: list[dict[str, Any]] = []
        self.reasons: Counter[str] = Counter()
        self.ruled = 0  # rejects of questions that were made by rule

    def __enter__(self) -> Self:
        self.samples: IO[bytes] = self.stack.enter_context(replacing(self.run / "samples.jsonl"))
        self.rejects: IO[bytes] = self.stack.enter_context(replacing(self.run / "rejects.jsonl"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.__exit__(kind, error, trace)

    def write(self, samples: Iterable[Sample], rejects: Iterable[Reject], entry: dict[str, Any]) -> None:
        """Add rows of a leaf to the files and to its entry of generation.json."""
        for sample in samples:
            self.samples.write(_line(sample.to_json()))
            entry["candidates"] += 1
            entry["kept"] += 1
            entry["seeds"] += sample.teacher == TEACHER
            entry["rules"] += sample.teacher == RULES
        for reject in rejects:
            self.rejects.write(_line(reject.to_json()))
            entry["rejects"][reject.reason] = entry["rejects"].get(reject.reason, 0) + 1
            entry["candidates"] += 1
            self.ruled += reject.sample.teacher == RULES
            self.reasons[reject.reason] += reject.sample.teacher != RULES


def stored(samples: Sequence[Sample], rejects: Sequence[Reject]) -> dict[str, Any]:
    """A unit's entry in the store, without the leaf's path: a rename costs nothing."""
    return {
        "samples": [replace(sample, leaf="").to_json() for sample in samples],
        "rejects": [replace(item, sample=replace(item.sample, leaf="")).to_json() for item in rejects],
    }


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n"
