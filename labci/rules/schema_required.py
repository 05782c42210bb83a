"""The rule schema-required."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaRequired(SchemaRule):
    """Every key that the format asks for is there.

    Why: generation builds its prompts from them.

    Bad:
        - question: What is a leaf?

    Good:
        - question: What is a leaf?
          answer: A folder of questions and answers.
    """

    id = "schema-required"
