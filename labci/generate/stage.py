"""The order of the stage: ask the teacher everything, stop it, then sift and judge leaf by leaf.

Teacher and judge take turns, because two processes with as many threads as cores slow each other to a
tenth (docs/design.md, "Teachers"). What the teacher answers goes into the store at once; the second pass
reads it from there, so memory stays flat and a killed run repeats nothing.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import Any

from labci import shaping
from labci.artifact import read_json, write_json
from labci.errors import FindingsError
from labci.generate.asking import Asking
from labci.generate.judging import Judge
from labci.generate.ledger import Ledger
from labci.generate.sifting import sift_work
from labci.job import Job
from labci.seen import Seen
from labci.teachers.stored import Counts
from labci.work import Opened, Work, rate_key, works

MIN_CALLS = 20  # below this, starting the teacher weighs too much
PLANNED = ("calls", "calls_cached", "prompt_tokens", "completion_tokens", "seconds", "train")
OUTPUTS = ("samples.jsonl", "rejects.jsonl", "generation.json")


def generate(job: Job) -> None:
    """Write samples.jsonl, rejects.jsonl and generation.json for the leaves of changes.json.

    Raises FindingsError if the teacher was asked and nothing is kept but contributors' own pairs, OutsideError if it
    died; what it has answered is kept either way.
    """
    began, asking = time.monotonic(), Asking(job)
    opened = Opened(job=job, examine=asking.examine)
    try:
        todo = list(works(job, opened))
        asking.ask(todo, opened)
        _note_rates(job, todo, asking)
        with Ledger(job.run) as ledger:
            judge = Judge(job, todo, opened.teacher("instruct"), asked=asking.counts.calls > 0)
            tree = Seen[str]()
            for work in todo:
                sift_work(job, work, ledger, judge, asking.leaves[work.leaf.path], tree)
        judge.tell(job)
    finally:
        opened.close()
    _finish(job, ledger, asking.counts, (time.monotonic() - began, judge.seconds))


def _note_rates(job: Job, todo: list[Work], asking: Asking) -> None:
    """How fast each model was, for the next plan; a few calls tell too little."""
    models: defaultdict[str, Counts] = defaultdict(Counts)
    for work in todo:
        models[work.model].merge(asking.leaves[work.leaf.path].counts)
    for model, own in models.items():
        if own.calls >= MIN_CALLS:
            rate = {name: getattr(own, name) / own.calls for name in ("seconds", "prompt_tokens", "completion_tokens")}
            job.store.put("rates", rate_key(model), rate)


def _finish(job: Job, ledger: Ledger, counts: Counts, took: tuple[float, float]) -> None:
    seconds, scoring = took
    value = {
        "version": 1,
        "leaves": ledger.leaves,
        "calls": counts.calls,
        "cached": counts.cached,
        "prompt_tokens": counts.prompt_tokens,
        "completion_tokens": counts.completion_tokens,
        "cached_tokens": counts.cached_tokens,
        "seconds": round(seconds, 1),
        "teacher_seconds": round(counts.seconds, 1),
        "scorer_seconds": round(scoring, 1),
        "planned": _planned(job),
        "answered_by": _answered_by(counts),
    }
    write_json(job.run / "generation.json", value)
    _tell_models(job, counts)
    free = sum(leaf["seeds"] + leaf["rules"] for leaf in ledger.leaves)  # the teacher had no part in them
    made = sum(leaf["candidates"] for leaf in ledger.leaves) - free - ledger.ruled
    kept = sum(leaf["kept"] for leaf in ledger.leaves) - free
    job.progress.say(f"generate: {kept} of {made} kept{reasons(ledger.reasons)}")
    if made and not kept:
        _tell_nothing(job, ledger, made)
    settings = shaping.settings("generate", job)
    job.run.finish("generate", inputs=("changes.json",), outputs=OUTPUTS, settings=settings, facts=value)


def _tell_nothing(job: Job, ledger: Ledger, made: int) -> None:
    """Nothing of what the teacher wrote is kept: a run ends there, unless rules and gaps have samples to teach."""
    hint = f"read {job.run / 'rejects.jsonl'}; another teacher may do better: --teacher openai:MODEL"
    ruled = sum(leaf["rules"] for leaf in ledger.leaves)
    if not ruled:
        raise FindingsError(f"0 of {made} kept{reasons(ledger.reasons)}", hint=hint)
    job.progress.say(f"generate: nothing that the teacher wrote is kept, {ruled} by rule are; {hint}")


def _answered_by(counts: Counts) -> dict[str, dict[str, int]]:
    """Answers by the name that was asked for and the model that the server named."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (served, model), count in sorted(counts.models.items()):
        found[served][model] = count
    return dict(found)


def _tell_models(job: Job, counts: Counts) -> None:
    """A served name may have stood for another model when the store's answers were given; in a run that stops it."""
    for served, models in _answered_by(counts).items():
        if len(models) > 1:
            named = ", ".join(f"{count:,} of {model}" for model, count in models.items())
            job.progress.say(
                f"generate: answers of several models stand side by side as {served} ({named}); to have those of one"
                " alone, name it: --teacher openai:MODEL"
            )


def _planned(job: Job) -> dict[str, Any] | None:
    """What plan.json estimated, kept as it was: a later `labci plan` tells what is left to do."""
    path = job.run / "plan.json"
    plan = read_json(path) if path.exists() else None
    return {name: plan[name] for name in PLANNED} if plan else None


def reasons(found: Counter[str]) -> str:
    """ " because 30 were not-grounded, 10 truncated", most frequent first; "" where nothing was dropped."""
    parts = [f"{count} {reason}" for reason, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
    return f" because of {', '.join(parts)}" if parts else ""
