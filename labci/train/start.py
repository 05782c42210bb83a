"""Where training starts from, and where it works."""

from __future__ import annotations

from pathlib import Path

from labci import models
from labci.job import Job

WORK = "training"  # folder of the run: phases and checkpoints, gone when the stage has ended


def start_folder(job: Job) -> Path:
    """The model that training starts from: the released one, or with `lane: rebuild` the base model."""
    lane = job.config.train.lane
    return models.student_folder(job.config.model) if lane == "rebuild" else job.released.folder
