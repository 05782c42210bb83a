"""Tune the student on the mixture and merge it back: `checkpoint/` and `training.json`."""

from labci.train.stage import train

__all__ = ["train"]
