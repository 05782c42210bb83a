"""The stage: every leaf's new units are listed, some or all of them read, and `plan.json` written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from labci import shaping
from labci.artifact import write_json
from labci.general import replay_items
from labci.job import Job
from labci.marking import asks_teacher
from labci.plan.cost import Cost, cost_of, is_guessed
from labci.plan.sample import Leaf, Sample
from labci.work import Opened, Work, is_new, rate_key, units_of, works

TOKENS_PER_SECOND = 60.0  # that the embedded teacher writes on two cores, until a run has measured its calls
TRAIN_TOKENS = 29  # a sample's prompt and completion
VARIANT_TOKENS = 24  # another form of its question
GENERAL_TOKENS = 35  # the same of a general item: 34.7 on the mean of the 1,000 that are shipped for training
TRAIN_TOKENS_PER_SECOND = 120.0  # full fine-tuning of 135M parameters in fp32 on two cores


def plan(job: Job) -> dict[str, Any]:
    """Write plan.json and return it (schemas/plan.json). `calls` counts what the store already holds, too.

    Few units are all read; of many, a sample stands for the others, so that a large taxonomy takes seconds.
    """
    opened, sample = Opened(job=job), Sample()
    names, guessed, own = set[str](), 0, 0
    try:
        for work in works(job, opened):
            names.add(work.teacher)
            before = sample.offered
            own += _offer(job, work, sample)
            guessed += (sample.offered - before) if is_guessed(work) else 0
        leaves = sample.measure(partial(cost_of, job))
    finally:
        opened.close()
    read = sum(not is_guessed(work) for work in sample.works())
    units = {"all": sample.offered, "read": read, "guessed": guessed}
    value = _value(job, leaves, own) | {"units": units, "exact": read == sample.offered}
    value["teacher"] = ", ".join(sorted(names)) or job.config.teacher
    write_json(job.run / "plan.json", value)
    job.run.finish("plan", inputs=("changes.json",), outputs=("plan.json",), settings=shaping.settings("plan", job))
    return value


def _offer(job: Job, work: Work, sample: Sample) -> int:
    """Lists a leaf's new units; returns how many pairs of the contributor are among them."""
    leaf, pairs = Leaf(path=work.leaf.path, model=work.model), 0
    sample.leaves.append(leaf)
    last = ""
    for unit in units_of(job, work):
        if is_new(job, work, unit):
            pairs += len(unit.seed.pairs) if unit.seed else 0
            leaf.chunks += [unit.digest] if unit.document else []
            sample.take(leaf, work, unit, last := unit.digest)
    if last and asks_teacher(work):
        sample.take(leaf, work, None, last)
    return pairs


def _value(job: Job, leaves: Iterable[Leaf], own: int) -> dict[str, Any]:
    """The sums. own: pairs of the contributors, which are samples without a call."""
    rows, models = [], defaultdict[str, Cost](Cost)
    for leaf in leaves:
        calls, cached = round(leaf.cost.calls), round(leaf.cost.cached)
        rows.append({"path": leaf.path, "calls": calls, "calls_cached": cached, "chunks": leaf.chunks})
        models[leaf.model].add(leaf.cost)
    tokens, seconds = 0.0, 0.0
    for model, cost in models.items():
        written, took = _teacher(job, model, cost)
        tokens, seconds = tokens + written, seconds + took
    samples = sum(cost.samples for cost in models.values()) + own
    return {
        "version": 1,
        "teacher": "",
        "calls": sum(row["calls"] for row in rows),
        "calls_cached": sum(row["calls_cached"] for row in rows),
        "prompt_tokens": round(sum(cost.prompt_tokens for cost in models.values())),
        "completion_tokens": round(tokens),
        "seconds": round(seconds),
        "train": _train(job, samples),
        "leaves": rows,
    }


def _teacher(job: Job, model: str, cost: Cost) -> tuple[float, float]:
    """Tokens that a model would write, and its seconds: as it was measured, else as its examples say."""
    rate = job.store.get("rates", rate_key(model)) or {}
    missing = cost.calls - cost.cached
    tokens = missing * float(rate["completion_tokens"]) if "completion_tokens" in rate else cost.completion_tokens
    return tokens, missing * float(rate["seconds"]) if "seconds" in rate else tokens / TOKENS_PER_SECOND


def _train(job: Job, samples: float) -> dict[str, int]:
    """Replay and general data as the mixture draws them, by tokens."""
    settings, taught = job.config.train, sum(item.samples for item in job.released.contributions)
    new = round(samples)
    tokens = new * (TRAIN_TOKENS + settings.forms * VARIANT_TOKENS)
    replay = min(taught, round(tokens * settings.replay / TRAIN_TOKENS))
    share = settings.general_replay if taught else settings.general
    general = min(len(replay_items(0)) * GENERAL_TOKENS, share * (new + replay) * TRAIN_TOKENS)
    whole = tokens + replay * TRAIN_TOKENS + general
    seconds = whole * settings.passes(tokens) / TRAIN_TOKENS_PER_SECOND
    return {"samples_new": new, "samples_replay": replay, "tokens": round(whole), "seconds": round(seconds)}
