"""One line of what the doctor found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "missing", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """section and name say what was looked at, value what was found. fix: the command that mends it, or advice.

    "missing" stops something that labci does; a "note" does not.
    """

    section: str
    name: str
    state: State
    value: str
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        """A row of `findings`."""
        return asdict(self)
