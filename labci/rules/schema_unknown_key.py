"""The rule schema-unknown-key."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaUnknownKey(SchemaRule):
    """There are no keys that the format does not know.

    Why: a misspelt key would be ignored, and its value lost.

    Bad:
        anwser: A folder of questions and answers.

    Good:
        answer: A folder of questions and answers.
    """

    id = "schema-unknown-key"
