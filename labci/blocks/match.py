"""Round trip by the teacher that wrote the questions: which answer of the fact explains a question best?

match = mean log P(question | topic, fact, answer) - the best of the same for the fact's other answers, in nats
per token. Below zero the question asks for something else: "For how long is the basket soaked?" written for
"warm water" is better explained by "12 hours". Bayes' rule with a flat prior over the fact's answers, which
needs no threshold; prompts share their questions, so each prompt is read once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labci.blocks import Score, with_score
from labci.request import Continuation
from labci.sample import Reject, Sample

Prompt = Callable[[str, str], str]  # fact, answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the teacher makes of a question, in nats per token.

    likely: mean log P(question | topic, fact, answer). value: that, less the best of the fact's other answers.
    other: the answer with that best, or "".
    """

    likely: float
    value: float
    other: str


def explained(score: Score, prompt: Prompt, samples: Sequence[Sample]) -> list[Match]:
    """The match of each sample; its context is the fact."""
    answers: dict[str, list[str]] = defaultdict(list)
    questions: dict[str, list[str]] = defaultdict(list)
    for sample in samples:
        for found, text in ((answers, sample.answer), (questions, sample.question)):
            if text not in found[sample.context or ""]:
                found[sample.context or ""].append(text)
    keys = [(fact, answer, text) for fact in answers for answer in answers[fact] for text in questions[fact]]
    items = [Continuation.of_turn(prompt(fact, answer), text) for fact, answer, text in keys]
    means = {key: total / max(1, count) for key, (total, count) in zip(keys, score(items), strict=True)}
    return [_match(means, answers[sample.context or ""], sample) for sample in samples]


def _match(means: dict[tuple[str, str, str], float], answers: Sequence[str], sample: Sample) -> Match:
    fact = sample.context or ""
    own = means[fact, sample.answer, sample.question]
    others = [(means[fact, other, sample.question], other) for other in answers if not _overlap(other, sample.answer)]
    best, other = max(others, default=(own, ""))
    return Match(likely=own, value=own - best, other=other)


def _overlap(left: str, right: str) -> bool:
    """Whether one answer is part of the other: a question may ask for either."""
    return left in right or right in left


def keep_matching(
    samples: Iterable[Sample], found: Sequence[Match], settings: Mapping[str, float]
) -> Iterator[Sample | Reject]:
    """Note each sample's match and likelihood; drop what another answer explains about as well, and what is unlikely.

    settings: `match`, the least match (0), and `likely`, the least likelihood (none): what the teacher itself would
    hardly say is seldom right.
    """
    least, least_likely = settings.get("match", 0.0), settings.get("likely", float("-inf"))
    for sample, match in zip(samples, found, strict=True):
        scored = with_score(with_score(sample, "match", match.value), "likely", match.likely)
        detail = ""
        if match.other and match.value < least:
            detail = f"asks for {match.other!r} rather" if match.value < 0 else f"may ask for {match.other!r} as well"
        elif match.likely < least_likely:
            detail = f"likelihood {match.likely:.2f} below {least_likely:.2f}"
        yield Reject(sample=scored, stage="match", reason="not-grounded", detail=detail) if detail else scored
