"""Questions made by rule from a simple clause: "What should the spindle be greased with?"

The answer's constituent becomes a question word, in front with the verb turned round where the parse is plain,
else in its place. Always right where the clause is, at no cost (after Heilman and Smith, 2010).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from labci.blocks import Fact, Span
from labci.lexicon import DAYS, FUNCTION, MONTHS, NUMBER_WORDS, SEASONS, is_number, tokens
from labci.reading import phrase, read, text_of
from labci.sample import Sample

Asked = tuple[list[str], list[Any]]  # question words, and the tokens whose place they take
MAX_WORDS = 24
ANCHORS = ("nsubj", "nsubjpass", "dobj", "pobj")
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
CORE = frozenset({"dobj", "attr", "oprd", "acomp", "dative", "npadvmod", "xcomp", "ccomp", "prt", "agent", "advmod"})
PLACES = frozenset({"in", "at", "on", "near"})
PLACE_NAMES = frozenset({"GPE", "LOC", "FAC"})
DURATION = re.compile(r"\b(?:second|minute|hour|day|week|month|year)s?$")
LOOSE = re.compile(r"\b(?:it|its|he|she|him|his|her|they|them|their|there|this|that|these|those)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clause read around its answer. constituent: what hangs on the verb and holds the answer."""

    verb: Any
    subject: list[Any]  # tokens; empty for an imperative
    constituent: Any
    answer: list[Any]


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
    return _anchored(["what should you do" if told else "what happens", *case], fact.topic, names)


def _texts(reading: Reading, span: Span, fact: Fact, names: str) -> Iterator[str]:
    asked = _asked(reading, span)
    if asked is None:
        yield from _in_place(reading, span, fact, names)
        return
    if reading.subject and reading.subject[-1].pos_ == "ADP":
        return  # misread
    for short in (False, True):
        yield _anchored(_fronted(reading, asked, short=short), fact.topic, names)


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
        words = _words(span, answer, "")
        return (["who" if word == "whom" else word for word in words], whole) if _covers(answer, whole) else None
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


PLURAL = frozenset(
    {"people", "men", "women", "children", "sheep", "fish", "feet", "teeth", "percent", "bar", "million"}
)


def _fronted(reading: Reading, asked: Asked, *, short: bool) -> list[Any]:
    """Words and tokens of the question: question words, auxiliary, subject, verb, what is left.

    short: without what could be left out, and with the preposition at the end.
    """
    words, moved = asked
    stranded = ""
    if short and reading.constituent.dep_ in ("prep", "agent") and words[0] == reading.constituent.lower_:
        stranded, words = words[0], words[1:]
        words = ["who"] if words == ["whom"] else words
    verb = reading.verb
    rest = [
        child
        for child in verb.children
        if child.dep_ not in SUBJECTS | {"aux", "auxpass", "neg", "punct", "cc", "mark"}
    ]
    left: list[Any] = []
    after: list[Any] = []
    for child in rest:
        own = [token for token in child.subtree if token not in moved]
        optional = child.dep_ not in CORE and child != reading.constituent
        if (
            not own
            or child.lower_ == "there"
            or (short and optional)
            or (child == reading.constituent and child.dep_ in ("prep", "agent"))
        ):
            continue
        (left if child.i < verb.i and child.dep_ == "advmod" else after).append(own)
    auxiliaries = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    negation = [child for child in verb.children if child.dep_ == "neg"]
    tail = [
        token
        for group in sorted(after, key=lambda g: (g[0].i < verb.i, g[0].i))
        for token in group
        if token.text not in ",;"
    ]
    before = [token for group in left for token in group]
    tail = [*tail, stranded] if stranded else tail
    if reading.constituent.dep_ in SUBJECTS:
        return [*words, *auxiliaries, *negation, *before, verb, *tail]
    if not reading.subject:
        return [*words, "should you", *(["not"] if negation else []), *before, verb.lemma_.lower(), *tail]
    if verb.pos_ == "AUX" and not auxiliaries:
        return [*words, verb, *reading.subject, *negation, *before, *tail]
    if auxiliaries:
        return [*words, auxiliaries[0], *reading.subject, *negation, *auxiliaries[1:], *before, verb, *tail]
    helper = {"VBD": "did", "VBZ": "does"}.get(verb.tag_, "do")
    return [*words, helper, *reading.subject, *negation, *before, verb.lemma_, *tail]


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
    yield _anchored(kept, fact.topic, names)


def name_topic(
    samples: Iterable[Sample], *, topic: str, names: str, clear: Callable[[Sample], bool]
) -> Iterator[Sample]:
    """Put the topic into questions that name nothing: "What is the tray made of?". clear: what is left alone."""
    for sample in samples:
        if not sample.question or clear(sample):
            yield sample
            continue
        words = list(read(sample.question.rstrip(" ?")))
        yield replace(sample, question=_anchored(words, topic, names))


def _anchored(words: list[Any], topic: str, names: str) -> str:
    """The question as text that can be understood alone: it names the topic, at its first common noun if it can."""
    plain = _text(words)
    if topic.casefold().removeprefix("the ") in plain.casefold():
        return _question(plain)
    nouns = [token for token in words if not isinstance(token, str) and _anchor(token)]
    nouns.sort(key=lambda token: ANCHORS.index(token.dep_))
    for noun in nouns:
        own = [token for token in phrase(noun) if token in words]
        if {token.lower_ for token in own} - {"the", "its"} == {_kind(names)}:
            return _question(_text(_replaced(words, own, [topic])))
    for noun in nouns:
        own = [token for token in phrase(noun) if token in words]
        if not any(token.dep_ == "prep" for token in own):
            return _question(_text(_replaced(words, own, [_lowered(own), f"of {topic}"])))
    return _question(f"{topic}: {plain}")


def _anchor(token: Any) -> bool:
    """Whether a noun may be said to be the topic's: definite, and hanging on the clause's verb."""
    if token.pos_ != "NOUN" or token.dep_ not in ANCHORS:
        return False
    up = token.head.head if token.dep_ == "pobj" else token.head
    return up.dep_ == "ROOT" and any(child.lower_ in ("the", "its") for child in token.children)


@lru_cache(maxsize=64)
def _kind(title: str) -> str:
    """What sort of thing a title names: "press" for "The Garrow M6 Fruit Press", "island" for "The Island of X"."""
    if not title:
        return ""
    return str(next(read(title).sents).root.lower_)


def _replaced(words: list[Any], old: list[Any], new: list[Any]) -> list[Any]:
    at = words.index(old[0])
    return [*words[:at], *new, *[word for word in words[at:] if isinstance(word, str) or word not in old]]


def _text(words: Sequence[Any]) -> str:
    """Words and tokens as text; a token that began the fact loses its capital unless it is a name."""
    parts: list[str] = []
    group: list[Any] = []
    for word in [*words, ""]:
        if isinstance(word, str):
            parts += [_lowered(group)] if group else []
            parts += [word] if word else []
            group = []
        else:
            group.append(word)
    return re.sub(r"\s+([,.;:'’])", r"\1", " ".join(parts))


def _lowered(group: list[Any]) -> str:
    text = text_of(group)
    starts = [token for token in group if token.i == 0 and token.pos_ != "PROPN"]
    return text.replace(starts[0].text, starts[0].text.lower(), 1) if starts else text


def _question(text: str) -> str:
    text = text.strip(" ,;:.")
    return f"{text[:1].upper()}{text[1:]}?"
