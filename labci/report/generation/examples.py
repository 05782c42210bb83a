"""The best samples and telling rejects of some leaves, and who wrote what, in one pass over each file.

Only what may still be shown is held, so that memory doesn't grow with the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from labci.blocks.seeds import TEACHER as CONTRIBUTOR
from labci.report.generation.reasons import SURPLUS

SHOWN = 5  # of each leaf, kept and rejected
MAX_TEXT = 1500  # characters of a question, an answer, a fact
RANKED_BY = ("match", "agreement", "judge", "grounding")  # the first of them that a sample has; higher is better
FIELDS = (
    "id", "kind", "question", "answer", "context", "span", "seed", "teacher", "flow", "stage", "reason", "detail",
)  # fmt: skip
Row = Mapping[str, Any]
Rank = tuple[float, bool, str]


class Best:
    """The best `SHOWN` rows, one for each subject; the same ones whatever the order they come in."""

    def __init__(self) -> None:
        self._held: dict[object, tuple[Rank, dict[str, Any]]] = {}

    def add(self, row: Row, subject: object) -> None:
        """Take a row, if it is among the best so far. subject: what no second row is shown of."""
        rank = _rank(row)
        held = self._held.get(subject)
        if held is not None and held[0] <= rank:
            return
        if held is None and len(self._held) == SHOWN:
            worst = max(self._held, key=lambda key: self._held[key][0])
            if self._held[worst][0] <= rank:
                return
            del self._held[worst]
        self._held[subject] = (rank, example(row))

    def rows(self) -> list[dict[str, Any]]:
        """Best first."""
        return [row for _, row in sorted(self._held.values(), key=lambda item: item[0])]


class Examples:
    """What is shown of the files of a run. leaves: the paths that examples are wanted of."""

    def __init__(self, leaves: Collection[str]) -> None:
        self._best = {leaf: Best() for leaf in leaves}
        self._rejected: dict[str, dict[str, Best]] = {leaf: {} for leaf in leaves}
        self._writers: dict[str, dict[tuple[str, str], Counter[str]]] = {}  # by leaf, then by teacher and flow

    def read(self, samples: Iterable[Row], rejects: Iterable[Row]) -> None:
        """One pass over both files."""
        for row in samples:
            leaf = str(row.get("leaf"))
            self._count(leaf, row, "kept")
            if leaf in self._best:
                self._best[leaf].add(row, (row.get("context"), row.get("span")) if row.get("span") else row.get("id"))
        for row in rejects:
            leaf, reason = str(row.get("leaf")), str(row.get("reason"))
            self._count(leaf, row, "surplus" if reason == SURPLUS else "rejected")
            if leaf in self._rejected and reason != SURPLUS:
                self._rejected[leaf].setdefault(reason, Best()).add(row, row.get("question"))

    def best_of(self, leaf: str) -> list[dict[str, Any]]:
        """The best samples by score, best first; equal ones by id."""
        return self._best[leaf].rows()

    def rejected_of(self, leaf: str, reasons: Sequence[str]) -> list[dict[str, Any]]:
        """Rejects, as many reasons as there is room for, in the order given; of each, those nearest to being kept."""
        found = self._rejected[leaf]
        turns = zip_longest(*(found[reason].rows() for reason in reasons if reason in found))
        chosen = [row for turn in turns for row in turn if row is not None][:SHOWN]
        return sorted(chosen, key=lambda row: reasons.index(row["reason"]))

    def writers_of(self, leaf: str) -> Iterator[dict[str, Any]]:
        """Who wrote what: teacher and flow, with how much of it was kept, most first."""
        found = self._writers.get(leaf, {})
        for (teacher, flow), counts in sorted(found.items(), key=lambda item: (-item[1]["kept"], item[0])):
            yield {"teacher": teacher, "flow": flow, **{name: counts[name] for name in ("kept", "rejected", "surplus")}}

    def _count(self, leaf: str, row: Row, what: str) -> None:
        writer = str(row.get("teacher", "")), str(row.get("flow", ""))
        self._writers.setdefault(leaf, {}).setdefault(writer, Counter())[what] += 1


def _rank(row: Row) -> Rank:
    """The contributor's own pairs come last: what was made of them is to be shown."""
    scores = row.get("scores") or {}
    score = next((scores[name] for name in RANKED_BY if name in scores), float("-inf"))
    return -float(score), row.get("teacher") == CONTRIBUTOR, str(row.get("id"))


def example(row: Row) -> dict[str, Any]:
    """What the report shows of a row, each text cut to `MAX_TEXT`."""
    found = {name: _cut(str(row[name])) for name in FIELDS if row.get(name)}
    return {**found, "scores": dict(row.get("scores") or {}), "document": row.get("document")}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"
