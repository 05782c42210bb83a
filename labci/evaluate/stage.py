"""The stage: three models, every suite, one row for each item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labci import models, shaping
from labci.artifact import write_json
from labci.errors import UsageError
from labci.evaluate import measure as measures
from labci.evaluate.desk import Desk
from labci.evaluate.smoke import refused
from labci.evaluate.suites import Suites, suites
from labci.job import Job
from labci.scores import Role, Row, Scores


def evaluate(job: Job) -> Scores:
    """Score base, released and candidate on every suite and write scores.json.

    Where a cheap check refuses the candidate, its findings stand in for the rows.
    """
    from labci.lm.load import weights_digest

    if not (job.run / "checkpoint").exists():
        raise UsageError(f"{job.run / 'checkpoint'} is missing", hint=f"train first: labci train --run {job.run.path}")
    asked = suites(job)
    folders: dict[Role, Path] = {
        "base": models.student_folder(job.config.model),
        "released": job.released.folder,
        "candidate": job.run / "checkpoint",
    }
    digests = {role: weights_digest(folder) for role, folder in folders.items()}
    desk = Desk(job=job, folders=folders, digests=digests)
    smoke = refused(desk, asked)
    rows = () if smoke else tuple(row for role in folders for row in _rows(desk, asked, role))
    measures.close()
    scores = Scores(
        models={role: {"digest": value} for role, value in digests.items()},
        new_leaves=asked.new_leaves,
        taught_leaves=asked.taught_leaves,
        rows=rows,
        smoke=smoke,
    )
    write_json(job.run / "scores.json", scores.to_json())
    there = (name for name in ("mixture", "training.json") if (job.run / name).exists())
    job.run.finish(
        "evaluate", inputs=("changes.json", "checkpoint", *there), outputs=("scores.json",),
        settings={"answer_tokens": measures.ANSWER_TOKENS, "version": measures.VERSION}
        | dict(shaping.settings("evaluate", job)),
    )  # fmt: skip
    return scores


def _rows(desk: Desk, asked: Suites, role: Role) -> Iterator[Row]:
    for suite, items in asked.items.items():
        found = desk.measure(role, suite, items, among=asked.among(suite))
        for item, value in zip(items, found, strict=True):
            yield Row(
                model=role, suite=suite, item=item.id, leaf=item.leaf, cluster=item.cluster, nll=value.nll,
                contrast=from_chance(role, value.contrast), f1=value.f1, exact=value.exact, answer=value.answer,
            )  # fmt: skip


def from_chance(role: Role, contrast: float | None) -> float | None:
    """The contrast to be compared: a model that a candidate is held against is never counted as worse than chance.

    A model that finds the right answer odder than the wrong ones ("60 centimetres" against "Ingrid Salo")
    knows no less than nothing; to unlearn that is to learn the form of answers, not an answer.
    """
    return contrast if contrast is None or role == "candidate" else max(contrast, 0.0)
