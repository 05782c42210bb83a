"""Distinct-n and self-overlap: against their definitions, and with bounded memory."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.diversity import MAX_TEXTS, Diversity

WORDS = st.lists(
    st.sampled_from(["where", "who", "when", "lies", "the", "lake", "hill", "ferry"]), min_size=1, max_size=9
)
TEXTS = st.lists(WORDS.map(" ".join), max_size=12)


def of(texts: list[str]) -> dict[str, float]:
    found = Diversity()
    for text in texts:
        found.add(text)
    return found.to_json()


def grams(text: str, size: int) -> list[tuple[str, ...]]:
    words = text.split()
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def overlap(texts: list[str]) -> float:
    """The definition, the slow way."""
    sets = [set(grams(text, 3)) or {tuple(text.split())} for text in texts]
    best = [
        max((len(one & other) / len(one) for j, other in enumerate(sets) if i != j), default=0.0)
        for i, one in enumerate(sets)
    ]
    return sum(best) / len(best) if best else 0.0


@given(texts=TEXTS)
def test_the_figures_are_what_they_are_said_to_be(texts: list[str]) -> None:
    found = of(texts)
    for size in (1, 2):
        every = [gram for text in texts for gram in grams(text, size)]
        assert found[f"distinct_{size}"] == pytest.approx(len(set(every)) / max(1, len(every)), abs=1e-4)
    assert found["self_overlap"] == pytest.approx(overlap(texts), abs=1e-4)
    assert found["texts"] == len(texts)


@given(texts=TEXTS)
def test_all_are_shares_and_the_order_does_not_matter(texts: list[str]) -> None:
    found = of(texts)
    assert all(0 <= found[name] <= 1 for name in ("distinct_1", "distinct_2", "self_overlap"))
    assert of(texts[::-1]) == found


@given(texts=TEXTS.filter(bool))
def test_a_second_copy_of_everything_is_no_diversity(texts: list[str]) -> None:
    once, twice = of(texts), of(texts * 2)
    assert twice["self_overlap"] == 1
    assert twice["distinct_1"] == pytest.approx(once["distinct_1"] / 2, abs=1e-4)


def test_case_punctuation_and_empty_texts_count_for_nothing() -> None:
    assert of(["Where is it?", "", "?!"]) == of(["where IS it"])
    assert of([]) == {"distinct_1": 0, "distinct_2": 0, "self_overlap": 0, "texts": 0}


def peak(texts: int) -> int:
    tracemalloc.start()
    found = Diversity()
    for number in range(texts):
        found.add(f"question {number} about the lake of place {number}")
    assert found.to_json()["texts"] == MAX_TEXTS
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_texts() -> None:
    assert peak(20 * MAX_TEXTS) < 1.5 * peak(MAX_TEXTS)


def test_a_sample_of_many_is_uniform() -> None:
    """Half of the texts are of one kind, which come last: a sample of the first ones would not see them."""
    found = of([f"early {number} alpha" for number in range(2 * MAX_TEXTS)] + ["late late late"] * 2 * MAX_TEXTS)
    assert 0.4 < found["self_overlap"] < 0.6


def test_a_huge_text_is_not_read_to_its_end() -> None:
    assert of(["word " * 2_000_000, "another one here"])["texts"] == 2
