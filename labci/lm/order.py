"""The order in which training reads its samples: shuffled, yet batched by length so that little is padded."""

from __future__ import annotations

import random
from collections.abc import Sequence

POOL = 12  # batches that are sorted by length together: more pads less and shuffles less


def training_order(lengths: Sequence[int], *, epochs: float, batch_size: int, seed: int) -> list[int]:
    """Indices of samples, `batch_size` of them a step, for `epochs` passes (fractions allowed).

    Known before training starts, so that a resumed run reads on where it stopped, and the last batch alone
    may be short. Every sample is read once before any is read twice, up to the reach of one pool.
    """
    rng = random.Random(seed)
    stream: list[int] = []
    total = max(1, round(len(lengths) * epochs))
    while len(stream) < total:
        once = list(range(len(lengths)))
        rng.shuffle(once)
        stream += once
    order: list[int] = []
    for start in range(0, total, POOL * batch_size):
        order += _pool(stream[start : min(start + POOL * batch_size, total)], lengths, batch_size, rng)
    return order


def pass_ends(samples: int, total: int, batch_size: int) -> list[int]:
    """The steps (from 1) that end a pass over `samples`, of `total` readings; the last step, too."""
    ends = [*range(samples, total, samples), total]
    return sorted({-(-end // batch_size) for end in ends})


def _pool(indices: list[int], lengths: Sequence[int], batch_size: int, rng: random.Random) -> list[int]:
    indices = sorted(indices, key=lambda index: lengths[index])
    batches = [indices[at : at + batch_size] for at in range(0, len(indices), batch_size)]
    short = [batches.pop()] if len(batches[-1]) < batch_size else []
    rng.shuffle(batches)
    return [index for batch in batches + short for index in batch]
