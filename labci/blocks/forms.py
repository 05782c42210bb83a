"""Other forms in which a knowledge question is trained, too: as keywords, as its fact with a gap, with words left out.

They keep a small model from learning one wording by heart, and tie the answer to the fact's own words
(docs/training.md has the figures, against noise on the embeddings among others).

The fact itself can be asked for as a sentence, too. What a sentence begins with stands in the question as a rule ("The
safety pin …"), so that a small model finds the fact by words it has just read, and its words are known better then.
"""

from __future__ import annotations

import random
import re

from labci.english.lexicon import FUNCTION
from labci.english.sentences import as_sentence
from labci.sample import GAP, Sample

IN_FULL = "Answer in a whole sentence."
MOST_WORDS = 22  # of a sentence as an answer: about 32 tokens, what a held-out question is given to be answered
DROPPED = 0.15  # share of the words that go missing; names stay
WORD = re.compile(r"[\w.,'’-]+")


def forms(sample: Sample, count: int) -> list[str]:
    """At most `count` (0 to 3) other forms of a sample's question, always the same ones; never one twice."""
    question = sample.question
    found = (keywords(question), sample.gapped, shortened(question, random.Random(sample.id)))
    return list(dict.fromkeys(form for form in found if form and form != question))[:count]


def in_full(question: str) -> str:
    """The question as it is asked where a whole sentence is wanted."""
    return f"{question} {IN_FULL}"


def statement(sample: Sample) -> str:
    """The fact that a sample's answer was taken from, as a sentence; "" for other samples, gaps and a long sentence."""
    fact, span = sample.context or "", sample.span
    if sample.kind != "knowledge" or GAP in sample.question or not span or span not in fact:
        return ""
    return as_sentence(fact) if len(fact.split()) <= MOST_WORDS else ""


def keywords(question: str) -> str:
    """Content words only: "many watts Garrow M6's motor draw"."""
    return " ".join(word for word in WORD.findall(question.rstrip("?")) if word.casefold() not in FUNCTION)


def shortened(question: str, rng: random.Random) -> str:
    """Some words left out, at least one, none that begins with a capital."""
    words = question.split()
    may_go = [n for n, word in enumerate(words) if not word[0].isupper()]
    gone = {n for n in may_go if rng.random() < DROPPED} or set(rng.sample(may_go, min(1, len(may_go))))
    return " ".join(word for n, word in enumerate(words) if n not in gone)
