"""The rule schema-unique-items."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaUniqueItems(SchemaRule):
    """The entries of a list differ.

    Why: a repeated example adds nothing and takes the place of a new one.

    Bad:
        patterns:
          - manual.md
          - manual.md

    Good:
        patterns:
          - manual.md
          - faq.md
    """

    id = "schema-unique-items"
