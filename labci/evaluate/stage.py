"""The stage: three models, every suite, one row for each item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labci import models
from labci.artifact import write_json
from labci.evaluate import measure as measures
from labci.evaluate.suites import Suites, suites
from labci.job import Job
from labci.scores import Role, Row, Scores


def evaluate(job: Job) -> Scores:
    """Score base, released and candidate on every suite and write scores.json."""
    from labci.lm.load import weights_digest

    asked = suites(job)
    folders: dict[Role, Path] = {
        "base": models.student_folder(job.config.model),
        "released": job.released.folder,
        "candidate": job.run / "checkpoint",
    }
    digests = {role: weights_digest(folder) for role, folder in folders.items()}
    rows = tuple(row for role, folder in folders.items() for row in _rows(job, asked, role, folder, digests[role]))
    measures.close()
    scores = Scores(
        models={role: {"digest": value} for role, value in digests.items()},
        new_leaves=asked.new_leaves,
        taught_leaves=asked.taught_leaves,
        rows=rows,
    )
    write_json(job.run / "scores.json", scores.to_json())
    job.run.finish(
        "evaluate", inputs=("changes.json", "checkpoint"), outputs=("scores.json",),
        settings={"answer_tokens": measures.ANSWER_TOKENS, "version": measures.VERSION},
    )  # fmt: skip
    return scores


def _rows(job: Job, asked: Suites, role: Role, folder: Path, digest: str) -> Iterator[Row]:
    for suite, items in asked.items.items():
        found = measures.measure(
            digest, folder, items, contrast=suite in asked.contrasted, store=job.store, progress=job.progress,
            name=f"evaluate {role} on {suite}", weights=job.config.train.weights,
        )  # fmt: skip
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
