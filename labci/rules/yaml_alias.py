"""The rule yaml-alias."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlAlias(YamlRule):
    """The file has no anchors (`&name`) and no aliases (`*name`).

    Why: a few lines of them can stand for gigabytes, and reviewers would have to look
    elsewhere in the file for what a value says.

    Bad:
        - question: &q What is a leaf?
        - question: *q

    Good:
        - question: What is a leaf?
        - question: What is a seed example?
    """

    id = "yaml-alias"
