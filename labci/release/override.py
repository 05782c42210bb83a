"""A release over the gate's head: somebody puts a name and a reason to it, and both are in the release for good."""

from __future__ import annotations

from dataclasses import replace

from labci import config as configs
from labci.errors import UsageError
from labci.job import Job
from labci.lineage import Override
from labci.verdict import Verdict

ALL_THREE = 'write: labci release --override "REASON" --by "NAME"'


def overridden(job: Job, wanted: Override, verdict: Verdict) -> Override:
    """The decision with the verdict that it is about.

    Raises UsageError without a reason or a name, where the gate said PASS, and where the repository has none of it.
    """
    reason, by = (" ".join(text.split()) for text in (wanted.reason, wanted.by))
    if not reason:
        raise UsageError("an override needs a reason: who reads the release must know why", hint=ALL_THREE)
    if not by:
        raise UsageError("an override needs the name of who decides it", hint=ALL_THREE)
    if verdict.verdict == "PASS":
        raise UsageError("the gate said PASS: there is nothing to override", hint="run: labci release")
    if not _allowed(job):
        what = f"this repository releases nothing that its gate did not pass ({configs.FILE}: release.overrides)"
        raise UsageError(what, hint="mend the candidate, or change that setting by a commit of its own")
    return replace(wanted, reason=reason, by=by, verdict=verdict.verdict)


def _allowed(job: Job) -> bool:
    """Whether both the settings in force and labci.yaml at the released commit allow it: no flag gets round it."""
    data = job.source.read(configs.FILE)
    return job.config.release.overrides and (data is None or configs.read(data).release.overrides)
