"""Stage: what a contributor does. A taxonomy repository (`init`), a leaf (`new`), a branch to be merged (`submit`)."""

from labci.contribute.branch import branch_for, commit, push
from labci.contribute.leaf import Answers, new_leaf
from labci.contribute.repository import init
from labci.contribute.survey import Survey, relative, survey
from labci.contribute.wording import subject

__all__ = [
    "Answers", "Survey", "branch_for", "commit", "init", "new_leaf", "push", "relative", "subject", "survey",
]  # fmt: skip
