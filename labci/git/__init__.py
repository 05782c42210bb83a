"""The only door to git: small verbs over GitPython, in a scrubbed environment.

Nothing here runs a hook, a filter, a pager, a credential prompt or a submodule, and `-z` output is read by
pure parsers that lie beside the calls.
"""

from labci.git.command import quarantine
from labci.git.fetch import fetch_blobs, fetch_commit
from labci.git.publish import Remote
from labci.git.raw import FileChange
from labci.git.repository import WORKTREE, Repository
from labci.git.revision import EMPTY_TREE
from labci.git.source import Tree, Worktree
from labci.remote import checked as check_url

__all__ = [
    "EMPTY_TREE", "WORKTREE", "FileChange", "Remote", "Repository", "Tree", "Worktree", "check_url", "fetch_blobs",
    "fetch_commit", "quarantine",
]  # fmt: skip
