"""A loss that must stop a run does, and names the samples."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import FindingsError
from labci.lm.watch import Watch
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
