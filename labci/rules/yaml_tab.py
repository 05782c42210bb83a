"""The rule yaml-tab."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlTab(YamlRule):
    """Indentation is made of spaces.

    Why: YAML forbids tabs there, and they look like spaces.

    Bad:
        seed_examples:
        → - question: What is a leaf?

    Good:
        seed_examples:
          - question: What is a leaf?
    """

    id = "yaml-tab"
