"""What training would do, without doing it: steps, tokens, memory and disk of each phase, and the commands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from labci import crew, profiles
from labci.artifact import read_json
from labci.config import Recipe, TrainSettings
from labci.curriculum import KINDS, KNOWLEDGE, takes, teaches
from labci.job import Job
from labci.lm.disk import Disk, need_of
from labci.lm.memory import Load, Machine, Memory, estimate, machine
from labci.lm.settings import TuneSettings
from labci.lm.shape import Shape, shape_of
from labci.mixture import rows_of
from labci.train.phases import STACKED, Phase, schedule, stacked, survey
from labci.train.start import WORK, start_folder

COMPLETION = 0.5  # of a row's tokens bear loss, where no row has been made yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Rows and tokens of a phase as far as they are known. longest: tokens of a row."""

    recipe: Recipe
    samples: float
    tokens: float
    epochs: float
    schedule: str
    longest: int
    completion: float = COMPLETION


def forecast(
    job: Job, *, labci: Sequence[str] = ("labci",), flags: Sequence[str] = (), problem: str = ""
) -> dict[str, Any]:
    """What `train` would do (schemas/training-plan.json): by the run's mixture, else by its plan.

    A profile of a published recipe is told with the samples that were published, too. labci, flags: what the commands
    repeat of the command line, before and after their name. problem: why there is neither a mixture nor a plan.
    Raises FindingsError for a mixture without rows.
    """
    train, here = job.config.train, machine()
    shape = shape_of(start_folder(job), job.config.model)
    processes = crew.size() if crew.size() > 1 else max(1, here.gpus)
    amounts = _known(job)
    found = [] if not amounts[1] else [_estimate(job, *amounts, shape, here, processes)]
    if published := profiles.PUBLISHED.get(job.config.profile):
        each = _published(train, published.samples)
        found.append(_estimate(job, f"published: {published.source}", each, shape, here, processes))
    return {
        "version": 1, "profile": job.config.profile, "model": job.config.model, "lane": train.lane,
        "method": train.method, "recompute": train.recompute,
        "origin": {name: job.config.origin[name] for name in ("model", "train.phases")},
        "parameters": shape.parameters if shape else None, "known_from": shape.source if shape else None,
        "trainable": _trainable(shape, train) if shape else None,
        "machine": asdict(here), "processes": processes, "problem": problem, "estimates": found,
        "commands": _commands(
            labci, ("--run", str(job.run.path), *flags), here, mixed=_mixture(job).exists(), processes=processes
        ),
    }  # fmt: skip


def _mixture(job: Job) -> Path:
    return job.run / "mixture/train.jsonl"


def _known(job: Job) -> tuple[str, list[Amount]]:
    if _mixture(job).exists():
        found = survey(rows_of(job.run), job.run / WORK, job.config.train)
        return "mixture", [amount_of(phase) for phase in found]
    plan = job.run / "plan.json"
    return "plan", _planned(job.config.train, read_json(plan)) if plan.exists() else []


def amount_of(phase: Phase) -> Amount:
    """What is known of a phase of a mixture."""
    return Amount(
        recipe=phase.recipe, samples=phase.samples, tokens=phase.tokens, epochs=phase.epochs,
        schedule=phase.schedule, longest=phase.longest, completion=phase.completion,
    )  # fmt: skip


def _planned(train: TrainSettings, plan: Mapping[str, Any]) -> list[Amount]:
    """The plan's samples and tokens, split by the calls of each branch; knowledge is half short and half long."""
    weights = dict.fromkeys(KINDS, 0.0)
    for leaf in plan["leaves"]:
        branch, calls = leaf["path"].partition("/")[0], max(1, leaf["calls"])
        for kind in KNOWLEDGE if branch == "knowledge" else (branch.partition("_")[0],):
            weights[kind] += calls / (2 if branch == "knowledge" else 1)
    total = sum(weights.values())
    new, replay, tokens = (plan["train"][name] for name in ("samples_new", "samples_replay", "tokens"))
    if not total or not new + replay:
        return []
    rows = {
        kind: (new * (1 + train.forms if kind in KNOWLEDGE else 1) + replay) * weight / total
        for kind, weight in weights.items()
    }
    sizes = {kind: (rows[kind], tokens * weights[kind] / total) for kind in KINDS}
    return _split(train, sizes, bounded=tokens * (1.0 if train.lane == "rebuild" else new / (new + replay)))


def _published(train: TrainSettings, samples: Mapping[str, int]) -> list[Amount]:
    """As many samples as the recipe had, each at most as long as its phase's context."""
    found = []
    for name in train.names:
        recipe = train.recipe(name)
        count = samples.get(name, 0)
        found.append(
            Amount(
                recipe=recipe,
                samples=count,
                tokens=count * recipe.max_length,
                epochs=recipe.epochs,
                schedule=schedule(recipe, last=name == train.names[-1]),
                longest=recipe.max_length,
            )
        )
    return [amount for amount in found if amount.samples]


def _split(train: TrainSettings, sizes: Mapping[str, tuple[float, float]], bounded: float) -> list[Amount]:
    """Rows and tokens of each kind, by phase, with as much again of what came before; see `phases`."""
    recipes = [train.recipe(name) for name in train.names if any(sizes[kind][0] for kind in takes(name, train.names))]
    recipes = recipes if len(recipes) > 1 else [stacked((recipes or [train.recipe(STACKED)])[0], train)]
    names, found, before = [recipe.name for recipe in recipes], list[Amount](), (0.0, 0.0)
    for recipe in recipes:
        kinds = teaches(recipe.name, names)
        rows, tokens = (sum(sizes[kind][place] for kind in kinds) for place in (0, 1))
        again = min(1.0, tokens / before[1]) if before[1] else 0.0
        found.append(
            Amount(
                recipe=recipe, samples=round(rows + again * before[0]), tokens=round(tokens + again * before[1]),
                epochs=round(train.passes(bounded, recipe.epochs), 3),
                schedule=schedule(recipe, last=recipe is recipes[-1]), longest=recipe.max_length,
            )
        )  # fmt: skip
        before = (before[0] + rows, before[1] + tokens)
    return found


def _trainable(shape: Shape, train: TrainSettings) -> int:
    if train.method == "lora":
        return shape.adapters(train.lora_rank)
    return shape.parameters - (0 if train.embeddings else shape.embeddings)


def _estimate(
    job: Job, basis: str, amounts: Sequence[Amount], shape: Shape | None, here: Machine, processes: int
) -> dict[str, Any]:
    phases = [_phase(job.config.train, amount, processes) for amount in amounts]
    peaks = [peak(job.config.train, amount, shape, here, processes) for amount in amounts] if shape else []
    most = max(peaks, key=lambda memory: memory.total, default=None)
    return {
        "basis": basis, "phases": phases, "steps": sum(phase["steps"] for phase in phases),
        "tokens": sum(phase["tokens_trained"] for phase in phases),
        "memory": asdict(most) | {"total": most.total} if most else None,
        "fits": most.total <= here.available if most and here.available is not None else None,
        "disk": asdict(disk(job, amounts, shape)) if shape else None,
    }  # fmt: skip


def _micro(train: TrainSettings, amount: Amount, processes: int) -> int:
    """Samples of a pass, of the batch with the longest samples."""
    from labci.lm.trainer import micro_batch

    if processes == 1:
        return max(1, min(amount.recipe.batch_size, train.micro_tokens // amount.longest))
    return micro_batch(max(1, amount.recipe.batch_size // processes), amount.longest, train.micro_tokens)


def _phase(train: TrainSettings, amount: Amount, processes: int) -> dict[str, Any]:
    recipe, micro = amount.recipe, _micro(train, amount, processes)
    steps = -(-max(1, round(amount.samples * amount.epochs)) // recipe.batch_size)
    settings = TuneSettings(warmup=recipe.warmup)
    return {
        "name": recipe.name, "samples": round(amount.samples), "tokens": round(amount.tokens), "epochs": amount.epochs,
        "steps": steps, "tokens_trained": round(amount.tokens * amount.epochs),
        "batch": {
            "size": recipe.batch_size, "processes": processes, "micro": micro,
            "accumulation": -(-recipe.batch_size // processes // micro), "whole": recipe.batch_size % processes == 0,
        },
        "learning_rate": recipe.learning_rate, "warmup_steps": settings.warmup_steps(steps),
        "schedule": amount.schedule, "max_length": recipe.max_length, "longest": amount.longest,
        "checkpoint": recipe.checkpoint, "patience": recipe.patience,
    }  # fmt: skip


def peak(train: TrainSettings, amount: Amount, shape: Shape, here: Machine, processes: int) -> Memory:
    """The memory that a phase takes at most, of one process."""
    half = train.weights == "bfloat16"
    tokens = _micro(train, amount, processes) * amount.longest
    if processes == 1:  # shorter samples fill a pass up
        tokens = max(amount.longest, min(train.micro_tokens, amount.recipe.batch_size * amount.longest))
    load = Load(
        tokens=tokens, completion=amount.completion,
        trainable=_trainable(shape, train), autocast=_autocast(train, here), half=half, recompute=train.recompute,
        lora=train.method == "lora", processes=processes,
    )  # fmt: skip
    memory = estimate(shape, load)
    return memory if here.gpus == 0 else replace(memory, program=memory.program // 2)  # of a GPU: CUDA's context


def disk(job: Job, amounts: Sequence[Amount], shape: Shape) -> Disk:
    """What these phases need of the disk that the run is on."""
    train, best = job.config.train, [amount.recipe.checkpoint == "best" for amount in amounts]
    half = train.weights == "bfloat16"
    return need_of(shape, _trainable(shape, train), best, job.run.path, half=half)


def _autocast(train: TrainSettings, here: Machine) -> bool:
    """As `labci.lm.load.use_bfloat16` decides, without loading torch for it where there is no graphics card."""
    if here.gpus:
        from labci.lm.load import use_bfloat16

        return use_bfloat16(train.dtype)  # type: ignore[arg-type]  # one of these, by the schema
    return train.dtype == "bfloat16" or (train.dtype == "auto" and _fast_processor())


def _fast_processor() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    return bool({"avx512_bf16", "amx_tile"} & set(flags.split()))


def _commands(
    labci: Sequence[str], flags: Sequence[str], here: Machine, *, mixed: bool, processes: int
) -> list[dict[str, Any]]:
    """What makes the mixture if there is none, then training in one process, and in several where they can start.

    processes: what the estimates are for; what a row with another number trains is cut up otherwise.
    """
    rows = [("one process", 1, [*labci, "train", *flags])]
    many = processes if processes > 1 else here.gpus or 2  # two on a processor; one graphics card is for one process
    if many > 1:
        launch = ["accelerate", "launch", "--multi_gpu", "--num_processes", str(many), "-m"]
        several = launch if here.gpus else ["torchrun", "--standalone", "--nproc_per_node", str(many), "-m", "--"]
        rows.append((f"{many} processes", many, [*several, *labci, "train", *flags]))
    first = [] if mixed else [{"for": "the mixture", "command": shlex.join([*labci, "run", "--to", "mix", *flags])}]
    return [*first, *({"for": what, "processes": count, "command": shlex.join(words)} for what, count, words in rows)]
