"""Where an answer stands in its clause, and whether a question word can be moved from there to the front."""

from __future__ import annotations

from typing import Any, Protocol

from labci.english.asking import Answer
from labci.english.fronting import Reading
from labci.english.lexicon import is_number
from labci.english.reading import SUBJECTS, read, text_of, verb_of

DENIED = frozenset({"no", "nobody", "none", "nothing", "neither", "nor"})
OBJECTS = frozenset({"dobj", "attr", "oprd", "acomp", "npadvmod", "dative"})
HELD = frozenset({"xcomp", "ccomp"})  # a verb inside the clause's verb: "let the basket soak in …"


class AnswerSpan(Protocol):
    """An answer's place in a text, and its kind."""

    @property
    def text(self) -> str:
        """The answer."""

    @property
    def start(self) -> int:
        """Offset of its first character."""

    @property
    def end(self) -> int:
        """Offset behind its last character."""

    @property
    def kind(self) -> str:
        """Such as "number" or "name"."""


def read_case(text: str, span: AnswerSpan) -> tuple[Reading | None, Answer | None]:
    """The main clause of "When the wind is strong, the ferry stays in port"."""
    doc = read(text)
    inside = tokens_of(doc, span)
    root = verb_of(doc)
    top = next((token for token in inside if token.dep_ == "advcl" and token.head == root), None)
    if root is None or top is None or root in inside or any(child.lemma_ == "have" for child in root.children):
        return None, None  # "when has the sensor failed"
    found = clause_around(root, top, top, [token for token in doc if token in inside or token.text == ","])
    return found, answer_of(span, inside, top, "") if found else None


def tokens_of(doc: Any, span: AnswerSpan) -> list[Any]:
    """The tokens of an answer."""
    return [token for token in doc if token.idx >= span.start and token.idx + len(token.text) <= span.end]


def top_of(inside: list[Any], token: Any) -> Any:
    """The answer's word that one of its words hangs on, and the others with it."""
    while token.head in inside and token.head != token:
        token = token.head
    return token


def clause_around(verb: Any, constituent: Any, top: Any, moved: list[Any]) -> Reading | None:
    """The reading, if the clause's verb has a subject or is an order, it was not misread, and nobody is denied."""
    subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
    odd = any(child.dep_ in ("expl", "csubj", "csubjpass") for child in verb.children)
    whole = _of_subject(subjects)
    subject = [token for token in whole if token not in moved]
    if odd or (not subjects and (verb.tag_ not in ("VB", "VBP") or any(c.dep_ == "aux" for c in verb.children))):
        return None
    if not subjects and any(child.dep_ == "dobj" and child.i < verb.i for child in verb.children):
        return None  # "Pairs form in March" is no order
    if any(child.dep_ == "mark" for child in verb.children) or (whole and _dangles(whole[0])):
        return None  # "A ship named after the bishop sank", "In 1905 Ada Thorn drew …"
    if whole and (whole[0].lower_ in DENIED or (subject and (subject[-1].pos_ == "ADP" or _goes_on(subject[-1])))):
        return None
    return Reading(verb=verb, subject=subject, constituent=constituent, top=top, moved=moved)


def _dangles(first: Any) -> bool:
    """Whether a preposition without a noun stands before a number that a subject was read to begin with."""
    before = first.nbor(-1) if first.i else first
    return bool(first.like_num and before.dep_ == "prep" and not any(before.children))


def _of_subject(subjects: list[Any]) -> list[Any]:
    """A subject's tokens; "an avalanche off Gorrel Flank" is read as two, of which the first ends in "off"."""
    found = list(subjects[0].subtree) if subjects else []
    torn = len(subjects) > 1 and found[-1].dep_ == "prep" and found[-1].i + 1 == subjects[1].left_edge.i
    return [*found, *subjects[1].subtree] if torn else found


def _goes_on(last: Any) -> bool:
    """Whether a noun right behind the subject was taken for something else: "the old fish" of "… fish cannery"."""
    after = last.doc[last.i + 1] if last.i + 1 < len(last.doc) else None
    return bool(after is not None and after.pos_ in ("NOUN", "PROPN") and last.pos_ in ("NOUN", "PROPN"))


def answer_of(
    span: AnswerSpan, inside: list[Any], top: Any, preposition: str, *, of: str = "", verb: str = ""
) -> Answer:
    """The answer with its tokens, as question words are chosen for it."""
    return Answer(text=span.text, kind=span.kind, tokens=inside, top=top, preposition=preposition, verb=verb, of=of)


def read_around(text: str, span: AnswerSpan) -> tuple[Reading | None, Answer | None]:
    """Where the answer stands in its clause; None where it can't be moved from there."""
    doc = read(text)
    inside = tokens_of(doc, span)
    root = verb_of(doc)
    if root is None or not inside or root in inside:
        return None, None
    top = top_of(inside, inside[0] if span.kind == "time" else inside[-1])  # "4.50 in the morning"
    base = _base(top, span)
    if base is None:
        return None, None
    preposition = base.head if base.dep_ == "pobj" else None
    constituent = preposition if preposition is not None else base
    if not _hangs(constituent, base, root, span):
        return None, None
    moved, of = _moved(constituent, base, inside)
    behind = constituent.head if constituent.head.dep_ in ("attr", "dobj") else None
    measured = behind is not None and any(child.dep_ == "nummod" for child in behind.children)
    if behind is not None and preposition is not None and preposition.lower_ in ("in", "on", "at") and not measured:
        moved = list(behind.subtree)  # "in which sea is the island", whatever it is there
    outer = constituent
    while outer.head != root and outer.head != outer:
        outer = outer.head
    if outer.head != root or moved is None or any(child.lower_ in DENIED for child in base.children):
        return None, None
    if outer.dep_ == "acomp" and base.dep_ == "npadvmod":
        moved = [*moved, outer]
    found = clause_around(root, outer, top, moved)
    word = preposition.lower_ if preposition is not None else ""
    verb = constituent.head if constituent.head.pos_ == "VERB" else root
    return found, answer_of(span, inside, top, word, of=of, verb=verb.lemma_.lower())


def _base(top: Any, span: AnswerSpan) -> Any:
    """The noun that stands in the clause for the answer: itself, what it is put beside, or the first of a pair."""
    if top.dep_ == "appos":
        beside, before = top.head, top.head.head.lower_
        if beside.dep_ == "pobj" and beside.pos_ == "PROPN" and before != "by" and span.kind in ("number", "phrase"):
            return None  # "was born in Fenwall, the fourth of seven children": an aside on who, not on where
        top = top.head
    while top.dep_ == "conj" and is_number(span.text.split()[0]) and top.head.pos_ in ("NOUN", "NUM"):
        top = top.head
    return None if top.dep_ == "conj" else top


def _hangs(constituent: Any, base: Any, root: Any, span: AnswerSpan) -> bool:
    """Whether a constituent hangs on the clause's verb, or where a question word can be moved from as well."""
    above = constituent.head
    if span.kind in ("reason", "clause") or constituent.dep_ in SUBJECTS:
        return bool(above == root)
    if constituent.dep_ == "npadvmod" and above.dep_ in ("acomp", "prep"):  # "6 kilometres long", "9 metres above"
        return bool(above.head == root and (root.lemma_ == "be" or above.dep_ == "prep"))
    if constituent.dep_ not in OBJECTS | {"prep", "agent"} or (constituent.dep_ in ("prep", "agent")) == (
        constituent == base
    ):
        return False
    if constituent.dep_ == "prep" and above.head == root and above.pos_ in ("NOUN", "PROPN"):
        return _inner(constituent, above, root, span)
    dated = above.dep_ == "pobj" and above.like_num and constituent.dep_ == "prep" and above.head.head == root
    if dated and span.kind == "name":
        return True  # "in 1874 in Port Averill" is read as one
    attributes = [child for child in root.children if child.dep_ == "attr"]
    if root.lemma_ == "be" and constituent.dep_ == "prep" and any(constituent.i > item.i for item in attributes):
        return False  # "were salt makers from Brenny": of the makers
    if constituent.dep_ == "npadvmod" and span.kind in ("name", "phrase", "list"):
        return False
    passive = any(child.dep_ in ("nsubjpass", "auxpass") for child in root.children)
    called = root.lemma_ in ("call", "name")
    if passive and not called and above == root and constituent.dep_ == "dobj" and span.kind == "name":
        return False  # "was brought by a smith Ada Thorn"
    while (
        above != root and above.dep_ in HELD and not any(c.dep_ == "mark" or c.tag_[0] == "W" for c in above.children)
    ):
        above = above.head
    once = root.lower_ == "used" and constituent.dep_ == "attr"  # "used to be the customs house"
    return bool(above == root and (constituent.head == root or constituent.dep_ in ("prep", "dobj") or once))


def _inner(preposition: Any, noun: Any, root: Any, span: AnswerSpan) -> bool:
    """Whether the answer is in a phrase behind a noun that can be asked across.

    "160 kilograms of apples", "a press for apples", "an island in the Corran Sea".
    """
    if preposition.lower_ == "of" and noun.dep_ == "dobj":
        return any(child.dep_ == "nummod" for child in noun.children)
    if root.lemma_ != "be" or noun.dep_ != "attr":
        return False
    return preposition.lower_ == "for" or (preposition.lower_ in ("in", "on", "at") and span.kind == "name")


def _moved(constituent: Any, base: Any, inside: list[Any]) -> tuple[list[Any] | None, str]:
    """Tokens that the question words stand for, and what is counted ("of apples"); None: too much would be lost."""
    whole = list(constituent.subtree)
    late = [token for token in base.subtree if token not in inside and token.i > inside[-1].i and not token.is_punct]
    number = is_number(inside[0].text)
    if any(token.dep_ == "conj" and token.head in inside for token in late) and not number:
        return None, ""  # half of the answer
    of = next((t for t in late if t.lower_ == "of" and t.head in inside), None)
    if of is not None:
        return (whole, text_of(list(of.subtree))) if number else (None, "")
    early = [token for token in whole if token.i < inside[0].i and token.pos_ in ("NOUN", "PROPN", "VERB")]
    if early and not number and base in inside:
        return None, ""
    return whole, ""
