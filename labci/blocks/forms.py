"""Other forms in which a knowledge question is trained, too: as keywords, as its fact with a gap, with words left out.

They keep a small model from learning one wording by heart, and tie the answer to the fact's own words
(docs/training.md has the figures, against noise on the embeddings among others).
"""

from __future__ import annotations

import random
import re

from labci.english.lexicon import FUNCTION
from labci.sample import Sample

DROPPED = 0.15  # share of the words that go missing; names stay
WORD = re.compile(r"[\w.,'’-]+")


def forms(sample: Sample, count: int) -> list[str]:
    """At most `count` (0 to 3) other forms of a sample's question, always the same ones; never one twice."""
    question = sample.question
    found = (keywords(question), sample.gapped, shortened(question, random.Random(sample.id)))
    return list(dict.fromkeys(form for form in found if form and form != question))[:count]


def keywords(question: str) -> str:
    """Content words only: "many watts Garrow M6's motor draw"."""
    return " ".join(word for word in WORD.findall(question.rstrip("?")) if word.casefold() not in FUNCTION)


def shortened(question: str, rng: random.Random) -> str:
    """Some words left out, at least one, none that begins with a capital."""
    words = question.split()
    may_go = [n for n, word in enumerate(words) if not word[0].isupper()]
    gone = {n for n in may_go if rng.random() < DROPPED} or set(rng.sample(may_go, min(1, len(may_go))))
    return " ".join(word for n, word in enumerate(words) if n not in gone)
