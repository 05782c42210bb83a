"""Entry points of workflows and of hooks: what `labci ci …` runs."""

from labci.ci.answer import command
from labci.ci.comment import comment
from labci.ci.hooks import install_hooks
from labci.ci.merge import merge
from labci.ci.preview import preview
from labci.ci.publish import publish
from labci.ci.pull_request import pull_request
from labci.ci.queue import work
from labci.ci.receive import post_receive, pre_receive

__all__ = [
    "command",
    "comment",
    "install_hooks",
    "merge",
    "post_receive",
    "pre_receive",
    "preview",
    "publish",
    "pull_request",
    "work",
]
