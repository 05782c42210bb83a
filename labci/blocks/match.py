"""Round trip by the teacher that wrote the questions: which answer of the fact explains a question best?

match = mean log P(question | topic, fact, answer) - the best of the same for the fact's other answers, in nats
per token. Below zero the question asks for something else: "For how long is the basket soaked?" written for
"warm water" is better explained by "12 hours". Bayes' rule with a flat prior over the fact's answers, which
needs no threshold; prompts share their questions, so each prompt is read once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from labci.blocks import with_score
from labci.request import Continuation
from labci.sample import Reject, Sample

Score = Callable[[Sequence[Continuation]], list[tuple[float, int]]]
Prompt = Callable[[str, str], str]  # fact, answer


def explained(score: Score, prompt: Prompt, samples: Sequence[Sample]) -> list[tuple[float, str]]:
    """(match, the other answer that explains the question best or "") of each sample; its context is the fact."""
    answers: dict[str, list[str]] = defaultdict(list)
    questions: dict[str, list[str]] = defaultdict(list)
    for sample in samples:
        for found, text in ((answers, sample.answer), (questions, sample.question)):
            if text not in found[sample.context or ""]:
                found[sample.context or ""].append(text)
    keys = [(fact, answer, text) for fact in answers for answer in answers[fact] for text in questions[fact]]
    items = [
        Continuation(messages=({"role": "user", "content": prompt(fact, answer)},), text=text)
        for fact, answer, text in keys
    ]
    means = {key: total / max(1, count) for key, (total, count) in zip(keys, score(items), strict=True)}
    return [_match(means, answers[sample.context or ""], sample) for sample in samples]


def _match(means: dict[tuple[str, str, str], float], answers: Sequence[str], sample: Sample) -> tuple[float, str]:
    fact = sample.context or ""
    own = means[fact, sample.answer, sample.question]
    others = [(means[fact, other, sample.question], other) for other in answers if not _overlap(other, sample.answer)]
    best, other = max(others, default=(own, ""))
    return own - best, other


def _overlap(left: str, right: str) -> bool:
    """Whether one answer is part of the other: a question may ask for either."""
    return left in right or right in left


def keep_matching(
    samples: Sequence[Sample], found: Sequence[tuple[float, str]], *, least: float = 0.0
) -> Iterator[Sample | Reject]:
    """Note each sample's match; drop those that another answer of the fact explains about as well (below `least`)."""
    for sample, (value, other) in zip(samples, found, strict=True):
        scored = with_score(sample, "match", value)
        detail = f"asks for {other!r} rather" if value < 0 else f"may ask for {other!r} as well"
        yield (
            Reject(sample=scored, stage="match", reason="not-grounded", detail=detail)
            if other and value < least
            else scored
        )
