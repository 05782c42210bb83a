"""A question made by rule with its question word in front: "How many cars does the Maid of Orsel carry?"

Only for clauses whose subject and verb are plain to see: subject, finite verb, rest. What can't be read with
confidence gives no question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labci.blocks import Fact, Span
from labci.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DAYS,
    DETERMINERS,
    FUNCTION,
    MEASURES,
    MODALS,
    MONTHS,
    MOVABLE,
    NUMBER_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    SOFTENERS,
    VERBS,
    is_finite,
    is_name,
    is_number,
    main_verb,
    tokens,
)  # fmt: skip

MAX_WORDS = 24
MAX_SUBJECT = 7
BREAK = re.compile(
    r"[;:] |, (?:and|but|or|so) |, (?:because|so that|as|if|when|while|where|which|who|with|one for) |, (?=the [a-z]+ )"
)
BOUND = re.compile(r" (?=because\b|so that\b)")
RELATIVE = re.compile(r", (?:which|who) ")
WHERE = frozenset({"in", "at", "on", "near"})
TAKEN_ALONG = re.compile(r" (long|wide|high|deep|tall|old|thick|away|of [\w-]+(?: [\w-]+)??)(?= (?:on|in|at|and)\b|$)")
PARTICIPLES = frozenset({"made", "known", "built", "kept", "held", "found", "sold", "set", "cut", "bred"})
HALF = re.compile(r"\b(?:because|which|who|that|when|where|if|so|as|than|like|except)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Subject, verb and the text around the answer, all as in the fact."""

    subject: str
    verb: str
    before: str  # from the verb to the answer
    after: str  # from the answer to the clause's end


def front_question(fact: Fact, span: Span, *, names: str = "") -> str:
    """The question, or "". names: the document's title, whose common noun ("the island") stands for the topic."""
    clause = _read(fact.text, span)
    if clause is None:
        return ""
    asked = _asked(clause, span)
    if asked is None:
        return ""
    words, before, after = asked
    subject = _subject(clause.subject, fact.topic, names)
    middle = _inverted(clause.verb, subject)
    if middle is None or re.search(r"\b(?:it|they|them|then|there|she|he)\b", f"{before} {after}", re.IGNORECASE):
        return ""
    text = re.sub(r"\s+", " ", f"{words} {middle} {before} {after}").strip(" ,;:.")
    if not 4 <= len(text.split()) <= MAX_WORDS:
        return ""
    named = fact.topic.casefold().removeprefix("the ") in text.casefold()
    return (
        f"{text[0].upper()}{text[1:]}?"
        if named
        else f"{fact.topic[0].upper()}{fact.topic[1:]}: {text[0].lower()}{text[1:]}?"
    )


def _read(text: str, span: Span) -> Clause | None:
    """The clause that holds the span, read as subject, verb, rest; None where that fails."""
    start, end, given = _bounds(text, span)
    words = [(w, a + start, b + start) for w, a, b in tokens(text[start:end])]
    if not words:
        return None
    verb = _verb_at(text, words, given)
    if verb is None:
        return None
    subject = given or text[words[0][1] : words[verb - 1][2]] if verb else given or "one"
    verb, end = _coordinated(text, words, verb, span, end)
    if words[verb][2] > span.start:
        return None
    spoken = words[verb][0]
    return Clause(
        subject=subject, verb=f"should {spoken.lower()}" if subject == "one" else spoken,
        before=text[words[verb][2] : span.start], after=text[span.end : end],
    )  # fmt: skip


def _bounds(text: str, span: Span) -> tuple[int, int, str]:
    """Start and end of the clause, and its subject where that stands in the clause before (", who landed")."""
    starts = [m for m in BREAK.finditer(text) if m.end() <= span.start]
    ends = [m.start() for m in [*BREAK.finditer(text), *BOUND.finditer(text)] if m.start() >= span.end]
    end = min(ends, default=len(text))
    if not starts:
        return 0, end, ""
    last = starts[-1]
    if RELATIVE.fullmatch(last.group()):
        given = _antecedent(text[: last.start()], last.group())
        return (last.end() if given else len(text)), end, given
    if span.kind == "reason":
        return (starts[-2].end() if len(starts) > 1 else 0), end, ""
    if any(
        word in last.group()
        for word in ("because", "so that", "with", "where", "one for", " as ", " if ", "when", "while")
    ):
        return len(text), end, ""  # a subordinate clause: its question would ask for half of a thought
    return last.end(), end, ""


def _antecedent(before: str, pronoun: str) -> str:
    """What "which" or "who" stands for: the name or noun phrase right before it."""
    words = tokens(before)
    names = 0
    while names < len(words) and is_name(words[-1 - names][0]) and names < 4:
        names += 1
    placed = names < len(words) and words[-1 - names][0].casefold() in PREPOSITIONS
    if names and not placed and (names > 1 or "which" in pronoun):
        return before[words[-names][1] :]
    return ""


def _verb_at(text: str, words: list[tuple[str, int, int]], given: str) -> int | None:
    """Index of the finite verb; 0 for an imperative or for a relative clause that starts with it."""
    first = words[0][0].casefold()
    if given:
        return 0 if first in AUXILIARIES or main_verb(first) else None
    if main_verb(first) == (first, "do") and not text[: words[0][1]].strip() and words[0][0][0].isupper():
        return 0
    if first in PREPOSITIONS | CONJUNCTIONS | PRONOUNS - {"nobody", "everybody"} or first in ADVERBS | AUXILIARIES:
        return None
    plain = [word for word, _, _ in words]
    for i, (word, start, _) in enumerate(words[1 : MAX_SUBJECT + 1], 1):
        gap = text[words[i - 1][2] : start]
        lower = word.casefold()
        if gap.strip() or lower in PRONOUNS | CONJUNCTIONS - {"and", "of"}:
            return None
        if lower in AUXILIARIES:
            return i
        if is_finite(plain, i):
            return i
    return None


def _coordinated(text: str, words: list[tuple[str, int, int]], verb: int, span: Span, end: int) -> tuple[int, int]:
    """The verb nearest before the span where "and" joins two ("is made …, and weighs …"), and the clause's end."""
    for i in range(verb + 1, len(words) - 1):
        joined = words[i][0] == "and" and (main_verb(words[i + 1][0]) or words[i + 1][0] in AUXILIARIES)
        if joined and words[i + 1][0].casefold() in VERBS | AUXILIARIES and not words[i + 1][0].endswith("ed"):
            if words[i + 1][2] <= span.start:
                verb = i + 1
            elif words[i][1] >= span.end:
                return verb, min(end, words[i][1])
    return verb, end


def _asked(clause: Clause, span: Span) -> tuple[str, str, str] | None:
    """Question words with their preposition, and what is left before and after the answer."""
    drop = SOFTENERS | {"a", "an", "the"} | ({"that"} if span.kind == "clause" else set())
    before = _without_last(clause.before.strip(), drop)
    after = re.split(r",|;| and (?=\w+ed\b)", clause.after)[0].rstrip(" .")
    if HALF.search(before) or "," in before.rstrip(",") or re.search(r" and (?:the|an?) ", after):
        return None
    if span.kind == "reason":
        return ("why", before.rstrip(","), "") if clause.subject != "one" else None
    if "," in before or clause.subject.casefold() in ("nobody", "everybody") or _half_a_phrase(clause.after):
        return None
    number = is_number(span.text.split()[0])
    if re.match(r" (?:and|or)\b", after):
        after = ""
        if not number:
            return None  # only a part of the answer
    if before.endswith(" and") and number:
        before = "" if len(before.split()) <= 4 else before
    last = before.split()[-1].casefold() if before else ""
    words = _question_words(span, last)
    if not words or last == "and" or not _attaches(clause, span, before, last, after):
        return None
    return _moved(words, before, after, last)


def _half_a_phrase(after: str) -> bool:
    """Whether the answer goes on behind the span: a noun ("M12" of "M12 bolt"), "of", or the next item of a list."""
    if re.match(r", (?:an?|the|no|one|two|three|four|five) ", after):
        return True
    found = re.match(r" ([\w-]+)", after)
    word = found[1].casefold() if found else ""
    return bool(word) and word not in FUNCTION | MEASURES | VERBS and not word.endswith("ly")


def _moved(words: str, before: str, after: str, last: str) -> tuple[str, str, str]:
    """Take along what belongs to the question words: "how many kilometres long", "at which place"."""
    if found := TAKEN_ALONG.match(after):
        words, after = f"{words} {found[1]}", after[found.end() :]
    if last in PREPOSITIONS:
        before = _without_last(" ".join(before.split()[:-1]), SOFTENERS)
        words = words if words in ("when", "where") else f"{last} {words}"
    return words, before, after


def _attaches(clause: Clause, span: Span, before: str, last: str, after: str) -> bool:
    """Whether the answer hangs on the verb, not on a noun before it: only then may it move to the front."""
    rest = " ".join(before.split()[:-1]) if last in PREPOSITIONS else before
    participle = bool(rest) and _participle(rest.split()[-1])
    if last in PREPOSITIONS and (last not in MOVABLE or (rest.split() or [""])[0].casefold() in PREPOSITIONS):
        return False
    if clause.verb.casefold() in ("is", "are", "was", "were"):
        number = is_number(span.text.split()[0])
        first = bool(rest) and _participle(rest.split()[0])
        alone = not rest and (number or not after.strip() or last in PREPOSITIONS)
        return (first or alone) and not after.startswith(" of")
    if after.startswith(" of") and not is_number(span.text.split()[0]):
        return False
    return last in PREPOSITIONS or not rest or participle or rest.split()[-1] in ADVERBS | {"not"} or _only_verb(rest)


def _only_verb(rest: str) -> bool:
    """Whether a modal's full verb is all there is between it and the answer: "may not bring"."""
    return len(rest.split()) <= 2 and main_verb(rest.split()[-1]) is not None


def _participle(word: str) -> bool:
    return word.endswith(("ed", "en")) or word in PARTICIPLES


def _without_last(text: str, drop: frozenset[str] | set[str]) -> str:
    words = text.split()
    while words and words[-1].casefold() in drop:
        words.pop()
    return " ".join(words)


def _question_words(span: Span, last: str) -> str:
    if span.kind == "date":
        names = {word for word, _, _ in tokens(span.text)}
        if last in ("in", "on", "at") or not last:
            return "when"
        return (
            "which year"
            if span.text.isdigit()
            else "which day"
            if names & DAYS
            else "which month"
            if names & MONTHS
            else ""
        )
    if span.kind == "frequency":
        return "how often" if last not in PREPOSITIONS else ""
    if is_number(span.text.split()[0]):
        return _count(span.text, last)
    if span.kind == "name":
        return "where" if last in WHERE else "whom" if last == "by" else "what"
    return "what" if span.kind in ("phrase", "list", "clause") else ""


def _count(text: str, last: str) -> str:
    rest = text.split()
    while rest and (is_number(rest[0]) or rest[0].casefold() in NUMBER_WORDS):
        rest.pop(0)
    if not rest:
        return "what time" if last == "at" and re.fullmatch(r"\d{1,2}([.:]\d\d)?", text) else ""
    plural = rest[0].endswith("s") or rest[-1].endswith("s") or rest[0] == "people"
    return f"how many {' '.join(rest)}" if plural else ""


def _subject(subject: str, topic: str, names: str) -> str:
    """The subject so that it can be understood alone: the topic for its common noun, else "of" the topic."""
    words = [word for word, _, _ in tokens(subject)]
    lower = {word.casefold() for word in words} - DETERMINERS
    if lower and lower <= {word.casefold() for word, _, _ in tokens(f"{names} {topic}")} - FUNCTION:
        return topic
    named = any(is_name(word) and (i or word.casefold() not in FUNCTION) for i, word in enumerate(words[1:], 1))
    if words and words[0].casefold() in FUNCTION and not named and words[0].casefold() in ("the", "its", "their"):
        return (
            f"the {' '.join(subject.split()[1:])} of {topic}"
            if " of " not in subject
            else subject[0].lower() + subject[1:]
        )
    common = words and (words[0].casefold() in FUNCTION or not is_name(words[0]) or subject.endswith("s"))
    return subject[0].lower() + subject[1:] if common else subject


def _inverted(verb: str, subject: str) -> str | None:
    """Verb and subject in the order of a question."""
    if verb.startswith("should "):
        return f"should {subject} {verb.removeprefix('should ')}"
    if verb.casefold() in AUXILIARIES - {"have", "has", "had", "do", "does", "did", "be", "been", "being"} | MODALS - {
        "to"
    }:
        return f"{verb} {subject}"
    found = main_verb(verb)
    return f"{found[1]} {subject} {found[0]}" if found else None
