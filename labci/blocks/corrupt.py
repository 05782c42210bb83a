"""Corrupted seeds: pairs that a judge must reject, made from the leaf's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labci.english.lexicon import FUNCTION, tokens

Row = tuple[str, str, str]  # fact, question, answer


def corrupted(rows: Sequence[Row], others: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Knowledge: each question with the wrong answers of its own fact, then with facts and answers of other rows.

    others: for each row the spans of its fact.
    """
    for (fact, question, answer), spans in zip(rows, others, strict=True):
        for span in spans:
            if not _same(span, answer):
                yield fact, question, span
    for shift in range(1, min(4, len(rows))):
        for i, (fact, question, answer) in enumerate(rows):
            other = rows[(i + shift) % len(rows)]
            if not _same(other[2], answer) and other[0] != fact:
                yield other[0], question, other[2]


def swapped(rows: Sequence[Row]) -> Iterator[Row]:
    """Each instruction, with its own context, with the answers to the others: wrong ones of any skill."""
    for i, (context, question, answer) in enumerate(rows):
        for j, (_, _, other) in enumerate(rows):
            if i != j and not _same(other, answer):
                yield context, question, other


def damaged(rows: Sequence[Row]) -> Iterator[Row]:
    """Each instruction with the answers to the others, with half of its own answer, and with itself as the answer."""
    yield from swapped(rows)
    for context, question, answer in rows:
        half = answer[: len(answer) // 2].rstrip()
        yield from ((context, question, wrong) for wrong in (half, question) if wrong and wrong != answer)


def closest(text: str, question: str, answer: str, sentences: Sequence[str]) -> str:
    """The sentence of a context that a pair is about: most words in common, the answer's counting double."""
    asked, said = _content(question), _content(answer)

    def common(sentence: str) -> int:
        own = _content(sentence)
        return 2 * len(own & said) + len(own & asked)

    return max(sentences, key=common, default=text)


def _same(left: str, right: str) -> bool:
    a, b = _content(left), _content(right)
    return not a or not b or len(a & b) >= 0.5 * min(len(a), len(b))


def _content(text: str) -> set[str]:
    return {word.casefold() for word, _, _ in tokens(text)} - FUNCTION
