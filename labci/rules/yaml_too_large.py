"""The rule yaml-too-large."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlTooLarge(YamlRule):
    """The file stays under 256 KiB, 20 levels and 20,000 values.

    Why: a leaf is written and reviewed by people; what is larger is a mistake or an attack
    on whoever reads it.

    Bad:
        task_description: [[[[[[[[[[[[[[[[[[[[[[too deep]]]]]]]]]]]]]]]]]]]]]]

    Good:
        two leaves, each about one subject
    """

    id = "yaml-too-large"
