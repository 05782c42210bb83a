"""What of the configuration shapes what a stage writes: noted in its manifest, and why a complete stage runs again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from labci.artifact import RunFolder, read_json
from labci.job import Job

Settings = Mapping[str, Any]
MIX = (
    "lane", "replay", "general", "general_replay", "general_labels", "variants", "answers", "max_share", "max_length",
    "epochs", "max_tokens",  # by how many passes there are, they read other rows each
)  # fmt: skip
TRAIN = (
    "lane", "method", "epochs", "max_tokens", "learning_rate", "batch_size", "warmup", "schedule", "checkpoint",
    "patience", "max_length", "dtype", "weights", "lora_rank", "embeddings", "micro_tokens", "recompute", "alphas",
)  # fmt: skip
OF_RUN = ("leaf", "limit")  # where none is asked for, the run's is meant


def settings(stage: str, job: Job) -> Settings:
    """Of one stage, by name."""
    return OF[stage](job)


def changed(run: RunFolder, stage: str, job: Job) -> list[str]:
    """What the stage's manifest has another value for than the job: "epochs was 3, and is 1"."""
    manifest = run.manifest(stage)
    if manifest is None:
        return []
    return list(_differing(manifest["settings"], settings(stage, job), read_json(run / "run.json")))


def _differing(noted: Settings, now: Settings, about: Settings) -> Iterator[str]:
    """Of what both name. about: the run, whose leaf or limit is meant where none is asked for."""
    for name, value in json.loads(json.dumps(now)).items():
        wanted = about.get(name, noted.get(name)) if value is None and name in OF_RUN else value
        if name in noted and noted[name] != wanted:
            yield f"{name} was {noted[name]}, and is {wanted}"


def _diff(job: Job) -> Settings:
    return {"leaf": job.leaf}


def _generate(job: Job) -> Settings:
    generate = job.config.generate
    return {
        "teacher": job.config.teacher, "model": job.config.model, "leaf": job.leaf, "limit": job.limit,
        "samples_per_seed": generate.samples_per_seed, "samples_per_span": generate.samples_per_span,
        "flows": asdict(job.config.flows), "specialist": asdict(job.config.specialist),
    }  # fmt: skip


def _mix(job: Job) -> Settings:
    return _trained(job, MIX)


def _train(job: Job) -> Settings:
    """The margin: by it the merge-back chooses its alpha."""
    return _trained(job, TRAIN) | {"margin_nll": job.config.gate.margin_nll}


def _trained(job: Job, names: tuple[str, ...]) -> dict[str, Any]:
    train = job.config.train
    found: dict[str, Any] = {name: getattr(train, name) for name in names}
    return found | {"phases": [phase.to_json() for phase in train.phases], "seed": job.config.seed}


def _evaluate(job: Job) -> Settings:
    """The margin: by it a smoke test may end the evaluation."""
    return {"suites": job.config.evaluate.suites, "margin_nll": job.config.gate.margin_nll}


def _gate(job: Job) -> Settings:
    return asdict(job.config.gate)


def _release(job: Job) -> Settings:
    return {"hub": job.config.hub}


OF: Mapping[str, Callable[[Job], Settings]] = {
    "diff": _diff, "plan": _generate, "generate": _generate, "mix": _mix, "train": _train,
    "evaluate": _evaluate, "gate": _gate, "release": _release,
}  # fmt: skip
