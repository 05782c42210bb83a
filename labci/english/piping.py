"""Questions for what can't be taken out of its phrase: all of that goes in front, with question words in its place.

"A belt of how many spruces stands guard?", "Before manure enters which town must it be covered?": pied-piping, as
J. R. Ross called it ("Constraints on Variables in Syntax", 1967).
"""

from __future__ import annotations

from typing import Any

from labci.english.asking import UNFIT, is_place, sort_of, unit_of, wordings
from labci.english.fronting import Reading, Tokens, fronted
from labci.english.lexicon import ARTICLES, COLOURS, CURRENCIES, DAYS, GEOGRAPHY, MONTHS, PEOPLE, is_number, is_year
from labci.english.reading import SUBJECTS, read, subject_at, text_of, verb_of
from labci.english.sites import AnswerSpan, answer_of, clause_around, tokens_of, top_of

CARRIED = SUBJECTS | {"prep", "agent", "dobj", "advcl"}  # what may go in front with the answer in it
BARRIERS = frozenset({"relcl", "conj", "appos", "ccomp", "csubj", "parataxis", "dep"})  # between it and the answer
# How a clause may begin that goes in front; of reasons the question is another one.
OPENERS = frozenset({"after", "before", "if", "once", "till", "until", "when", "whenever", "where"})
STAYING = UNFIT | {"above", "like", "till", "until"}  # prepositions of what is no phrase by itself
LATER = frozenset({"ahead", "beforehand"})  # "two weeks ahead": what "later" counts from is told before
AGING = frozenset({"turn", "turned", "turns"})
LIMITS = frozenset({"over", "under"})
PLACE_TYPES = frozenset({"FAC", "GPE", "LOC"})  # spaCy's
IN_PLACE = frozenset({"at", "from", "in", "near", "of"})
CALLED = frozenset({"called", "named"})
TAKEN = frozenset({"by", "from", "into", "of", "through", "with"})
QUANTIFIERS = frozenset({"all", "any", "each", "either", "neither", "none", "one", "some", "three", "two"})
COUNTED_OUT = frozenset({"all", "both", "each", "every", "no", "only"})
AMOUNTS = frozenset({"couple", "kind", "lot", "number", "pair", "population", "sort", "sum", "total", "type"})
FRACTIONS = frozenset({"eighths", "fifths", "halves", "quarters", "sevenths", "sixths", "tenths", "thirds"})
WEATHER = frozenset({"freeze", "hail", "rain", "snow", "thaw"})
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
    reading = clause_around(root, outer, top_of(inside, inside[-1]), whole) if words else None
    if reading is None or (reading.asks_subject and reading.negation):
        return []
    front = _front(whole, inside, words, named=span.kind == "name")
    if outer.dep_ == "advcl":
        return _clause_first(reading, outer, front)
    return fronted(reading, front, "")


def _outermost(inside: list[Any], root: Any) -> Any:
    """What hangs on the clause's verb and holds all of the answer; None where a clause of another kind is between.

    Of "two weeks ahead" it is the last word.
    """
    outer = top_of(inside, inside[-1])
    if outer.head == root and outer.lower_ in LATER and is_number(inside[0].text):
        return outer
    while outer.head != root:
        if outer.head == outer or outer.dep_ in BARRIERS:
            return None
        outer = outer.head
    return outer if outer.dep_ in CARRIED else None


def _carried(outer: Any, inside: list[Any]) -> list[Any]:
    """The tokens that go in front; none where they don't stand together, or are too many.

    Nor where they are the answer alone, but for "two weeks ahead".
    """
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


def _is_measure(inside: list[Any]) -> bool:
    return is_number(inside[0].text) or inside[0].text in CURRENCIES


def _opens(clause: Any, inside: list[Any], whole: list[Any]) -> bool:
    """Whether a clause can be asked across: at its end, but for a measure, and with no other case than this one."""
    asked = _is_measure(inside) or inside[-1] == whole[-1]
    other = any(token.lower_ == "or" for token in clause.doc if token not in whole)
    return whole[0].lower_ in OPENERS and top_of(inside, inside[-1]).dep_ not in SUBJECTS and asked and not other


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
    """Whether the answer is a whole by itself, and no part of another noun's name."""
    top = top_of(inside, inside[-1])
    direct = top.head.dep_ in ("prep", "agent") and top.head.head.dep_ == "ROOT" and top.head.head.pos_ == "VERB"
    if direct or top.head.head.pos_ == "AUX" or top.dep_ in ("amod", "compound", "nmod", "nummod"):
        return False  # behind the verb's own preposition it is asked for without a phrase, or not at all
    early = [token for token in top.subtree if token.i < inside[0].i]
    before = inside[0].nbor(-1) if inside[0].i else inside[0]
    owned = any(token.dep_ == "poss" or token.lower_ in COUNTED_OUT for token in [*early, before])
    joined = any(token.dep_ in ("cc", "conj") and token.head in inside for token in rest)
    if owned or joined or _is_part(before):
        return False
    return not _is_end(inside, before) if _is_measure(inside) else not _goes_on(inside, early, before, rest)


def _is_part(before: Any) -> bool:
    """Whether "one of" or "each of the" stands there: not all of what is counted is meant."""
    of = before.nbor(-1) if before.lower_ in ARTICLES and before.i else before
    return bool(of.lower_ == "of" and of.i > 0 and of.nbor(-1).lower_ in QUANTIFIERS)


def _is_end(inside: list[Any], before: Any) -> bool:
    """Whether a number is an end of a range, or half of a measure: "between 2 and 6", "2 by 3 metres"."""
    after = inside[-1].nbor().lower_ if inside[-1].i + 1 < len(before.doc) else ""
    halved = before.lower_ == "by" and before.i > 0 and before.nbor(-1).like_num
    return before.lower_ in ("and", "between", "or", "to") or halved or after in ("and", "or", "to")


def _goes_on(inside: list[Any], early: list[Any], before: Any, rest: list[Any]) -> bool:
    """Whether something is said of a thing before it or behind it that would be left standing alone."""
    behind = any(
        token.head in inside and token.i > inside[-1].i and token.dep_ in ("prep", "acl", "relcl") for token in rest
    )
    return behind or before.lower_ == "between" or any(token.lower_ not in ARTICLES for token in early)


def _words(span: AnswerSpan, inside: list[Any], outer: Any) -> str:
    """The question words that stand in the answer's place; "" where none fits."""
    first = inside[0]
    before = first.nbor(-1) if first.i else first
    if before.lower_ in ARTICLES and before.i:
        before = before.nbor(-1)
    if span.kind == "time":
        return "what time"
    if span.kind == "date" or (span.text.isdigit() and is_year(span.text)):
        counted = before.lower_ == "of" and before.head.lemma_ in AMOUNTS
        return "" if counted or outer.dep_ == "advcl" else _time(span.text)  # at a clause's end it dates both
    if span.text[0] in CURRENCIES:
        return "how much"
    if is_number(first.text):
        unit = unit_of(span.text)
        if not unit and len(inside) == 1:
            return "what age" if _is_age(before) else ""
        return f"how many {unit}" if unit and unit not in FRACTIONS else ""
    return _thing(span, inside, outer, before) if span.kind in ("name", "phrase", "list") else ""


def _is_age(before: Any) -> bool:
    """Whether a bare number behind this word is an age: "has turned twenty", "children under twelve"."""
    noun = before.head
    return before.lower_ in AGING or (before.lower_ in LIMITS and (noun.lemma_ in PEOPLE or noun.lower_ == "aged"))


def _time(text: str) -> str:
    if is_year(text):
        return "which year"
    if text.removesuffix("s") in DAYS:
        return "which day"
    return "which month" if text in MONTHS else ""


def _thing(span: AnswerSpan, inside: list[Any], outer: Any, before: Any) -> str:
    """The same for what is no number and no time. before: the word before it, apart from an article."""
    top, types = top_of(inside, inside[-1]), {token.ent_type_ for token in inside}
    if span.kind == "name":
        if before.lower_ in CALLED:
            return "what"
        of_somebody = before.lower_ == "of" and before.head.lemma_ in PEOPLE
        if (sort := sort_of(span.text)) and types != {"PERSON"} and not of_somebody:
            return f"which {sort}"
    answer = answer_of(span, inside, top, before.lower_)
    if top.lemma_.casefold() in PEOPLE or any(words.endswith("whom") for words, _ in wordings(answer)):
        return "" if top.dep_ in SUBJECTS else "whom"
    if span.kind == "name":
        known = types <= PLACE_TYPES and before.lower_ in IN_PLACE
        if known or (before.lower_ in ("at", "in") and "ORG" not in types and is_place(answer)):
            return "which place"
        return "what" if _sort_before(inside[0]) is not None else ""
    return "what" if _is_plain(top, outer, before) else ""


def _is_plain(top: Any, outer: Any, before: Any) -> bool:
    """Whether "what" in a thing's place is easily read: behind "of", or behind "marked with"."""
    if outer.dep_ == "advcl":
        return False  # "after the inspector has visited what does the board decide" asks for what it decides
    marked = top.dep_ == "pobj" and top.head.head.dep_ == "acl" and before.lower_ in TAKEN  # "marked with a comet"
    of = before.lower_ == "of" and before.head.lemma_ not in AMOUNTS and top.lower_ not in COLOURS
    return marked or bool(of and outer.dep_ in ("prep", "dobj"))


def _sort_before(first: Any) -> Any:
    """ "town" of "the town of Oldmere", which says what sort of thing a name is of; else None."""
    of = first.nbor(-1) if first.i > 1 else first
    sort = of.head if of.lower_ == "of" and of.head.lemma_ in GEOGRAPHY else None
    return None if sort is None or any(child.i > sort.i and child != of for child in sort.children) else sort


def _owned_before(first: Any) -> Any:
    """ "yard" of "the yard of Pieter Roos", which "whose" asks for; else None."""
    of = first.nbor(-1) if first.i > 1 else first
    noun = of.head if of.lower_ == "of" else None
    return noun if noun is not None and noun.left_edge.lower_ == "the" and noun.i + 1 == of.i else None


def _front(whole: list[Any], inside: list[Any], words: str, *, named: bool) -> Tokens:
    """The phrase with question words for the answer, its article, and "the town of" or "the yard of" before them."""
    start = inside[0]
    if start.i and start.nbor(-1).lower_ in ARTICLES:
        start = start.nbor(-1)
    sort = _sort_before(start) if named else None
    if (noun := sort if sort is not None else _owned_before(start) if words == "whom" else None) is not None:
        own = [token for token in noun.subtree if token.i <= noun.i and token.lower_ not in ARTICLES]
        words = f"{'which' if sort is not None else 'whose'} {text_of(own)}"
        start = noun.left_edge
    before = [token for token in whole if token.i < start.i]
    return [*before, words, *(token for token in whole if token.i > inside[-1].i)]


def _clause_first(reading: Reading, clause: Any, front: Tokens) -> Tokens:
    """ "Before manure enters which town must it be covered": who is meant is named first."""
    own = subject_at(clause)
    if own is None or own.lower_ not in ("he", "it", "she", "they"):
        return fronted(reading, front, "")
    if own not in front or not _may_be(own, clause, reading.subject):
        return []
    at = front.index(own)
    named = [*front[:at], *reading.subject, *front[at + 1 :]]
    return fronted(reading.with_subject([own.lower_]), named, "")


def _may_be(pronoun: Any, clause: Any, subject: Tokens) -> bool:
    """Whether a clause's pronoun may stand for the subject of the sentence: "it" for no person, and for no weather."""
    head = next((token for token in subject if token.head not in subject), None)
    if head is None or head.pos_ == "PRON":
        return False
    many = head.tag_ in ("NNS", "NNPS") or any(child.dep_ == "conj" for child in head.children)
    if pronoun.lower_ == "they":
        return many
    somebody = head.lemma_.casefold() in PEOPLE or head.pos_ == "PROPN"
    return not many and somebody == (pronoun.lower_ != "it") and clause.lemma_ not in WEATHER
