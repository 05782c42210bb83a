"""A loss that must stop a run does, and names the samples."""

from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import FindingsError
from labci.lm.watch import LONG, Watch
from tests.lm.say import Said


def watch(steps: int) -> Watch:
    return Watch("training", [[f"sample-{n}"] for n in range(steps)], Said(), save_seconds=60)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_names_its_samples(loss: float) -> None:
    own = watch(3)
    own.end_of_step(2.0)
    with pytest.raises(FindingsError, match=r"step 2 of 3.*sample-1"):
        own.end_of_step(loss)


def test_a_rising_loss_stops() -> None:
    own = watch(50)
    for loss in [2.0] * 5 + [3.0] * 5 + [9.0]:
        own.end_of_step(loss)
    with pytest.raises(FindingsError, match="the loss rose"):
        own.end_of_step(9.0)


def test_the_samples_that_a_rise_comes_from_are_named() -> None:
    """The mean is over its limit a step after the batch that is most of it."""
    own = watch(50)
    message = r"stopped at step 12 of 50.*samples of step 11, whose loss was highest \(15\.00\): sample-10$"
    with pytest.raises(FindingsError, match=message):
        read(own, [2.0] * 10 + [15.0, 14.0])


@pytest.mark.parametrize("norm", [float("nan"), float("inf")])
def test_a_gradient_that_is_no_number_names_the_samples_of_its_own_step(norm: float) -> None:
    own = watch(3)
    own.end_of_step(2.0)
    own.before_update(1.5)
    own.end_of_step(2.0)
    with pytest.raises(FindingsError, match=r"step 2 of 3: the gradient's norm is (nan|inf).*sample-1$"):
        own.before_update(norm)


def read(own: Watch, losses: list[float]) -> None:
    for loss in losses:
        own.end_of_step(loss)


def test_a_loss_that_rises_after_it_fell_stops() -> None:
    """From 1.0 to chance over 49,000 words, which is less than twice what the first steps had."""
    own = watch(255)
    with pytest.raises(FindingsError, match=r"the loss rose from 1\.00 to") as found:
        read(own, [5.5] * 5 + [1.0] * 50 + [10.8] * 200)
    assert len(own.losses) < 5 + 50 + LONG
    assert "train.learning_rate" in found.value.hint


def test_a_resumed_run_knows_how_well_it_did() -> None:
    own = watch(255)
    own.begin([5.5] * 5 + [1.0] * 50)
    with pytest.raises(FindingsError, match=r"the loss rose from 1\.00 to"):
        read(own, [10.8] * 200)


@pytest.mark.parametrize("batch", [1, 2, 8])
@pytest.mark.parametrize("known", [0.02, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_an_honest_run_is_not_stopped(batch: int, known: float, seed: int) -> None:
    """What is new is soon known by heart, general questions never; with one sample a step these are 3 nats apart."""
    chance = random.Random(f"{batch} {known} {seed}")
    own = watch(600)
    for step in range(600):
        new = known + 4.5 * math.exp(-step / 60)
        losses = [
            chance.lognormvariate(math.log(new), 0.4) if chance.random() < 0.7 else max(0.5, chance.gauss(3.5, 1.2))
            for _ in range(batch)
        ]
        own.end_of_step(12.0 if step in (200, 400) and batch == 1 else sum(losses) / batch)  # and one odd sample
    assert len(own.losses) == 600


@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=60))
def test_noise_does_not_stop(losses: list[float]) -> None:
    own = watch(len(losses))
    for loss in losses:
        own.end_of_step(loss)
    assert own.losses == losses


def test_a_checkpoint_is_due_by_time_and_only_while_work_is_left() -> None:
    own = watch(2)
    own.save_seconds = 0.0
    own.begin([])
    own.end_of_step(1.0)
    assert own.wants_checkpoint()
    own.end_of_step(1.0)
    assert not own.wants_checkpoint()


def test_saving_takes_a_twentieth_of_the_time_at_most() -> None:
    """Of 7 billion parameters a checkpoint has 87 GB: every 75 seconds it would be all that a training does."""
    own = watch(2)
    own.save_seconds = 75.0
    own.begin([])
    own.end_of_step(1.0)
    for seconds, pause in ((0.5, 75.0), (43.0, 860.0), (1.0, 75.0)):
        own.checkpoint_saved(seconds)
        for ago, due in ((pause - 5, False), (pause + 5, True)):
            own.saved = time.monotonic() - ago
            assert own.wants_checkpoint() == due
