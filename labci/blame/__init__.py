"""Blame: after a FAIL, which of several contributions is it? Retrains without some of them, by bisection."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from labci import shaping
from labci.artifact import read_json, write_json
from labci.blame.probe import Probe, probe
from labci.blame.result import Blame, Culprit, worse
from labci.blame.search import Parts, smallest
from labci.blame.without import contributions
from labci.change import Change
from labci.git import EMPTY_TREE
from labci.job import Job
from labci.leaf import LEAF_FILE
from labci.verdict import Verdict

__all__ = ["Blame", "blame"]
INPUTS = ("changes.json", "generation.json", "samples.jsonl", "scores.json", "verdict.json")


def blame(job: Job) -> Blame:
    """Search a run whose gate said FAIL, and write `blame.json`.

    Every probe is a folder below `blame/`; killed at any point, the next call trains on no mixture again that was
    trained on. UsageError for a run without a verdict; errors of stages but a failed training pass through.
    """
    verdict = Verdict.from_json(read_json(job.run / "verdict.json"))
    changes = contributions(job)
    why = _nothing(verdict, changes)
    found = _plain(verdict, changes, why) if why else _searched(job, verdict, changes)
    write_json(job.run / "blame.json", found.to_json())
    job.run.finish("blame", inputs=INPUTS, outputs=("blame.json",), settings=shaping.settings("gate", job))
    return found


def _nothing(verdict: Verdict, changes: Sequence[Change]) -> str:
    """Why there is nothing to search, "" if there is."""
    if verdict.verdict == "PASS":
        return "The gate said PASS: nobody is to blame."
    if verdict.verdict == "INCONCLUSIVE":
        return "The gate could not decide: more held-out items are wanted, not somebody to blame."
    if len(changes) < 2:
        what = changes[0].path if changes else "none"
        return f"There is only one contribution to blame: {what}." if changes else "There is no contribution to blame."
    return ""


def _plain(verdict: Verdict, changes: Sequence[Change], why: str) -> Blame:
    return Blame(verdict=verdict, why=why, contributions=tuple(change.path for change in changes))


def _searched(job: Job, verdict: Verdict, changes: Sequence[Change]) -> Blame:
    probes: dict[Parts, Probe] = {}

    def passes(removed: Parts) -> bool:
        job.progress.say(f"blame: probe {len(probes) + 1}, without {', '.join(sorted(removed))}")
        probes[removed] = probe(job, removed)
        return probes[removed].verdict.verdict == "PASS"

    leaves = tuple(change.path for change in changes)
    bad = smallest(leaves, passes, _suspects(verdict))
    without = probes.get(bad)
    culprits = tuple(_culprit(job, change) for change in changes if change.path in bad)
    return Blame(
        verdict=verdict, why=_why(leaves, culprits, len(probes)), contributions=leaves, culprits=culprits,
        worse=worse(verdict, without.verdict if without else None), probes=tuple(probes.values()),
        next=tuple(_next(job, culprits, whole=without is None)),
    )  # fmt: skip


def _suspects(verdict: Verdict) -> frozenset[str]:
    """Leaves that failed by themselves: the first to be left out, together."""
    parts = [check.name.partition(":") for check in verdict.checks if check.result == "FAIL"]
    alone = {leaf for subject, _, leaf in parts if subject in ("new", "contrast")}
    phrased = {rest.partition(":")[0] for subject, _, rest in parts if subject == "trigger"}  # LEAF:PHRASE
    return frozenset(alone | phrased)


def _culprit(job: Job, change: Change) -> Culprit:
    authors = job.repository.authors(job.base, job.head, f"{job.taxonomy.root}/{change.path}/{LEAF_FILE}")
    return Culprit(leaf=change.path, status=change.status, authors=authors)


def _why(leaves: Sequence[str], culprits: Sequence[Culprit], probes: int) -> str:
    tried = f"{probes} {'retraining' if probes == 1 else 'retrainings'} without some of {len(leaves)} contributions"
    if len(culprits) == len(leaves):
        return f"No part of the contributions passes by itself ({tried})."
    one = len(culprits) == 1
    names = ", ".join(item.leaf for item in culprits)
    return f"{names}: without {'it' if one else 'them'} the others pass ({tried})."


def _next(job: Job, culprits: Sequence[Culprit], *, whole: bool) -> Iterator[str]:
    run = shlex.quote(str(job.run.path))
    if whole:
        yield f"look at the settings of training first, and at what was taught: labci report {shlex.quote(job.run.id)}"
    else:
        for item in culprits:
            yield f"take it out, commit, and go on with the others: {_out(job, item)}; then: labci run"
        yield f"or have it mended; its samples are in the report: labci report {shlex.quote(job.run.id)}"
    yield f'or release all of it, and answer for it: labci release --run {run} --override "REASON" --by "NAME"'


def _out(job: Job, item: Culprit) -> str:
    """The git command that undoes what the run's commits did to a leaf."""
    path = shlex.quote(f"{job.taxonomy.root}/{item.leaf}")
    if item.status == "added" or job.base == EMPTY_TREE:
        return f"git rm -r {path}"
    return f"git checkout {job.base[:12]} -- {path}"
