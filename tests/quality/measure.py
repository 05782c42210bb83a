"""How well the filters tell grounded pairs from others, on labels.jsonl:  python -m tests.quality.measure

Each row is a candidate of a generation with the embedded teacher, drawn at random with a fixed seed from what was
kept and from what each filter dropped, read against its document and labelled by hand. grounded: the answer is right
for the question. good: besides, a clear, well-formed question that can be understood alone, with a fitting answer.
`rejected` and `stage` say what became of it then; `threshold` is the judge's on that leaf, null where it was not used.
`drawn` marks 60 each, drawn from what was kept of gen_lichen and gen_library: "2026-11" at a likelihood of -0.6,
"2026-11-29" at -0.8 with a specialist that reads, and "2026-11-29, rest" so from those that nobody had read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from labci import flows
from labci.artifact import read_jsonl
from labci.blocks import sift
from labci.documents import Document
from labci.flows import Task
from labci.flows.answer_first import cheap as filters
from labci.flows.answer_first import filtering
from labci.leaf import read_leaf
from labci.sample import Sample
from labci.units import units
from tests.conftest import LEAVES

FILE = Path(__file__).with_name("labels.jsonl")
FLOW = flows.load("knowledge-specialist")
SETTINGS = FLOW.settings
# Whose questions the thresholds are for; those of earlier ones are other questions.
SPECIALISTS = ("36f4b8b6304d", "9641966b6d39")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of the rows that were read: how many pass, and what share of these is grounded and good.

    recall: share of the grounded rows that pass. Rejects are fewer here than they are in a generation.
    """

    rows: int
    passed: int
    precision: float
    good: float
    recall: float

    def __str__(self) -> str:
        return f"{self.passed:>3} of {self.rows:<3}  {self.precision:.2f}  {self.good:.2f}  {self.recall:.2f}"


def rows() -> list[Row]:
    """All labelled candidates."""
    return list(read_jsonl(FILE))


def kind(row: Row) -> str:
    """Who asked: "rules", "gaps" or "specialist"."""
    return row["teacher"] if row["teacher"] in ("rules", "gaps") else "specialist"


def current(row: Row) -> bool:
    """Whether today's generation could have made it: the specialist of today's recipe, a rule or a gap."""
    return kind(row) != "specialist" or row["teacher"].endswith(SPECIALISTS)


def own(row: Row) -> bool:
    """Whether the specialist of today's recipe wrote it."""
    return kind(row) == "specialist" and current(row)


def passes(
    row: Row,
    *,
    match: float = SETTINGS["match"],
    likely: float = SETTINGS["read_likely"],
    read: float = SETTINGS["read"],
) -> bool:
    """Whether today's filters keep a row: the cheap ones, then the stored scores at the thresholds."""
    return not cheap(row) and (kind(row) != "specialist" or scored(row, match=match, likely=likely, read=read))


def cheap(row: Row) -> str:
    """The cheap filter that drops a row today, or "". Rules' questions are rows of their time: today's may differ."""
    if kind(row) == "gaps":
        return ""  # the fact itself
    task = _tasks(row["leaf"])[row["heading"]]
    sample = Sample(
        leaf="", unit="", kind="knowledge", phase="short", question=row["question"], answer=row["span"],
        context=row["fact"], span=row["span"],
    )  # fmt: skip
    steps = filters(task) if kind(row) == "specialist" else [filtering(task.unit)]
    return next((reject.stage for reject in sift([sample], steps)[1]), "")


@cache
def _tasks(name: str) -> dict[str, Task]:
    """The paragraphs of a leaf's document as tasks of the specialist's flow, by their headings."""
    leaf = read_leaf(f"knowledge/bench/{name}", (LEAVES / name / "qna.yaml").read_bytes())
    text = (LEAVES / name / "document.md").read_text("utf-8")
    document = Document(repo=".", commit="", path=f"documents/{name}.md", sha256="", text=text)
    return {
        unit.chunk.heading: Task(leaf=leaf, unit=unit, flow=FLOW, model="", teacher="", wanted=3)
        for unit in units(leaf, [document])
        if unit.chunk
    }


def scored(row: Row, *, match: float, likely: float, read: float) -> bool:
    """Whether the stored scores reach their thresholds; a row that was dropped before it was scored has no match.

    likely, read: computed for all rows with the specialist of today's recipe, whoever wrote them.
    """
    scores, threshold = row["scores"], row["threshold"]
    # A match of exactly 0: the fact has no other answer to compare with.
    matched = "match" not in scores or scores["match"] == 0 or scores["match"] >= match
    sure = kind(row) == "specialist" and scores["likely"] >= SETTINGS["sure"]
    judged = threshold is None or scores.get("grounding", threshold) >= threshold or sure
    return matched and judged and scores["likely"] >= likely and scores["read"] >= read


def measure(found: Iterable[Row], passed: Callable[[Row], bool]) -> Measure:
    """Precision and recall of a filter on some rows."""
    every = list(found)
    left = [row for row in every if passed(row)]
    right = sum(row["grounded"] for row in left)
    return Measure(
        rows=len(every), passed=len(left), precision=right / max(1, len(left)),
        good=sum(row["good"] for row in left) / max(1, len(left)),
        recall=right / max(1, sum(row["grounded"] for row in every)),
    )  # fmt: skip


def main() -> None:
    """Print who is right how often, and what a threshold would do."""
    everything = rows()
    print(f"{'':40} passed      grounded good recall")
    for who in ("specialist", "rules", "gaps"):
        print(f"{who:40} {measure((row for row in everything if kind(row) == who), passes)}")
    print(f"{'specialist of today':40} {measure(filter(own, everything), passes)}")
    print(f"{'all of today':40} {measure(filter(current, everything), passes)}")
    print(f"{'all':40} {measure(everything, passes)}")
    print(f"{'kept by the run, as it was':40} {measure(everything, lambda row: row['rejected'] is None)}")
    for stage in ("question", "suits", "match", "judge"):
        print(f"{'dropped by ' + stage:40} {measure(everything, lambda row, at=stage: row['stage'] == at)}")  # type: ignore[misc]
    scored = [row for row in everything if "match" in row["scores"]]
    for least in (-9.0, 0.1, 0.3, 0.5, 1.0):
        got = measure(scored, lambda row, at=least: row["scores"]["match"] >= at)  # type: ignore[misc]
        print(f"{f'match at least {least:g}':40} {got}")
    for least in (-9.0, -0.1, 0.1, 0.3, 0.5):
        got = measure(scored, lambda row, at=least: row["scores"].get("grounding", -99) >= at)  # type: ignore[misc]
        print(f"{f'judge (contrast) at least {least:g}':40} {got}")


if __name__ == "__main__":
    main()
