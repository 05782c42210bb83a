"""Stage: which leaves, seeds and document references changed between two commits."""

from labci.diff.compare import compare
from labci.diff.stage import diff

__all__ = ["compare", "diff"]
