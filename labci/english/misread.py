"""Sentences without a verb, as the small pipeline reads them: "A single ticket costs 9 crowns", with three nouns.

It takes a verb for a noun of the same form ("measures", "costs", "moves"). With a verb that is nothing else in its
place ("receives") the same pipeline reads ten of eleven such sentences rightly; what it found is then said of the
words that stand there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labci.english.lexicon import ALSO_VERBS, VERBS

# Takes an object, a number or a phrase behind it, and is no noun.
PLAIN = {True: "receives", False: "receive"}
DOERS = frozenset({"nsubj", "csubj"})
TOLD = frozenset({"acomp", "advcl", "advmod", "attr", "dobj", "npadvmod", "prep", "xcomp"})
EITHER = VERBS | ALSO_VERBS
NOT_VERBS = frozenset({"NN", "NNS", "NNP", "NNPS", "JJ"})


def mended(pipeline: Any, doc: Any) -> Any:
    """A sentence that hangs on no finite verb, read anew where one of its words may be it; else as it was read."""
    if doc[-1].text != ".":
        return doc
    for place, word in _others(doc):
        other = pipeline(_with(doc, place, word))
        verb = next((token for token in other if token.dep_ == "ROOT"), other[place])
        if (verb.i == place or word == "The") and _is_clause(other, verb.i):
            return _told(pipeline, other, doc)
    return doc


def _others(doc: Any) -> Iterator[tuple[int, str]]:
    """Places of a text, and the word to be read there in the place of its own."""
    if doc[0].lower_ in ("each", "every"):  # "Each click will add five minutes"
        yield 0, "The"
    for token in doc[1:-1]:
        if token.lower_ in EITHER and token.tag_ in NOT_VERBS:
            yield token.i, PLAIN[token.lower_.endswith("s")]


def _with(doc: Any, place: int, word: str) -> Any:
    """The words of a text with another one at a place, unread."""
    from spacy.tokens import Doc

    words = [word if token.i == place else token.text for token in doc]
    return Doc(doc.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])


def _is_clause(doc: Any, place: int) -> bool:
    """Whether the word at a place is the sentence's verb: it agrees with a subject, and says something of it.

    A heading such as "Ferry times and fares from May to September." stays one.
    """
    verb = doc[place]
    subject = next((child for child in verb.children if child.dep_ in DOERS and child.i < place), None)
    if verb.dep_ != "ROOT" or verb.pos_ != "VERB" or subject is None:
        return False
    many = subject.tag_ in ("NNS", "NNPS") or any(child.dep_ == "conj" for child in subject.children)
    agrees = many != verb.lower_.endswith("s") or any(child.tag_ == "MD" for child in verb.children)
    known = many or subject.pos_ in ("PROPN", "PRON", "VERB")
    named = known or any(child.dep_ in ("det", "poss") for child in subject.children)
    told = any(child.i > place and child.dep_ in TOLD for child in verb.children)
    joined = any(child.dep_ == "conj" and child.pos_ == "NOUN" for child in verb.children)
    return agrees and named and told and not joined


def _told(pipeline: Any, read: Any, doc: Any) -> Any:
    """What was read of one text, said of another of as many words; base forms are of the words that stand there."""
    from spacy.tokens import Doc

    found = Doc(
        doc.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        tags=[token.tag_ for token in read],
        pos=[token.pos_ for token in read],
        morphs=[str(token.morph) for token in read],
        heads=[token.head.i for token in read],
        deps=[token.dep_ for token in read],
        ents=[f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O" for token in read],
    )
    return pipeline.get_pipe("lemmatizer")(found)
