"""Entry points of workflows: what `labci ci …` runs."""

from labci.ci.pull_request import pull_request

__all__ = ["pull_request"]
