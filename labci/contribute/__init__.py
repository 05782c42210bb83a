"""Stage: what a contributor does. A taxonomy repository (`init`), a leaf (`new`), a branch to be merged (`submit`)."""

from labci.contribute.answers import PAIRS, SEEDS, Answers, Seeds
from labci.contribute.branch import branch_for, commit, push
from labci.contribute.checks import Checks, Flaw, of_text
from labci.contribute.document import Found, Shelf
from labci.contribute.draft import Draft, Kept, draft
from labci.contribute.leaf import new_leaf
from labci.contribute.passages import MAX_WORDS, MIN_WORDS, Passage, passages, spread
from labci.contribute.place import branches, checked_path
from labci.contribute.repository import CODEOWNERS, init, left
from labci.contribute.revert import Contribution, contribution, revert
from labci.contribute.survey import Survey, relative, survey
from labci.contribute.upgrade import Upgraded, upgrade
from labci.contribute.wording import subject

__all__ = [
    "CODEOWNERS", "MAX_WORDS", "MIN_WORDS", "PAIRS", "SEEDS", "Answers", "Checks", "Contribution", "Draft", "Flaw",
    "Found", "Kept", "Passage", "Seeds", "Shelf", "Survey", "Upgraded", "branch_for", "branches", "checked_path",
    "commit", "contribution", "draft", "init", "left", "new_leaf", "of_text", "passages", "push",
    "relative", "revert", "spread", "subject", "survey", "upgrade",
]  # fmt: skip
