"""What an error says about a request's parameters: in its words, never in what it repeats of the request."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from labci.teachers.openai.wire import inner

READ, ITEMS, DEEP = 2_000, 20, 4  # characters of a text, texts of an error, objects in one another
WORDS = ("message", "msg", "error", "detail", "details", "errors")  # fields that hold what is said
ECHO = re.compile(  # the request in the text of a pydantic error, which is the representation of a Python object
    r"(?s)(['\"])input\1\s*:.*?(?=(['\"])loc\2\s*:|$)|\binput_value=.*?(?=, input_type=|$)"
)
NEVER = re.compile(  # no value of this parameter would do, else it may be about the one that was sent
    r"(?i)un(supported|known|expected)|unrecogni[sz]ed|n[o']t (currently |yet )?support|not permitted|forbidden"
    r"|additional propert|can(not|'t)( both)? be (specified|used)"
)
SHAPE = re.compile(r"\b(response_format|json_schema)\b")


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error's body. param: the parameter that it is about, where it says so in a field; texts: what it says."""

    param: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, body: Any) -> Complaint:
        """What any JSON says; nothing for a web page."""
        about = inner(body)
        param = about.get("param") if isinstance(about, dict) else None
        return cls(param if isinstance(param, str) else "", tuple(islice(_texts(about, DEEP), ITEMS)))

    @property
    def of_shape(self) -> bool:
        """Whether it is about the schema."""
        return any(map(SHAPE.search, (self.param,) if self.param else self.texts))

    def named(self, names: Collection[str]) -> str:
        """The first of these parameters that it is about, "" for none."""
        if self.param:
            return self.param if self.param in names else ""
        return next((name for name in names if self._about(name)), "")

    def never(self, name: str) -> bool:
        """Whether the server has no such parameter, or none that can be set; False where another value may do."""
        return any(map(NEVER.search, self._about(name) or self.texts))

    def _about(self, name: str) -> list[str]:
        return [text for text in self.texts if re.search(rf"\b{name}\b", text)]


def _texts(about: Any, deep: int) -> Iterator[str]:
    if isinstance(about, str):
        yield ECHO.sub("", about[:READ])
    elif isinstance(about, list) and deep:
        for item in about[:ITEMS]:
            yield from _texts(item, deep - 1)
    elif isinstance(about, dict) and deep:
        where = about.get("loc")
        place = ".".join(map(str, where))[:READ] if isinstance(where, list) else ""
        for field in WORDS:
            for text in _texts(about.get(field), deep - 1):
                yield f"{place}: {text}" if place else text
