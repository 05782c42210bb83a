"""Closed-class words of English and helpers to read them: what the rule-based blocks know of the language.

The words are in lexicon.yaml. Open classes (nouns, names, most verbs) can't be listed; the blocks look at what
stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from typing import Any, Final

import yaml

_WORDS: Any = yaml.load(resources.files("labci.english").joinpath("lexicon.yaml").read_bytes(), Loader=yaml.CSafeLoader)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS[name].split())


ARTICLES: Final = _words("articles")
DETERMINERS: Final = ARTICLES | _words("determiners")
PREPOSITIONS: Final = _words("prepositions")
CONJUNCTIONS: Final = _words("conjunctions")
PRONOUNS: Final = _words("pronouns")
AUXILIARIES: Final = _words("auxiliaries")
ADVERBS: Final = _words("adverbs")
VERBS: Final = _words("verbs")
NOUNS_TOO: Final = _words("nouns_too")  # of VERBS: inside a noun phrase they are read as nouns
NUMBER_WORDS: Final = _words("number_words")
ORDINALS: Final = _words("ordinals")
MONTHS: Final = _words("months")
DAYS: Final = _words("days")
QUESTION_WORDS: Final = _words("question_words")
MEASURES: Final = _words("measures")  # behind a number: "6 kilometres long"
PLACES: Final = _words("places")  # prepositions that may say where
TIMES: Final = _words("times")  # prepositions that may say when
SEASONS: Final = _words("seasons")
GENERIC: Final = _words("generic")  # what a question may add to the words of its fact
PEOPLE: Final = _words("people")  # nouns that "who" asks for
HUMAN: Final = _words("human")  # verbs of which a name without an article is a person's
MEANS: Final = _words("means")  # "by road" says how
MOTION: Final = _words("motion")  # verbs behind which "from" and "to" say where
GEOGRAPHY: Final = _words("geography")  # common nouns inside names of places: "which lake"
UNOWNED: Final = _words("unowned")  # nouns that are no topic's own: "the sea of Kestle Hill"
ABSTRACT: Final = _words("abstract")  # "in an emergency" says not where
MATERIALS: Final = _words("materials")
COLOURS: Final = _words("colours")
TIME_UNITS: Final = _words("time_units")
LENGTH_UNITS: Final = _words("length_units")
MONEY: Final = _words("money")
VAGUE_ADJECTIVES: Final = _words("vague_adjectives")  # those that tell no kind of a thing
LIGHT_VERBS: Final = _words("light_verbs")  # say too little for a short question
ENDURE: Final = _words("endure")  # verbs that a length of time is the measure of
ALSO_VERBS: Final = _words("also_verbs")  # nouns that a sentence without another verb may have as its verb
BODIES: Final = _words("bodies")  # of persons: who did it, though not "in whom"
LASTING: Final = _words("lasting")  # participles of what lasts: "known as the Thread", "accompanied by a buzzer"
NARROWING: Final = _words("narrowing")  # without what they bring a statement may be false
CURRENCIES: Final = ("£", "$", "€", "¥")
RULES: Final = _words("rules")  # texts under which something holds
TRIVIAL: Final = _words("trivial")  # alone they are no answer
EXCHANGEABLE: Final = _words("exchangeable")  # base forms that a question may use for others
FUNCTION: Final = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | AUXILIARIES | ADVERBS | QUESTION_WORDS
IRREGULAR: Final[dict[str, str]] = _WORDS["irregular"]

WORD: Final = re.compile(r"[^\W_]+(?:[.,:/'’\-–&][^\W_]+)*|%|°C?", re.UNICODE)


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Words with their offsets; hyphens, apostrophes and decimal points stay inside a word."""
    return [(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]


def is_number(word: str) -> bool:
    """Whether a word is or begins with a number, in digits or spelt out."""
    first, *rest = word.casefold().split("-")  # "twenty-three", "thirty-one"
    return word[0].isdigit() or (first in NUMBER_WORDS and all(part == "one" or part in NUMBER_WORDS for part in rest))


def is_year(word: str) -> bool:
    """Whether a word is most likely a year: four digits from 1000 to 2099."""
    return re.fullmatch(r"1\d{3}|20\d{2}", word) is not None


def is_name(word: str) -> bool:
    """Whether a word looks like (part of) a proper name or a code: a capital, or letters with digits."""
    return word[0].isupper() or (word[0].isalpha() and any(char.isdigit() for char in word))


def main_verb(word: str) -> tuple[str, str] | None:
    """Base form and the form of "do" for a finite verb, such as ("carry", "does"); None if it is not known as one."""
    lower = word.casefold()
    if lower in IRREGULAR:
        return IRREGULAR[lower], "did"
    if lower in ("has", "does", "goes"):
        return {"has": "have", "does": "do", "goes": "go"}[lower], "does"
    if lower not in VERBS:
        return None
    if lower.endswith("ed"):
        return _base(lower, "ed"), "did"
    if lower.endswith("s") and not lower.endswith("ss"):
        return _base(lower, "s"), "does"
    return lower, "do"


def is_finite(words: Sequence[str], i: int) -> bool:
    """Whether a word that may be a verb is read as the finite one at its place, not as noun or participle."""
    found = main_verb(words[i])
    if found is None:
        return False
    before = words[i - 1].casefold() if i else ""
    after = words[i + 1].casefold() if i + 1 < len(words) else ""
    if before in DETERMINERS | PREPOSITIONS | {"and"} or words[i].casefold() in ("called", "named", "known", "made"):
        return False
    if after in AUXILIARIES and after not in ("been", "being", "be"):
        return False  # "the main trades are"
    plural = before.endswith("s") and not before.endswith("'s")
    return found[1] != "do" or plural  # "the safety pin": no plural, no base form


def _base(word: str, ending: str) -> str:
    """The base form of a regular verb: the candidate that is itself known, else the likeliest spelling."""
    stem = word[: -len(ending)]
    candidates = [stem + "e", stem] if ending == "ed" else [stem]
    if stem.endswith("ie" if ending == "s" else "i"):
        candidates.insert(0, stem[: -len("ie" if ending == "s" else "i")] + "y")
    if ending == "s" and stem.endswith("e"):
        candidates.append(stem[:-1])
    if len(stem) > 3 and stem[-1] == stem[-2]:
        candidates.append(stem[:-1])
    known = [candidate for candidate in candidates if candidate in VERBS]
    if known:
        return known[0]
    sibilant = stem.endswith(("she", "che", "sse", "xe", "zze"))
    return candidates[-1] if ending == "s" and sibilant else candidates[0] if ending == "s" else stem
