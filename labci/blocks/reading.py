"""Does a question ask for its answer? The specialist, which was tuned to read too, is asked.

read = log P(answer | topic, fact, question) - log P("not said" | the same), in nats: how much likelier the answer is
than that the fact does not say what was asked. Both stand behind one prompt, so that each question is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from labci.blocks import Score, with_score
from labci.request import Continuation
from labci.sample import Reject, Sample

Prompt = Callable[[str, str], str]  # fact, question
Row = tuple[str, str, str]  # fact, question, answer


def reads(score: Score, prompt: Prompt, rows: Sequence[Row], not_said: str) -> list[float]:
    """How each row reads, in nats. not_said: what is answered where the fact does not say it."""
    items = [
        Continuation.of_turn(prompt(fact, question), text)
        for fact, question, answer in rows
        for text in (answer, not_said)
    ]
    found = [total for total, _ in score(items)] if items else []
    return [said - none for said, none in zip(found[::2], found[1::2], strict=True)]


def keep_read(
    samples: Iterable[Sample], *, read: Callable[[Sequence[Row]], list[float]], least: float
) -> Iterator[Sample | Reject]:
    """Note how each sample reads (`reads`), and drop those below `least` nats; the context is the fact."""
    asked = list(samples)
    rows = [(sample.context or "", sample.question, sample.span or sample.answer) for sample in asked]
    for sample, value in zip(asked, read(rows), strict=True):
        scored = with_score(sample, "read", value)
        detail = f"read {value:.1f}, below {least:.1f}: the fact hardly says what is asked"
        yield scored if value >= least else Reject(sample=scored, stage="read", reason="not-grounded", detail=detail)
