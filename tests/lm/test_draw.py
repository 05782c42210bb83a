"""Drawing tokens: from the right distribution, and the same for a row whatever is beside it."""

from __future__ import annotations

from math import exp

import pytest

from labci.lm.draw import draw, generator, nucleus
from labci.request import Sampling

LOGITS = (2.0, 1.0, 0.5, 0.0, -0.5, -1.0, -4.0, 1.5)
DRAWS = 4_000


def counts(sampling: Sampling) -> list[int]:
    """How often each token comes, over one row's stream of random numbers."""
    import torch

    logits, numbers, found = torch.tensor([LOGITS]), [generator(7)], [0] * len(LOGITS)
    for _ in range(DRAWS):
        found[draw(logits, [sampling], numbers)[0]] += 1
    return found


def softmax(temperature: float) -> list[float]:
    weights = [exp(value / temperature) for value in LOGITS]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_the_distribution_is_the_softmax(temperature: float) -> None:
    from scipy.stats import chisquare

    expected = [chance * DRAWS for chance in softmax(temperature)]
    found = counts(Sampling(temperature=temperature))
    often = [n for n, value in enumerate(expected) if value >= 5]  # the others are one class, as the test wants it
    observed = [*(found[n] for n in often), DRAWS - sum(found[n] for n in often)]
    wanted = [*(expected[n] for n in often), DRAWS - sum(expected[n] for n in often)]
    classes = len(often) + (len(often) < len(LOGITS))
    assert sum(found) == DRAWS
    assert chisquare(observed[:classes], wanted[:classes]).pvalue > 0.001


def test_a_nucleus_has_the_likely_tokens_in_their_proportions() -> None:
    from scipy.stats import chisquare

    chances = softmax(1.0)
    best = sorted(range(len(LOGITS)), key=lambda n: -chances[n])
    inside = best[: next(n for n in range(1, 9) if sum(chances[i] for i in best[:n]) >= 0.8)]
    found = counts(Sampling(temperature=1.0, top_p=0.8))
    assert [n for n, count in enumerate(found) if count] == sorted(inside)
    mass = sum(chances[n] for n in inside)
    assert chisquare([found[n] for n in inside], [chances[n] / mass * DRAWS for n in inside]).pvalue > 0.001


def test_a_flat_nucleus_of_a_large_vocabulary() -> None:
    import torch

    rising = 1 + torch.arange(5000) * 1e-5
    chances = (rising / rising.sum()).expand(2, -1)
    kept = (nucleus(chances, torch.tensor([0.5, 1.0])) > 0).sum(-1).tolist()
    fewest = int((chances[0].double().flip(0).cumsum(0) < 0.5).sum()) + 1
    assert abs(kept[0] - fewest) <= 1
    assert kept[1] == 5000


def test_rows_of_every_kind_draw_as_if_alone() -> None:
    import torch

    torch.manual_seed(0)
    logits = torch.randn(6, 3000) * 3
    kinds = [Sampling(), Sampling(temperature=1.0), Sampling(temperature=0.3, top_p=0.9)] * 2
    together = draw(logits, kinds, [generator(seed) for seed in range(6)])
    alone = [draw(logits[n : n + 1], kinds[n : n + 1], [generator(n)])[0] for n in range(6)]
    assert together == alone
    assert together[0] == int(logits[0].argmax())
