"""Stage: which leaves, seeds and document references changed between two commits."""

from labci.diff.compare import compare
from labci.diff.stage import between, diff

__all__ = ["between", "compare", "diff"]
