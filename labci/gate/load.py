"""Reading `scores.json` with errors that say which row and which field."""

from __future__ import annotations

from pathlib import Path

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from labci import artifact, schema
from labci.errors import UsageError
from labci.scores import Scores


def load_scores(path: Path) -> Scores:
    """Scores from a file; UsageError if it is missing, no JSON, or not as schemas/scores.json asks."""
    value = artifact.read_json(path)
    error = best_match(schema.validator("scores").iter_errors(value))
    if error is not None:
        hint = "cli.md and schemas/scores.json give the shape"
        raise UsageError(f"{path}: {_place(error)}: {_message(error)}", hint=hint)
    rows = [{"contrast": None, **row} for row in value["rows"]]
    return Scores.from_json({**value, "rows": rows})


def _place(error: ValidationError) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path]
    return "".join(parts).lstrip(".") or "the document"


def _message(error: ValidationError) -> str:
    """The validator's words without a dump of the value, which may be the whole file."""
    text = str(error.message)
    return text if len(text) <= 200 else f"{text[:80]} … {text[-100:]}"
