"""The rule schema-min-items."""

from __future__ import annotations

from labci.rules import SchemaRule


class SchemaMinItems(SchemaRule):
    """Lists are long enough.

    Why: the teacher imitates the seed examples: from few of them it repeats itself.

    Bad:
        seed_examples:
          - question: What is a leaf?
            answer: A folder.

    Good:
        seed_examples:
          # ... five or more, all different
    """

    id = "schema-min-items"
