"""Score base, released and candidate model on the held-out items: `scores.json`."""

from labci.evaluate.stage import evaluate

__all__ = ["evaluate"]
