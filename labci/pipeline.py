"""The stages in order, and the loop that walks them; what is complete is skipped."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labci import shaping
from labci.artifact import RunFolder, read_json
from labci.errors import OptionError
from labci.verdict import Verdict

if TYPE_CHECKING:
    from labci.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage's name and its function, imported when it is needed. `heavy`: needs the models on disk."""

    name: str
    run: Callable[[Job], Any]
    heavy: bool = True


def _diff(job: Job) -> Any:
    from labci.diff import diff

    return diff(job)


def _plan(job: Job) -> Any:
    from labci.plan import plan

    return plan(job)


def _generate(job: Job) -> Any:
    from labci.generate import generate

    return generate(job)


def _mix(job: Job) -> Any:
    from labci.mix import mix

    return mix(job)


def _train(job: Job) -> Any:
    from labci.train import train

    return train(job)


def _evaluate(job: Job) -> Any:
    from labci.evaluate import evaluate

    return evaluate(job)


def _gate(job: Job) -> Any:
    from labci.gate import gate

    return gate(job)


def _release(job: Job) -> Any:
    from labci.release import release

    return release(job)


STAGES = (
    Stage(name="diff", run=_diff, heavy=False),
    Stage(name="plan", run=_plan, heavy=False),
    Stage(name="generate", run=_generate),
    Stage(name="mix", run=_mix),
    Stage(name="train", run=_train),
    Stage(name="evaluate", run=_evaluate),
    Stage(name="gate", run=_gate, heavy=False),
    Stage(name="release", run=_release, heavy=False),
)
NAMES = tuple(stage.name for stage in STAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk did: stages that ran, stages that were complete, and why it ended early, if it did."""

    ran: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    note: str = ""
    exit_code: int = 0


def already_released(job: Job) -> str:
    """A sentence if the released model was made from this very head, else ""."""
    manifest = job.released.manifest
    if manifest is None or manifest.commit != job.head:
        return ""
    return f"nothing to do: {manifest.version} is the release of commit {job.head[:12]}"


def walk(job: Job, *, first: str = NAMES[0], last: str = NAMES[-1], force: bool = False) -> Walk:
    """Run the stages from `first` to `last`, skipping complete ones.

    With `force` (a stage's own command, or `--from`) the first stage runs even if it is complete.
    Errors of a stage pass through; what earlier stages wrote stays.
    """
    ran: list[str] = []
    skipped: list[str] = []
    for stage in _selected(first, last):
        if not (force and stage.name == first) and is_complete(job, stage.name):
            skipped.append(stage.name)
            job.progress.say(f"{stage.name}: complete, skipped")
        else:
            _tell_changed(job, stage.name)
            _run(job, stage, trains=last not in NAMES[: NAMES.index("mix")])
            ran.append(stage.name)
        if ended := _ended(job, stage.name, last):
            return Walk(ran=tuple(ran), skipped=tuple(skipped), note=ended[0], exit_code=ended[1])
    released = "release" in (*ran, *skipped)  # passed, or overridden: else the stage has raised
    return Walk(ran=tuple(ran), skipped=tuple(skipped), exit_code=0 if released else _verdict_code(job, last))


def ahead(job: Job, *, first: str = NAMES[0], last: str = NAMES[-1], force: bool = False) -> Walk:
    """What `walk` would do, as far as it is known before: `ran` are the stages to do. The run folder stays as it is.

    Raises what `walk` raises before its first stage.
    """
    todo: list[str] = []
    complete: list[str] = []
    for stage in _selected(first, last):
        # What a stage writes anew the later ones read, but a plan, which is for people.
        done = not {*todo} - {"plan"} and not (force and stage.name == first) and is_complete(job, stage.name)
        (complete if done else todo).append(stage.name)
        if done and (ended := _ended(job, stage.name, last)):
            return Walk(ran=tuple(todo), skipped=tuple(complete), note=ended[0], exit_code=ended[1])
        if stage.name == "diff" and not done and not _would_change(job):
            return Walk(ran=tuple(todo), note=_nothing_new(job))
    return Walk(ran=tuple(todo), skipped=tuple(complete))


def _would_change(job: Job) -> bool:
    """Whether the stage diff would find anything; written elsewhere than in the run."""
    with tempfile.TemporaryDirectory(prefix="labci-ahead-") as scratch:
        return bool(_diff(replace(job, run=RunFolder(path=Path(scratch)))).changes)


def _ended(job: Job, stage: str, last: str) -> tuple[str, int] | None:
    """Why a walk goes no further than a stage that is complete: a sentence, or an exit code; None if it does."""
    if stage == "diff" and not read_json(job.run / "changes.json")["changes"]:
        return _nothing_new(job), 0
    if stage == "generate" and stage != last and (note := _nothing_to_teach(job)):
        return note, 0
    # A refused candidate is a result: the release stage would only refuse again.
    if stage == "gate" and stage != last and (code := _verdict_code(job, last)):
        return "", code
    return None


def _nothing_new(job: Job) -> str:
    return f"nothing is new since {_short(job.base)}"


def _nothing_to_teach(job: Job) -> str:
    """A sentence if no sample is new: leaves were only renamed or removed, or seeds taken away. Else ""."""
    if job.released.manifest is None or job.config.train.lane == "rebuild":
        return ""
    if any(leaf["kept"] for leaf in read_json(job.run / "generation.json")["leaves"]):
        return ""
    return (
        f"nothing new to teach since {_short(job.base)}: what was renamed or removed goes into the next release;"
        " labci run --set train.lane=rebuild trains without what was removed now"
    )


def _short(revision: str) -> str:
    from labci.git import EMPTY_TREE

    return "the beginning" if revision == EMPTY_TREE else revision[:12]


def _verdict_code(job: Job, last: str) -> int:
    path = job.run / "verdict.json"
    if NAMES.index(last) < NAMES.index("gate") or not path.exists():
        return 0
    return Verdict.from_json(read_json(path)).exit_code


def is_complete(job: Job, stage: str) -> bool:
    """Whether a stage's manifest is there, of these settings, and what it read and wrote is unchanged."""
    manifest = job.run.manifest(stage)
    if manifest is None or shaping.changed(job.run, stage, job):
        return False
    return job.run.is_complete(stage, settings=manifest["settings"])


def _tell_changed(job: Job, stage: str) -> None:
    """A run that is named (`--run`) may have been made with other settings."""
    if changes := shaping.changed(job.run, stage, job):
        job.progress.say(f"{stage}: again, as {'; '.join(changes)}")


def _selected(first: str, last: str) -> tuple[Stage, ...]:
    for name in (first, last):
        if name not in NAMES:
            raise OptionError(f"no stage {name!r}", hint=f"stages: {' '.join(NAMES)}")
    start, end = NAMES.index(first), NAMES.index(last)
    if start > end:
        raise OptionError(f"{first} comes after {last}", hint=f"stages: {' '.join(NAMES)}")
    return STAGES[start : end + 1]


def _run(job: Job, stage: Stage, *, trains: bool) -> Any:
    """trains: whether the walk goes further than to samples."""
    if stage.heavy:
        from labci import models, teachers

        if stage.name == "generate":
            teachers.check(job.config.teacher)  # before anything is fetched
        embedded = job.config.teacher == teachers.EMBEDDED
        specialist = job.specialist if embedded else models.SHIPPED
        models.pull(job.config.model, job.progress, teacher=embedded, specialist=specialist, trains=trains)
    job.progress.say(f"{stage.name}: started")
    began = time.monotonic()
    result = stage.run(job)
    job.progress.say(f"{stage.name}: done in {time.monotonic() - began:.0f} s")
    return result
