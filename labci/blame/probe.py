"""One question of the search: mix, train, evaluate and gate without some contributions, in a folder of its own.

The folder is named after what shapes the weights, the mixture above all: a mixture that was tried before is not
trained on again, and a probe that was killed goes on where it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from labci import digest, pipeline
from labci.artifact import RunFolder, digest_of, read_json
from labci.blame.without import FILES, write_without
from labci.errors import FindingsError
from labci.job import Job
from labci.verdict import Verdict

FOLDER = "blame"  # of the run: a folder for each mixture
PART = "mixing"  # in it: a mixture whose digest isn't known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What the gate said without some leaves. folder: below the run's folder, "" for what could not be mixed."""

    removed: tuple[str, ...]
    folder: str
    mixture: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """A member of blame.json's `probes`."""
        return {
            "removed": list(self.removed), "folder": self.folder, "mixture": self.mixture,
            "verdict": self.verdict.verdict, "reasons": list(self.verdict.reasons),
        }  # fmt: skip


def probe(job: Job, removed: Collection[str]) -> Probe:
    """Try the run without these leaves. A mixture or a training that fails is a candidate that fails."""
    names = tuple(sorted(removed))
    try:
        run, mixture = _mixed(job, removed)
    except FindingsError as error:
        return Probe(removed=names, folder="", mixture="", verdict=_failed(error))
    own = replace(job, run=run)
    found = Probe(removed=names, folder=f"{FOLDER}/{run.id}", mixture=mixture, verdict=_verdict(own))
    job.progress.say(f"blame: without {', '.join(names)}: {found.verdict.verdict}")
    return found


def _verdict(own: Job) -> Verdict:
    try:
        pipeline.walk(own, first="train", last="evaluate")
    except FindingsError as error:
        return _failed(error)
    pipeline.walk(own, first="gate", last="gate", force=True)  # the policy may be another than last time
    return Verdict.from_json(read_json(own.run / "verdict.json"))


def _failed(error: FindingsError) -> Verdict:
    return Verdict(verdict="FAIL", reasons=(error.message,), checks=())


def _mixed(job: Job, removed: Collection[str]) -> tuple[RunFolder, str]:
    """A run folder that has come as far as the mixture, which another set of leaves may have made before."""
    part = RunFolder(path=job.run / FOLDER / PART)
    shutil.rmtree(part.path, ignore_errors=True)
    part.start({"base": job.base, "head": job.head})
    write_without(job, removed, part)
    pipeline.walk(replace(job, run=part), first="mix", last="mix")
    mixture = digest_of(part / "mixture")
    target = RunFolder(path=job.run / FOLDER / _key(job, mixture))
    if target.path.exists():
        _move(part, target)
    else:
        part.path.rename(target.path)
    return target, mixture


def _key(job: Job, mixture: str) -> str:
    """Of all that shapes the candidate: mixture, model that training starts from, settings."""
    from labci.lm.load import weights_digest
    from labci.train.start import start_folder

    settings = [asdict(job.config.train), job.config.seed, job.config.model, job.config.gate.margin_nll]
    return digest.of_json([mixture, weights_digest(start_folder(job)), settings])[:16]


def _move(part: RunFolder, target: RunFolder) -> None:
    """Put the inputs of a probe in place of those of an earlier one with the same mixture.

    Where they ask for other leaves the evaluation is out of date by its manifest, the training is not.
    """
    for name in (*FILES, "manifest/mix.json"):
        if (part / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            Path(part / name).replace(target / name)
    shutil.rmtree(part.path, ignore_errors=True)
