"""The rule schema-unsupported."""

from __future__ import annotations

from collections.abc import Iterator

from labci.diagnostic import Diagnostic, Position
from labci.leaf import LEAF_FILE
from labci.lintfile import LintFile
from labci.rules import SchemaRule

MIGRATION = (
    "write version: 3; give each seed example a context (a passage of the document) and three or more "
    "questions_and_answers below it; replace task_description by document_outline, a summary of the document"
)


class SchemaUnsupported(SchemaRule):
    """Knowledge is of version 3.

    Why: earlier versions have no contexts, so that nothing ties a question to its place in
    the document.

    Bad:
        version: 2
        seed_examples:
          - question: ...
            answer: ...

    Good:
        version: 3
        seed_examples:
          - context: ...
            questions_and_answers:
              - question: ...
                answer: ...
    """

    id = "schema-unsupported"
    files = (LEAF_FILE,)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """A knowledge leaf of version 1 or 2."""
        value = file.node.value if file.node else None
        if not file.node or not isinstance(value, dict) or not file.leaf.is_knowledge or file.version not in (1, 2):
            return  # a file that is missing has no value
        if "version" not in value and "document_outline" in value:  # in the form of 3, but for this line
            message = "there is no version, which means 1; knowledge has version 3"
            yield file.found(self, Position(), message, hint="add a line: version: 3")
            return
        message = f"knowledge of version {file.version} is not supported; the lowest version is 3"
        at = file.node.key_position_of("version")
        yield file.found(self, at, message, hint=MIGRATION, pointer="/version" if at.end_column > 1 else "")
