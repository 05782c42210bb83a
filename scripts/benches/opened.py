"""A generated leaf of a bench's repository, opened in this process: its units and its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labci import session
from labci.flows.answer_first import answers, facts
from labci.job import Job
from labci.units import Unit
from labci.work import Opened as Teachers
from labci.work import Work, units_of, works


class Silent:
    """Progress that nobody reads."""

    def say(self, text: str) -> None:
        """Nothing."""

    def step(self, name: str, done: int, total: int) -> None:
        """Nothing."""

    def leaf(self, path: str, done: int, total: int) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The only changed leaf of a run."""

    job: Job
    work: Work

    def units(self) -> Iterator[Unit]:
        """Its units, at the run's head."""
        return units_of(self.job, self.work)

    def sentences(self) -> int:
        """Sentences of its documents that state a fact: those with an answer to ask for."""
        return len({(unit.digest, fact.start) for unit in self.units() for fact in facts(unit) if answers(unit, fact)})


def opened(repository: Path, run: Path) -> Opened:
    """Open the run of a repository with one changed leaf."""
    request = session.Request(folder=repository, run=run)
    job = session.open_job(session.open_session(request), Silent())
    return Opened(job=job, work=next(works(job, Teachers(job=job))))
