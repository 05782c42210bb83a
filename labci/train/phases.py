"""LAB's training phases (arXiv 2403.01081, section 3.2), as far as a mixture has data for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci import digest
from labci.artifact import read_jsonl, write_jsonl
from labci.config import TrainSettings

KNOWLEDGE = ("short", "long")  # phases of samples; anything else is a skill's or general


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: its rows and how many passes over them. schedule: only the last one's rate falls to zero."""

    name: str
    rows: Path
    samples: int
    tokens: int
    epochs: float
    schedule: str


@dataclass(slots=True, kw_only=True)
class _Size:
    """Rows and tokens of a phase, and the tokens of what is new."""

    samples: int = 0
    tokens: int = 0
    new: int = 0


def phases(mixture: Path, folder: Path, settings: TrainSettings) -> list[Phase]:
    """Write each phase's rows below `folder`.

    Knowledge first, then skills with as many tokens of knowledge again; one phase if there is new data of
    one kind only, or with `phases: stacked`. `max_tokens` bounds epochs over all phases together; replay and
    general data come on top, or what is new would be learned the less, the more was taught before. A rebuild has
    nothing new.
    """
    names = _names(mixture, settings)
    counted = [_write(mixture, folder / f"{name}.jsonl", name) for name in names]
    bounded = sum(size.tokens if settings.lane == "rebuild" else size.new for size in counted)
    epochs = settings.passes(bounded)
    return [
        Phase(
            name=name, rows=folder / f"{name}.jsonl", samples=size.samples, tokens=size.tokens,
            epochs=round(epochs, 3), schedule="linear" if name == names[-1] else "constant",
        )
        for name, size in zip(names, counted, strict=True)
    ]  # fmt: skip


def _names(mixture: Path, settings: TrainSettings) -> list[str]:
    new = [is_knowledge(row) for row in read_jsonl(mixture) if row["source"] == "new"]
    kinds = {"knowledge": any(new), "skills": not all(new)}
    found = [name for name in settings.phases if kinds.get(name)]
    return found if len(found) > 1 else ["stacked"]


def is_knowledge(row: dict[str, Any]) -> bool:
    """Whether a row teaches knowledge."""
    return row["phase"] in KNOWLEDGE


def _write(mixture: Path, path: Path, name: str) -> _Size:
    size = _Size()

    def counted() -> Iterator[dict[str, Any]]:
        for row in _rows(mixture, name):
            size.tokens += row["tokens"]
            size.new += row["tokens"] if row["source"] == "new" else 0
            yield row

    size.samples = write_jsonl(path, counted())
    return size


def _rows(mixture: Path, name: str) -> Iterator[dict[str, Any]]:
    if name == "stacked":
        yield from read_jsonl(mixture)
    elif name == "knowledge":
        yield from (row for row in read_jsonl(mixture) if is_knowledge(row) or row["source"] == "general")
    else:
        yield from _skills(mixture)


def _skills(mixture: Path) -> Iterator[dict[str, Any]]:
    """Skills and general rows, then knowledge for as many tokens as the skills have, by digest."""
    budget = 0
    for row in read_jsonl(mixture):
        if not is_knowledge(row):
            budget += row["tokens"] if row["source"] != "general" else 0
            yield row
    keys = sorted((digest.of_json(row["id"]), row["tokens"]) for row in read_jsonl(mixture) if is_knowledge(row))
    chosen = set()
    for key, tokens in keys:
        if budget <= 0:
            break
        budget -= tokens
        chosen.add(key)
    yield from (row for row in read_jsonl(mixture) if is_knowledge(row) and digest.of_json(row["id"]) in chosen)
