"""The order in which training reads its samples: shuffled, yet batched by length so that little is padded."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import count

POOL = 12  # batches that are sorted by length together: more pads less and shuffles less


def training_order(
    lengths: Sequence[int], *, epochs: float, batch_size: int, seed: int, every: Sequence[int] = ()
) -> list[int]:
    """Indices of samples, `batch_size` of them a step, for `epochs` passes (fractions allowed).

    every: of each sample, in one of how many passes it is read; without it all are read in each. Known before
    training starts, so that a resumed run reads on where it stopped, and the last batch alone may be short. What
    a pass has is read once before the next begins, up to the reach of one pool.
    """
    rng = random.Random(seed)
    stream: list[int] = []
    every = every or [1] * len(lengths)
    total = max(1, round(pass_size(every) * epochs))
    for number in count():
        if len(stream) >= total:
            break
        once = [index for index, passes in enumerate(every) if (number + index) % passes == 0]
        rng.shuffle(once)
        stream += once
    order: list[int] = []
    for start in range(0, total, POOL * batch_size):
        order += _pool(stream[start : min(start + POOL * batch_size, total)], lengths, batch_size, rng)
    return order


def pass_size(every: Sequence[int]) -> float:
    """Samples of a pass, on the mean of many."""
    return float(sum(Fraction(1, passes) for passes in every))


def pass_ends(samples: float, total: int, batch_size: int) -> list[int]:
    """The steps (from 1) that end a pass over `samples`, of `total` readings; the last step, too."""
    ends = [*(round(samples * number) for number in range(1, math.ceil(total / samples))), total]
    return sorted({-(-end // batch_size) for end in ends})


def passes_of(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Indices of a batch's samples, in the passes that it is computed in: none of more than `tokens`, padding included.

    The shortest come first, so that little is padded; a sample that is longer than `tokens` has a pass of its own.
    """
    found: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if found and (len(found[-1]) + 1) * lengths[index] <= tokens:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def _pool(indices: list[int], lengths: Sequence[int], batch_size: int, rng: random.Random) -> list[int]:
    indices = sorted(indices, key=lambda index: lengths[index])
    batches = [indices[at : at + batch_size] for at in range(0, len(indices), batch_size)]
    short = [batches.pop()] if len(batches[-1]) < batch_size else []
    rng.shuffle(batches)
    return [index for batch in batches + short for index in batch]
