"""A plan of many units reads some of them: which, does not depend on order, and they stand for the others."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labci import digest
from labci.blocks import Chunk
from labci.change import Change, Delta
from labci.flows import load
from labci.leaf import Leaf
from labci.node import Node
from labci.plan import sample
from labci.plan.cost import Cost
from labci.plan.sample import READ_UNITS, READ_WORDS, Sample
from labci.units import Unit
from labci.work import Work

PER_WORD = 3


def work() -> Work:
    leaf = Leaf(
        path="knowledge/x", kind="knowledge", version=3, created_by="a", about="b", outline="c", seeds=(),
        document=None, heldout=(), node=Node(value=None),
    )  # fmt: skip
    change = Change(path=leaf.path, status="added", old=None, seeds=Delta(), documents=Delta())
    return Work(leaf=leaf, change=change, flow=load("knowledge-small"), model="m", teacher="t@m", limit=None)


WORK = work()


def unit(number: int, words: int) -> Unit:
    text = " ".join(["word"] * words)
    chunk = Chunk(title="", heading="", text=text, start=0, end=len(text)) if words else None
    return Unit(digest=digest.of_json(number), chunk=chunk)


def cost_of(work: Work, unit: Unit | None) -> Cost:
    """A call for each third of a word; one for a unit without text."""
    assert unit is not None
    words = len(unit.chunk.text.split()) if unit.chunk else 0
    return Cost(calls=words * PER_WORD if words else 1, cached=words)


def measured(lengths: list[int], order: list[int]) -> tuple[Sample, list[Cost]]:
    """Three leaves take the units in turn."""
    found = Sample()
    found.leaves = [sample.Leaf(path=str(number), model="m") for number in range(3)]
    for number in order:
        one = unit(number, lengths[number])
        found.take(found.leaves[number % 3], WORK, one, one.digest)
    return found, [leaf.cost for leaf in found.measure(cost_of)]


def read(found: Sample) -> set[str]:
    return {key for stratum in found.strata.values() for key, _, _ in stratum.found}


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60), st.randoms())
def test_the_sample_is_the_same_in_any_order_and_its_costs_add_up(lengths: list[int], random: Any) -> None:
    order = list(range(len(lengths)))
    found, costs = measured(lengths, order)
    random.shuffle(order)
    other, _ = measured(lengths, order)
    assert read(found) == read(other)
    assert round(sum(cost.calls for cost in costs)) == sum(PER_WORD * words if words else 1 for words in lengths)
    assert round(sum(cost.cached for cost in costs)) == sum(lengths)
    for number, cost in enumerate(costs):  # each leaf has its own share
        own = lengths[number::3]
        assert round(cost.calls) == sum(PER_WORD * words if words else 1 for words in own)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60))
def test_few_units_are_all_read_and_of_many_no_more_than_needed(lengths: list[int]) -> None:
    found, _ = measured(lengths, list(range(len(lengths))))
    words = sum(lengths)
    if words < READ_WORDS and lengths.count(0) <= READ_UNITS:
        assert len(read(found)) == len(lengths)
    for stratum in found.strata.values():
        assert stratum.weight - stratum.found[-1][2].weight < stratum.most
