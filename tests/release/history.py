"""Three releases in a folder hub: a leaf that forgets, is renamed and edited, and two that come later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labci import hubs, lineage
from labci.hubs import Hub
from labci.release import folder_of, release
from labci.scores import Role, Row, Scores, Suite
from tests.release.make import Maker, change

BASE = 4.0  # NLL of the base model on every item
ONE, MOVED, TWO, THREE = (f"knowledge/bench/{name}" for name in ("one", "moved", "two", "three"))
GENERAL = {f"g{number}": 0.01 * ((number * 7) % 11 - 5) for number in range(200)}

# Gains over the base model by item: of the release before, and of the candidate.
Taught = Mapping[str, tuple[Sequence[float], Sequence[float]]]
FIRST = [2.02, 1.8, 2.2, 1.9, 2.1]
LOSS = [0.88, -0.2, 0.5, -0.1, 0.9]  # of the first leaf, by the second release
SECOND = [gain - loss for gain, loss in zip(FIRST, LOSS, strict=True)]
THIRD = [*SECOND[:4], 1.5]  # its last item is gone, and another has come
EARLY = [0.3, 0.1, 0.2, 0.0, 0.4]  # of the second leaf, before it was taught
LATER = [1.4, 1.6, 1.5, 1.7, 1.3]
LAST = [1.45, 1.55, 1.6, 1.7, 1.2]  # the same on average


def scored(new: Taught, old: Taught, names: Mapping[str, Sequence[str]] | None = None) -> Scores:
    """Rows of all three models. names: ids of a leaf's items, else LEAF0, LEAF1, …"""
    rows: list[Row] = []
    for suite, leaves in (("new", new), ("old", old)):
        for leaf, (before, after) in leaves.items():
            ids = (names or {}).get(leaf) or [f"{leaf.rsplit('/', 1)[-1]}{number}" for number in range(len(after))]
            for item, was, now in zip(ids, before, after, strict=True):
                rows += _rows(suite, leaf, item, was, now)  # type: ignore[arg-type]
    for item, gain in GENERAL.items():
        rows += _rows("general", "general", item, 0.0, gain)
    return Scores(
        models={name: {"digest": name * 4} for name in ("base", "released", "candidate")},
        new_leaves=tuple(new), taught_leaves=tuple(old), rows=tuple(rows),
    )  # fmt: skip


def _rows(suite: Suite, leaf: str, item: str, before: float, after: float) -> list[Row]:
    gains: dict[Role, float] = {"base": 0.0, "released": before, "candidate": after}
    return [
        Row(
            model=model, suite=suite, item=item, leaf=leaf, cluster=item, nll=BASE - gain, contrast=gain, f1=0.5,
            exact=0, answer="An answer in words.",
        )
        for model, gain in gains.items()
    ]  # fmt: skip


def three(maker: Maker) -> Hub:
    """Publish v0.1.0, v0.2.0 and v0.3.0 to `folder:models`; the gate passes each."""
    zeros = [0.0] * 5
    job = maker.job(maker.base, maker.leaf(ONE))
    maker.until_gate(job, [change(ONE)], found=scored({ONE: (zeros, FIRST)}, {}))
    release(job)
    hub = hubs.open_hub("folder:models", maker.root)

    before = lineage.read(folder_of(hub))
    job = maker.job(job.head, maker.leaf(TWO), before)
    maker.until_gate(job, [change(TWO)], found=scored({TWO: (EARLY, LATER)}, {ONE: (FIRST, SECOND)}))
    release(job)

    before = lineage.read(folder_of(hub))
    (maker.root / "taxonomy" / ONE / "qna.yaml").unlink()
    maker.leaf(MOVED)
    job = maker.job(job.head, maker.leaf(THREE), before)
    ids = {MOVED: ["one0", "one1", "one2", "one3", "one9"]}
    old = {MOVED: (THIRD, THIRD), TWO: (LATER, LAST)}
    found = scored({THREE: ([-0.1] * 5, LATER)}, old, ids)
    maker.until_gate(job, [change(MOVED, "renamed", ONE), change(THREE)], found=found)
    release(job)
    return hub
