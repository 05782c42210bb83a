"""The training order: every sample as often as it should be, batches of like length."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from labci.lm.order import pass_ends, pass_size, passes_of, training_order
from labci.lm.trainer import micro_batch

LENGTHS = st.lists(st.integers(1, 500), min_size=1, max_size=200)


@given(LENGTHS, st.integers(1, 4), st.integers(1, 20), st.integers(0, 5))
def test_whole_epochs_read_every_sample_as_often(lengths: list[int], epochs: int, batch: int, seed: int) -> None:
    order = training_order(lengths, epochs=epochs, batch_size=batch, seed=seed)
    assert Counter(order) == dict.fromkeys(range(len(lengths)), epochs)


@given(LENGTHS, st.floats(0.1, 3), st.integers(1, 20))
def test_fractions_differ_by_one_at_most(lengths: list[int], epochs: float, batch: int) -> None:
    counts = Counter(training_order(lengths, epochs=epochs, batch_size=batch, seed=0))
    seen = [counts[index] for index in range(len(lengths))]
    assert max(seen) - min(seen) <= 1
    assert sum(seen) == max(1, round(len(lengths) * epochs))


@given(LENGTHS, st.integers(1, 4), st.integers(1, 3), st.integers(1, 20))
def test_rows_that_take_turns_are_read_as_often_in_the_end(
    lengths: list[int], every: int, rounds: int, batch: int
) -> None:
    """Each second sample is read in one of `every` passes: other ones in each of them, none twice before all."""
    turns = [1 if index % 2 else every for index in range(len(lengths))]
    order = training_order(lengths, epochs=every * rounds, batch_size=batch, seed=0, every=turns)
    counts = Counter(order)
    wanted = {index: every * rounds if index % 2 else rounds for index in range(len(lengths))}
    assert {index: counts[index] for index in wanted} == wanted


def test_a_pass_has_other_rows_that_take_turns() -> None:
    every = [1] * 6 + [3] * 6
    passes = [set(training_order([5] * 12, epochs=n, batch_size=4, seed=0, every=every)) for n in (1, 2, 3)]
    assert [len(found) for found in passes] == [8, 10, 12]
    assert pass_size(every) == 8
    assert pass_ends(pass_size(every), 24, 4) == [2, 4, 6]


def test_batches_hold_like_lengths() -> None:
    lengths = [10 + index % 190 for index in range(960)]
    order = training_order(lengths, epochs=1, batch_size=8, seed=0)
    batches = [[lengths[index] for index in order[at : at + 8]] for at in range(0, 960, 8)]
    padded = sum(max(batch) * 8 for batch in batches)
    assert padded < 1.1 * sum(lengths)
    assert [max(batch) for batch in batches] != sorted(max(batch) for batch in batches)


def test_the_seed_decides() -> None:
    orders = [training_order(range(1, 50), epochs=2, batch_size=4, seed=seed) for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]


@given(st.integers(1, 64), st.integers(1, 4000), st.integers(1, 9000))
def test_a_micro_batch_divides_the_batch(batch: int, longest: int, tokens: int) -> None:
    micro = micro_batch(batch, longest, tokens)
    assert batch % micro == 0
    assert micro == 1 or micro * longest <= tokens


@given(st.lists(st.integers(1, 600), min_size=1, max_size=64), st.integers(1, 4000))
def test_passes_share_out_a_batch_and_keep_to_the_tokens(lengths: list[int], tokens: int) -> None:
    passes = passes_of(lengths, tokens)
    assert sorted(index for part in passes for index in part) == list(range(len(lengths)))
    for part in passes:
        assert len(part) == 1 or len(part) * max(lengths[index] for index in part) <= tokens
    for part, following in itertools.pairwise(passes):  # no pass that could have had one more
        assert (len(part) + 1) * lengths[following[0]] > tokens
