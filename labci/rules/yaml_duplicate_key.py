"""The rule yaml-duplicate-key."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlDuplicateKey(YamlRule):
    """A key stands once in its mapping.

    Why: YAML readers keep the last one and drop the first in silence.

    Bad:
        question: What is a leaf?
        question: What is a seed?

    Good:
        question: What is a leaf?
        answer: A folder of questions and answers.
    """

    id = "yaml-duplicate-key"
