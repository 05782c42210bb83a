"""Measures a specialist on the held-out facts, beside its untuned base and the reference questions themselves."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from labci import __version__, artifact, digest, models
from labci.blocks.likelihood import margins
from labci.errors import UsageError
from labci.extras import MODEL, need
from labci.models.specialist import Specialist, measures, place
from labci.models.specialist.conversations import prompt
from labci.models.specialist.describe import EVALUATION
from labci.models.specialist.heldout import Item, items
from labci.progress import Progress
from labci.request import Continuation, Message

VERSION = 1  # of items and measures together: scores of another version are not comparable
MAX_TOKENS = 48  # of a question, as the flow asks
QUESTIONS = "evaluation.jsonl"
WORK = "evaluation"
Rows = list[dict[str, Any]]
# What a model that was not tuned has to be told.
TOLD = "\n\nWrite one question about the topic that has exactly this answer. Write only the question."
PASSES = ("match", "names", "form")  # an item counts in `score` if all of these hold


def evaluate(
    specialist: Specialist, progress: Progress, *, limit: int | None = None, compare: bool = False
) -> dict[str, Any]:
    """The scores (schemas/teacher-evaluation.json), kept beside the specialist unless `limit` is given; resumes.

    limit: facts at most. compare: measure its base, told in words what to do, and the references, too.
    Raises UsageError for a specialist that is not built, OutsideError without the extra that runs models.
    """
    need("evaluating the specialist teacher", *MODEL)
    if not place.is_ready(specialist):
        raise UsageError(f"the specialist teacher {specialist.name} is not built", hint="run: labci teachers build")
    began, chosen = time.monotonic(), _first(limit)
    folder, base = place.folder_of(specialist), models.student_folder(specialist.base)
    names = ("specialist", "base", "reference") if compare else ("specialist",)
    rows = {name: _kept(folder, name, chosen, partial(_rows, name, folder, base, chosen, progress)) for name in names}
    value = {
        "version": VERSION, "name": specialist.name, "digest": place.digest_of(specialist), "labci": __version__,
        "heldout": digest.of_json([[item.fact, item.answer, item.question] for item in chosen])[:16],
        "facts": len({item.fact for item in chosen}), "items": len(chosen), "limit": limit,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(time.monotonic() - began, 1),
        "models": [_scores(name, chosen, found) for name, found in rows.items()],
    }  # fmt: skip
    if limit is None:
        artifact.write_jsonl(folder / QUESTIONS, _lines(chosen, rows))
        artifact.write_json(folder / EVALUATION, value)
        shutil.rmtree(folder / WORK)  # the next evaluation measures anew
    return value


def _kept(folder: Path, name: str, chosen: Sequence[Item], make: Callable[[], Rows]) -> Rows:
    """The rows of one model, kept until the whole is done: an evaluation that was cut off goes on."""
    key = digest.of_json([VERSION, name, [[item.fact, item.answer, item.question] for item in chosen]])
    path = folder / WORK / f"{name}-{key[:16]}.json"
    if not path.exists():
        artifact.write_json(path, make())
    rows: Rows = artifact.read_json(path)
    return rows


def _rows(name: str, folder: Path, base: Path, chosen: Sequence[Item], progress: Progress) -> Rows:
    """The questions of a model, its likelihoods, and how far the base that reads them prefers the right answer."""
    if name == "reference":
        rows: Rows = [{"question": item.question} for item in chosen]
    elif name == "base":
        rows = _written(base, chosen, TOLD, name, progress)
    else:
        rows = _written(folder / place.TUNED, chosen, "", name, progress)
    _read(base, chosen, rows, name, progress)
    return rows


def _first(limit: int | None) -> list[Item]:
    facts = list(dict.fromkeys(item.fact for item in items()))[:limit]
    return [item for item in items() if item.fact in set(facts)]


def _asked(item: Item, answer: str, told: str) -> tuple[Message, ...]:
    return ({"role": "user", "content": prompt(item.topic, item.fact, answer) + told},)


def _written(folder: Path, chosen: Sequence[Item], told: str, name: str, progress: Progress) -> Rows:
    """Greedy questions of a model, its likelihood of the references, and which answer it takes them to be for."""
    from labci.lm.answer import greedy
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    lm = open_model(folder)
    progress.say(f"teachers: {name} writes {len(chosen)} questions")
    asked = [_asked(item, item.answer, told) for item in chosen]
    questions = greedy(
        lm, asked, MAX_TOKENS, note=lambda done, total: progress.step(f"questions of {name}", done, total)
    )
    pairs = [(item, answer) for item in chosen for answer in (item.answer, *item.others)]
    found = log_likelihood(
        lm, [Continuation(messages=_asked(item, answer, told), text=item.question) for item, answer in pairs]
    )
    means = {(item, answer): total / max(1, count) for (item, answer), (total, count) in zip(pairs, found, strict=True)}
    return [
        {
            "question": question,
            "nll": -means[item, item.answer],
            "choice": all(means[item, item.answer] > means[item, other] for other in item.others),
        }
        for item, question in zip(chosen, questions, strict=True)
    ]


def _read(base: Path, chosen: Sequence[Item], rows: Rows, name: str, progress: Progress) -> None:
    """Note on each row what the untuned base, reading the fact, answers: the right answer rather than the others?"""
    from labci.lm.likelihood import log_likelihood
    from labci.lm.load import open_model

    lm = open_model(base)
    answers = {item.fact: [other.answer for other in chosen if other.fact == item.fact] for item in chosen}
    progress.say(f"teachers: the base reads the questions of {name}")
    asked = [(item.fact, row["question"], item.answer) for item, row in zip(chosen, rows, strict=True)]
    for row, value in zip(rows, margins(lambda items: log_likelihood(lm, items), asked, answers), strict=True):
        row["margin"] = value


def _scores(name: str, chosen: Sequence[Item], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    marks = [_marks(item, row) for item, row in zip(chosen, rows, strict=True)]
    facts = [item.fact for item in chosen]
    found = {
        key: measures.estimate([float(mark[key]) for mark in marks], facts).to_json()
        for key in dict.fromkeys(key for mark in marks for key in mark)
    }
    return {"model": name, "metrics": found, "kinds": measures.by_kind([float(m["score"]) for m in marks], chosen)}


def _marks(item: Item, row: Mapping[str, Any]) -> dict[str, float]:
    """Every measure of one question, 0 or 1 where it holds or not."""
    question = row["question"]
    marks: dict[str, float] = {
        "reader": row["margin"] > 0,
        "kind": measures.same_kind(question, item.question),
        "names": measures.names_copied(question, item),
        "form": measures.well_formed(question, item),
        "alone": measures.stands_alone(question, item),
        "recall": measures.recall(question, item),
    }
    marks["match"] = marks["reader"] and marks["kind"]
    marks["score"] = all(marks[name] for name in PASSES)
    return marks | {name: row[name] for name in ("choice", "nll") if name in row}


def _lines(chosen: Sequence[Item], rows: Mapping[str, Rows]) -> Rows:
    """What was asked and written, for whoever wants to read it."""
    return [
        {
            "fact": item.fact, "answer": item.answer, "reference": item.question,
            "questions": {name: found[number]["question"] for name, found in rows.items()},
            "margin": {name: round(found[number]["margin"], 3) for name, found in rows.items()},
            "marks": {name: _marks(item, found[number]) for name, found in rows.items()},
        }
        for number, item in enumerate(chosen)
    ]  # fmt: skip
