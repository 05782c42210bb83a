"""A few of many have some of every group."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from labci import digest
from labci.turns import alternating, in_turns, spread

NAMES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 10_000)), unique=True, max_size=60)


def key(item: tuple[str, int]) -> str:
    return digest.of_json(item)


def test_each_group_has_its_turn_and_each_of_its_parts_in_these() -> None:
    items = ["ax1", "ax2", "ax3", "ay1", "bx1", "bx2", "bx3"]
    assert in_turns(items, lambda name: name[0]) == ["ax1", "bx1", "ax2", "bx2", "ax3", "bx3", "ay1"]
    assert in_turns(items, lambda name: name[0], lambda name: name[1]) == [
        "ax1", "bx1", "ay1", "bx2", "ax2", "bx3", "ax3",
    ]  # fmt: skip


@given(NAMES, st.integers(1, 12), st.randoms())
def test_a_stream_in_any_order_gives_what_sorting_all_of_it_would(
    items: list[tuple[str, int]], most: int, random: object
) -> None:
    whole = in_turns(sorted(items, key=key), lambda item: item[0])[:most]
    random.shuffle(items)  # type: ignore[attr-defined]
    assert spread(items, most, group=lambda item: item[0], key=key) == whole


@given(NAMES, st.integers(1, 12))
def test_no_group_has_two_more_than_one_that_has_some_left(items: list[tuple[str, int]], most: int) -> None:
    taken = spread(items, most, group=lambda item: item[0], key=key)
    assert len(taken) == min(most, len(items))
    counts = {name: sum(item[0] == name for item in taken) for name, _ in items}
    left = [counts[name] for name, _ in items if counts[name] < sum(item[0] == name for item in items)]
    assert max(counts.values(), default=0) <= min(left, default=most) + 1


def name(text: str) -> str:
    return text[0]


def test_a_stream_of_batches_gives_its_kinds_in_turn() -> None:
    batches = [["a1", "a2", "a3", "b1"], ["a4", "a5", "b2"], ["a6", "b3"]]
    assert list(alternating(batches, group=name, first=str, ahead=9)) == [
        "a1", "b1", "a2", "b2", "a3", "b3", "a4", "a5", "a6",
    ]  # fmt: skip


def test_a_kind_that_comes_no_more_costs_no_more_than_so_many_that_wait() -> None:
    """And where there is one kind, nothing is read before it is wanted."""
    read = []

    def batches(kinds: str) -> Iterator[list[str]]:
        for number, kind in enumerate(kinds):
            read.append(number)
            yield [f"{kind}{number}"]

    found = alternating(batches("a" * 100), group=name, first=str, ahead=5)
    assert [next(found) for _ in range(7)] == [f"a{n}" for n in range(7)]
    assert read == list(range(7))
    read.clear()
    rare = alternating(batches("ba" + "a" * 100), group=name, first=str, ahead=5)
    assert [next(rare) for _ in range(3)] == ["b0", "a1", "a2"]
    assert len(read) <= 2 + 5 + 1


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), max_size=12), st.integers(1, 20))
def test_nothing_is_lost_or_said_twice(kinds: list[list[str]], ahead: int) -> None:
    batches = [[f"{kind}{n}.{k}" for k, kind in enumerate(batch)] for n, batch in enumerate(kinds)]
    found = list(alternating(batches, group=name, first=str, ahead=ahead))
    assert sorted(found) == sorted(item for batch in batches for item in batch)
    for kind in "abc":  # each in its order
        own = [item for item in found if item[0] == kind]
        assert own == [item for batch in batches for item in batch if item[0] == kind]
