"""The gate: is the new model better on the new leaves, and no worse on everything else?"""

from __future__ import annotations

from labci import artifact, shaping
from labci.gate.decide import decide
from labci.gate.load import load_scores
from labci.job import Job
from labci.verdict import Verdict

__all__ = ["decide", "gate", "load_scores"]


def gate(job: Job) -> Verdict:
    """Decide on the run's `scores.json` and write `verdict.json`; the verdict's exit code is the caller's."""
    verdict = decide(load_scores(job.run / "scores.json"), job.config.gate)
    artifact.write_json(job.run / "verdict.json", verdict.to_json())
    job.run.finish(
        "gate", inputs=["scores.json"], outputs=["verdict.json"], settings=shaping.settings("gate", job),
        facts={"verdict": verdict.verdict},
    )  # fmt: skip
    return verdict
