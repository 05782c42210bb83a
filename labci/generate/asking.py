"""First pass: put a leaf's requests to the teacher; the answers go into the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from labci.blocks.variation import clean, trouble
from labci.flows import skill
from labci.job import Job
from labci.request import Request, Response
from labci.teachers.stored import Cached
from labci.units import Unit
from labci.work import MAX_WORDS, Work, candidates, example, is_new, units_of, variations

BATCH = 40  # units in memory at once: some thousands of requests


def ask(job: Job, work: Work, teacher: Cached) -> None:
    """Everything that the leaf's new units ask for."""
    new = [unit for unit in units_of(job, work) if is_new(job, work, unit)]
    done = 0
    for batch in batches(new, BATCH):
        if work.leaf.kind == "knowledge":
            requests = [item.request for unit in batch for item in candidates(job, work, unit)]
            _complete(job, teacher, requests, f"questions {done + len(batch)}/{len(new)}")
        else:
            asked = [item for unit in batch for item in variations(job, work, unit)]
            answers = _complete(job, teacher, [item.request for item in asked], "variations")
            follow = [r for item in asked if (a := attempts(work, batch, item, answers)) for r in a.requests]
            _complete(job, teacher, follow, "answers")
        done += len(batch)


def attempts(
    work: Work, units: list[Unit], item: skill.Variation, responses: dict[str, Response]
) -> skill.Attempts | None:
    """Requests for the answers to a variation; None if it is of no use."""
    response = responses[item.request.digest]
    text = clean(response.text)
    if response.finish == "length" or trouble(text, example(item), max_words=MAX_WORDS)[0]:
        return None
    unit = next(unit for unit in units if unit.digest == item.sample.unit)
    return skill.attempts(work.leaf, unit, work.flow, skill.varied(item, text), model=work.model)


def batches(items: Iterable[Unit], size: int) -> Iterator[list[Unit]]:
    """Lists of at most `size` items."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _complete(job: Job, teacher: Cached, requests: list[Request], what: str) -> dict[str, Response]:
    found: dict[str, Response] = {}
    total = len({item.digest for item in requests})
    for request, response in teacher.complete(requests):
        found[request.digest] = response
        job.progress.step(what, len(found), total)
    return found
