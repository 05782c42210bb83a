"""Stage: what a contributor starts from, a taxonomy repository (`init`) and a leaf (`new`)."""

from labci.contribute.leaf import Answers, new_leaf
from labci.contribute.repository import init

__all__ = ["Answers", "init", "new_leaf"]
