"""The cheap checks between training and evaluation: a hopeless candidate costs no full evaluation.

In order: the loss is finite and fell, 8 prompts get answers in words, 20 general items don't get far less likely.
The one that refuses ends the evaluation; what was seen is in `scores.json`, so that the gate says the same from
that file alone. None of them can pass a candidate: they only say FAIL sooner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

WINDOW = 5  # steps whose mean loss is compared
ITEMS = 20  # general items of the smoke test
LOST_NATS = 1.0  # a mean loss per token beyond this is no matter of margins
Trouble = Literal["", "loss", "degenerate", "smoke"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """What was seen of a candidate before the evaluation.

    steps: of the phase of training whose loss fell most. first, last: mean loss of its first and last `WINDOW`
    steps in nats per token, None if not finite. answers: to the canary prompts. effects: NLL(released) -
    NLL(candidate) of general items in nats per token, None if not finite. A later check that wasn't made is empty.
    """

    steps: int = 0
    first: float | None = 0.0
    last: float | None = 0.0
    answers: tuple[str, ...] = ()
    effects: tuple[float | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The member `smoke` of scores.json."""
        return asdict(self) | {"answers": list(self.answers), "effects": list(self.effects)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Smoke:
        """Inverse of `to_json`."""
        return cls(**{**value, "answers": tuple(value["answers"]), "effects": tuple(value["effects"])})

    @property
    def shift(self) -> float | None:
        """Mean effect; None if there is none, or one that is not finite."""
        found = [value for value in self.effects if value is not None]
        return sum(found) / len(found) if found and len(found) == len(self.effects) else None


def of_losses(phases: Sequence[Sequence[float]]) -> Smoke:
    """The losses by step of each phase, as far as the check of the loss reads them."""
    seen = [_ends(losses) for losses in phases if losses]
    bad = [one for one in seen if one.first is None or one.last is None]
    long = [one for one in seen if one.steps >= 2 * WINDOW]  # what a short phase does says nothing of the others
    return min(bad or long or seen, key=lambda one: (one.last or 0.0) - (one.first or 0.0), default=Smoke())


def _ends(losses: Sequence[float]) -> Smoke:
    first, last = _mean(losses[:WINDOW]), _mean(losses[-WINDOW:])
    return Smoke(steps=len(losses), first=first, last=last)


def _mean(losses: Sequence[float]) -> float | None:
    return finite(math.fsum(losses) / len(losses))


def finite(number: float) -> float | None:
    """The number, or None for what JSON has no word for."""
    return number if math.isfinite(number) else None


def trouble(seen: Smoke, margin: float) -> Trouble:
    """The first check that refuses the candidate, "" for none. margin: `gate.margin_nll`."""
    if seen.first is None or seen.last is None or (seen.steps >= 2 * WINDOW and seen.last >= seen.first):
        return "loss"
    if any(map(degenerate, seen.answers)):
        return "degenerate"
    lost = seen.shift is None or seen.shift < -max(LOST_NATS, margin)
    return "smoke" if seen.effects and lost else ""


def degenerate(answer: str) -> bool:
    """Nothing at all, or one word or one character over and over (three times or more)."""
    words = answer.split()
    letters = "".join(words)
    repeated = len(words) > 2 and len({word.casefold() for word in words}) == 1
    return not letters or repeated or (len(letters) > 3 and len(set(letters)) == 1)
