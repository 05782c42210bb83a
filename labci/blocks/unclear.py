"""Questions that can't be understood alone: what a judge of that must reject, made from the leaf's own by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from labci.english.lexicon import DAYS, FUNCTION, GENERIC, MONTHS, is_name, tokens

# What a name becomes, and what an owner's.
STAND_INS = (
    ("it", "its"), ("this thing", "this thing's"), ("that one", "that one's"),
    ("the one described", "the described one's"), ("that", "that one's"), ("the former", "the former's"),
)  # fmt: skip
OPENINGS = ("According to the text, ", "As the passage above says, ", "In this document, ")
OWNING = ("'s", "’s", "'", "’")
COMMON, LEAST = 0.5, 3  # of the leaf's questions: what more of them name, three at least, is what the leaf is about


def common_words(questions: Sequence[str]) -> frozenset[str]:
    """Folded content words that most of the questions have: what they are about, in capitals or not ("labci")."""
    met = Counter(word for text in questions for word in {bare for bare in map(_bare, _words(text)) if bare})
    least = max(LEAST, COMMON * len(questions) + 0.5)
    return frozenset(word for word, count in met.items() if count >= least and word not in FUNCTION | GENERIC)


def unclear(question: str, common: Collection[str]) -> Iterator[str]:
    """The question with all that it names taken out, in several ways, the best first, and as one that points at a text.

    common: see `common_words`. A question that names nothing only gets to point at a text.
    """
    spans = list(_named(question, common))
    hidden = [_without(question, spans, *words) for words in STAND_INS] if spans else [question]
    pointing = [opening + _lowered(hidden[0]) for opening in OPENINGS]
    yield from [*hidden[:2], pointing[0], *hidden[2:], *pointing[1:]] if spans else pointing[:1]


def _named(question: str, common: Collection[str]) -> Iterator[tuple[int, int, bool]]:
    """Stretches of names, each with an article before it: start, end, whether it is an owner's."""
    times = {word.casefold() for word in MONTHS | DAYS}
    start = end = -1
    words = tokens(question)
    for i, (word, first, last) in enumerate(words):
        bare = _bare(word)
        named = (i > 0 and is_name(word) and bare not in times and bare not in FUNCTION) or bare in common
        goes_on = end >= 0 and question[end:first] in (" ", "-")
        if named and goes_on:
            end = last
            continue
        if end >= 0 and goes_on and word[0].isdigit() and not _owns(question[start:end]):
            end = last  # "Zennick 45"
            continue
        if end >= 0:
            yield start, end, _owns(question[start:end])
            start = end = -1
        if named:
            before = words[i - 1] if i else None
            article = before is not None and before[0].casefold() in ("the", "a", "an")
            start, end = (before[1] if before is not None and article else first), last
    if end >= 0:
        yield start, end, _owns(question[start:end])


def _without(question: str, spans: Sequence[tuple[int, int, bool]], plain: str, owning: str) -> str:
    """The question with a word in the place of each stretch."""
    parts, at = [], 0
    for start, end, owner in spans:
        parts += [question[at:start], owning if owner else plain]
        at = end
    text = "".join([*parts, question[at:]])
    return text[:1].upper() + text[1:]


def _owns(text: str) -> bool:
    return text.endswith(OWNING)


def _lowered(question: str) -> str:
    """A question behind an opening: its first word in small, unless it may be a name."""
    first = question.split(" ", 1)[0]
    return question[:1].lower() + question[1:] if first.casefold() in FUNCTION else question


def _words(text: str) -> list[str]:
    return [word for word, _, _ in tokens(text)]


def _bare(word: str) -> str:
    folded = word.casefold()
    for ending in OWNING:
        folded = folded.removesuffix(ending)
    return folded
