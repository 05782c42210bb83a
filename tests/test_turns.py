"""A few of many have some of every group."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labci import digest
from labci.turns import in_turns, spread

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
