"""LAB's training phases (arXiv 2403.01081, section 3.2), as far as a mixture has data for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labci import digest
from labci.artifact import read_jsonl, write_jsonl
from labci.config import Recipe, TrainSettings
from labci.curriculum import kind_of, owner, teaches
from labci.errors import UsageError
from labci.turns import in_turns

STACKED = "stacked"
LAB = {"short", "long"}  # phases of LAB that a setting has asked for by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: where its rows are, and how many passes over them. schedule: of the rate, "linear" or "constant".

    samples, tokens: of a pass. longest: tokens of its longest row. completion: the share of its text that bears loss,
    by characters. dev: development rows of what has been taught by then; None where the phase ends with its last
    weights.
    """

    name: str
    rows: Path
    samples: float
    tokens: float
    longest: int
    completion: float
    epochs: float
    schedule: str
    recipe: Recipe
    dev: Path | None = None


@dataclass(slots=True, kw_only=True)
class _Size:
    """Rows and tokens of a pass, the tokens of what is new, those of the longest row; characters, and the answers'."""

    samples: float = 0
    tokens: float = 0
    new: int = 0
    longest: int = 0
    chars: int = 0
    said: int = 0


def phases(mixture: Path, folder: Path, settings: TrainSettings) -> list[Phase]:
    """Write each phase's rows below `folder`, and development rows where a phase chooses by them.

    One phase if there is new data of one kind only, or with `phases: stacked`. `max_tokens` bounds epochs over all
    phases together; replay and general data come on top, or what is new would be learned the less, the more was
    taught before. A rebuild has nothing new. Raises UsageError for new samples that no phase takes.
    """
    found = survey(mixture, folder, settings)
    names = [phase.name for phase in found]
    for phase in found:
        write_jsonl(phase.rows, _rows(mixture, phase.recipe, names))
        if phase.dev is not None:
            write_jsonl(phase.dev, _dev(mixture.with_name("dev.jsonl"), phase.name, names))
    return found


def survey(mixture: Path, folder: Path, settings: TrainSettings) -> list[Phase]:
    """The phases that `phases` writes; writes nothing."""
    recipes = _recipes(mixture, settings)
    names = [recipe.name for recipe in recipes]
    sizes = [_size(_rows(mixture, recipe, names)) for recipe in recipes]
    bounded = sum(size.tokens if settings.lane == "rebuild" else size.new for size in sizes)
    return [
        Phase(
            name=recipe.name, rows=folder / f"{recipe.name}.jsonl", samples=size.samples,
            tokens=size.tokens, longest=size.longest, completion=size.said / max(1, size.chars),
            epochs=round(settings.passes(bounded, recipe.epochs), 3),
            schedule=schedule(recipe, last=recipe is recipes[-1]), recipe=recipe,
            dev=folder / f"{recipe.name}.dev.jsonl" if recipe.checkpoint == "best" else None,
        )
        for recipe, size in zip(recipes, sizes, strict=True)
    ]  # fmt: skip


def schedule(recipe: Recipe, *, last: bool) -> str:
    """Between phases the rate does not fall, unless the setting says so."""
    return ("linear" if last else "constant") if recipe.schedule == "auto" else recipe.schedule


def stacked(recipe: Recipe, settings: TrainSettings) -> Recipe:
    """A recipe for all rows at once: the longest that any phase may read."""
    longest = max(settings.recipe(name).max_length for name in settings.names)
    return replace(recipe, name=STACKED, max_length=longest)


def _recipes(mixture: Path, settings: TrainSettings) -> list[Recipe]:
    """Of the phases that something new is for; where that is one or none, it is a single one of all rows."""
    names = settings.names
    owners = {owner(row, names) for row in read_jsonl(mixture) if _decides(row, settings)}
    found = [settings.recipe(name) for name in names if name in owners]
    if len(found) < 2:
        return [stacked(found[0] if found else settings.recipe(STACKED), settings)]
    if "" in owners:
        raise UsageError(
            f"train.phases ({', '.join(names)}) has no phase for some of the new samples",
            hint="add skills, or knowledge, or write: phases: stacked",
        )
    return found


def _decides(row: dict[str, Any], settings: TrainSettings) -> bool:
    """Whether a row asks for its phase. LAB's own phases are for all leaves of a rebuild, which has nothing new."""
    all_leaves = settings.lane == "rebuild" and LAB & set(settings.names)
    return row["source"] == "new" or bool(all_leaves and row["source"] == "replay")


def _size(rows: Iterator[dict[str, Any]]) -> _Size:
    size = _Size()
    for row in rows:
        every = row.get("every", 1)
        size.samples += 1 / every
        size.tokens += row["tokens"] / every
        size.new += row["tokens"] if row["source"] == "new" else 0
        size.longest = max(size.longest, row["tokens"])
        answer = sum(len(message["content"]) for message in row["completion"])
        size.said += answer
        size.chars += answer + sum(len(message["content"]) for message in row["prompt"])
    return size


def _rows(mixture: Path, recipe: Recipe, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Its own rows and general ones, then as many tokens of earlier phases, each leaf and kind in turn.

    What was taught before, or is general, and is too long for the phase is left out.
    """
    own = teaches(recipe.name, names)
    earlier = _taught(names[: names.index(recipe.name)], names)
    budget = 0.0
    for row in read_jsonl(mixture):
        kind = kind_of(row)
        fits = row["source"] == "new" or row["tokens"] <= recipe.max_length
        if fits and (kind == "general" or kind in own):
            budget += row["tokens"] / row.get("every", 1) if kind != "general" else 0
            yield row
    yield from _again(mixture, earlier, budget, recipe.max_length)


def _taught(names: Sequence[str], among: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(teaches(name, among) for name in names))


def _again(mixture: Path, kinds: frozenset[str], budget: float, longest: int) -> Iterator[dict[str, Any]]:
    """By digest, of each leaf in turn and in its turns of each kind."""
    if not kinds:
        return

    def pool() -> Iterator[tuple[str, dict[str, Any]]]:
        for row in read_jsonl(mixture):
            if kind_of(row) in kinds and row["tokens"] <= longest:
                yield digest.of_json(row["id"]), row

    found = sorted((key, row["leaf"], kind_of(row), row["tokens"] / row.get("every", 1)) for key, row in pool())
    chosen = set()
    for key, _, _, tokens in in_turns(found, lambda entry: entry[1], lambda entry: entry[2]):
        if budget <= 0:
            break
        budget -= tokens
        chosen.add(key)
    yield from (row for key, row in pool() if key in chosen)


def _dev(dev: Path, name: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Development rows of what is taught by the end of a phase; all of them where there are none."""
    taught = _taught(names[: names.index(name) + 1], names)
    some = any(kind_of(row) in taught for row in read_jsonl(dev))
    yield from (row for row in read_jsonl(dev) if not some or kind_of(row) in taught)
