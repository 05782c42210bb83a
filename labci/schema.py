"""JSON Schemas that ship with labci: `schemas/` in the repository, `labci/schemas/` in the wheel."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator


def folder() -> Path:
    """Where the schema files are."""
    packaged = Path(str(resources.files("labci"))) / "schemas"
    return packaged if packaged.is_dir() else Path(str(resources.files("labci"))).parent / "schemas"


@cache
def load(name: str) -> Any:
    """A schema by its name below the folder, such as "labci" or "v3/knowledge"."""
    return json.loads((folder() / f"{name}.json").read_text("utf-8"))


@cache
def validator(name: str) -> Validator:
    """A validator of draft 2020-12 for a schema."""
    return Draft202012Validator(load(name))
