"""The rule yaml-tag."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlTag(YamlRule):
    """Values have no tags (`!name`).

    Why: tags ask the reader to build something other than plain text and numbers.

    Bad:
        answer: !!str 42

    Good:
        answer: "42"
    """

    id = "yaml-tag"
