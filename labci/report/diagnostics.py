"""Findings of lint for people and for machines: renderings of the same values.

`render` streams; a result is never held as a whole except where the format is one document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from labci import __version__
from labci.diagnostic import Diagnostic
from labci.lintfile import Checked
from labci.printable import printable
from labci.report import excerpt
from labci.report.numbers import how_many

URL = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class Tally:
    """Counts what passes through it: files, errors, warnings, and findings that --fix mends."""

    def __init__(self, checked: Iterable[Checked]) -> None:
        self._checked = checked
        self.files = self.errors = self.warnings = self.fixable = 0

    def __iter__(self) -> Iterator[Checked]:
        for file in self._checked:
            self.files += 1
            errors = sum(item.severity == "error" for item in file.diagnostics)
            self.errors += errors
            self.warnings += len(file.diagnostics) - errors
            self.fixable += sum(item.fixable for item in file.diagnostics)
            yield file

    def summary(self) -> str:
        """One line: `2 files: 1 error, no warnings`."""
        parts = [how_many(self.errors, "error"), how_many(self.warnings, "warning")]
        line = f"{how_many(self.files, 'file')}: {', '.join(parts)}"
        return line + (f"; labci lint --fix mends {self.fixable}" if self.fixable else "")


def render(format: str, tally: Tally, *, color: bool = False) -> Iterator[str]:
    """The lines of a rendering: text, json, github, sarif or markdown. `tally` is complete at the end."""
    match format:
        case "json":
            return _json(tally)
        case "github":
            return _github(tally)
        case "sarif":
            return _sarif(tally)
        case "markdown":
            return _markdown(tally)
        case _:
            return _text(tally, color)


_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "dim": "\x1b[2m", "bold": "\x1b[1m"}


def _paint(text: str, color: str, on: bool) -> str:
    return f"{_COLORS[color]}{text}\x1b[0m" if on and text else text


def _text(tally: Tally, color: bool) -> Iterator[str]:
    for file in tally:
        lines = excerpt.masked(file.lines, [item.position for item in file.diagnostics if item.group == "privacy"])
        for item in file.diagnostics:
            at = item.position
            where = _paint(f"{printable(item.path)}:{at.line}:{at.column}:", "bold", color)
            kind = _paint(item.severity, item.severity, color)
            yield f"{where} {kind} {item.rule} {printable(item.message)}"
            if item.path == file.path and at.end_column > 1:
                line, caret = excerpt.quote(lines, at)
                yield f"    {line}"
                yield f"    {_paint(caret, item.severity, color)}"
            if item.hint:
                yield f"    {_paint(printable(item.hint), 'dim', color)}"
    yield tally.summary()


def to_json(tally: Tally) -> dict[str, Any]:
    """The document of `lint --format json` (schemas/lint.json)."""
    found = [item.to_json() for file in tally for item in file.diagnostics]
    return {
        "version": 1,
        "files": tally.files,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "diagnostics": found,
    }


def _json(tally: Tally) -> Iterator[str]:
    yield json.dumps(to_json(tally), indent=2, ensure_ascii=False)


def _github(tally: Tally) -> Iterator[str]:
    """Workflow commands; GitHub shows them beside the lines of a pull request."""
    for item in (item for file in tally for item in file.diagnostics):
        at = item.position
        fields = {
            "file": item.path, "line": at.line, "col": at.column,
            "endLine": at.end_line, "endColumn": at.end_column,
        }  # fmt: skip
        place = ",".join(f"{key}={_property(str(value))}" for key, value in fields.items())
        title = f"{_property(item.rule)}"
        text = item.message + (f"\n{item.hint}" if item.hint else "")
        yield f"::{item.severity} {place},title={title}::{_data(text)}"
    yield tally.summary()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(tally: Tally) -> Iterator[str]:
    found = [item for file in tally for item in file.diagnostics]
    rules = [{"id": rule, "properties": {"tags": [group]}} for rule, group in {(d.rule, d.group): 0 for d in found}]
    driver = {"name": "labci", "version": __version__, "rules": rules}
    results = [_result(item) for item in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    yield json.dumps({"$schema": URL, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _result(item: Diagnostic) -> dict[str, Any]:
    from urllib.parse import quote

    at = item.position
    region = {
        "startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column,
    }  # fmt: skip
    text = item.message + (f" ({item.hint})" if item.hint else "")
    place = {"artifactLocation": {"uri": quote(item.path)}, "region": region}
    return {
        "ruleId": item.rule,
        "level": item.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _markdown(tally: Tally) -> Iterator[str]:
    """A table for a comment. Contributors' text can't make links, mentions, tags or rows of it."""
    head = True
    for item in (item for file in tally for item in file.diagnostics):
        if head:
            yield "| | Place | Rule | What is wrong | What to do |\n|---|---|---|---|---|"
            head = False
        place = f"{item.path}:{item.position.line}:{item.position.column}"
        cells = ["❌" if item.severity == "error" else "⚠️", place, item.rule, item.message, item.hint]
        yield f"| {' | '.join(excerpt.markdown(cell) for cell in cells)} |"
    yield ("" if head else "\n") + tally.summary()
