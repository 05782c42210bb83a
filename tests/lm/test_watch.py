"""A loss that must stop a run does, and names the samples."""

from __future__ import annotations

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
