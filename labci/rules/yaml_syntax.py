"""The rule yaml-syntax."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlSyntax(YamlRule):
    """The file is YAML.

    Why: nothing else can be checked before it is.

    Bad:
        answer: Remember: water boils at 100 °C

    Good:
        answer: 'Remember: water boils at 100 °C'
    """

    id = "yaml-syntax"
