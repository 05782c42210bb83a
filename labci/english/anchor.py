"""Questions that can be understood alone: the topic is put in where it belongs, else in front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from labci.english.lexicon import DAYS, NUMBER_WORDS, RULES, UNOWNED
from labci.english.reading import phrase, read, text_of

NAME_ENTITIES = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC"})  # of spaCy's
ANCHORS = ("nsubj", "nsubjpass", "dobj", "pobj", "attr")  # places of the noun that may be the topic's, the best first


def anchored(words: list[Any], topic: str, names: str, *, owns: bool = True) -> str:
    """The question as text that can be understood alone: it names the topic, at its first common noun if it can.

    owns: whether such nouns are the topic's; in somebody's life they are mostly others'.
    """
    plain = _text(words)
    if topic.casefold().removeprefix("the ") in plain.casefold():
        return _question(plain)
    if topic.partition(" of ")[0].split()[-1].casefold() in RULES:
        return _question(f"under {topic}, {plain}")  # "the owner of the Harbour Act" is none
    nouns = [token for token in words if not isinstance(token, str) and _can_anchor(token)]
    nouns.sort(key=lambda token: ANCHORS.index(token.dep_))
    for noun in nouns:
        own = [token for token in phrase(noun) if token in words]
        if {token.lower_ for token in own} - {"the", "its"} == {kind_of(names)}:
            return _question(_text(_replaced(words, own, [topic])))
    for noun in nouns if owns else []:
        own = [token for token in phrase(noun) if token in words]
        if not any(token.dep_ == "prep" for token in own) and not _goes_on(own[-1]):
            return _question(_text(_replaced(words, own, [_lowered(own), f"of {topic}"])))
    return _question(f"{topic}: {plain}")


def headed(sentence: str, topic: str) -> str:
    """A sentence below its topic, unless it names that: "The Tarn lathe: a red light means ___."."""
    if not topic or topic.casefold().removeprefix("the ") in sentence.casefold():
        return sentence
    return f"{topic[:1].upper()}{topic[1:]}: {_lowered(list(read(sentence)))}"


def _can_anchor(token: Any) -> bool:
    """Whether a noun may be said to be the topic's: definite, and hanging on the clause's verb."""
    if token.pos_ != "NOUN" or token.dep_ not in ANCHORS or token.lemma_ in UNOWNED:
        return False
    up = token.head.head if token.dep_ == "pobj" else token.head
    return up.dep_ == "ROOT" and any(child.lower_ in ("the", "its") for child in token.children)


def _goes_on(last: Any) -> bool:
    """Whether a noun stands right behind a noun phrase: it was misread, or has something of its own to say."""
    after = last.doc[last.i + 1] if last.i + 1 < len(last.doc) else None
    return after is not None and after.pos_ in ("NOUN", "PROPN")


@lru_cache(maxsize=64)
def kind_of(title: str) -> str:
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
    starts = [token for token in group if token.i == 0 and not _is_named(token)]
    return text.replace(starts[0].text, starts[0].text.lower(), 1) if starts else text


def _is_named(token: Any) -> bool:
    """Whether a sentence's first word keeps its capital: a name, or a day of the week."""
    day = token.text.removesuffix("s") in DAYS
    entity = token.ent_type_ in NAME_ENTITIES and token.pos_ not in ("DET", "NUM", "PRON") and token.tag_ != "NNS"
    if set(token.lower_.split("-")) <= NUMBER_WORDS:
        return False  # "Seven Wells Lane" is asked for as a whole
    group = token.ent_type_ == "NORP" and token.head != token and token.head.pos_ == "NOUN"  # "Dutch settlers"
    return day or entity or group or (token.pos_ == "PROPN" and not _is_common(token))


def _is_common(token: Any) -> bool:
    """Whether a sentence's first word was taken for a name because of its capital: "Dry slats leave gaps"."""
    return bool(token.dep_ in ("amod", "compound") and token.head.pos_ == "NOUN" and not token.ent_type_)


def _question(text: str) -> str:
    text = text.strip(" ,;:.")
    return f"{text[:1].upper()}{text[1:]}?"
