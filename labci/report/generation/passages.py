"""The passage that a sample was made from, with its answer marked; kinds:

document: of a document. fact: of it, where the document can't be had. context: what a grounded sample was given.
seed: the contributor's example, for a skill without a context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from labci.blocks.seeds import TEACHER
from labci.english.sentences import sentences
from labci.heldout import words
from labci.leaf import HERE
from labci.report.generation.origin import Origin, sha256s

MAX_PASSAGE = 900  # characters that are shown; of more, those around the sentence
Span = tuple[int, int]


class Passages:
    """Those of one leaf. known: its `documents` of generation.json."""

    def __init__(self, origin: Origin, leaf: str, known: Iterable[Mapping[str, Any]]) -> None:
        self._origin, self._leaf, self._sha256s = origin, leaf, sha256s(known)

    def of(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Kind, text, source in words, and the places of sentence and answer in the text; None: there is none."""
        place, given = row.get("document") or {}, str(row.get("context") or "")
        answers = (row.get("span"), row.get("answer"))
        if text := self._document(place):
            return {"kind": "document", **marked(text, given, answers), "source": _source(place)}
        if given:
            kind = "fact" if row.get("kind") == "knowledge" else "context"
            return {"kind": kind, **marked(given, given, answers), "source": _source(place)}
        return self._seed(row)

    def _document(self, place: Mapping[str, Any]) -> str:
        if not place:
            return ""
        sha256 = self._sha256s.get((str(place.get("commit")), str(place.get("path"))))
        text = self._origin.document(self._leaf, place, sha256) or ""
        return text[int(place.get("start", 0)) : int(place.get("end", 0))].strip("\n")

    def _seed(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        own = row.get("teacher") == TEACHER
        seed = None if own or not row.get("seed") else self._origin.seed(self._leaf, str(row["seed"]))
        if seed is None or not seed.pairs:
            return None
        question, answer = seed.pairs[0].question, seed.pairs[0].answer
        found = marked(f"{question.strip()}\n{answer.strip()}", "", ())
        return {"kind": "seed", **found, "sentence": [0, min(len(found["text"]), len(question.strip()))], "source": ""}


def marked(text: str, fact: str, answers: Iterable[Any]) -> dict[str, Any]:
    """A passage, cut to `MAX_PASSAGE`, with the places of the fact's sentence and of the answer (None if not there).

    answers: in the order in which they are looked for, first in the sentence, then in the whole.
    """
    start, end = _sentence(text, fact)
    found = next((at for answer in answers if answer and (at := _find(str(answer), text, start, end))), None)
    first = max(0, start - MAX_PASSAGE // 3) if len(text) > MAX_PASSAGE else 0
    last = min(len(text), first + MAX_PASSAGE)
    shift = (1 if first else 0) - first
    cut = ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
    return {
        "text": cut,
        "sentence": [max(0, start + shift), min(end, last) + shift],
        "answer": [found[0] + shift, found[1] + shift] if found and first <= found[0] and found[1] <= last else None,
    }


def _sentence(text: str, fact: str) -> Span:
    """The sentence with most of the fact's words; the whole text if none has any."""
    wanted = set(words(fact))
    shares = [(len(wanted & set(words(part))), -start, end) for part, start, end in sentences(text)]
    most, start, end = max(shares, default=(0, 0, len(text)))
    return (-start, end) if most else (0, len(text))


def _find(answer: str, text: str, start: int, end: int) -> Span | None:
    parts = [re.escape(word) for word in answer.strip().rstrip(".").split()]
    if not parts:
        return None
    spaced = r"\s+".join(parts)
    pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    match = pattern.search(text, start, end) or pattern.search(text)
    return match.span() if match else None


def _source(place: Mapping[str, Any]) -> str:
    if not place:
        return ""
    path, repo = place.get("path"), place.get("repo")
    where = path if repo == HERE else f"{repo}@{str(place.get('commit'))[:12]}:{path}"
    return f"{where}, characters {int(place.get('start', 0)):,} to {int(place.get('end', 0)):,}"
