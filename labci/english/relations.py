"""What a sentence says of what: which words hang together, in which clause, and what it denies."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from labci.english.lexicon import EXCHANGEABLE
from labci.english.reading import SUBJECTS, read

DENIES = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)
# With a verb it denies all that follows: "not allowed in the library, the school or the hall".
DENIES_ON = re.compile(r"\b(?:not|never|nobody|cannot)\b|n['’]t\b|^(?:no|none|nothing|neither)\b", re.IGNORECASE)
PART = re.compile(r"[^,;:]+")
LEFT_OUT = frozenset({"det", "aux", "auxpass", "case", "mark", "cc", "punct", "ROOT", "prep", "neg", "agent"})


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return DENIES.search(text) is not None


def denied(fact: str, answer: str) -> bool:
    """Whether a fact says that something is not so where an answer stands, apart from the answer.

    "One shop, one inn called the Bent Spoon, and no bank" denies nothing of the inn.
    """
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", fact)
    if found is None:
        return denies(fact)
    start, end = found.span()
    left = f"{fact[:start]}{' ' * len(answer)}{fact[end:]}"
    if DENIES_ON.search(left[:start].lstrip()):
        return True
    return any(denies(part[0]) for part in PART.finditer(left) if part.start() < end and start < part.end())


def relations(text: str) -> set[tuple[str, str]]:
    """Pairs of base forms of which the second hangs on the first, over a preposition or not."""
    found: set[tuple[str, str]] = set()
    for token in read(text):
        if token.is_punct or token.dep_ in LEFT_OUT:
            continue
        head = token.head.head if token.dep_ in ("pobj", "pcomp") else token.head
        found.add((head.lemma_.lower(), token.lemma_.lower()))
    return found


def apart(question: str, fact: str, free: frozenset[str]) -> str:
    """Two words that a question joins and that stand in clauses of their own in its fact, as "forbid - coal"; or "".

    "Mooring is forbidden, since coal fell": nothing forbids coal. What is joined otherwise than in the fact, but
    inside of one clause, may as well be the same in other words. free: words that may stand anywhere, such as those
    of the topic.
    """
    clauses = _clauses(fact)
    for head, word in sorted(relations(question)):
        if {head, word} & (free | EXCHANGEABLE) or head not in clauses or word not in clauses or head == word:
            continue
        if not clauses[head] & clauses[word]:
            return f"{head} - {word}"
    return ""


def _clauses(text: str) -> dict[str, set[int]]:
    """The clauses that each base form stands in, by the place of their verb."""
    found: dict[str, set[int]] = defaultdict(set)
    for token in read(text):
        found[token.lemma_.lower()].add(_clause(token))
    return found


def _clause(token: Any) -> int:
    """The place of the word that rules a token's clause: of the sentence, "since …", or "and …" with its own subject.

    What hangs on a noun, "a licence, which the office issues", is of the noun's clause.
    """
    while token.dep_ not in ("ROOT", "advcl", "ccomp") and not _joined_clause(token):
        token = token.head
    return int(token.i)


def _joined_clause(token: Any) -> bool:
    return token.dep_ == "conj" and any(child.dep_ in SUBJECTS for child in token.children)


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
        if token.tag_ == "NNP" and token.lower_.endswith("s"):
            continue  # of names the tag tells no number
        verbs = [token.head, *token.head.children, *token.doc[max(0, token.left_edge.i - 1) : token.left_edge.i]]
        finite = next((verb for verb in verbs if verb.lower_ in FORMS and verb.i < token.i), None)
        if finite is not None and FORMS[finite.lower_] != token.tag_.replace("NNP", "NN"):
            return f"{finite.text} {token.text}"
    return ""


FORMS = {"do": "NNS", "does": "NN", "are": "NNS", "is": "NN", "were": "NNS", "was": "NN", "have": "NNS", "has": "NN"}


def _joined(noun: Any) -> bool:
    return any(child.dep_ in ("conj", "cc", "nummod") for child in noun.children)
