"""Questions made by rule from a simple clause: "What should the spindle be greased with?"

The answer's constituent becomes a question word, in front with the verb turned round where the parse is plain,
else in its place. Always right where the clause is, at no cost (after Heilman and Smith, 2010).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from labci.blocks import Fact, Span
from labci.english.anchor import anchored
from labci.english.fronting import Asked, Reading, fronted
from labci.english.lexicon import DAYS, FUNCTION, MONTHS, NUMBER_WORDS, SEASONS, is_number, tokens
from labci.english.reading import SUBJECTS, read, text_of

MAX_WORDS = 24
PLACES = frozenset({"in", "at", "on", "near"})
PLACE_NAMES = frozenset({"GPE", "LOC", "FAC"})
PLURAL = frozenset(
    {"people", "men", "women", "children", "sheep", "fish", "feet", "teeth", "percent", "bar", "million"}
)
LOOSE = re.compile(r"\b(?:it|its|he|she|him|his|her|they|them|their|there|this|that|these|those)\b", re.IGNORECASE)


def questions(fact: Fact, span: Span, *, names: str = "") -> list[str]:
    """At most two questions, the plainest first. names: the document's title; its common noun stands for the topic."""
    if span.kind == "outcome":
        return [_outcome(fact, span, names)]
    reading = _reading(fact.text, span)
    if reading is None:
        return []
    found: list[str] = []
    for text in _texts(reading, span, fact, names):
        rest = text.replace(fact.topic, "")
        content = {word.casefold() for word, _, _ in tokens(rest)} - FUNCTION
        if len(content) > 1 and len(text.split()) <= MAX_WORDS and not LOOSE.search(rest) and text not in found:
            found.append(text)
    return found[:2]


def _outcome(fact: Fact, span: Span, names: str) -> str:
    """ "What happens if …?", or what to do where the outcome is an instruction."""
    doc = read(fact.text)
    case = [token for token in doc if token.idx < span.start and token.text != ","]
    root = next(token for token in doc if token.dep_ == "ROOT")
    told = root.tag_ == "VB" and not any(child.dep_ in SUBJECTS for child in root.children)
    return anchored(["what should you do" if told else "what happens", *case], fact.topic, names)


def _texts(reading: Reading, span: Span, fact: Fact, names: str) -> Iterator[str]:
    asked = _asked(reading, span)
    if asked is None:
        yield from _in_place(reading, span, fact, names)
        return
    if reading.subject and reading.subject[-1].pos_ == "ADP":
        return  # misread
    for short in (False, True):
        yield anchored(fronted(reading, asked, short=short), fact.topic, names)


def _reading(text: str, span: Span) -> Reading | None:
    doc = read(text)
    inside = [token for token in doc if token.idx >= span.start and token.idx + len(token.text) <= span.end]
    root = next((token for token in doc if token.dep_ == "ROOT" and token.pos_ in ("VERB", "AUX")), None)
    if root is None or not inside or root in inside or any(child.dep_ == "expl" for child in root.children):
        return None
    top = inside[-1]
    while top.head in inside and top.head != top:
        top = top.head
    constituent = top
    while constituent.head != root and constituent.head != constituent:
        constituent = constituent.head
    if constituent.head != root or constituent == root:
        return None
    subjects = [child for child in root.children if child.dep_ in SUBJECTS]
    subject = list(subjects[0].subtree) if subjects else []
    if not subject and root.tag_ not in ("VB", "VBP"):
        return None
    return Reading(verb=root, subject=subject, constituent=constituent, answer=inside)


def _asked(reading: Reading, span: Span) -> Asked | None:
    """Question words before the verb, and the tokens that they take the place of; None: it can't be moved."""
    c, answer = reading.constituent, reading.answer
    if c.dep_ in SUBJECTS:
        whole = [token for token in c.subtree if not token.is_punct]
        if reading.verb.tag_ == "VBP" or any(token.tag_ == "VBP" for token in reading.verb.children):
            return None  # "what are kept": it would have to agree with its answer
        return (_words(span, answer, ""), whole) if _covers(answer, whole) else None
    if span.kind == "reason" and c.dep_ in ("advcl", "prep"):
        return (["why"], list(c.subtree))
    if span.kind == "clause":
        return (["what"], list(c.subtree))
    if c.dep_ in ("prep", "agent"):
        return _behind_preposition(reading, span)
    if c.dep_ in ("dobj", "attr", "oprd", "acomp", "npadvmod", "dative") and c in answer:
        rest = [token for token in c.subtree if token not in answer and token.i > answer[-1].i]
        if any(token.dep_ in ("conj", "relcl", "appos", "acl") for token in rest):
            return None
        late = rest if rest and rest[0].lower_ == "of" else []
        if late and not is_number(span.text.split()[0]):
            return None
        words = _words(span, answer, "")
        return (
            [*words, text_of(late)] if late else words,
            [t for t in c.subtree if t in answer or t in late or t.i < c.i],
        )
    return None


def _behind_preposition(reading: Reading, span: Span) -> Asked | None:
    c, answer = reading.constituent, reading.answer
    objects = [child for child in c.children if child.dep_ == "pobj"]
    if len(objects) != 1 or objects[0] not in answer:
        return None
    late = [token for token in objects[0].subtree if token not in answer and token.i > answer[-1].i]
    if late and late[0].lower_ != "of":
        return None
    words = _words(span, answer, c.lower_)
    if not words:
        return None
    words = [*words, text_of(late)] if late else words
    whole = list(c.subtree)
    if words[0] in ("when", "where"):
        return words, whole
    return [c.lower_, *words], whole


def _covers(answer: Sequence[Any], whole: Sequence[Any]) -> bool:
    return all(token in answer or token.dep_ in ("det", "poss") for token in whole)


def _words(span: Span, answer: Sequence[Any], preposition: str) -> list[str]:
    """The question word for an answer."""
    labels = {token.ent_type_ for token in answer}
    lower = {token.lower_ for token in answer}
    if span.kind == "frequency":
        return ["how often"] if not preposition else []
    if span.kind == "date" or (lower <= MONTHS | DAYS | SEASONS | {"the"}):
        if preposition in ("in", "on", "at", ""):
            return ["when"]
        return ["which year" if span.text.isdigit() else "which date"]
    if is_number(span.text.split()[0]):
        return _count(span.text, preposition)
    if preposition in PLACES and (labels & PLACE_NAMES or span.kind == "name"):
        return ["where"]
    if span.kind == "name" and ("PERSON" in labels or preposition == "by"):
        return ["whom" if preposition else "who"]
    return ["what"]


def _count(text: str, preposition: str) -> list[str]:
    rest = text.split()
    while rest and (is_number(rest[0]) or rest[0].casefold() in NUMBER_WORDS):
        rest.pop(0)
    if not rest:
        return ["what time" if preposition in ("at", "from", "until", "by") else "what number"]
    return (
        [f"how many {' '.join(rest)}"]
        if rest[0].endswith("s") or rest[-1].endswith("s") or rest[0] in PLURAL
        else ["what"]
    )


def _in_place(reading: Reading, span: Span, fact: Fact, names: str) -> Iterator[str]:
    """The clause with the question word where the answer stood; a determiner before it goes."""
    doc = reading.verb.doc
    first, last = reading.answer[0].i, reading.answer[-1].i
    before = doc[first - 1].lower_ if first else ""
    words = _words(span, reading.answer, before)
    words = {"where": ["which place"], "when": ["which date"]}.get(words[0] if words else "", words)
    if words in ([], ["how often"], ["why"]):
        return
    start = first - 1 if before in ("a", "an", "the") else first
    kept: list[Any] = [*doc[:start], *words, *[token for token in doc[last + 1 :] if token.text != "."]]
    yield anchored(kept, fact.topic, names)
