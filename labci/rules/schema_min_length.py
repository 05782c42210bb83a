"""The rule schema-min-length."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaMinLength(SchemaRule):
    """Texts are not empty.

    Why: an empty answer teaches the model to say nothing.

    Bad:
        answer: ""

    Good:
        answer: A folder of questions and answers.
    """

    id = "schema-min-length"
