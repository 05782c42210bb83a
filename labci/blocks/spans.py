"""Find answers in a fact: numbers, dates, names, noun phrases, reasons. Short ones, several a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labci.blocks import Span
from labci.english.lexicon import (
    DAYS,
    DETERMINERS,
    FUNCTION,
    MEASURES,
    MONTHS,
    NOUNS_TOO,
    NUMBER_WORDS,
    ORDINALS,
    VERBS,
    is_name,
    is_number,
    tokens,
)  # fmt: skip
from labci.english.reading import phrase, read

MAX_WORDS = 9
NOUN_ROLES = frozenset({"dobj", "pobj", "attr", "conj", "appos", "nsubj", "nsubjpass", "dative", "oprd"})
MAX_CLAUSE_WORDS = 16
OVERLAP = 0.5  # of the longer span: beyond it, one question would ask for both
MONTH = "(?:" + "|".join(sorted(MONTHS)) + ")"
DAY = "(?:" + "|".join(sorted(DAYS)) + ")"
REST = r"(?:[^.;:?!]|\.(?=\d))"  # up to the clause's end; a decimal point ends nothing
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}})?|{MONTH} \d{{1,2}}(?:, \d{{4}})?(?!\d)"
    rf"|{MONTH} \d{{4}}|(?:the )?\w+ {DAY} (?:of|in) {MONTH}|{MONTH} (?:and|or|to|until) {MONTH}|{DAY}s?|{MONTH})\b"
)
YEAR = re.compile(r"\b(?:in|since|by|of|from|until|before|after|year) (1\d{3}|20\d{2})\b(?!,\d)", re.IGNORECASE)
QUOTED = re.compile(r"[\"“‘]([^\"“”‘’]{2,60})[\"”’]")
REASON = re.compile(rf"\b(?:because|so that|in order to)\b{REST}{{8,90}}")
PURPOSES = (
    "keep stop avoid prevent protect please make let help bring save hold guide warn mark show remember honour "
    "celebrate allow ensure reduce give raise pay feed store dry cool clean"
)
PURPOSE = re.compile(rf"(?<=[\w,] )to (?:{PURPOSES.replace(' ', '|')})\b(?:(?!,){REST}){{4,70}}")
THAT = re.compile(rf"\b(?:means?|meant|shows?|says?|tells?) that ((?:(?!,){REST}){{6,70}})")
FREQUENCY = re.compile(
    r"\b(?:every|each|once|twice|\w+ times)(?: (?:a|an|in|per))? (?:other )?(?:\w+ ){0,2}?"
    r"(?:\w*day|week|month|year|hour|minute|morning|evening|night|winter|summer|spring|autumn|\w+s)\b"
)
CASE = re.compile(r"(?:If|When|Whenever|Once|Unless|As soon as)\b[^,;]{6,80}, ")
ITEM = r"(?:(?:an?|the|some|two|three) )?(?:[\w'’-]+ ){0,2}[\w'’-]+"
LIST = re.compile(rf"(?:{ITEM}, )+{ITEM},? (?:and|or) {ITEM}\b")
TRIVIAL = frozenset(
    [
        "one",
        "way",
        "time",
        "times",
        "day",
        "days",
        "week",
        "weeks",
        "year",
        "years",
        "part",
        "parts",
        "place",
        "thing",
        "things",
        "kind",
        "side",
        "sides",
        "end",
        "ends",
        "number",
        "lot",
        "today",
        "middle",
        "beginning",
        "use",
        "work",
        "island",
        "town",
        "village",
        "machine",
        "same",
        "other",
        "others",
        "rest",
    ]
)


def spans(fact: str, *, topic: str = "") -> list[Span]:
    """Answer spans of a sentence, in order: none twice, none that is only the topic's own name.

    topic: the names of what the document is about (topic and title).
    """
    found: dict[tuple[int, int], Span] = {}
    for span in (*_outcomes(fact), *_patterns(fact), *_numbers(fact), *_names(fact), *_phrases(fact)):
        if _good(span, fact, topic) and not any(_same(span, other) for other in found.values()):
            found[span.start, span.end] = span
    telling = {key: span for key, span in found.items() if not _given(span)}
    return [span for _, span in sorted((telling or found).items())]


def _patterns(fact: str) -> Iterator[Span]:
    for kind, pattern in (("reason", REASON), ("reason", PURPOSE), ("date", DATE), ("frequency", FREQUENCY)):
        for match in pattern.finditer(fact):
            yield _span(fact, match.start(), match.end(), kind)
    for kind, pattern in (("date", YEAR), ("name", QUOTED), ("clause", THAT)):
        for match in pattern.finditer(fact):
            yield _span(fact, match.start(1), match.end(1), kind)
    for match in LIST.finditer(fact):
        stops = [end for word, _, end in tokens(match.group()) if _breaks_list(word)]
        start = match.start() + max(stops, default=-1) + 1
        if fact[start : match.end()].count(", "):
            yield _span(fact, start, match.end(), "list")


def _breaks_list(word: str) -> bool:
    lower = word.casefold()
    return lower in FUNCTION - {"and", "or", "a", "an", "the"} or lower in VERBS - NOUNS_TOO


def _outcomes(fact: str) -> Iterator[Span]:
    """What happens, or what to do, in a case that the sentence begins with: "If the lamp stays purple, …"."""
    match = CASE.match(fact)
    if match is None:
        return
    doc = read(fact)
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    cases = [token for token in doc if token.dep_ == "advcl" and token.head == root and token.idx < match.end()]
    if root is not None and root.idx >= match.end() and cases:
        yield _span(fact, match.end(), len(fact), "outcome")


def _numbers(fact: str) -> Iterator[Span]:
    """A number with the words it counts: "1.3 million crowns", "two wind turbines", "8 millimetre hex key"."""
    words = tokens(fact)
    i = 0
    while i < len(words):
        if not is_number(words[i][0]):
            i += 1
            continue
        j = i + 1
        while j < len(words) and j < i + 5 and _joins(fact, words, j) and _counted(words[j][0], first=j == i + 1):
            j += 1
        if j + 1 < len(words) and words[j][0] in ("a", "per", "an") and j > i + 1 and _joins(fact, words, j):
            j += 2  # "26 crowns a month"
        yield _span(fact, words[i][1], words[j - 1][2], "number")
        i = j


def _counted(word: str, *, first: bool) -> bool:
    lower = word.casefold()
    if is_number(word):
        return True
    verb = lower in VERBS and not first
    return not (verb or lower in FUNCTION | MEASURES or (word[0].isupper() and len(word) > 3))


def _names(fact: str) -> Iterator[Span]:
    """Runs of capitalised words, "of" and "and" inside them included; the first word of the fact by itself is none."""
    words = tokens(fact)
    i = 0
    while i < len(words):
        if not is_name(words[i][0]) or (i == 0 and words[0][0].casefold() in FUNCTION):
            i += 1
            continue
        j = i + 1
        while j < len(words) and _joins(fact, words, j):
            inner = words[j][0] in ("of", "and", "the", "de", "van", "von", "la") and j + 1 < len(words)
            if is_name(words[j][0]) or (inner and is_name(words[j + 1][0]) and _joins(fact, words, j + 1)):
                j += 1
            else:
                break
        if i > 0 or j > 1:
            yield _span(fact, words[i][1], words[j - 1][2], "name")
        i = j


def _phrases(fact: str) -> Iterator[Span]:
    """Noun phrases, each alone and with what hangs on it by "of"; what a thing is ("dark green", "raised")."""
    for token in read(fact):
        if token.pos_ in ("NOUN", "PROPN") and token.dep_ in NOUN_ROLES:
            words = [item for item in phrase(token) if item.i <= token.i]
            counted = any(item.dep_ in ("nummod", "quantmod") for item in words) and words[0].dep_ != "det"
            if not counted and not _pointing(token, words):
                whole = list(_of(fact, words))
                yield from whole
                if not (whole and words[0].lower_ == "the"):  # "the mother" of "the mother of the builders"
                    yield _between(fact, words[0], token)
        elif token.dep_ in ("acomp", "oprd") and token.pos_ in ("ADJ", "VERB") and not _measured(token):
            yield _between(fact, token.left_edge if token.left_edge.i >= token.i - 1 else token, token)


def _pointing(noun: Any, words: list[Any]) -> bool:
    """Whether a phrase only points at what is known already: "the plate", unless it says where or with what."""
    inner = noun.dep_ == "pobj" and noun.head.lower_ not in ("of", "by")
    return len(words) == 2 and words[0].lower_ == "the" and noun.pos_ == "NOUN" and not inner


def _measured(adjective: Any) -> bool:
    """Whether a number says how much of it: "6 kilometres long"."""
    return any(child.dep_ == "npadvmod" for child in adjective.children)


def _of(fact: str, words: list[Any]) -> Iterator[Span]:
    """The phrase with the "of" phrase behind it: "a spoon of washing soda"."""
    head = words[-1]
    for child in head.children:
        if child.lower_ == "of" and child.i == head.i + 1:
            for inner in child.children:
                if inner.dep_ == "pobj" and inner.right_edge.i - words[0].i < MAX_WORDS:
                    yield _between(fact, words[0], inner)


def _between(fact: str, first: Any, last: Any) -> Span:
    return _span(fact, first.idx, last.idx + len(last.text), "phrase")


def _joins(fact: str, words: list[tuple[str, int, int]], j: int) -> bool:
    """Whether a word follows its neighbour with nothing but a space between them."""
    return fact[words[j - 1][2] : words[j][1]] in (" ", " '", " ‘")


def _span(fact: str, start: int, end: int, kind: str) -> Span:
    text = fact[start:end].rstrip(" ,;:.")
    return Span(text=text, start=start, end=start + len(text), kind=kind)


def _given(span: Span) -> bool:
    """Whether a phrase tells little: it counts time ("each day"), or one of something."""
    first = span.text.split()[0].casefold()
    return first == "one" or (span.kind == "phrase" and first in ("each", "every", "such"))


def _good(span: Span, fact: str, topic: str) -> bool:
    words = [word.casefold() for word, _, _ in tokens(span.text)]
    content = [word.removesuffix("'s").removesuffix("’s") for word in words if word not in FUNCTION]
    limit = MAX_CLAUSE_WORDS if span.kind in ("reason", "clause", "outcome") else MAX_WORDS
    if not content or len(words) > limit or len(span.text) + 2 > len(fact):
        return False
    if span.kind == "phrase" and (words[0] in ("its", "her", "his", "their", "no", "this", "that", "these", "those")):
        return False
    if span.kind == "phrase" and span.start == 0 and len(content) < 2:
        return False  # a subject: what is said of it makes the better question
    if len(content) == 1 and (content[0] in TRIVIAL | ORDINALS | (VERBS - NOUNS_TOO) or content[0] in NUMBER_WORDS):
        return False
    bare = {word.casefold() for word, _, _ in tokens(topic)} - DETERMINERS
    return not set(content) <= bare


def _same(left: Span, right: Span) -> bool:
    """Whether two spans would be asked for by the same question: they share most of their characters."""
    common = min(left.end, right.end) - max(left.start, right.start)
    if right.kind in ("list", "name", "date", "frequency") and common == len(left.text):
        return True  # part of a list or of a name is only part of the answer
    return common > 0 and common >= OVERLAP * max(len(left.text), len(right.text))
