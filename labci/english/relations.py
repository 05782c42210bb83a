"""What a sentence says of what: which words hang together, in which role. A question must not turn that round."""

from __future__ import annotations

import re
from typing import Any

from labci.english.lexicon import EXCHANGEABLE
from labci.english.reading import SUBJECTS, read

DENIES = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|without|cannot)\b|n['’]t\b", re.IGNORECASE)
LEFT_OUT = frozenset({"det", "aux", "auxpass", "case", "mark", "cc", "punct", "ROOT", "prep", "neg", "agent"})
ROLES = {"nsubj": "does", "nsubjpass": "is done", "dobj": "is done", "attr": "is", "acomp": "is", "poss": "of"}
Relation = tuple[str, str, str]  # role, head, what hangs on it


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return DENIES.search(text) is not None


def relations(text: str) -> set[Relation]:
    """Pairs of base forms that hang together; a preposition is the role of its noun."""
    found: set[Relation] = set()
    for token in read(text):
        if token.is_punct or token.dep_ in LEFT_OUT:
            continue
        head, role = token.head, ROLES.get(token.dep_, token.dep_)
        if token.dep_ in ("pobj", "pcomp"):
            role, head = ("does" if head.dep_ == "agent" else head.lower_), head.head
        found.add((role, head.lemma_.lower(), token.lemma_.lower()))
        if role == "of" and any(child.dep_ == "nummod" for child in head.children):  # "60 centimetres of space"
            found.add((ROLES.get(head.dep_, head.dep_), head.head.lemma_.lower(), token.lemma_.lower()))
    return found


def turned(question: str, fact: str, free: frozenset[str]) -> str:
    """Two words that a question joins and its fact does not, as "soap - taste"; "" where there are none.

    free: words that may stand anywhere, such as those of the topic.
    """
    said = relations(fact)
    pairs = {frozenset(pair[1:]): pair[0] for pair in said}
    words = {word for pair in said for word in pair[1:]}
    for role, head, word in sorted(relations(question)):
        if {head, word} & (free | EXCHANGEABLE) or head not in words or word not in words or head == word:
            continue
        own = pairs.get(frozenset((head, word)))
        if own is None or {own, role} == {"does", "is done"}:
            return f"{head} - {word}"
    return ""


def disagreeing(question: str) -> str:
    """A verb in front that does not agree with its subject, as "do electricity"; "" where all agree."""
    if re.match(r"(?:who|what) (?:do|have) not ", question, re.IGNORECASE):
        return question[:7]
    for token in read(question):
        first = token.dep_ in SUBJECTS and token.i == 0 < len(token.doc) - 1
        if first and FORMS.get(token.nbor().lower_) == "NNS":
            return f"{token.text} {token.nbor().text}"
        if token.dep_ not in SUBJECTS or token.tag_ not in ("NN", "NNS", "NNP") or _joined(token):
            continue
        verbs = [token.head, *token.head.children]
        finite = next((verb for verb in verbs if verb.lower_ in FORMS and verb.i < token.i), None)
        if finite is not None and FORMS[finite.lower_] != token.tag_.replace("NNP", "NN"):
            return f"{finite.text} {token.text}"
    return ""


FORMS = {"do": "NNS", "does": "NN", "are": "NNS", "is": "NN", "were": "NNS", "was": "NN", "have": "NNS", "has": "NN"}


def _joined(noun: Any) -> bool:
    return any(child.dep_ in ("conj", "cc", "nummod") for child in noun.children)
