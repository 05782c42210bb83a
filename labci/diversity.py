"""How alike the texts of a leaf are: distinct-n and self-overlap, from a bounded sample of them."""

from __future__ import annotations

import random

from labci.heldout import trigrams, words

MAX_TEXTS = 500  # looked at; of more texts, a uniform sample of so many
MAX_WORDS = 256  # of each text
LONGEST = 32  # characters a word: no more of a huge text is read


class Diversity:
    """Takes texts one by one, and keeps a uniform sample of at most `MAX_TEXTS` of them, `MAX_WORDS` of each.

    The sample is a reservoir (Vitter 1985, ACM TOMS 11:37, algorithm R) with a seed of its own: the same texts in
    the same order give the same figures. Distinct-n falls as texts are added, so figures of leaves with more than
    `MAX_TEXTS` texts are those of as many, and can be compared.
    """

    def __init__(self) -> None:
        self._random = random.Random(0)
        self._texts: list[list[str]] = []
        self._met = 0

    def add(self, text: str) -> None:
        """Take one more text; one without a word counts for nothing."""
        found = words(text[: MAX_WORDS * LONGEST])[:MAX_WORDS]
        if not found:
            return
        self._met += 1
        if len(self._texts) < MAX_TEXTS:
            self._texts.append(found)
        elif (place := self._random.randrange(self._met)) < MAX_TEXTS:
            self._texts[place] = found

    def to_json(self) -> dict[str, float]:
        """The figures, each 0 to 1, and `texts`: how many they are of.

        distinct_1, distinct_2: different words, and pairs of neighbouring words, per word and pair (Li et al. 2016,
        "A Diversity-Promoting Objective Function", NAACL); higher is more diverse. self_overlap: for each text the
        largest share of its word trigrams that another one has, too, and of that the mean; lower is more diverse.
        It is Self-BLEU (Zhu et al. 2018, "Texygen", SIGIR) with the trigrams' precision alone, against the closest
        text in place of all; a text of fewer than three words is one gram. A single text overlaps with nothing.
        """
        return {
            "distinct_1": round(_distinct(self._texts, 1), 4),
            "distinct_2": round(_distinct(self._texts, 2), 4),
            "self_overlap": round(_self_overlap([trigrams(" ".join(text)) for text in self._texts]), 4),
            "texts": len(self._texts),
        }


def _distinct(texts: list[list[str]], size: int) -> float:
    grams = [tuple(text[at : at + size]) for text in texts for at in range(len(text) - size + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def _self_overlap(texts: list[frozenset[tuple[str, ...]]]) -> float:
    best = [0.0] * len(texts)
    for i, left in enumerate(texts):
        for j in range(i + 1, len(texts)):
            if common := len(left & texts[j]):
                best[i] = max(best[i], common / len(left))
                best[j] = max(best[j], common / len(texts[j]))
    return sum(best) / len(best) if best else 0.0
