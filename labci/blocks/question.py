"""Cheap filters: is it a question, does it give its answer away, does it name only what the document names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from labci.digest import fold
from labci.english.lexicon import DAYS, FUNCTION, MONTHS, is_name, is_number, tokens
from labci.sample import Reject, Sample

MIN_WORDS, MAX_WORDS = 4, 40
UNCLEAR = "does not say what it is about"  # details that others tell apart
ANOTHER_KIND = "the answer is of another kind"
ADVISED = re.compile(r"\b(?:should|do|must|can|may) you\b", re.IGNORECASE)
VAGUE = re.compile(
    r"\b(?:the|this|that|these|above|following|given)"
    r" (?:passage|text|document|fact|context|sentence|paragraph|statement|topic|answer|article)\b",
    re.IGNORECASE,
)
PERSONAL = frozenset(["i", "you", "we", "he", "she", "they", "him", "them", "your", "my", "our", "this", "these"])
POINTING = re.compile(r"\b(?:it|its|his|her|their|that)\b", re.IGNORECASE)
WH = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)


def filter_questions(samples: Iterable[Sample], *, topic: str, known: Collection[str]) -> Iterator[Sample | Reject]:
    """Drop what can't be a good question, saying why. known: folded words of fact, topic and heading."""
    for sample in samples:
        fact = sample.context or ""
        reason, detail = check(sample.question, sample.answer, fact, topic=topic, known=known)
        yield Reject(sample=sample, stage="question", reason=reason, detail=detail) if reason else sample


def check(question: str, answer: str, fact: str, *, topic: str, known: Collection[str] = ()) -> tuple[str, str]:
    """Reason (of `labci.sample.REASONS`) and detail, or two empty strings for a question that passes."""
    words = [word for word, _, _ in tokens(question)]
    lower = [word.casefold() for word in words]
    if not question.endswith("?") or question.count("?") > 1 or not WH.search(question):
        return "unparsable", "not one question"
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        return ("unparsable", "too short") if len(words) < MIN_WORDS else ("too-long", f"{len(words)} words")
    if contains(question, answer):
        return "not-grounded", "gives its answer away"
    if strange := unknown_names(words, f"{fact} {topic} {' '.join(known)}"):
        return "not-grounded", f"names {strange[0]!r}, which the document does not"
    advised = {"you"} if ADVISED.search(question) else set()  # of an instruction: the user is meant
    if VAGUE.search(question) or (PERSONAL - advised) & set(lower):
        return "not-self-contained", "points at the text"
    if repeats(lower):
        return "unparsable", "repeats itself"
    if not understandable(question, fact, topic):
        return "not-self-contained", UNCLEAR
    return mismatch(question, answer)


def contains(question: str, answer: str) -> bool:
    """Whether a question has its answer in it, or most of the answer's content words."""
    if re.search(rf"(?<!\w){re.escape(fold(answer).casefold())}(?!\w)", fold(question).casefold()):
        return True
    content = {word for word in _words(answer) if word not in FUNCTION}
    asked = set(_words(question))
    counts = {"many", "much", "number"} & asked and any(is_number(word) for word in answer.split()[:1])
    if counts and not any(is_number(word) for word in content & asked):
        return False  # "how many wind turbines": what is counted is no secret
    return bool(content) and len(content & asked) > 0.6 * len(content)


def unknown_names(words: list[str], source: str, *, first: bool = True) -> list[str]:
    """Names and numbers of the question that the source does not spell the same way.

    first: whether its first word, which has a capital in any case, must be the source's, too.
    """
    spelt = {part for word, _, _ in tokens(source) for part in _forms(word)}
    folded = {word.casefold() for word in spelt}
    names = [word for word in words[1:] if is_name(word) or word[0].isdigit()]
    begins = [word for word in words[:1] if first and word.casefold() not in FUNCTION]
    return [word for word in names if not _forms(word) & spelt] + [w for w in begins if w.casefold() not in folded]


def understandable(question: str, fact: str, topic: str) -> bool:
    """Whether the question names the topic, or a proper name of the fact, and no pronoun comes before it."""
    names = [*_proper(topic), *(_proper(fact))]
    places = [question.find(name) for name in names if name in question]
    whole = topic.casefold().removeprefix("the ")  # a title's capitals are no part of a name: "the ember lichen"
    if " " in whole and whole in question.casefold():
        places.append(question.casefold().find(whole))
    if not places:
        return False
    pointing = POINTING.search(question)
    return pointing is None or pointing.start() > min(places)


def names_topic(question: str, topic: str) -> bool:
    """Whether a question has the topic's name in it."""
    proper = _proper(topic) or [topic]
    return any(name.casefold() in question.casefold() for name in proper)


def repeats(lower: list[str]) -> bool:
    """Whether a content word comes three times, or a run of three words twice."""
    content = [word for word in lower if word not in FUNCTION]
    runs = list(zip(lower, lower[1:], lower[2:], strict=False))
    return any(content.count(word) > 2 for word in content) or len(set(runs)) < len(runs)


KINDS = (
    (re.compile(r"^(?:in )?(?:what|which) year\b|\bwhat year\b", re.I), re.compile(r"\b\d{3,4}\b")),
    (re.compile(r"^how (?:many|much|far|high|tall|deep|wide|long|old|heavy|often|fast|large|big|hot|soon)\b", re.I),
     re.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand|"
                r"million|half|third|once|twice|every|each|all|one|no|none|dozen|a|an|until|since|for|daily|weekly|"
                r"\w+ly)\b", re.I)),
    (re.compile(r"^why\b|for what (?:reason|purpose)", re.I),
     re.compile(r"^(?:because|to|so|for|as|since|due|in order|it|they|the|\w+ing)\b", re.I)),
)  # fmt: skip


def mismatch(question: str, answer: str) -> tuple[str, str]:
    """Whether the kind of question rules its answer out, such as "how many" for a name."""
    for asks, suits in KINDS:
        if asks.search(question) and not suits.search(answer):
            return "not-grounded", ANOTHER_KIND
    if re.match(r"^(?:because|so that|in order to)\b", answer, re.I) and not re.search(
        r"\bwhy\b|reason|purpose", question, re.I
    ):
        return "not-grounded", ANOTHER_KIND
    number = re.match(r"^[\d.,]+\b", answer) is not None
    who = re.match(r"^(?:who|whom|whose)\b", question, re.I) is not None
    return ("not-grounded", ANOTHER_KIND) if number and who else ("", "")


def _proper(text: str) -> list[str]:
    """Words of a text that are names, the first word of a sentence only if it is no common word."""
    skip = FUNCTION | {word.casefold() for word in MONTHS | DAYS}
    found = [
        word for i, (word, _, _) in enumerate(tokens(text)) if is_name(word) and (i or word.casefold() not in skip)
    ]
    return [word for word in found if len(word) > 1 and word.casefold() not in skip]


def _forms(word: str) -> set[str]:
    bare = re.sub(r"['’]s?$", "", word)
    return {word, bare, *bare.split("-")} - {""}


def _words(text: str) -> list[str]:
    return [re.sub(r"['’]s?$", "", word.casefold()) for word, _, _ in tokens(text)]
