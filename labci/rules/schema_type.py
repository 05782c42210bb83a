"""The rule schema-type."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaType(SchemaRule):
    """Values are of the type that the format asks for.

    Why: YAML reads yes, 42 and 2024-05-01 as a truth value, a number and a date, not as text.

    Bad:
        answer: yes

    Good:
        answer: "yes"
    """

    id = "schema-type"
