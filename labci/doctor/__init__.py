"""What this machine has and lacks, and the command that mends it.

Each file looks at one thing and yields findings; none changes anything, and none stops at what it doesn't find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci.doctor.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where to look. teacher, model: in place of those of labci.yaml. probe: whether to ask teacher and remote hub."""

    folder: Path
    config: Path | None = None
    teacher: str | None = None
    model: str | None = None
    probe: bool = True


def examine(question: Question) -> list[Finding]:
    """Everything, in the order in which it is shown."""
    return list(_all(question))


def to_json(findings: list[Finding]) -> dict[str, Any]:
    """The value of `--format json` (schemas/doctor.json)."""
    missing = sum(finding.state == "missing" for finding in findings)
    return {"version": 1, "missing": missing, "findings": [finding.to_json() for finding in findings]}


def _all(question: Question) -> Iterator[Finding]:
    from labci.doctor import machine, model, package, place, teacher

    opened, found = place.look(question.folder, question.config, question.teacher, question.model)
    yield from machine.look(question.folder)
    yield from package.look()
    yield from model.look(opened.model, opened.specialist)
    yield from found
    if opened.session is not None:
        yield from place.reach(opened.session, probe=question.probe)
    yield from teacher.look(opened.teacher, opened.model, probe=question.probe)
