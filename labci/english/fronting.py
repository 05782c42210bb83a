"""Word order of a question: question words, auxiliary, subject, verb, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labci.english.reading import SUBJECTS

Asked = tuple[list[str], list[Any]]  # question words, and the tokens whose place they take
Tokens = list[Any]
CORE = frozenset({"dobj", "attr", "oprd", "acomp", "dative", "npadvmod", "xcomp", "ccomp", "prt", "agent", "advmod"})
OWN = SUBJECTS | {"aux", "auxpass", "neg", "punct", "cc", "mark"}  # children of a verb with a place of their own
PREPOSITIONAL = ("prep", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clause read around its answer. constituent: what hangs on the verb and holds the answer."""

    verb: Any
    subject: list[Any]  # tokens; empty for an imperative
    constituent: Any
    answer: list[Any]


def fronted(reading: Reading, asked: Asked, *, short: bool) -> Tokens:
    """Words and tokens of the question.

    short: without what could be left out, and with the preposition at the end.
    """
    words, moved = asked
    before, tail = _left(reading, moved, short=short)
    if short and reading.constituent.dep_ in PREPOSITIONAL and words[0] == reading.constituent.lower_:
        tail = [*tail, words[0]]
        words = ["who" if word == "whom" else word for word in words[1:]]
    verb = reading.verb
    auxiliaries = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    negation = [child for child in verb.children if child.dep_ == "neg"]
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


def _left(reading: Reading, moved: Tokens, *, short: bool) -> tuple[Tokens, Tokens]:
    """What stays of the clause: adverbs before the verb, and what follows it; what opened the clause comes last."""
    before: Tokens = []
    after: list[Tokens] = []
    for child in reading.verb.children:
        own = [token for token in child.subtree if token not in moved]
        if not own or not _stays(reading, child, short=short):
            continue
        if child.i < reading.verb.i and child.dep_ == "advmod":
            before += own
        else:
            after.append(own)
    after.sort(key=lambda group: (group[0].i < reading.verb.i, group[0].i))
    return before, [token for group in after for token in group if token.text not in ",;"]


def _stays(reading: Reading, child: Any, *, short: bool) -> bool:
    if child.dep_ in OWN or child.lower_ == "there":
        return False
    if child == reading.constituent:
        return child.dep_ not in PREPOSITIONAL
    return child.dep_ in CORE or not short
