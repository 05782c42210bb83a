"""Questions for what can't be taken out of its phrase: all of that goes in front, with question words in its place.

"A belt of how many spruces stands guard?", "Before it enters which town must manure be covered?": pied-piping, as
J. R. Ross called it ("Constraints on Variables in Syntax", 1967).
"""

from __future__ import annotations

from typing import Any

from labci.english.asking import UNFIT, is_place, sort_of, unit_of
from labci.english.asking import wordings as _wordings
from labci.english.fronting import Reading, Tokens, fronted
from labci.english.lexicon import ARTICLES, CURRENCIES, DAYS, GEOGRAPHY, MONTHS, PEOPLE, is_number, is_year
from labci.english.reading import SUBJECTS, read, subject_at, text_of, verb_of
from labci.english.sites import AnswerSpan, answer_of, clause_around, tokens_of

CARRIED = SUBJECTS | {"prep", "agent", "dobj", "attr", "advcl"}  # what may go in front with the answer in it
BARRIERS = frozenset({"relcl", "conj", "appos", "ccomp", "csubj", "parataxis", "dep"})  # between it and the answer
# How a clause may begin that goes in front; of reasons the question is another one.
OPENERS = frozenset({"after", "before", "if", "once", "till", "until", "when", "whenever", "where"})
OF_AGE = frozenset({"aged", "over", "turn", "turned", "turns", "under"})
PLACE_TYPES = frozenset({"FAC", "GPE", "LOC"})  # spaCy's
IN_PLACE = frozenset({"at", "from", "in", "near", "of"})
STAYING = UNFIT | {"above", "like", "till", "until"}  # prepositions of what is no phrase by itself
NAMING = frozenset({"called", "named"})
PARTS = frozenset({"all", "any", "each", "either", "one", "some", "three", "two"})
TAKEN = frozenset({"by", "from", "into", "of", "through", "with"})
COUNTED_OUT = frozenset({"all", "both", "each", "every", "no", "only"})
LATER = frozenset({"afterwards", "ahead", "apart", "away", "beforehand", "earlier", "later", "sooner"})
MOST_CARRIED = 12  # words


def piped(text: str, span: AnswerSpan) -> Tokens:
    """Words and tokens of the question; empty where it can't be asked so."""
    doc = read(text)
    inside, root = tokens_of(doc, span), verb_of(doc)
    if root is None or not inside or root in inside:
        return []
    outer = _outermost(inside, root)
    whole = _carried(outer, inside) if outer is not None else []
    words = _words(span, inside, outer) if whole else ""
    reading = clause_around(root, outer, inside[-1], whole) if words else None
    if reading is None or (reading.asks_subject and reading.negation):
        return []
    front = _front(whole, inside, words)
    if outer.dep_ == "advcl":
        return _clause_first(reading, outer, front)
    return fronted(reading, front, "")


def _outermost(inside: list[Any], root: Any) -> Any:
    """What hangs on the clause's verb and holds all of the answer; None where a clause of another kind is between."""
    top = _top(inside)
    if top.head == root and top.lower_ in LATER and is_number(inside[0].text):
        return top  # "two weeks ahead"
    outer = top
    while outer.head != root:
        if outer.head == outer or outer.dep_ in BARRIERS:
            return None
        outer = outer.head
    return outer if outer.dep_ in CARRIED else None


def _top(inside: list[Any]) -> Any:
    top = inside[-1]
    while top.head in inside and top.head != top:
        top = top.head
    return top


def _carried(outer: Any, inside: list[Any]) -> list[Any]:
    """The tokens that go in front; none where they don't stand together, are too many, or are the answer alone."""
    if outer in inside:
        return inside if outer.lower_ in LATER else []
    whole = sorted(outer.subtree, key=lambda token: token.i)
    while whole and whole[-1].is_punct:
        whole.pop()
    own = {token.i for token in inside}
    rest = [token for token in whole if token.i not in own]
    together = bool(whole) and whole[-1].i - whole[0].i + 1 == len(whole) and own <= {token.i for token in whole}
    if not together or len(whole) > MOST_CARRIED or any(token.text in ",;:()–" for token in rest):
        return []
    fit = _opens(outer, inside, whole) if outer.dep_ == "advcl" else _is_phrase(outer, inside, rest)
    return whole if fit and _is_apart(inside, rest) and not _torn(outer, whole) else []


def _opens(clause: Any, inside: list[Any], whole: list[Any]) -> bool:
    """Whether a clause can be asked across: at its end, but for a measure, and with no other case than this one."""
    measure = is_number(inside[0].text) or inside[0].text in CURRENCIES
    other = any(token.lower_ == "or" for token in clause.doc if token not in whole)
    return (
        whole[0].lower_ in OPENERS
        and _top(inside).dep_ not in SUBJECTS
        and (measure or inside[-1] == whole[-1])
        and not other
    )


def _torn(outer: Any, whole: list[Any]) -> bool:
    """Whether a part of the phrase was read as none of it: "squares by nine", "piles packed with clay"."""
    doc, first, last = outer.doc, whole[0].i, whole[-1].i
    before, after = doc[max(0, first - 1)], doc[last + 1 : last + 3]
    doubled = len(after) > 1 and after[0].lower_ in ("at", "by") and after[1].like_num
    participle = len(after) > 0 and after[0].tag_ == "VBN"
    listed = before.dep_ == "cc" or (before.text == "," and outer.dep_ == "dobj")
    early = outer.dep_ == "dobj" and outer.i < outer.head.i
    return bool(doubled or participle or listed or early)


def _is_phrase(outer: Any, inside: list[Any], rest: list[Any]) -> bool:
    """Whether a phrase was read as one: no verb in it, a noun behind its preposition, and nothing is excepted.

    Of what hangs on an object by another word than "of" nobody knows whether it is the verb's.
    """
    verbs = [token for token in rest if token.pos_ in ("VERB", "AUX") and token.dep_ != "amod"]
    acts = any(verb.dep_ != "acl" or verb.tag_ != "VBN" for verb in verbs)
    prepositions = {token.lower_ for token in rest if token.dep_ == "prep" and token.i < inside[0].i}
    loose = outer.dep_ == "dobj" and not prepositions <= ({"by", "of", "with"} if verbs else {"of"})
    hollow = outer.dep_ in ("prep", "agent") and not any(child.dep_ == "pobj" for child in outer.children)
    return not (acts or hollow or loose) and prepositions.isdisjoint(STAYING)


def _is_apart(inside: list[Any], rest: list[Any]) -> bool:
    """Whether the answer is a whole by itself: nothing is said of it before it, and it is no end of a range or list."""
    top, first = _top(inside), inside[0]
    if top.head.dep_ in ("prep", "agent") and top.head.head.pos_ in ("VERB", "AUX") and top.head.head.dep_ == "ROOT":
        return False  # it is asked for without its phrase, or not at all
    early = [token for token in top.subtree if token.i < first.i]
    before = first.nbor(-1) if first.i else first
    number = is_number(first.text) or first.text in CURRENCIES
    cut = any(token.lower_ not in ARTICLES for token in early) and not number
    owned = any(token.dep_ == "poss" or token.lower_ in COUNTED_OUT for token in [*early, before])
    joined = any(token.dep_ in ("cc", "conj") and token.head in inside for token in rest)
    of = before.nbor(-1) if before.lower_ in ARTICLES and before.i else before
    part = of.lower_ == "of" and of.i > 0 and of.nbor(-1).lower_ in PARTS  # "one of five", "each of the four"
    after = inside[-1].nbor().lower_ if inside[-1].i + 1 < len(first.doc) else ""
    ranged = before.lower_ in ("and", "between", "or", "to") and (number or before.lower_ == "between")
    ranged = ranged or (number and after in ("and", "or", "to"))
    return not (cut or owned or joined or part or ranged or top.dep_ in ("amod", "compound", "nmod"))


def _words(span: AnswerSpan, inside: list[Any], outer: Any) -> str:
    """The question words that stand in the answer's place; "" where none fits."""
    first = inside[0]
    before = first.nbor(-1).lower_ if first.i else ""
    if before in ARTICLES and first.i > 1:
        before = first.nbor(-2).lower_
    if span.kind == "time":
        return "what time"
    if span.kind == "date" or (span.text.isdigit() and is_year(span.text)):
        return _time(span.text)
    if span.text[0] in CURRENCIES:
        return "how much"
    if is_number(first.text):
        unit = unit_of(span.text)
        return f"how many {unit}" if unit else "what age" if before in OF_AGE and len(inside) == 1 else ""
    if span.kind not in ("name", "phrase", "list"):
        return ""
    return _thing(span, inside, outer, before)


def _time(text: str) -> str:
    if is_year(text):
        return "which year"
    if text.removesuffix("s") in DAYS:
        return "which day"
    return "which month" if text in MONTHS else ""


def _thing(span: AnswerSpan, inside: list[Any], outer: Any, before: str) -> str:
    top, sort = _top(inside), sort_of(span.text) if span.kind == "name" else ""
    if sort:
        return f"which {sort}"
    doer = top.dep_ in SUBJECTS
    answer = answer_of(span, inside, top, before)
    if top.lemma_.casefold() in PEOPLE or any(words.endswith("whom") for words, _ in _wordings(answer)):
        return "" if doer else "whom"
    place = span.kind == "name" and {token.ent_type_ for token in inside} <= PLACE_TYPES and before in IN_PLACE
    if place or (span.kind == "name" and before in ("at", "in") and is_place(answer)):
        return "which place"
    told = before in NAMING or _sort_before(inside[0]) is not None
    plain = told if span.kind == "name" else _is_plain(top, outer, before)
    return "what" if plain else ""


def _is_plain(top: Any, outer: Any, before: str) -> bool:
    """Whether "what" in a thing's place is easily read: in a clause, or behind "of"."""
    if outer.dep_ == "advcl":
        return top.dep_ == "dobj" or before in TAKEN
    marked = top.dep_ == "pobj" and top.head.head.dep_ == "acl" and before in TAKEN  # "the button marked with a comet"
    return marked or bool(before == "of" and outer.dep_ in ("prep", "dobj"))


def _sort_before(first: Any) -> Any:
    """ "town" of "the town of Oldmere", which says what sort of thing a name is of; else None."""
    of = first.nbor(-1) if first.i > 1 else first
    sort = of.head if of.lower_ == "of" and of.head.lemma_ in GEOGRAPHY else None
    return None if sort is None or any(child.i > sort.i and child != of for child in sort.children) else sort


def _front(whole: list[Any], inside: list[Any], words: str) -> Tokens:
    """The phrase with question words for the answer, for an article before it, and for "the town of"."""
    start = inside[0]
    if start.i and start.nbor(-1).lower_ in ARTICLES:
        start = start.nbor(-1)
    if (sort := _sort_before(start)) is not None:
        own = [token for token in sort.subtree if token.i <= sort.i and token.lower_ not in ARTICLES]
        words = f"which {text_of(own)}"
        start = sort.left_edge
    return [
        *(token for token in whole if token.i < start.i),
        words,
        *(token for token in whole if token.i > inside[-1].i),
    ]


def _clause_first(reading: Reading, clause: Any, front: Tokens) -> Tokens:
    """ "Before manure enters which town must it be covered": who is meant is named first."""
    own = subject_at(clause)
    if own is None or own.pos_ != "PRON" or own.lower_ in ("who", "which", "there"):
        return fronted(reading, front, "")
    if own not in front or not reading.subject or any(token.pos_ == "PRON" for token in reading.subject):
        return []
    at = front.index(own)
    named = [*front[:at], *reading.subject, *front[at + 1 :]]
    return fronted(reading.with_subject([own.lower_]), named, "")
