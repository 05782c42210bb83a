"""Entry points of workflows: what `labci ci …` runs."""

from labci.ci.comment import comment
from labci.ci.pull_request import pull_request

__all__ = ["comment", "pull_request"]
