"""Releases: what the gate has passed becomes a model folder with its history, and goes to the hub.

`release` can be killed at any point: the folder is built under another name, published by compare-and-swap,
and a rerun goes on with what is complete.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from labci import artifact, hubs, shaping
from labci.artifact import RunFolder
from labci.errors import FindingsError, InconclusiveError, UsageError
from labci.hubs import Hub
from labci.job import Job
from labci.lineage import Override
from labci.release.build import build, finished
from labci.release.made import training
from labci.release.override import overridden
from labci.release.past import history
from labci.release.verify import verify
from labci.verdict import Verdict

__all__ = ["build", "folder_of", "history", "release", "rollback", "verify"]

CHAIN = ("train", "evaluate", "gate")  # what ties the weights to the verdict
INPUTS = ("changes.json", "generation.json", "checkpoint", "scores.json", "verdict.json")


def release(job: Job) -> str:
    """Build `release/`, publish it, write `release.json`; returns the version.

    Raises FindingsError (gate FAIL) or InconclusiveError unless the job overrides the gate, and UsageError if
    weights, scores, verdict, policy or the released model have changed since the gate decided, or for an override
    that is none. In each case the released model stays what it was.
    """
    _whole_commit(job)
    override = _decided(job)
    _unchanged(job.run)
    _judged_by_policy(job)
    _judged_against_released(job)
    hub = hubs.open_hub(job.config.hub, job.root)
    done = finished(job, override) or build(job, hubs.next_version(hub.list()), hub, override)
    job.progress.say(f"release: publishing {done.version} to {job.config.hub}")
    version = hub.publish(job.run / "release", done, done.previous)
    artifact.write_json(job.run / "release.json", {"version": version, "hub": job.config.hub})
    job.run.finish(
        "release", inputs=INPUTS, outputs=["release", "release.json"], settings=shaping.settings("release", job),
        facts={"version": version, "override": asdict(override) if override else None},
    )  # fmt: skip
    return version


def folder_of(hub: Hub, version: str | None = None) -> Path:
    """A model folder with a version, by default the latest; UsageError if there is none."""
    wanted = version or hub.latest()
    if wanted is None:
        raise UsageError("there is no release yet", hint="labci run makes the first")
    return hub.fetch(wanted)


def rollback(hub: Hub, version: str) -> str:
    """Make an existing version the latest one; what came after it is kept. Returns the version."""
    hub.set_latest(version)
    return version


def _whole_commit(job: Job) -> None:
    if job.head == "worktree":
        what = "files that are not committed can't be released"
        raise UsageError(what, hint="commit them, then: labci run")
    diff = job.run.manifest("diff") or {}
    if others := diff.get("facts", {}).get("left_out", 0):
        what = f"this run is about {diff['settings']['leaf']} only; other leaves that have changed, too: {others:,}"
        raise UsageError(what, hint="a release is of a whole commit: labci run without --leaf")


def _decided(job: Job) -> Override | None:
    """None where the gate said PASS, else the decision over its verdict; without one the release is refused."""
    verdict = Verdict.from_json(artifact.read_json(job.run / "verdict.json"))
    if job.override is not None:
        return overridden(job, job.override, verdict)
    if verdict.verdict == "PASS":
        return None
    manifest = job.released.manifest
    stays = manifest.version if manifest else "the base model"
    why = verdict.reasons[0] if verdict.reasons else "no reason given"
    message = f"the gate said {verdict.verdict}: {why} The released model stays {stays}."
    refusal = FindingsError if verdict.verdict == "FAIL" else InconclusiveError
    raise refusal(message, hint=f"all checks: labci gate --run {job.run.path}")


def _unchanged(run: RunFolder) -> None:
    """The verdict holds for these weights only: every digest from training to verdict must still be true."""
    for stage in CHAIN:
        manifest = run.manifest(stage)
        if manifest is None or not run.is_complete(stage, settings=manifest["settings"]):
            what = f"what the stage {stage} read or wrote in {run.path} is missing or has changed since"
            raise UsageError(what, hint=f"run it again: labci run --from {stage}")
    tuned, judged = (run.manifest(stage) or {} for stage in ("train", "evaluate"))
    if tuned["outputs"].get("checkpoint") != judged["inputs"].get("checkpoint", ""):
        raise UsageError(f"{run.path}: the scores are of another checkpoint", hint="labci run --from evaluate")


def _judged_by_policy(job: Job) -> None:
    """A run that is named (`--run`) may have been judged before the policy was changed."""
    if changes := shaping.changed(job.run, "gate", job):
        what = f"the gate's policy is another one than in {job.run.path}: {'; '.join(changes)}"
        raise UsageError(what, hint=f"decide again: labci gate --run {job.run.path}")


def _judged_against_released(job: Job) -> None:
    """Another release may have come since: this run was neither trained from it nor held against it.

    Where its own model is the released one, publishing is completed.
    """
    models, manifest = artifact.read_json(job.run / "scores.json")["models"], job.released.manifest
    digests = {role: facts.get("digest") for role, facts in models.items()}
    now = manifest.model if manifest else digests.get("base")
    if now == digests.get("candidate"):
        return
    before = [digests.get("released"), *_started_from(job)]
    if now and any(other and other != now for other in before):
        is_now = manifest.version if manifest else "the base model"
        what = f"{job.run.path} was trained from and judged against another model than {is_now}, which is released now"
        raise UsageError(what, hint="start anew from what is released: labci run")


def _started_from(job: Job) -> list[str]:
    """The digest of what training started from; a rebuild starts from the base model whatever is released."""
    found = training(job)
    return [found["start"]] if found and found["lane"] != "rebuild" else []
