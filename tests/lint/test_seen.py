"""A new text is compared with all earlier ones, and none that is nearly the same is missed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import labci.seen
from labci.diagnostic import Position
from labci.heldout import LEAK_JACCARD, jaccard, trigrams
from labci.linttree import Asked, LintTree, question_keys
from labci.seen import Seen, keys_of

WORD = st.sampled_from(
    ["the", "of", "what", "is", "a", "press", "pump", "mill", "dome", "old", "red", "nine", "who", "built"]
)
# Long texts with few words: many pairs are near the threshold.
BASE = st.lists(WORD, min_size=1, max_size=24)


Kinded = tuple[str, int]


def brute(texts: list[Kinded], new: Kinded) -> int | None:
    """The first of the texts that is of the same kind and similar enough, by comparing with all."""
    grams = trigrams(new[0])
    near = (
        n for n, (other, kind) in enumerate(texts) if kind == new[1] and jaccard(grams, trigrams(other)) >= LEAK_JACCARD
    )
    return next(near, None)


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Texts of which many are others with a word or two exchanged, dropped or put in."""
    texts: list[list[str]] = []
    for _ in range(draw(st.integers(1, 6))):
        base = draw(BASE)
        texts.append(base)
        for _ in range(draw(st.integers(0, 3))):
            at, other = draw(st.integers(0, len(base))), draw(WORD)
            cut = draw(st.integers(0, 1))
            texts.append([*base[:at], other, *base[at + cut :]])
    order = draw(st.permutations(range(len(texts))))
    return [" ".join(texts[number]) for number in order]


@given(families(), st.lists(st.integers(0, 1), min_size=24, max_size=24))
def test_it_finds_what_comparing_with_all_finds(texts: list[str], kinds: list[int]) -> None:
    seen = Seen[int]()
    every = list(zip(texts, kinds, strict=False))
    for number, (text, kind) in enumerate(every):
        keys = keys_of(text, kind)
        assert seen.find(text, keys) == brute(every[:number], (text, kind))
        seen.add(text, number, keys)


def test_nearly_equal_questions_with_other_numbers_are_never_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    monkeypatch.setattr(labci.seen, "jaccard", lambda *grams: compared.append(grams) or 0.0)
    tree = LintTree()
    for number in range(1000):
        question = f"What is the length in metres of the bridge over the river at kilometre {number}"
        place: dict[str, Any] = {"leaf": "a", "path": "a", "position": Position(), "pointer": "", "held": False}
        tree.meet(Asked(**place, question=question, answer="", keys=question_keys(question)))
    assert not compared


def test_copies_are_all_told_of_the_first_and_cost_nothing() -> None:
    seen = Seen[int]()
    text = "in which year was the old press of the mill at Lindholt built by the brothers"
    found = [seen.meet(f"{text} {'Reuss' if number % 2 else 'reuss?'}", number) for number in range(2000)]
    assert found == [None] + [0] * 1999
    assert len(seen) == 1


def test_texts_without_words_are_the_same() -> None:
    seen = Seen[str]()
    assert seen.meet("?!", "a") is None
    assert seen.meet("", "b") == "a"
