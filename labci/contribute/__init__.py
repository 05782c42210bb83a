"""Stage: what a contributor does. A taxonomy repository (`init`), a leaf (`new`), a branch to be merged (`submit`)."""

from labci.contribute.answers import PAIRS, SEEDS, Answers, Seeds
from labci.contribute.branch import branch_for, commit, push
from labci.contribute.leaf import new_leaf
from labci.contribute.passages import Passage
from labci.contribute.place import branches, checked_path
from labci.contribute.repository import init
from labci.contribute.survey import Survey, relative, survey
from labci.contribute.wording import subject

__all__ = [
    "PAIRS", "SEEDS", "Answers", "Passage", "Seeds", "Survey", "branch_for", "branches", "checked_path", "commit",
    "init", "new_leaf", "push", "relative", "subject", "survey",
]  # fmt: skip
