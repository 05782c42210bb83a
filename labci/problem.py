"""Why a file can't be read as plain YAML, in a contributor's words and with the exact place.

The parser's own messages say what it was doing; `of_syntax` says what was expected and what usually is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from labci.diagnostic import Position

# What libyaml accepts in a stream (YAML 1.1, section 4.1), less the byte order mark.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTE = "put the value in quotes, or write it below after '|', indented"
_INDENT = "indent this line like its neighbours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a file is not readable as one plain YAML mapping. `code` names the lint rule of group `yaml`."""

    code: str
    position: Position
    message: str
    hint: str = ""


class YamlProblem(Exception):
    """Raised by `labci.node.parse` with the first thing that makes a file unreadable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def problem(code: str, position: Position, message: str, hint: str = "") -> YamlProblem:
    """A YamlProblem from its parts."""
    return YamlProblem(Problem(code=code, position=position, message=message, hint=hint))


def decode(data: bytes) -> str:
    """UTF-8 without a byte order mark, else a `YamlProblem` that names the encoding and the place."""
    marks = ((b"\xef\xbb\xbf", "UTF-8 with BOM"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
    for mark, name in marks:
        if data.startswith(mark):
            message = f"the file starts with a byte order mark ({name})"
            hint = "save the file as UTF-8 without BOM"
            raise problem("yaml-encoding", Position(end_column=2), message, hint)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise problem("yaml-encoding", _one(line, column), message, "save the file as UTF-8") from error


def forbidden(text: str) -> re.Match[str] | None:
    """The first character that no YAML file may hold, such as a control character."""
    return _FORBIDDEN.search(text)


def of_character(text: str) -> YamlProblem:
    """The first character that YAML forbids; the parser itself counts bytes."""
    found = forbidden(text)
    start = found.start() if found else 0
    code = f"U+{ord(text[start]):04X}" if found else "unknown"
    message = f"the control character {code} is not allowed"
    return problem("yaml-syntax", at_index(text, start), message, "remove it")


def of_syntax(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    """What the parser stumbled over, at the place where the mistake probably is."""
    said, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    opened_before = bool(mark and error.context_mark and error.context_mark.line < mark.line)
    begins = context.endswith("quoted scalar") or "could not find expected ':'" in said
    if error.context_mark and (begins or ("expected ',' or" in said and opened_before)):
        mark = mark if "escape" in said else error.context_mark
    start = mark.index if mark else 0
    at = at_index(text, start)
    row = text.split("\n")[at.line - 1]
    if re.match(r" *\t", row) and row[at.column - 1 : at.column] in ("", "\t"):
        at = _one(at.line, row.find("\t") + 1)
        return problem("yaml-tab", at, "a tab is used for indentation", "use two spaces instead of the tab")
    message, hint = _words(said, context, text[start : start + 1])
    if opened_before and "expected ',' or" in said and error.problem_mark:
        message = f"this bracket is not closed; expected ',' or its end by line {error.problem_mark.line + 1}"
    if "mapping values" in said and ":" not in row[: at.column - 1]:  # this line is itself a 'key: value'
        hint = f"{_INDENT}, or {hint}"
    opened = error.context_mark.line + 1 if error.context_mark else 0
    if opened and opened != at.line and "block" in context:
        message += f" (in the entries that begin on line {opened})"
    return problem("yaml-syntax", at, message, hint)


def at_index(text: str, start: int) -> Position:
    """Position of one character by its index."""
    before = text.rfind("\n", 0, start)
    return _one(text.count("\n", 0, start) + 1, start - before)


def _one(line: int, column: int) -> Position:
    return Position(line=line, column=column, end_line=line, end_column=column + 1)


def _words(said: str, context: str, character: str) -> tuple[str, str]:
    for pattern, message, hint in _WORDS:
        if re.search(pattern, f"{said}; {context}"):
            return message.format(character=character), hint.format(within=_WITHIN.get(character, ""))
    return f"{said} {context}".strip(), _QUOTE


_WITHIN = {'"': '; within the text, write \\" for it', "'": "; within the text, write it twice"}
_WORDS = (
    (r"mapping values are not", "a ':' that begins no value here; expected text or the next line", _QUOTE),
    (r"sequence entries are not", "a list may not begin on the line of its key", "begin it on the next line"),
    (r"expected key", "expected 'key: value', indented like the entries above", f"{_INDENT}, or {_QUOTE}"),
    (r"expected '-' indicator", "expected '- ' for the next entry of the list", f"{_INDENT}, after '- '"),
    (r"expected ':'", "expected ':' after the key", "write 'key: value'; to go on with a text, indent it"),
    (r"end of stream; .*quoted", "this quote is never closed", "close it{within}"),
    (r"document indicator; .*quoted", "this quote is never closed", "close it before the line '---'"),
    (r"escape", "unknown escape in double quotes", "double the backslash, or use single quotes"),
    (r"cannot start any token", "a value can't begin with {character!r}", _QUOTE),
    (r"expected ',' or", "expected ',' or the closing bracket", "close it, or quote the text that it is part of"),
    (r"expected node content", "expected a value before {character!r}", _QUOTE),
    (r"scanning an? (alias|anchor)", "'*' and '&' have a meaning of their own before a value", _QUOTE),
    (r"scanning a tag", "'!' has a meaning of its own before a value", _QUOTE),
    (r"block scalar", "expected the text on the next line, not beside '|' or '>'", "move it down, indented"),
    (r"document start", "expected nothing after the end of the document ('...')", "remove the line '...'"),
)
