"""Which of OpenAI's parameters a server takes: vendors refuse some, and say so by their names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labci.teachers.openai.wire import inner

UNSHAPED = (400, 404, 422, 501)  # what servers answer to a response_format that they don't have
REFUSED = (400, 422)  # … and to a parameter
RENAMED = {"max_tokens": "max_completion_tokens"}  # OpenAI's reasoning models
OPTIONAL = ("seed", "top_p", "max_tokens", "temperature")  # of two named at once the first counts less
READ = 2_000  # characters of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How requests are worded for one server.

    shapes: whether response_format is understood, None: not tried yet. refused: parameters that are sent by another
    name, or not at all.
    """

    shapes: bool | None = None
    refused: frozenset[str] = frozenset()

    def worded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request as this server takes it."""
        found = {RENAMED.get(name, "") if name in self.refused else name: value for name, value in values.items()}
        return {name: value for name, value in found.items() if name}

    def after(self, status: int, body: Any, *, shaped: bool) -> Dialect | None:
        """What to try after an error; None where it is not about parameters. shaped: response_format was sent."""
        if status in REFUSED and (name := self._named(body)):
            return replace(self, refused=self.refused | {name})
        return replace(self, shapes=False) if shaped and status in UNSHAPED else None

    def learned(self, other: Dialect, *, shaped: bool) -> Dialect:
        """With what `other` had right: it was understood."""
        shapes = False if other.shapes is False else shaped or self.shapes
        return Dialect(shapes=shapes, refused=self.refused | other.refused)

    @property
    def dropped(self) -> list[str]:
        """Parameters that are not sent under any name."""
        return sorted(self.refused - RENAMED.keys())

    def _named(self, body: Any) -> str:
        """The first parameter that an error names and that was sent, "" for none."""
        about, left = inner(body), [name for name in OPTIONAL if name not in self.refused]
        if isinstance(about, dict) and about.get("param") in left:
            return str(about["param"])
        try:
            text = json.dumps(about)[:READ]
        except (ValueError, RecursionError):
            return ""
        return next((name for name in left if re.search(rf"\b{name}\b", text)), "")
