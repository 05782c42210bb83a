"""What is asked of a teacher and what it answers; a request's digest is its key in the content store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from labci import digest

THOUGHT, END_OF_THOUGHT = "<think>", "</think>"
Message = Mapping[str, str]  # {"role": "user", "content": "…"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How tokens are drawn. temperature 0 is greedy; max_tokens bounds the answer."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 64
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One completion. `model` is the digest of weights or the served id; `flow` the flow's digest.

    The leaf's path is never part of a request, so a renamed leaf costs nothing.
    """

    model: str
    messages: tuple[Message, ...]
    sampling: Sampling
    seed: int
    flow: str
    schema: Mapping[str, Any] | None = None

    @cached_property
    def digest(self) -> str:
        """sha256 over everything that may shape the answer; computed once, as many places look it up."""
        rest = {"model": self.model, "seed": self.seed, "flow": self.flow, "schema": self.schema}
        messages = [dict(message) for message in self.messages]
        return digest.of_json({**rest, "messages": messages, "sampling": asdict(self.sampling)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A teacher's answer. `finish` is "stop", "length", "content_filter" or "error"; tokens are the server's counts.

    "error": the server failed at this request again and again while it answered others; there is no text.

    cached_tokens: those of prompt_tokens that the server had in its prefix cache, 0 where it doesn't say. model: the id
    that the server names as the one that answered, "" where it names none.
    """

    text: str
    finish: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    model: str = ""

    def to_json(self) -> dict[str, Any]:
        """The content store's entry."""
        return asdict(self)

    @classmethod
    def of_entry(cls, entry: Any) -> Response | None:
        """The inverse; None for no entry, and for one that is no response."""
        try:
            return cls(**entry) if isinstance(entry, dict) else None
        except TypeError:
            return None


def aloud(text: str) -> str:
    """What a model says to others: a text without the thoughts before it, which some models write between tags.

    The first tag may be missing, as some servers put it at the end of the prompt; "" where the thoughts never end.
    """
    before, tag, after = text.partition(END_OF_THOUGHT)
    if before.lstrip().startswith(THOUGHT):
        return after.lstrip()
    return after.lstrip() if tag and THOUGHT not in before else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """A text whose likelihood after a prompt is asked for. Natural log, summed over its tokens."""

    messages: tuple[Message, ...]
    text: str

    @classmethod
    def of_turn(cls, content: str, text: str) -> Continuation:
        """A text after one turn of the user."""
        return cls(messages=({"role": "user", "content": content},), text=text)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Continuation:
        """The answer of a mixture's row after its prompt."""
        return cls(messages=tuple(row["prompt"]), text=row["completion"][0]["content"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """Why a text has no likelihood where others have one.

    own: the server says that it is the text's fault, such as its length; else it may be the server's.
    """

    why: str
    own: bool = False

    def to_json(self) -> dict[str, Any]:
        """The content store's entry."""
        return asdict(self)

    @classmethod
    def of_entry(cls, entry: Any) -> Unscored | None:
        """The inverse; None for what is none."""
        try:
            found = cls(**entry) if isinstance(entry, dict) else None
        except TypeError:
            return None
        return found if found is not None and isinstance(found.why, str) else None


Scored = tuple[float, int] | Unscored  # sum of natural log-probabilities, number of tokens
