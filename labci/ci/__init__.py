"""Entry points of workflows: what `labci ci …` runs."""

from labci.ci.answer import command
from labci.ci.comment import comment
from labci.ci.pull_request import pull_request

__all__ = ["command", "comment", "pull_request"]
