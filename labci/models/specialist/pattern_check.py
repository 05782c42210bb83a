"""Finds violations of the rules for patterns."""

import random
import re
from collections.abc import Iterator, Mapping

from labci.models.specialist.filling import choose, fill, is_known, slots_in
from labci.models.specialist.pattern_files import Ask, Pattern, PatternFile

FEWEST_WORDS, MOST_WORDS = 6, 38
MOST_ANSWER_WORDS = 9
SAMPLES = 3
PRONOUNS = ("", "It", "He", "She", "They")
ARTICLE = re.compile(r"^(?:a|an|the|to|in|on|at|by|for|of|from|with) ", re.IGNORECASE)
LEADING_PRONOUN = re.compile(r"\b(?:this|the) (?:document|text|passage|fact|article)\b", re.IGNORECASE)
CAPITAL_WORD = re.compile(r"(?<![\w.?!-] )(?<=[a-z,'\"] )[A-Z][\w'-]*")


def contains(question: str, answer: str) -> bool:
    """Say whether the question holds the answer, without its first little word, as whole words."""
    core = ARTICLE.sub("", answer)
    return bool(re.search(rf"(?<!\w){re.escape(core)}(?!\w)", question, re.IGNORECASE))


def problems(file: PatternFile) -> Iterator[str]:
    """Yield every violation in one file, each with the file's name and the pattern's number."""
    seen: set[str] = set()
    for number, pattern in enumerate(file.patterns, start=1):
        for problem in _pattern_problems(file, pattern):
            yield f"{file.name} #{number}: {problem}"
        if pattern.fact in seen:
            yield f"{file.name} #{number}: the fact stands twice"
        seen.add(pattern.fact)


def _pattern_problems(file: PatternFile, pattern: Pattern) -> Iterator[str]:
    texts = [pattern.topic, pattern.fact]
    unknown = [slot for slot in slots_in(texts) if not is_known(slot, file.words)]
    if unknown:
        yield f"unknown slots {unknown}"
        return
    yield from _shape_problems(pattern)
    for ask in pattern.ask:
        yield from _slot_problems(pattern, ask)
        for sample in range(SAMPLES):
            values = choose(pattern.slots(), file.words, random.Random(sample))
            yield from _filled_problems(pattern, ask, values)


def _shape_problems(pattern: Pattern) -> Iterator[str]:
    words = len(pattern.fact.split())
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        yield f"the fact has {words} words"
    if pattern.pronoun not in PRONOUNS:
        yield f"pronoun {pattern.pronoun!r}"
    if pattern.pronoun and not pattern.fact.lower().startswith(pattern.topic.lower()):
        yield "a pronoun, but the fact does not begin with the topic"
    if not slots_in([pattern.topic]):
        yield "the topic has no slot"
    if len({ask.answer for ask in pattern.ask}) < 2:
        yield "fewer than two answers"


def _slot_problems(pattern: Pattern, ask: Ask) -> Iterator[str]:
    for text in [ask.answer, *ask.wordings]:
        strange = set(slots_in([text])) - set(pattern.slots())
        if strange:
            yield f"slots {sorted(strange)} of {text!r} are not in the topic or fact"
    topic = set(slots_in([pattern.topic]))
    answer = set(slots_in([ask.answer]))
    for question in ask.wordings:
        asked = set(slots_in([question]))
        if (asked & answer) - topic:
            yield f"{question!r} holds a slot of its answer"
        if not asked & topic and not answer & topic:
            yield f"{question!r} does not name the topic"


def _filled_problems(pattern: Pattern, ask: Ask, values: Mapping[str, str]) -> Iterator[str]:
    if not set(slots_in([ask.answer, *ask.wordings])) <= set(values):
        return
    fact, answer = fill(pattern.fact, values), fill(ask.answer, values)
    if not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", fact):
        yield f"answer {answer!r} is not in the fact {fact!r}"
    if len(answer.split()) > MOST_ANSWER_WORDS:
        yield f"answer {answer!r} is too long"
    for question in ask.wordings:
        yield from _question_problems(fill(question, values), answer, f"{fill(pattern.topic, values)} {fact}")


def _question_problems(question: str, answer: str, known: str) -> Iterator[str]:
    if not question.endswith("?") or "{" in question or "}" in question:
        yield f"{question!r} is not a whole question"
    if contains(question, answer):
        yield f"{question!r} contains its answer {answer!r}"
    if LEADING_PRONOUN.search(question):
        yield f"{question!r} cannot stand alone"
    for word in CAPITAL_WORD.findall(question):
        if word.removesuffix("'s") not in known:
            yield f"{question!r} uses the unknown name {word!r}"
