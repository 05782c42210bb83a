"""Questions made by rule from a simple clause: "What should the spindle be greased with?"

The answer's constituent becomes question words in front, with the verb turned round (after Heilman and Smith,
2010): always right where the parse is, at no cost. What can't be moved to the front is not asked; its gap is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from labci.blocks import Fact, Span
from labci.english.anchor import anchored
from labci.english.asking import Answer, unit_of, wordings
from labci.english.fronting import Reading, active, fronted, is_bare
from labci.english.lexicon import (
    ARTICLES,
    COLOURS,
    FUNCTION,
    LIGHT_VERBS,
    MATERIALS,
    PEOPLE,
    is_name,
    is_number,
    tokens,
)
from labci.english.piping import piped
from labci.english.reading import SUBJECTS, finite_of, phrase, read, root_of, subject_at, text_of
from labci.english.sites import read_around, read_case, tokens_of
from labci.english.stretch import STRETCH

ALONE = frozenset({"reason", "clause", "outcome", "case", "frequency"})  # kinds of answers that no phrase takes along
STEPS = frozenset({"apprentice", "become", "die", "marry", "orphan", "qualify", "retire"})  # of a life
MOST_HOURS, MOST_YEARS = 12, 120
MOST = 3  # questions of one span: each says it another way
MAX_WORDS = 24
LOOSE = re.compile(r"\b(?:it|its|he|she|him|his|her|they|them|their|there|this|that|these|those)\b", re.IGNORECASE)
OWNED = {"She": {"her"}, "He": {"his", "him"}}  # behind a person's name these are that person's
TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)  # "move to to Upper Fell"
DEFINES = re.compile(r"(?:who|what) (?:is|are|was|were) \?", re.IGNORECASE)
DEFINED = re.compile(
    r": what (?:is|are|was|were) (?:the )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*\?"
)  # "X: what is the Mole?"
NAMING = frozenset({"call", "christen", "dub", "name", "nickname"})
TOLD_BEFORE = frozenset({"cause", "consequence", "cure", "effect", "reason", "remedy", "result"})
UNENDED = frozenset({"when", "if", "that", "because", "and", "or", "which", "whose", "the", "a", "be"})


def questions(fact: Fact, span: Span, *, names: str = "") -> list[str]:
    """At most three questions, the plainest first. names: the document's title; its noun stands for the topic."""
    for texts in _texts(fact, span):
        if found := _found(texts, fact, names, owns=not fact.life):
            return found
    # What goes in front with the answer is the topic's or not: put in behind a noun of it, the topic misleads.
    words = piped(fact.text, span) if span.kind not in ALONE else []
    other = {"he", "she"} - {fact.life.casefold()} if fact.life else set()
    return _found([words], fact, names, owns=False) if other.isdisjoint(filter(_is_text, words)) else []


def _found(texts: Iterable[list[Any]], fact: Fact, names: str, *, owns: bool) -> list[str]:
    found: list[str] = []
    for words in texts:
        text = anchored(words, fact.topic, names, owns=owns) if words else ""
        if text and text not in found and _says_enough(text, fact, _meant(words)):
            found.append(text)
    return found[:MOST]


def _meant(words: list[Any]) -> set[str]:
    """Words of a question that point at what it names itself: "it" behind its noun, "that" of "the goat that …"."""
    read_ones = [word for word in words if not _is_text(word)]
    return set(filter(_is_text, words)) | {
        word.lower_ for word in read_ones if word.tag_ == "WDT" and word.head.head in read_ones
    }


def _is_text(word: Any) -> bool:
    return isinstance(word, str)


def _without(text: str, topic: str) -> str:
    return re.sub(re.escape(topic), "", text, flags=re.IGNORECASE)


def _owned(fact: str, question: str) -> set[str]:
    """Possessives that are the subject's, where the question names that before them: "the hut lost its roof"."""
    subject = subject_at(root_of(read(fact)))
    if subject is None or subject.pos_ not in ("NOUN", "PROPN") or subject.lemma_ in PEOPLE:
        return set()
    pronoun = "their" if subject.tag_ in ("NNS", "NNPS") else "its"
    place = re.search(rf"\b{re.escape(subject.text)}\b.*\b{pronoun}\b", question, re.IGNORECASE)
    return {pronoun} if place else set()


def _says_enough(text: str, fact: Fact, meant: set[str]) -> bool:
    """Whether a question tells what it asks of its topic, and does so to the end of a sentence.

    meant: pronouns among these stand for what the question has named.
    """
    topic = fact.topic
    rest = _without(text, topic)
    content = {word.casefold() for word, _, _ in tokens(rest)} - FUNCTION
    headed = text.casefold().startswith((f"{topic.casefold()}:", f"under {topic.casefold()},"))
    named = len(rest) < len(text) and not headed
    defined = (named and DEFINES.fullmatch(rest) is not None) or DEFINED.search(rest) is not None
    enough = len(content) > 1 or (len(content) == 1 and named and not content <= LIGHT_VERBS) or defined
    end = rest.rstrip("? ").casefold()
    last = "" if end.endswith(" use to be") else end.rsplit(" ", 1)[-1]
    own = (OWNED.get(fact.life, set()) if topic in text else set()) | _owned(fact.text, text)
    loose = {found.group().casefold() for found in LOOSE.finditer(rest)} - own - meant
    twice = any(not found.group(1)[0].isupper() for found in TWICE.finditer(rest))
    fit = len(text.split()) <= MAX_WORDS and last not in UNENDED and not loose and not twice
    return enough and fit


def _texts(fact: Fact, span: Span) -> Iterator[Iterator[list[Any]]]:
    """Words and tokens of the questions; the second lot only where the first says too little."""
    if span.kind == "outcome":
        yield _outcome(fact, span)
        return
    if plain := _material(fact, span) or _called(fact, span) or _there(fact, span) or _apart(fact, span):
        yield iter(plain)
        return
    if span.kind == "date" and STRETCH.fullmatch(span.text):
        yield _stretch(fact, span)
        return
    reading, answer = read_case(fact.text, span) if span.kind == "case" else read_around(fact.text, span)
    if reading is not None and answer is not None:
        ways = [("when", "")] if span.kind == "case" else _ways(reading, answer)
        ways = ways or ([("at what age", "")] if _is_age(fact, reading, answer) else [])
        yield _worded(reading, ways)
        yield (fronted(reading, words, last, rest="all") for words, last in ways)


def _worded(reading: Reading, ways: list[tuple[str, str]]) -> Iterator[list[Any]]:
    """Those said differently first: in full, in the active voice, with other question words, in short."""
    for words, last in ways[:1]:
        yield fronted(reading, words, last)
    if reading.constituent.dep_ == "agent" and ways[:1] != [("how", "")]:  # a horn gives no warnings
        yield active(reading, "who" if any(words.endswith("whom") for words, _ in ways) else "what")
    for words, last in ways[1:]:
        yield fronted(reading, words, last, rest="core" if last and not reading.negation else "most")
    for words, last in ways[:1] if not reading.negation and ways[:1] != [("why", "")] else []:
        yield fronted(reading, words, last, rest="core")


def _material(fact: Fact, span: Span) -> list[list[Any]]:
    """ "The frame is cast iron", whichever way that is read: what is it made of?"""
    doc = read(fact.text)
    inside = tokens_of(doc, span)
    before = [token for token in doc if inside and token.i < inside[0].i and token.lower_ not in ("mostly", "all")]
    if not inside or inside[-1].lemma_.casefold() not in MATERIALS or inside[0].dep_ == "det" or len(before) < 2:
        return []
    *subject, verb = before
    be = [token for token in before if token.lower_ in ("is", "are", "was", "were")]
    bare = subject and all(token.pos_ in ("DET", "NOUN", "PROPN", "ADJ", "PART") for token in subject)
    if be != [verb] or not bare or any(not token.is_punct for token in doc if token.i > inside[-1].i):
        return []
    return [["what", verb, *subject, "made of"], ["of what material", verb, *subject, "made"]]


def _called(fact: Fact, span: Span) -> list[list[Any]]:
    """The name of a thing that is "called" or "named" so, wherever in the sentence it stands; not of persons."""
    inside = tokens_of(read(fact.text), span)
    verb = inside[0].nbor(-1) if inside and inside[0].i > 1 else None
    if verb is None or verb.lower_ not in ("called", "named") or verb.dep_ != "acl" or verb.head.i >= verb.i:
        return []
    thing = [token for token in phrase(verb.head) if token.i <= verb.head.i and token.dep_ != "det"]
    if verb.head.lemma_ in PEOPLE or verb.head.tag_ != "NN" or any(token.pos_ in ("NUM", "PRON") for token in thing):
        return []
    return [["what is the", *thing, "called"], ["what is the name of the", *thing]]


def _there(fact: Fact, span: Span) -> list[list[Any]]:
    """How many there are: "There are 17 oil holes in the frame"."""
    doc, unit = read(fact.text), unit_of(span.text)
    root, inside = root_of(doc), tokens_of(doc, span)
    there = root.lemma_ == "be" and any(child.dep_ == "expl" for child in root.children)
    counted = span.kind == "number" and any(token.dep_ == "attr" and token.head == root for token in inside)
    if not (there and counted and unit) or any(child.dep_ in ("aux", "neg") for child in root.children):
        return []
    rest = [token for token in doc if token.i > inside[-1].i and not token.is_punct]
    sure = not any(token.dep_ in ("relcl", "advcl", "cc") for token in rest) and not _bounded(inside[0])
    return [[f"how many {unit}", root, "there", *rest]] if sure else []


def _apart(fact: Fact, span: Span) -> list[list[Any]]:
    """How far things are from each other, or from something: "The pegs are 4 metres apart"."""
    doc = read(fact.text)
    root, inside = root_of(doc), tokens_of(doc, span)
    after = doc[min(inside[-1].i + 1, len(doc) - 1)] if inside else root
    subject = subject_at(root)
    fit = span.kind == "number" and after.lower_ in ("apart", "away") and root.lemma_ == "be" and subject is not None
    odd = any(child.dep_ in ("aux", "neg", "cc", "conj") for child in (*root.children, *after.children))
    if not fit or odd or _bounded(inside[0]):
        return []
    rest = [token for token in doc if token.i > after.i and not token.is_punct]
    return [[f"how far {after.lower_}", root, *subject.subtree, *rest]]


def _bounded(first: Any) -> bool:
    """Whether a number is only a bound: "at least 300 seats"."""
    before = first.doc[max(0, first.i - 2) : first.i].text.casefold().split()
    return bool({"least", "most", "than", "nearly", "almost", "up"} & set(before))


def _stretch(fact: Fact, span: Span) -> Iterator[list[Any]]:
    """ "When …?" of what holds from one time to another, read as if it were in one month."""
    month = "In April" if span.start == 0 else "in April"
    text = fact.text[: span.start] + month + fact.text[span.end :]
    start = span.start + len("in ")
    reading, answer = read_around(text, Span(text="April", start=start, end=start + len("April"), kind="date"))
    if reading is not None and answer is not None:
        yield from _worded(reading, [("when", "")])


def _outcome(fact: Fact, span: Span) -> Iterator[list[Any]]:
    """ "What happens if …?", or what to do where the outcome is an instruction; the case in front, too."""
    doc = read(fact.text)
    case = [token for token in doc if token.idx < span.start and token.text != ","]
    root = root_of(doc)
    told = root.tag_ == "VB" and not any(child.dep_ in SUBJECTS for child in root.children)
    past = finite_of(doc).tag_ == "VBD"
    yield ["what should you do" if told else "what happened" if past else "what happens", *case]
    if told:
        yield [*case, ", what should you do"]


def _is_age(fact: Fact, reading: Reading, answer: Answer) -> bool:
    """Whether a number behind "at" is how old somebody was: "left school at eleven", and no hour of a day's doings."""
    alone = len(answer.tokens) == 1 and answer.preposition == "at" and is_number(answer.text)
    if not (alone and fact.life and text_of(reading.subject) == fact.topic):
        return False
    bare = [child.lower_ for child in reading.verb.children if not any(child.children)]
    step = reading.verb.lemma_ in STEPS or "school" in bare
    return step or (answer.text.isdigit() and MOST_HOURS < int(answer.text) < MOST_YEARS)


def _ways(reading: Reading, answer: Answer) -> list[tuple[str, str]]:
    """Question words; a copula has its own: "what is it made of" for cast iron, "how long" for 6 kilometres long."""
    outer, top = reading.constituent, reading.top
    if _unasked(reading, answer):
        return []
    if answer.kind == "clause":
        return [("what", "")]
    if top.dep_ == "pobj" and top.head.head.dep_ in ("attr", "dobj") and top.head.lower_ in ("of", "for"):
        return [("what", answer.preposition)] if not is_number(answer.text) else []
    if outer.dep_ == "acomp" and top.dep_ == "npadvmod":
        return [(f"how {outer.text}", ""), (f"how many {unit_of(answer.text)} {outer.text}", "")]
    if outer.dep_ in ("acomp", "oprd") and top.pos_ not in ("NOUN", "PROPN"):
        coloured = answer.text.endswith(("-coloured", "-colored")) or answer.tokens[-1].lower_ in COLOURS
        return [("what colour", "")] if coloured else []  # "plum-coloured", "slate blue"
    if outer.dep_ == "attr" and answer.kind == "name" and _person_is(reading, answer):
        return [("who", "")]  # "The librarian is Ines Korr"
    if {token.lower_ for token in answer.tokens} <= COLOURS and outer.dep_ == "attr":
        return [("what colour", "")]
    if reading.verb.lemma_ == "be" and reading.asks_subject and not reading.auxiliaries:
        attributes = [child for child in reading.verb.children if child.dep_ in ("attr", "acomp")]
        if any(child.lemma_ in PEOPLE for child in attributes) and answer.kind == "name":
            return [("who", "")]  # "Ines Korr is the librarian"
        return [("what", "")] if any(_definite(child) for child in attributes) else []
    return wordings(answer)


def _unasked(reading: Reading, answer: Answer) -> bool:
    """Whether a question with the answer's words in front would ask for something else."""
    outer, first, doc = reading.constituent, answer.tokens[0].i, answer.tokens[0].doc
    bare = [child for child in reading.verb.children if is_bare(child)]
    return (
        # "The usual cause is a loose belt": of what is told
        (reading.verb.lemma_ == "be" and any(_points(token) for token in (outer, *reading.subject)))
        or doc[0].lower_ == "have"  # "Have a plumber connect the hose"
        # "The crew call the fog the Wool": what is called, or what it is called
        or (outer.dep_ == "dobj" and reading.verb.lemma_ in NAMING and _is_named_so(outer))
        # "With E3, the probe has snapped": in that case, not by its means
        or (outer.dep_ == "prep" and outer.i == 0 and outer.lower_ == "with")
        # "At most six guests …": asked for the place it would say "most six guests"
        or any(not child.i < first < child.i + 3 for child in bare)
        or (first > 1 and doc[first - 2 : first].text.lower() == "among them")
        or (answer.kind == "date" and reading.asks_subject)  # "Thursdays with Aunt Dora ran for 23 years"
        or (outer.lower_ == "from" and answer.kind != "date" and _goes_to(outer))
        # "From 3 to 5 metres": where it ends, though the parse has "from" before all of it
        or (first > 2 and doc[first - 1].lower_ == "to" and doc[first - 2].like_num and doc[first - 3].lower_ == "from")
    )


def _goes_to(start: Any) -> bool:
    """Whether "to …" stands right behind "from …": only both tell what is asked for."""
    after = start.right_edge.i + 1
    return after < len(start.doc) and start.doc[after].lower_ in ("to", "until")


def _points(token: Any) -> bool:
    """Whether a noun needs to be told whose it is, and is not."""
    return token.lemma_ in TOLD_BEFORE and not any(child.dep_ in ("prep", "poss") for child in token.children)


def _person_is(reading: Reading, answer: Answer) -> bool:
    """Whether the subject is somebody, and the answer a name without an article: no "The printer is a Quarn L80"."""
    head = next((token for token in reading.subject if token.head not in reading.subject), None)
    before = answer.tokens[0].nbor(-1).lower_ if answer.tokens[0].i else ""
    return head is not None and head.lemma_ in PEOPLE and before not in ARTICLES


def _is_named_so(noun: Any) -> bool:
    """Whether a name stands behind what is named: "call the mist the Shawl", not "names three offences"."""
    return any(child.dep_ in ("oprd", "dative") for child in noun.head.children) or any(
        child.dep_ == "appos" for child in noun.children
    )


def _definite(token: Any) -> bool:
    """Whether a noun phrase names one thing: a question can ask what that is."""
    return is_name(token.text) or any(child.lower_ in ("the", "its") for child in token.children)
