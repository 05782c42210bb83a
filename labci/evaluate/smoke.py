"""The cheap checks before the evaluation: what they read, in the order of `labci.smoke`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from labci.artifact import read_json
from labci.evaluate.desk import Desk
from labci.evaluate.suites import Suites
from labci.job import Job
from labci.smoke import ITEMS, Smoke, finite, of_losses, trouble
from labci.suites.canary import FIRST
from labci.suites.canary import NAME as CANARY


def refused(desk: Desk, asked: Suites) -> Smoke | None:
    """What the check saw that refuses the candidate; None if all of them let it through.

    The 8 prompts are the canary's and the 20 items the first general ones: what is measured here is kept in the
    store, so that a candidate that goes on pays nothing twice.
    """
    for seen in _steps(desk, asked):
        if found := trouble(seen, desk.job.config.gate.margin_nll):
            desk.job.progress.say(f"evaluate: ended early, the check of {NAMES[found]} refuses the candidate")
            return seen
    return None


NAMES = {"loss": "the training loss", "degenerate": "the first answers", "smoke": f"{ITEMS} general items"}


def _steps(desk: Desk, asked: Suites) -> Iterator[Smoke]:
    seen = of_losses(_losses(desk.job))
    yield seen
    answers = desk.measure("candidate", CANARY, asked.items[CANARY][:FIRST])
    seen = replace(seen, answers=tuple(found.answer for found in answers))
    yield seen
    items = asked.items["general"][:ITEMS]
    candidate, released = (desk.measure(role, "general", items) for role in ("candidate", "released"))
    pairs = zip(released, candidate, strict=True)
    yield replace(seen, effects=tuple(finite(old.nll - new.nll) for old, new in pairs))


def _losses(job: Job) -> list[list[float]]:
    """Losses by step of each phase; none in a run whose candidate comes from elsewhere."""
    path = job.run / "training.json"
    return [phase["losses"] for phase in read_json(path)["phases"]] if path.exists() else []
