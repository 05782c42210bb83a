"""Question words for an answer: "how long", "in which year", "what kind of grease", the plainest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labci.english.lexicon import (
    ABSTRACT,
    ARTICLES,
    BODIES,
    COLOURS,
    CURRENCIES,
    DAYS,
    ENDURE,
    GEOGRAPHY,
    HUMAN,
    LENGTH_UNITS,
    MATERIALS,
    MEANS,
    MONEY,
    MONTHS,
    MOTION,
    NUMBER_WORDS,
    PEOPLE,
    SEASONS,
    TIME_UNITS,
    TIMES,
    VAGUE_ADJECTIVES,
    is_number,
    tokens,
)  # fmt: skip
from labci.english.reading import SUBJECTS

STATIC = frozenset({"in", "at", "on", "near", "under", "behind", "beside", "above", "below", "inside", "outside"})
WHERE = frozenset({"in", "at", "on", "near", "inside"})  # "behind the panel" is not answered by "the panel"
# Verbs behind which "for" says what something is for: "known for", "stands for".
MEANT = frozenset({"ask", "design", "famous", "intend", "know", "look", "search", "stand", "use"})
STRANDED = frozenset(
    {"against", "with", "of", "from", "to", "into", "on", "through", "over", "under", "like", "as", "by", "about"}
)
ON_TIME = frozenset({"in", "on", "at", "during"})
COUNTED = frozenset({"to", "of", "with", "into", "from"})  # may stand behind "how many"
AT_THE_END = frozenset({"like", "as"})  # "what is it shaped like", never "like what"
UNFIT = frozenset({"than", "except", "per", "because", "but", "despite", "without", "only", "due", "according"})
PLURAL = frozenset(
    {
        "people",
        "men",
        "women",
        "children",
        "sheep",
        "fish",
        "feet",
        "teeth",
        "percent",
        "pence",
        "bar",
        "million",
        "kg",
        "km",
    }
)
REACHED = frozenset({"leave", "reach", "visit", "enter", "cross", "pass"})  # verbs whose named object is a place
STATES = frozenset({"be", "contain", "cost", "have", "hold", "lie", "measure", "open", "stand"})
CLOCK = re.compile(r"\d{1,2}[.:]\d\d(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?|\d{1,2} o['’]clock|noon|midnight")
DECADE = re.compile(r"(?:1\d|20)\d0s")
MEASURED = {"rise": "how high", "stand": "how high", "grow": "how tall", "stretch": "how far", "extend": "how far",
            "reach": "how far", "run": "how far", "walk": "how far", "dive": "how deep", "lie": "how far"}  # fmt: skip
STYLES = frozenset(
    {"Captain", "Doctor", "Dr", "Father", "Lady", "Madame", "Miss", "Mr", "Mrs", "Ms", "Professor", "Sir", "Sister"}
)
PEOPLE_ENDS = (
    "-maker", "-keeper", "seller", "grower", "worker", "master", "smith", "wright", "monger", "woman", "fireman",
    "ferryman", "craftsman", "ologist", "anist", "arist", "chnist", "inist", "onist", "orist", "rtist", "urist",
)  # fmt: skip
Words = tuple[str, str]  # in front, and a preposition at the end: ("what", "with")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is asked for. tokens: of the answer. preposition: that it hangs on, or "". verb: its verb's base form.

    of: what is counted, behind the answer: "of apples".
    """

    text: str
    kind: str
    tokens: Sequence[Any]
    top: Any
    preposition: str
    verb: str
    of: str = ""


def wordings(answer: Answer) -> list[Words]:
    """Ways to ask for the answer; none where no question word fits it."""
    if answer.preposition in UNFIT:
        return []
    return list(dict.fromkeys(_wordings(answer)))


def _wordings(answer: Answer) -> Iterator[Words]:
    lower = {word.casefold() for word, _, _ in tokens(answer.text)}
    if answer.kind == "reason":
        yield from (("why", ""), ("for what reason", ""))
    elif answer.kind == "frequency":
        if answer.preposition in ("", "after", "on", "at", "in"):
            yield "how often", ""
    elif answer.text[0] in CURRENCIES:
        yield from _behind(answer, "how much")
    elif answer.kind == "time" or CLOCK.fullmatch(answer.text):
        yield from (("at what time", ""), ("when", "")) if answer.preposition == "at" else _behind(answer, "what time")
    elif answer.kind == "date" or lower <= {word.casefold() for word in MONTHS | DAYS} | SEASONS | {"the", "of", "and"}:
        yield from _times(answer, lower)
    elif DECADE.fullmatch(answer.text) and answer.preposition in ON_TIME:
        yield from (("when", ""), (f"{answer.preposition} which decade", ""))
    elif answer.preposition in ON_TIME and answer.kind == "phrase" and answer.top.lemma_ in SEASONS:
        yield from (("when", ""), (f"{answer.preposition} which {answer.top.lower_}", ""))  # "on the last evening"
    elif is_number(answer.text.split()[0]) and unit_of(answer.text):
        yield from _counts(answer)
    elif not is_number(answer.text.split()[0]):
        yield from _things(answer)


def _times(answer: Answer, lower: set[str]) -> Iterator[Words]:
    words = answer.text.split()
    unit = "date"
    if answer.text.isdigit():
        unit = "year"
    elif lower <= {word.casefold() for word in DAYS} | {f"{word.casefold()}s" for word in DAYS} | {
        "and",
        "or",
        "every",
    }:
        unit = "day"
    elif lower <= {word.casefold() for word in MONTHS} | {"and", "or", "to", "until"}:
        unit = "month" if len(words) == 1 else "months"
    elif lower <= SEASONS | {"the", "of"}:
        unit = "season" if lower & {"spring", "summer", "autumn", "winter"} else "time"
    elif lower & {word.casefold() for word in DAYS}:
        unit = "day"
    if answer.preposition in ON_TIME | {""}:
        yield "when", ""
        front = answer.preposition or ("on" if unit in ("day", "date") else "in")
        if unit != "time" and (front, unit) != ("in", "date"):  # "in January 1920" is on no date
            yield f"{front} {'which' if unit != 'date' else 'what'} {unit}", ""
    elif answer.preposition in TIMES | {"to"}:
        yield from _behind(answer, f"which {unit}" if unit not in ("date", "time") else f"what {unit}")


def unit_of(text: str) -> str:
    """What a number counts: "metres" of "148 metres"; "" where its noun is single, as in "8 millimetre key"."""
    rest = text.split()
    while rest and (_is_count(rest[0]) or (rest[0] in ("to", "or") and len(rest) > 1 and _is_count(rest[1]))):
        rest.pop(0)
    plural = rest and (rest[-1].endswith("s") or rest[0].endswith("s") or rest[-1] in PLURAL or rest[0] in PLURAL)
    return " ".join(rest) if plural and not rest[-1].endswith("ss") else ""


def _is_count(word: str) -> bool:
    return word[0].isdigit() or set(word.casefold().split("-")) <= NUMBER_WORDS | {"one"}


def _counts(answer: Answer) -> Iterator[Words]:
    unit, preposition, verb = unit_of(answer.text), answer.preposition, answer.verb
    first = unit.split()[0].casefold()
    many = f"how many {unit}{f' {answer.of}' if answer.of else ''}"
    plain = preposition in ("", "for") and not answer.of
    if plain and unit.casefold() in TIME_UNITS and (preposition == "for" or verb in ENDURE):
        yield "how long", ""
    if plain and unit.casefold() in LENGTH_UNITS and not preposition and verb in MEASURED:
        yield MEASURED[verb], ""
    if first.startswith(("degree", "°")) and preposition in ("to", "at", "above", "below"):
        yield f"{preposition} what temperature", ""
    yield from _behind(answer, many, strand=COUNTED)
    if plain and not preposition and (verb == "weigh" or (verb in ("cost", "pay", "charge") and first in MONEY)):
        yield f"how much{unit[len(first) :]}", ""
    what = answer.of.removeprefix("of ")
    if what and not preposition and not what.endswith("s") and what.split()[0] not in ("the", "its", "a", "each"):
        yield f"how much {what}", ""


def _things(answer: Answer) -> Iterator[Words]:
    preposition = answer.preposition
    lower = {token.lower_ for token in answer.tokens}
    if lower <= COLOURS | {"and", "or"} and answer.kind == "phrase" and preposition in ("", "in"):
        yield from _behind(answer, "what colour", strand=frozenset())
        return
    if _is_person(answer):
        yield from ((f"{preposition} whom", ""), ("who", preposition)) if preposition else (("who", ""),)
        return
    if preposition == "by" and answer.kind == "phrase" and len(answer.tokens) == 1 and answer.top.lower_ in MEANS:
        yield "how", ""  # "by road", "by horn"
        return
    sort = sort_of(answer.text) if answer.kind == "name" else ""
    place = preposition in WHERE and is_place(answer)
    if place:
        yield "where", ""
        if preposition in ("in", "at") and answer.kind == "name" and not sort:
            yield f"{preposition} which place", ""
    elif preposition in ("from", "to") and (answer.kind == "name" or (answer.verb in MOTION and is_place(answer))):
        yield "where", preposition
        place = answer.verb in MOTION
    if sort:
        yield from _behind(answer, f"which {sort}")
    if preposition in TIMES - {"in", "on", "at", "from", "by", "for"} or (preposition in STATIC and lower & ABSTRACT):
        return
    if answer.kind == "name" and (place or sort):
        return
    if answer.kind == "name" and not preposition and answer.verb in REACHED and not sort:
        yield "which place", ""
    elif preposition == "for" and answer.verb in MEANT:
        yield from _behind(answer, "what", strand=STRANDED | {"for"})
    elif not place and (not preposition or preposition in STRANDED | AT_THE_END | STATIC):
        yield from _behind(answer, "what")
    if kind := _kind_of(answer):
        yield from _behind(answer, f"what kind of {kind}", strand=frozenset())
    if answer.top.lemma_.casefold() in MATERIALS and preposition == "of":
        yield "of what material", ""


def sort_of(name: str) -> str:
    """The common noun in a place's name: "lake" of "Lake Orrin"; "" where none is known."""
    words = [word.casefold() for word in (name.split()[-1], name.split()[0]) if word[0].isupper()]
    return next((word for word in words if word in GEOGRAPHY), "")


def _behind(answer: Answer, words: str, *, strand: frozenset[str] = STRANDED) -> Iterator[Words]:
    """The words behind their preposition, and with it at the end."""
    preposition = answer.preposition
    if not preposition:
        yield words, ""
        return
    if preposition not in AT_THE_END:
        yield f"{preposition} {words}", ""
    if preposition in strand | AT_THE_END and not words.startswith(("which", "what time")):
        yield words, preposition


def _is_person(answer: Answer) -> bool:
    if _is_body(answer):
        return True
    if answer.kind == "name":
        words = answer.text.split()
        fit = answer.preposition not in STATIC and not any(
            word.casefold() in GEOGRAPHY or word in ("of", "the") or not word.isalpha() for word in words
        )
        if fit and words[0].rstrip(".") in STYLES and len(words) > 1 and not _is_definite(answer):
            return True  # "Dr Osbeth Narrim", not "the Lady Chapel"
        person = all(token.ent_type_ == "PERSON" for token in answer.tokens) and len(words) > 1
        before = answer.tokens[0].nbor(-1) if answer.tokens[0].i else None
        if before is not None and before.lemma_.casefold() in PEOPLE:
            return True  # "the brothers Anton and Emil Reuss"
        if answer.top.dep_ == "appos" and answer.top.head.lemma_.casefold() in PEOPLE:
            return True  # "her father, Dorrin,"
        people = answer.top.tag_ in ("NNPS", "NNS") or any(token.ent_type_ == "NORP" for token in answer.tokens)
        if before is not None and before.lower_ in ARTICLES and not people:
            return False  # "the Harvest Ball" is called a person by the parse, "the Romans" are some
        acts = not answer.preposition and answer.verb in HUMAN and answer.top.dep_ in SUBJECTS
        return (fit and (person or acts)) or (answer.preposition == "by" and answer.top.head.dep_ == "agent")
    if answer.kind == "list":
        return False
    titled = answer.top.pos_ == "PROPN" and any(_is_people(token) for token in answer.tokens[:-1])
    return titled or _is_people(answer.top)  # "the apothecary Hettany Brume"


def _is_body(answer: Answer) -> bool:
    """Whether persons act together: "the city council", "Board of Wells", but not the office that has two rooms."""
    does = not answer.preposition and answer.top.dep_ in SUBJECTS and answer.verb not in STATES
    words = {answer.top.lemma_} if answer.kind == "phrase" else {word.casefold() for word in answer.text.split()}
    return (does or answer.preposition == "by") and answer.kind in ("name", "phrase") and not words.isdisjoint(BODIES)


def _is_definite(answer: Answer) -> bool:
    first = answer.tokens[0]
    return bool(first.i and first.nbor(-1).lower_ in ARTICLES)


def _is_people(noun: Any) -> bool:
    """Whether a noun is for persons: of the list, or made as such nouns are: "instrument-maker", "cellist"."""
    word = noun.lemma_.casefold()
    return bool(word in PEOPLE or noun.lower_ in PEOPLE or word.endswith(PEOPLE_ENDS))


def is_place(answer: Answer) -> bool:
    """Whether a phrase behind "in" or "on" says where."""
    if answer.kind == "name":
        return not any(token.ent_type_ in ("DATE", "LANGUAGE", "WORK_OF_ART") for token in answer.tokens)
    first = answer.tokens[0].lower_
    plain = answer.top.pos_ in ("NOUN", "PROPN")
    plain = plain and answer.top.lemma_ not in ABSTRACT | SEASONS | TIME_UNITS
    return bool(plain and first in ("the", "a", "an") and answer.kind == "phrase")


def _kind_of(answer: Answer) -> str:
    """The noun that "what kind of" may ask for, where the answer says which kind: "grease" of "beeswax grease"."""
    top, own = answer.top, [token for token in answer.tokens if token.dep_ != "det"]
    if answer.kind != "phrase" or top.pos_ != "NOUN" or len(own) < 2 or own[-1] != top:
        return ""
    telling = all(
        token.dep_ in ("amod", "compound") and token.pos_ in ("ADJ", "NOUN") and token.tag_ not in ("JJS", "JJR")
        for token in own[:-1]
    )
    vague = all(token.lower_ in VAGUE_ADJECTIVES for token in own[:-1])
    definite = answer.tokens[0].lower_ in ("the", "each", "every", "all", "some", "any")
    return top.text if telling and not vague and not definite else ""
