"""A context quotes its document whatever its white space and markup; a changed word is found and shown."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import quote
from labci.blocks.chunks import chunks

DOCUMENT = (Path(__file__).parents[2] / "scripts" / "demo_leaf" / "document.md").read_text("utf-8")
WORDS = quote.fold(DOCUMENT)
WHOLE = " ".join(WORDS)
PLACES = st.tuples(st.integers(0, len(WORDS) - 30), st.integers(10, 30))


@given(
    PLACES, st.lists(st.sampled_from([" ", "\n", "  ", " **", "** ", "\n> ", "\n- ", " `"]), min_size=30, max_size=30)
)
def test_a_passage_is_quoted_however_it_is_set(place: tuple[int, int], gaps: list[str]) -> None:
    start, size = place
    text = "".join(word + gap for word, gap in zip(WORDS[start : start + size], gaps, strict=False))
    assert quote.quotes(quote.fold(text), WHOLE)


@given(PLACES, st.integers(3, 6), st.sampled_from(["zebra", "1,998", "never"]))
def test_a_changed_word_is_found_with_what_the_document_says(place: tuple[int, int], at: int, word: str) -> None:
    start, size = place
    text = WORDS[start : start + size]
    changed = [*text[:at], word, *text[at + 1 :]]
    assert not quote.quotes(changed, WHOLE)
    found = quote.closest(changed, WORDS)
    assert found is not None
    assert word in found.here.split()
    assert text[at] in found.there.split()
    assert found.passage in WHOLE


def test_another_text_is_like_nothing() -> None:
    assert quote.closest(quote.fold("The mill grinds oats on Mondays, and rests at low tide."), WORDS) is None
    assert quote.closest([], WORDS) is None
    assert quote.closest(["dome"], WORDS) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ('see [the *site*](https://example.org "t") now', "see the site now"),
        ("a tele-\nscope", "a telescope"),
        ("the builder\u2019s \u201cOld\u201d name", 'the builder\'s "Old" name'),
        ("## Heading\n1. first\n* second", "Heading first second"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("built in\n1743. It stood", "built in 1743. It stood"),
        ("for years,\n43. It stood", "for years, 43. It stood"),
        ("> 7. seven\n> 8. eight", "seven eight"),
        ("1. one\n   goes on\n2. two\n\n9) nine", "one goes on two nine"),
    ],
)
def test_markup_and_typography_do_not_count(left: str, right: str) -> None:
    assert quote.fold(left) == right.split()


GAPS = ["\n\n", "\n", " ", "  ", " **", "\n> ", "\n- ", "\n\n## "]


@given(st.data())
def test_a_text_holds_the_places_between_its_first_word_and_its_last(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 30))
    gaps = data.draw(st.lists(st.sampled_from(GAPS), min_size=count, max_size=count))
    document, at = "", list[int]()
    for number, gap in enumerate(gaps):
        at.append(len(document))
        document += f"word{number}{gap}"
    cuts = data.draw(st.lists(st.integers(0, count), unique=True, min_size=2, max_size=10).map(sorted))
    first, last = data.draw(
        st.tuples(st.integers(0, count - 1), st.integers(1, count)).filter(lambda two: two[0] < two[1])
    )
    runs = [run for run in pairwise(cuts) if data.draw(st.booleans())]
    places = [(at[start], at[end] if end < count else len(document)) for start, end in runs]
    text = [f"word{number}" for number in range(first, last)]
    assert quote.holders([["other"], text, text], document, places) == [
        1 if first <= start and end <= last else None for start, end in runs
    ]


def test_a_place_is_held_where_it_stands_and_not_by_its_words_alone() -> None:
    document = "It rests.\n\nThe mill grinds.\n\nIt rests.\n"
    places = [(0, 9), (11, 27), (29, 38)]
    assert quote.holders([quote.fold("The mill grinds. It rests.")], document, places) == [None, 0, 0]
    assert quote.holders([quote.fold("It rests.")], document, places) == [0, None, 0]
    assert quote.holders([["It", "re"], []], document, places) == [None, None, None]
    assert quote.holders([], document, []) == []


def test_a_document_holds_each_of_its_paragraphs() -> None:
    places = [(chunk.start, chunk.end) for chunk in chunks(DOCUMENT)]
    assert len(places) == 5
    assert quote.holders([WORDS[1:], WORDS], DOCUMENT, places) == [0] * len(places)
    assert quote.holders([WORDS[:-1], WORDS], DOCUMENT, places) == [*[0] * (len(places) - 1), 1]


def test_only_whole_words_are_quoted() -> None:
    assert not quote.quotes(["metre"], "9 metres wide")


@given(st.text(max_size=300))
def test_any_text_folds_to_words_without_white_space(text: str) -> None:
    assert all(word and not re.search(r"\s", word) for word in quote.fold(text))
