"""Questions that can be understood alone: the topic is put in where it belongs, else in front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from labci.english.reading import phrase, read, text_of

ANCHORS = ("nsubj", "nsubjpass", "dobj", "pobj")  # places of the noun that may be the topic's, the best first


def anchored(words: list[Any], topic: str, names: str) -> str:
    """The question as text that can be understood alone: it names the topic, at its first common noun if it can."""
    plain = _text(words)
    if topic.casefold().removeprefix("the ") in plain.casefold():
        return _question(plain)
    nouns = [token for token in words if not isinstance(token, str) and _can_anchor(token)]
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


def _can_anchor(token: Any) -> bool:
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
