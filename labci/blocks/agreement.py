"""Self-agreement: do several answers to one question say the same? A small model that guesses, varies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from labci.blocks import Sift, with_score
from labci.heldout import words
from labci.request import Response
from labci.sample import Reject, Sample


def agreed_answers(responses: Mapping[str, Response], *, least: float, first: int) -> Sift:
    """Takes the first (greedy) answer where the others agree with it. least: mean token F1 to the others.

    responses: by request digest. first: how many of a sample's requests come before its answers.
    """

    def block(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
        for sample in samples:
            answers = [responses[key] for key in sample.requests[first:]]
            text = answers[0].text.strip()
            full = replace(sample, answer=text)
            if answers[0].finish == "length":
                yield Reject(sample=full, stage="answer", reason="truncated")
            elif not text:
                yield Reject(sample=full, stage="answer", reason="unparsable", detail="empty answer")
            else:
                value = agreement(text, [answer.text for answer in answers[1:]])
                scored = with_score(full, "agreement", value)
                low = value < least
                detail = f"agreement {value:.2f} below {least:.2f}"
                yield Reject(sample=scored, stage="agreement", reason="judged-low", detail=detail) if low else scored

    return block


def agreement(text: str, others: list[str]) -> float:
    """Mean token F1 of a text with others, 0 to 1; 1 where there are none."""
    return sum(f1(text, other) for other in others) / len(others) if others else 1.0


def f1(left: str, right: str) -> float:
    """Harmonic mean of the shares of tokens that two texts have in common."""
    a, b = Counter(words(left)), Counter(words(right))
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else float(a == b)
