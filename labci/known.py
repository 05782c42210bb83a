"""What the released model says to questions that somebody wants to teach it: does it know already?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from labci.artifact import read_json
from labci.change import Changes
from labci.evaluate import measure as measures
from labci.heldout import Item, question_key
from labci.job import Job

KNOWN = 0.5  # token F1 (Rajpurkar et al. 2016) from which an answer counts as known


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A new question, the contributor's answer, the released model's, and the F1 of its words, 0 to 1."""

    leaf: str
    question: str
    wanted: str
    said: str
    f1: float

    @property
    def known(self) -> bool:
        """Whether the answers share enough words."""
        return self.f1 >= KNOWN


def ask(job: Job, most: int) -> list[Known]:
    """Ask the released model the first `most` new questions, leaves in turn; what was asked before is in the store."""
    items = list(islice(_in_turn(_new_questions(job)), most))
    if not items:
        return []
    from labci.lm.load import weights_digest

    folder = job.released.folder
    try:
        found = measures.measure(
            weights_digest(folder), folder, items, among=(), store=job.store, progress=job.progress,
            name="ask the released model", weights=job.config.train.weights,
        )  # fmt: skip
    finally:
        measures.close()
    return [
        Known(leaf=item.leaf, question=item.question, wanted=item.answer, said=value.answer, f1=value.f1)
        for item, value in zip(items, found, strict=True)
    ]


def _new_questions(job: Job) -> Iterator[list[Item]]:
    """The questions of the seeds that came, a list for each leaf."""
    for change in Changes.from_json(read_json(job.run / "changes.json")).changes:
        if change.status == "removed" or not change.seeds.added:
            continue
        leaf = job.taxonomy.leaf(change.path)
        yield [
            Item(
                id=question_key(pair.question), leaf=leaf.path, cluster=seed.digest, question=pair.question,
                answer=pair.answer, context=seed.context if leaf.kind == "grounded" else None,
            )
            for seed in leaf.seeds
            if seed.digest in change.seeds.added
            for pair in seed.pairs
        ]  # fmt: skip


def _in_turn(lists: Iterable[list[Item]]) -> Iterator[Item]:
    """One of each list, then the next of each."""
    for row in zip_longest(*lists):
        yield from (item for item in row if item is not None)
