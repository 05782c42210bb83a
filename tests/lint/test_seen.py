"""A new text is compared with all earlier ones, and none that is nearly the same is missed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labci.heldout import LEAK_JACCARD, jaccard, trigrams
from labci.seen import Seen

WORD = st.sampled_from(
    ["the", "of", "what", "is", "a", "press", "pump", "mill", "dome", "old", "red", "nine", "who", "built"]
)
# Long texts with few words: many pairs are near the threshold.
BASE = st.lists(WORD, min_size=1, max_size=24)


def brute(texts: list[str], text: str) -> int | None:
    """The first of the texts that is similar enough, by comparing with all."""
    return next((n for n, other in enumerate(texts) if jaccard(trigrams(text), trigrams(other)) >= LEAK_JACCARD), None)


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


@given(families())
def test_it_finds_what_comparing_with_all_finds(texts: list[str]) -> None:
    seen = Seen[int]()
    for number, text in enumerate(texts):
        assert seen.find(text) == brute(texts[:number], text)
        seen.add(text, number)


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
