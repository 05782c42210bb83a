"""Questions as hurried people type them: keywords only, or with words left out.

Trained beside the question itself, they keep a small model from learning one wording by heart (docs/training.md has
the figures, against noise on the embeddings among others).
"""

from __future__ import annotations

import random
import re

from labci.english.lexicon import FUNCTION

DROPPED = 0.15  # share of the words that go missing; names stay
WORD = re.compile(r"[\w.,'’-]+")


def hurried(question: str, key: str, count: int) -> list[str]:
    """At most `count` (0 to 2) other forms of a question, the same ones for the same key; never one twice."""
    forms = [keywords(question), gapped(question, random.Random(key))]
    return list(dict.fromkeys(form for form in forms[:count] if form and form != question))


def keywords(question: str) -> str:
    """Content words only: "many watts Garrow M6's motor draw"."""
    return " ".join(word for word in WORD.findall(question.rstrip("?")) if word.casefold() not in FUNCTION)


def gapped(question: str, rng: random.Random) -> str:
    """Some words left out, at least one, none that begins with a capital."""
    words = question.split()
    may_go = [n for n, word in enumerate(words) if not word[0].isupper()]
    gone = {n for n in may_go if rng.random() < DROPPED} or set(rng.sample(may_go, min(1, len(may_go))))
    return " ".join(word for n, word in enumerate(words) if n not in gone)
