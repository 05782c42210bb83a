"""What is cut from a document: copied as it stands, of a good length, in order, whatever the document is like."""

from __future__ import annotations

import time
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import quote
from labci.contribute.passages import MAX_WORDS, MIN_WORDS, passages, spread
from labci.contribute.writing import wrapped

SENTENCE = "The mill number {} stands beside the river and was built of red brick by the masons of the town in {}."
words = st.text("abcdefghijklmnopqrstuvwxyzäé", min_size=1, max_size=9)
sentences = st.lists(words, min_size=3, max_size=30).map(lambda found: " ".join(found).capitalize() + ".")
paragraphs = st.lists(sentences, min_size=1, max_size=60).map(" ".join)
other = st.sampled_from(
    [
        "# Heading",
        "Heading\n=======",
        "- a list\n- of things",
        "| a | b |\n|---|---|",
        "```\ncode\n```",
        "> said",
        "***",
    ]
)
documents = st.lists(st.one_of(paragraphs, other, st.text(max_size=80)), max_size=8).map("\n\n".join)


def prose(count: int) -> str:
    return " ".join(SENTENCE.format(number, 1500 + number) for number in range(count))


@given(documents)
def test_copied_as_they_stand(text: str) -> None:
    found = list(passages(text))
    for passage in found:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert MIN_WORDS <= passage.words == len(passage.text.split()) <= MAX_WORDS
    assert all(one.end <= two.start for one, two in pairwise(found))


marks = st.sampled_from(["1871.", "3)", "-", ">", "#", "*", "+", "a", "mill", "river,", "Bride."])
marked = st.lists(marks, min_size=30, max_size=200).map(lambda found: " ".join(["The", *found]))


@pytest.mark.slow
@given(st.lists(st.one_of(paragraphs, marked), min_size=1, max_size=5).map("\n\n".join))
def test_lint_finds_them_in_the_document(text: str) -> None:
    """As they are written, too: where lines are broken, no word becomes the mark of a list."""
    whole = " ".join(quote.fold(text))
    for passage in passages(text):
        assert quote.quotes(quote.fold(passage.text), whole)
        assert quote.fold(wrapped(passage.text)) == quote.fold(" ".join(passage.text.split()))


@given(paragraphs)
def test_of_a_page_of_sentences_little_is_lost(text: str) -> None:
    assert len(text.split()) - sum(passage.words for passage in passages(text)) < MIN_WORDS


@pytest.mark.slow
@given(documents)
def test_spread_is_all_of_them_once(text: str) -> None:
    found = list(passages(text))
    order = list(spread(found))
    assert sorted(order, key=lambda passage: passage.start) == found
    if len(found) >= 5:
        assert order[:5] == [found[number * len(found) // 5] for number in range(5)]


@pytest.mark.parametrize("count", [13, 20, 60])
def test_a_long_paragraph_is_cut_between_sentences(count: int) -> None:
    """No piece begins or ends within one, and all of it is there."""
    found = list(passages(prose(count)))
    assert len(found) > 1
    assert all(passage.text.startswith("The mill") and passage.text.endswith(".") for passage in found)
    assert " ".join(passage.text for passage in found) == prose(count)


def test_one_endless_sentence_is_none() -> None:
    assert list(passages("word " * 2000)) == []


def test_headings_come_along() -> None:
    text = f"# The town\n\n{prose(2)}\n\n## Its mills\n{prose(3)}\n- a list {prose(3)}\n"
    assert [(found.heading, found.words) for found in passages(text)] == [("The town", 44), ("Its mills", 66)]


def book(pages: int) -> str:
    return "\n\n".join(f"## Page {number}\n\n{prose(25)}" for number in range(pages))


def seconds(text: str) -> float:
    begin = time.process_time()
    assert len(list(spread(list(passages(text))))) > 5
    return time.process_time() - begin


@pytest.mark.slow
def test_a_long_document_takes_time_and_memory_in_proportion() -> None:
    """Four times as long takes some four times as long: a quadratic step would take sixteen."""
    short, long = book(50), book(200)
    assert min(seconds(long) for _ in range(3)) < 10 * min(seconds(short) for _ in range(3))
    tracemalloc.start()
    try:
        assert sum(1 for _ in passages(long)) > 200
        assert tracemalloc.get_traced_memory()[1] < 4 * len(long)
    finally:
        tracemalloc.stop()
