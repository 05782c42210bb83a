"""The account of a run: every candidate ends in samples.jsonl or in rejects.jsonl, and the sums say so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import IO, Any, Self

from labci.artifact import RunFolder, replacing
from labci.blocks.seeds import TEACHER
from labci.diversity import Diversity
from labci.flows.answer_first import RULES
from labci.sample import Reject, Sample
from labci.store import Store
from labci.teachers.stored import Counts
from labci.work import Work


class Ledger:
    """Streams samples and rejects into the run folder; both files appear when the block ends well."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.stack = ExitStack()
        self.leaves: list[dict[str, Any]] = []
        self.reasons: Counter[str] = Counter()
        self.stored: set[str] = set()  # store keys of units that this run has written
        self.ruled = 0  # rejects that the teacher had no part in: made by rule, or by the contributor

    def __enter__(self) -> Self:
        self.samples: IO[bytes] = self.stack.enter_context(replacing(self.run / "samples.jsonl"))
        self.rejects: IO[bytes] = self.stack.enter_context(replacing(self.run / "rejects.jsonl"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.__exit__(kind, error, trace)

    def entry(self, work: Work, judged: Mapping[str, Any], asked: Counts) -> dict[str, Any]:
        """A leaf's entry of generation.json, with nothing in it yet but how far its judges are trusted: `judged`."""
        self.diversity = Diversity()
        return {
            "path": work.leaf.path, "kind": work.leaf.kind, "flow": work.flow.label, "teacher": work.teacher,
            "units": 0, "candidates": 0, "kept": 0, "seeds": 0, "rules": 0, "rejects": {}, "stages": {},
            **judged, "diversity": {}, **asked.numbers(), "units_keys": [], "documents": [],
            "taught": [],
        }  # fmt: skip

    def close(self, entry: dict[str, Any]) -> None:
        """A leaf is done."""
        entry["diversity"] = self.diversity.to_json()
        entry["seconds"] = round(entry["seconds"], 1)
        self.leaves.append(entry)

    def write(self, samples: Iterable[Sample], rejects: Iterable[Reject], entry: dict[str, Any]) -> None:
        """Add rows of a leaf to the files and to its entry of generation.json."""
        for sample in samples:
            self.samples.write(_line(sample.to_json()))
            self.diversity.add(sample.question if sample.kind == "knowledge" else f"{sample.prompt} {sample.answer}")
            entry["candidates"] += 1
            entry["kept"] += 1
            entry["seeds"] += sample.teacher == TEACHER
            entry["rules"] += sample.teacher == RULES
        for reject in rejects:
            self.rejects.write(_line(reject.to_json()))
            entry["rejects"][reject.reason] = entry["rejects"].get(reject.reason, 0) + 1
            at = entry["stages"].setdefault(reject.stage, {})
            at[reject.reason] = at.get(reject.reason, 0) + 1
            entry["candidates"] += 1
            self.ruled += reject.sample.teacher in (RULES, TEACHER)
            self.reasons[reject.reason] += reject.sample.teacher != RULES

    def store(
        self, keys: Mapping[str, str], samples: Iterable[Sample], rejects: Iterable[Reject], store: Store
    ) -> None:
        """Put rows into the store, without the leaf's path: a rename costs nothing. keys: of each unit, by its digest.

        Leaves that cite the same document have units in common. What the later one makes of them are mostly duplicates
        of the earlier one's samples, so it adds to the entry; that of an earlier run is replaced.
        """
        entries: dict[str, dict[str, list[Any]]] = {unit: {"samples": [], "rejects": []} for unit in keys}
        for sample in samples:
            entries[sample.unit]["samples"].append(replace(sample, leaf="").to_json())
        for item in rejects:
            plain = replace(item, sample=replace(item.sample, leaf=""))
            entries[item.sample.unit]["rejects"].append(plain.to_json())
        for unit, key in keys.items():
            entry = entries[unit]
            if key in self.stored and (before := store.get("samples", key)) is not None:
                entry = {name: [*before[name], *added] for name, added in entry.items()}
            store.put("samples", key, entry)
            self.stored.add(key)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n"
