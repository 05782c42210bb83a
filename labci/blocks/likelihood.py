"""The likelihood judge: does the question call for its answer, by a model that reads the fact.

contrast = log P(answer | fact, question) - log P(answer | fact, neutral question), in nats per token. Raw
likelihood favours answers that are likely after anything; the neutral question takes that out.
margin = the contrast less the best contrast of the fact's other spans with the same question: below zero,
the question asks for something else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from labci.blocks import Score, with_score
from labci.request import Continuation
from labci.sample import Reject, Sample

VERSION = 1  # of the prompt below: part of every stored score
NEUTRAL = "What is said here?"


def asked(fact: str, question: str, answer: str) -> Continuation:
    """The answer after fact and question, as the judge's model sees them."""
    content = f"{fact}\n\n{question} Answer with words of the text."
    return Continuation.of_turn(content, answer)


def contrasts(score: Score, rows: Sequence[tuple[str, str, str]]) -> list[float]:
    """Contrast of each (fact, question, answer), in nats per token."""
    neutral = sorted({(fact, answer) for fact, _, answer in rows})
    items = [asked(*row) for row in rows] + [asked(fact, NEUTRAL, answer) for fact, answer in neutral]
    means = [total / max(1, count) for total, count in score(items)]
    base = dict(zip(neutral, means[len(rows) :], strict=True))
    return [mean - base[fact, answer] for (fact, _, answer), mean in zip(rows, means, strict=False)]


def margins(score: Score, rows: Sequence[tuple[str, str, str]], others: Mapping[str, Sequence[str]]) -> list[float]:
    """Contrast of each row less the best one of the fact's other answers. others: answers by fact."""
    wide = [
        (fact, question, other)
        for fact, question, answer in rows
        for other in (answer, *(text for text in others.get(fact, ()) if text != answer))
    ]
    values = iter(contrasts(score, wide))
    result = []
    for fact, _, answer in rows:
        own = next(values)
        rest = [next(values) for text in others.get(fact, ()) if text != answer]
        result.append(own - max(rest, default=0.0))
    return result


def judge(
    samples: Sequence[Sample], values: Sequence[float], threshold: float, *, sure: float = math.inf
) -> Iterator[Sample | Reject]:
    """Note each sample's value as `grounding`; drop those below the threshold.

    sure: nats per token; of what its writer finds as likely as that the judge, which was tuned to nothing, has less to
    say: of 7 such questions that it would have dropped 6 were right, of 13 others 4.
    """
    for sample, value in zip(samples, values, strict=True):
        scored = with_score(sample, "grounding", value)
        detail = f"grounding {value:.2f} below {threshold:.2f}"
        low = value < threshold and sample.scores.get("likely", -math.inf) < sure
        yield Reject(sample=scored, stage="judge", reason="judged-low", detail=detail) if low else scored
