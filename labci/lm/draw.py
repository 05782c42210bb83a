"""Draws the next token of each row of a batch, under the row's own sampling and its own random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labci.request import Sampling

LIKELY = 256  # more tokens than a nucleus usually has: sorting a whole vocabulary costs as much as a layer


def generator(seed: int) -> Any:
    """A row's random numbers: numpy's, which draws a vocabulary of them in a fraction of torch's time on a CPU.

    They are the same on every device.
    """
    import numpy as np

    return np.random.Generator(np.random.SFC64(seed))


def draw(logits: Any, samplings: Sequence[Sampling], generators: Sequence[Any]) -> list[int]:
    """The next id of each row of `logits` (rows, vocabulary).

    argmax of p / e with e ~ Exp(1) for each token is an exact draw from p (the exponential race, which is the
    Gumbel-max trick without its logarithms), and it hardly changes where p does: a row draws the same token whatever
    shares its batch, but for rounding. Temperature 0 is the most likely token; it takes no random number.
    """
    import torch

    drawn = [row for row, sampling in enumerate(samplings) if sampling.temperature > 0]
    found: list[int] = logits.argmax(-1).tolist()
    if not drawn:
        return found
    heat = torch.tensor([samplings[row].temperature for row in drawn], device=logits.device)
    top_p = torch.tensor([samplings[row].top_p for row in drawn], device=logits.device)
    chances = nucleus(torch.softmax(logits[drawn].float() / heat[:, None], -1), top_p)
    race = torch.from_numpy(_exponential(chances.shape[-1], [generators[row] for row in drawn]))
    winners: list[int] = (chances / race.to(chances.device)).argmax(-1).tolist()
    for row, winner in zip(drawn, winners, strict=True):
        found[row] = winner
    return found


def nucleus(chances: Any, top_p: Any) -> Any:
    """`chances` (rows, vocabulary) without the tokens beyond the fewest that have `top_p` (rows) of the mass together.

    The rest need not add up to one. Source: Holtzman et al. 2020, arXiv 1904.09751.
    """
    if bool((top_p >= 1).all()):
        return chances
    most = min(LIKELY, chances.shape[-1])
    best = chances.topk(most, dim=-1).values
    if bool((best.sum(-1) < top_p).any()):
        best = chances.sort(dim=-1, descending=True).values
    inside = (best.cumsum(-1) - best < top_p[:, None]).sum(-1, keepdim=True)
    least = best.gather(-1, inside - 1)
    return chances.masked_fill((chances < least) & (top_p < 1)[:, None], 0.0)


def _exponential(size: int, numbers: Sequence[Any]) -> Any:
    """A row of `size` numbers from each generator, above zero."""
    import numpy as np

    drawn = np.stack([row.standard_exponential(size, dtype=np.float32) for row in numbers])
    return np.maximum(drawn, np.finfo(np.float32).tiny)
