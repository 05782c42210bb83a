"""Stage: which leaves, seeds and document references changed between two commits."""

from labci.diff.compare import compare
from labci.diff.stage import diff
from labci.diff.text import to_text

__all__ = ["compare", "diff", "to_text"]
