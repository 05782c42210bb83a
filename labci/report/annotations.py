"""The findings on a pull request as remarks on its lines. Who reads them knows what was found, not whether to merge."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from labci.forges.github.checks import Annotation, Check
from labci.report.excerpt import plain
from labci.report.numbers import how_many

NAME = "labci lint"
ELSEWHERE = "\n\nNot all of them stand on lines of files that this pull request changes: its comment names them."
SUMMARY = "Each stands on its line. `labci explain RULE` says why; the comment on the pull request, what to do next."


def to_check(value: Mapping[str, Any], paths: Collection[str]) -> Check:
    """The check run. value: schemas/pull-request.json. paths: of the files that the pull request changes.

    A finding of another file is left out: where the findings come from is not to be trusted with a path.
    """
    found = tuple(_annotation(item) for item in value["findings"] if item["path"] in paths)
    errors, warnings = value["errors"], value["warnings"]
    return Check(
        name=NAME,
        failed=errors > 0,
        title=", ".join((how_many(errors, "error"), how_many(warnings, "warning"))),
        summary=SUMMARY + (ELSEWHERE if errors + warnings > len(found) else ""),
        annotations=found,
    )


def _annotation(item: Mapping[str, Any]) -> Annotation:
    """The text is shown as it is, not read as Markdown."""
    message = "\n".join(filter(None, map(plain, (item["message"], item["hint"]))))
    return Annotation(
        path=item["path"], line=max(1, item["line"]), level="failure" if item["severity"] == "error" else "warning",
        title=item["rule"], message=message or item["rule"],
    )  # fmt: skip
