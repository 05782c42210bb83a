"""First pass: put the questions of all leaves to their teachers; the answers go into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from labci.artifact import read_json
from labci.ask import Answers, Ask, Running
from labci.flows import program
from labci.generate.executor import Executor, Local
from labci.job import Job
from labci.marking import calibrations_of
from labci.request import Request, Response
from labci.teachers import ROLES, Teacher, cached
from labci.teachers.stored import Counts
from labci.units import Unit
from labci.work import Opened, Work, is_new, role_of, task_of, units_of

BATCH = 40  # units in memory at once


@dataclass(slots=True, kw_only=True)
class Asked:
    """What one leaf has asked for so far. done: answers that are there, of `total` requests made.

    about: the leaf as its line names it. planned: requests that the plan counted. running: programs that have not
    ended. listed: there are no more programs to come.
    """

    about: str = ""
    planned: int = 0
    counts: Counts = field(default_factory=Counts)
    done: int = 0
    total: int = 0
    running: int = 0
    listed: bool = False

    @property
    def known(self) -> int:
        """Requests that it will make, as far as anybody knows."""
        return max(self.planned, self.total, self.done + 1)


class Asking:
    """Asks for the leaves of a job, and counts what each of them took. executor: who drives the flows."""

    def __init__(self, job: Job, executor: Executor | None = None) -> None:
        self.job, self.executor = job, executor or Local()
        self.leaves: dict[str, Asked] = {}
        self.other = Counts()  # of no leaf: the teacher's exam
        self._lost: set[str] = set()  # digests of requests that were given up
        self._owners: dict[str, list[tuple[str, Asked]]] = {}  # of requests that are out; leaves may ask the same
        self._planned = _planned(job)
        self._done, self._total = 0, sum(self._planned.values())

    def examine(self, teacher: Teacher, requests: Sequence[Request]) -> dict[str, Response]:
        """Put the exam to a teacher that nobody knows yet."""
        answers = cached(teacher, self.job.store, self.other, self._lost).complete(requests)
        return {request.digest: response for request, response in answers}

    def ask(self, works: Sequence[Work], opened: Opened) -> None:
        """Everything that new units ask for, one model of the teacher after the other."""
        for role in ROLES:
            group = [work for work in works if role_of(work.flow) == role]
            if not group:
                continue
            teacher = opened.teacher(role)
            for path, _ in self.executor.run(self._programs(group), self._complete(teacher)):
                self.leaves[path].running -= 1  # what it becomes is the second pass's business
                self._told(path)
            teacher.close()

    @property
    def counts(self) -> Counts:
        """Of all leaves, and of the exam."""
        total = Counts()
        for counts in (self.other, *(asked.counts for asked in self.leaves.values())):
            total.merge(counts)
        return total

    def _programs(self, works: Sequence[Work]) -> Iterator[tuple[str, Running[Any]]]:
        for number, work in enumerate(works, 1):
            path = work.leaf.path
            about = f"{number} of {len(works)}, flow {work.flow.name}, teacher {work.teacher}"
            asked = self.leaves.setdefault(path, Asked(about=about, planned=self._planned.get(path, 0)))
            for running in self._of(work):
                asked.running += 1
                yield path, self._owned(running, path, asked)
            asked.listed = True
            self._told(path)

    def _of(self, work: Work) -> Iterator[Running[Any]]:
        """The programs of a leaf: its judges' calibrations, then its new units."""
        yield from calibrations_of(self.job, work).values()
        make = program(work.flow).make
        for unit in units_of(self.job, work):
            if is_new(self.job, work, unit):
                yield make(task_of(self.job, work, unit))

    def _told(self, path: str) -> None:
        """A leaf that is done has one line, and its own leaves the display."""
        asked = self.leaves[path]
        if asked.listed and not asked.running:
            counts, made = asked.counts, asked.counts.calls
            self.job.progress.leaf(path, asked.done, asked.done)
            self.job.progress.say(f"generate: {path}: {made} calls, {counts.cached} from the store ({asked.about})")

    def _owned(self, running: Running[Any], path: str, asked: Asked) -> Running[Any]:
        """The program, with a note of which leaf its requests are for."""
        asks: list[Ask] = next(running, [])
        while True:
            for ask in asks:
                self._owners.setdefault(ask.request.digest, []).append((path, asked))
            asked.total += len(asks)
            self._total += max(0, min(len(asks), asked.total - asked.planned))  # what the plan did not know of
            answers: Answers = yield asks
            for ask in asks:  # an executor may have any number of programs under way
                self._owners[ask.request.digest].remove((path, asked))
                if not self._owners[ask.request.digest]:
                    del self._owners[ask.request.digest]
            try:
                asks = running.send(answers)
            except StopIteration as end:
                return end.value

    def _complete(self, teacher: Teacher) -> Callable[[Iterable[Request]], Iterator[tuple[Request, Response]]]:
        def complete(requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
            each = Counts()
            for request, response in cached(teacher, self.job.store, each, self._lost).complete(requests):
                path, asked = self._owners[request.digest][-1]
                asked.counts.merge(each.take())
                self._progress(path, asked)
                yield request, response

        return complete

    def _progress(self, path: str, asked: Asked) -> None:
        asked.done += 1
        self._done += 1
        self.job.progress.leaf(path, asked.done, asked.known)
        self.job.progress.step("generate: calls", self._done, max(self._done, self._total))


def _planned(job: Job) -> dict[str, int]:
    """Requests of each leaf, where the run has a plan: the time left is of all leaves, not of those begun."""
    path = job.run / "plan.json"
    return {leaf["path"]: leaf["calls"] for leaf in read_json(path)["leaves"]} if path.exists() else {}


def batches(items: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Lists of at most `size` items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
