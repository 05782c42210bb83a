"""What `labci ci pr` leaves for `labci ci comment`: `schemas/pull-request.json`.

The one runs on a stranger's behalf, so the other takes the file for hostile: it says nothing about which pull
request it is of, everything in it has an end, and no name from it becomes a path.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from labci.ci.mending import Suggestion
from labci.errors import UsageError
from labci.lintfile import Checked
from labci.schema import validator

NAME = "pull-request.json"  # of the file, and of the artifact
FOLDER = ".labci/ci"  # where a job writes it, below the repository's root
MAX_BYTES = 4_000_000
MAX_ITEMS, MAX_PROTECTED = 100, 20
MAX_TEXT, MAX_PATH = 2000, 1000
HINT = "the job that made it may be another labci's, or somebody tampered with it: run the checks again"


def of(
    checked: Iterable[Checked],
    *,
    root: str,
    changes: Mapping[str, Any] | None,
    plan: Mapping[str, Any] | None,
    problem: str,
    suggestions: Iterable[Suggestion] = (),
    protected: Sequence[str] = (),
) -> dict[str, Any]:
    """The outcome. root: of the taxonomy. changes, plan: as the stages write them, None where they couldn't.

    protected: files of maintainers that are changed.
    """
    files = list(checked)
    findings = sorted((item for file in files for item in file.diagnostics), key=lambda item: item.severity != "error")
    errors = Counter(_leaf(item.path, root) for item in findings if item.severity == "error")
    warnings = Counter(_leaf(item.path, root) for item in findings if item.severity == "warning")
    leaves = list(_leaves(files, root, changes, plan))
    counted = [leaf | {"errors": errors[leaf["path"]], "warnings": warnings[leaf["path"]]} for leaf in leaves]
    return {
        "version": 1,
        "files": len(files),
        "errors": errors.total(),
        "warnings": warnings.total(),
        "findings": [_finding(item.to_json()) for item in findings[:MAX_ITEMS]],
        "leaves": [leaf | {"path": leaf["path"][:MAX_PATH]} for leaf in counted[:MAX_ITEMS]],
        "leaf_count": len(counted),
        "cost": _cost(plan),
        "problem": problem[:MAX_TEXT],
        "suggestions": [asdict(item) for item in suggestions],
        "protected": [path[:MAX_PATH] for path in protected[:MAX_PROTECTED]],
    }


def _leaf(path: str, root: str) -> str:
    return path.removeprefix(f"{root}/").rpartition("/")[0]


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: found[key] for key in ("line", "column", "rule", "severity", "fixable")}
    texts = {key: found[key][:MAX_TEXT] for key in ("message", "hint")}
    return {"path": found["path"][:MAX_PATH], **kept, **texts}


def _leaves(
    files: Iterable[Checked], root: str, changes: Mapping[str, Any] | None, plan: Mapping[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """Those that changed, then those of which lint alone can tell something."""
    calls = {leaf["path"]: leaf for leaf in plan["leaves"]} if plan else {}
    changed = changes["changes"] if changes else []
    for change in changed:
        seeds, cost = change["seeds"], calls.get(change["path"], {"calls": 0, "calls_cached": 0})
        yield {
            "path": change["path"], "status": change["status"],
            "added": len(seeds["added"]), "removed": len(seeds["removed"]),
            "calls": cost["calls"], "calls_cached": cost["calls_cached"],
        }  # fmt: skip
    named = {change["path"] for change in changed}
    for path in dict.fromkeys(_leaf(file.path, root) for file in files):
        if path and path not in named:
            yield {"path": path, "status": "unread", **dict.fromkeys(("added", "removed", "calls", "calls_cached"), 0)}


def _cost(plan: Mapping[str, Any] | None) -> dict[str, int] | None:
    if plan is None:
        return None
    kept = {key: plan[key] for key in ("calls", "calls_cached", "seconds")}
    return {**kept, "train_seconds": plan["train"]["seconds"]}


def from_archive(data: bytes) -> dict[str, Any]:
    """The outcome in an artifact, a ZIP of exactly one file; nothing is unpacked to a disk.

    Raises UsageError for anything else, too large or malformed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename for info in archive.infolist()]
            if names != [NAME]:
                raise UsageError(f"the artifact holds {len(names)} files where {NAME} alone is expected", hint=HINT)
            with archive.open(NAME) as file:
                text = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UsageError("the artifact is no archive that can be read", hint=HINT) from error
    return parse(text)


def parse(text: bytes) -> dict[str, Any]:
    """The outcome, checked against its schema; UsageError tells what is wrong without quoting it."""
    if len(text) > MAX_BYTES:
        raise UsageError(f"{NAME} is larger than {MAX_BYTES:,} bytes", hint=HINT)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{NAME} is no JSON", hint=HINT) from error
    if not validator("pull-request").is_valid(value):
        raise UsageError(f"{NAME} is not of the shape that labci writes", hint=HINT)
    return dict(value)
