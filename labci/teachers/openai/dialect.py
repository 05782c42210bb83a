"""Which of OpenAI's parameters a server takes: vendors refuse some, and say so by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labci.teachers.openai.complaint import Complaint

UNSHAPED = (400, 404, 422, 501)  # what servers answer to a response_format that they don't have
REFUSED = (400, 422)  # … and to a parameter
RENAMED = {"max_tokens": "max_completion_tokens"}  # OpenAI's reasoning models
OPTIONAL = ("seed", "top_p", "max_tokens", "temperature")  # of two named at once the first counts less


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How requests are worded for one server.

    shapes: whether response_format is understood, None: not tried yet. refused: parameters that are sent by another
    name, or not at all. unfit: parameters with a value that is not sent; others of the same parameter are.
    """

    shapes: bool | None = None
    refused: frozenset[str] = frozenset()
    unfit: frozenset[tuple[str, Any]] = frozenset()

    def worded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request as this server takes it."""
        return {sent: value for name, value in values.items() if (sent := self._sent(name, value))}

    def after(self, status: int, body: Any, values: Mapping[str, Any], *, shaped: bool) -> Dialect | None:
        """What to try after an error to a request with these values, None where it is not about parameters.

        shaped: response_format was sent.
        """
        complaint, without = Complaint.of(body), replace(self, shapes=False)
        if shaped and status in UNSHAPED and complaint.of_shape:
            return without
        sent = {self._sent(name, values[name]): name for name in OPTIONAL if name in values}
        if status in REFUSED and (found := complaint.named([name for name in sent if name])):
            name = sent[found]
            if found == name and (complaint.never(name) or self._renamed(name, complaint)):
                return replace(self, refused=self.refused | {name})
            return replace(self, unfit=self.unfit | {(name, values[name])})
        return without if shaped and status in UNSHAPED else None

    def learned(self, other: Dialect, *, shaped: bool) -> Dialect:
        """With what `other` had right: it was understood."""
        shapes = False if other.shapes is False else shaped or self.shapes
        return Dialect(shapes=shapes, refused=self.refused | other.refused, unfit=self.unfit | other.unfit)

    @property
    def dropped(self) -> list[str]:
        """Parameters that are not sent under any name."""
        return sorted(self.refused - RENAMED.keys())

    @property
    def doubted(self) -> dict[str, Any]:
        """Parameters of which some value is not sent, with one such value."""
        return dict(sorted(self.unfit, key=str))

    def _sent(self, name: str, value: Any) -> str:
        """The name under which a parameter is sent, "" for not at all."""
        if name in OPTIONAL and (name, value) in self.unfit:
            return ""
        return RENAMED.get(name, "") if name in self.refused else name

    @staticmethod
    def _renamed(name: str, complaint: Complaint) -> bool:
        return name in RENAMED and any(RENAMED[name] in text for text in complaint.texts)
