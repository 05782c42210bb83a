"""A repository's rows as text, one JSON object a line: what its specialist will learn, for a reviewer to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from labci import digest, schema
from labci.chattoken import CHAT_TOKEN
from labci.errors import UsageError
from labci.models.specialist import Row, Turn

AGAIN = "write it anew with: labci teachers build --rows-only"


def dump(rows: Iterable[Row]) -> str:
    """The file's text, sorted by leaf and fact; the same rows give the same bytes."""
    ordered = sorted(rows, key=lambda row: (row.leaf, row.fact, digest.of_json(row.content)))
    return "".join(json.dumps(to_json(row), ensure_ascii=False) + "\n" for row in ordered)


def read(data: bytes, name: str) -> tuple[Row, ...]:
    """The rows of a file, in its order. name: what errors call it; UsageError names the line."""
    return tuple(_row(line, f"{name}:{number}") for number, line in enumerate(data.split(b"\n"), 1) if line.strip())


def to_json(row: Row) -> dict[str, Any]:
    """One line of the file, as schemas/specialist-row.json describes it."""
    return {
        "topic": row.topic,
        "fact": row.fact,
        "turns": [{"answer": turn.answer, "question": turn.question, "pair": turn.pair} for turn in row.turns],
        "leaf": row.leaf,
        "licence": row.licence,
        "contributor": row.contributor,
    }


def _row(line: bytes, where: str) -> Row:
    try:
        value = json.loads(line.decode("utf-8"))
    except ValueError as error:
        raise UsageError(f"{where}: not JSON", hint=AGAIN) from error
    for problem in schema.validator("specialist-row").iter_errors(value):
        way = ".".join(map(str, problem.absolute_path)) or "the row"
        raise UsageError(f"{where}: {way}: {problem.message[:200]}", hint=AGAIN)
    if CHAT_TOKEN.search(json.dumps(value, ensure_ascii=False)):
        raise UsageError(f"{where}: a control token of a chat template", hint=AGAIN)
    return Row(**{**value, "turns": tuple(Turn(**turn) for turn in value["turns"])})
