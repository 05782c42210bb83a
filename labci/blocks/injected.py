"""A teacher that was talked into repeating its prompt: our words, or our delimiters, are in no sample."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labci.chattoken import unsafe
from labci.sample import Reject, Sample

LENGTH = 6  # words in a row: of 15,000 lines of leaves, documents and general items none shares so many with a prompt
SLOT = re.compile(r"\{\w+\}")
TAG = re.compile(r"(?:<|&lt;)\s*(/?)\s*(\w+)(?:\s[^<>]*)?>")  # however it is spelt
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a flow's prompts say apart from contributors' data: runs of `LENGTH` words, and tags."""

    runs: frozenset[tuple[str, ...]]
    tags: frozenset[str]


def prompt_of(messages: Iterable[str]) -> Prompt:
    """Read off the templates of a flow's messages, whose {slots} hold contributors' data."""
    runs: set[tuple[str, ...]] = set()
    tags: set[str] = set()
    for text in messages:
        tags |= set(_tags(text))
        for piece in SLOT.split(text):
            runs |= set(_runs(piece))
    return Prompt(runs=frozenset(runs), tags=frozenset(tags))


def injected(text: str, prompt: Prompt) -> str:
    """What of the prompt, or of an instruction to its reader, a text repeats; "" if nothing."""
    if found := next((tag for tag in _tags(text) if tag in prompt.tags), ""):
        return found
    return " ".join(next((run for run in _runs(text) if run in prompt.runs), ()))


def drop_injected(
    samples: Iterable[Sample], *, prompt: Prompt, own: str = "", facts: bool = False
) -> Iterator[Sample | Reject]:
    """Drop samples that repeat the prompt, or that tell their reader to forget what it was told.

    own: what the contributor wrote, which may hold such words or tags by itself: they are then no leak. facts: whether
    a sample's context is the fact it was made from, which is trained in forms of its own (`labci.blocks.forms`).
    """
    allowed = Prompt(runs=prompt.runs - frozenset(_runs(own)), tags=prompt.tags - frozenset(_tags(own)))
    for sample in samples:
        fact = sample.context or "" if facts else ""
        text = "\n".join((sample.prompt, sample.answer, fact))
        found = injected(text, allowed)
        reason, detail = ("injected", f"repeats {found!r}") if found else (unsafe(text), "")
        yield Reject(sample=sample, stage="injected", reason=reason, detail=detail) if reason else sample


def drop_unsafe(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    """Drop what bears a chat token or an order to its reader: for contributors' own pairs, which no prompt precedes."""
    return drop_injected(samples, prompt=prompt_of(()))


def _tags(text: str) -> Iterator[str]:
    """Tags as a prompt would write them: "</document>" for "< /Document >"."""
    return (f"<{slash}{name.casefold()}>" for slash, name in TAG.findall(text))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(text.casefold())
    return (tuple(words[at : at + LENGTH]) for at in range(len(words) - LENGTH + 1))
