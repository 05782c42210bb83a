"""What a job has to generate: the changed leaves, each with its flow and teacher, and their new units.

Shared by the stages that estimate the work and that do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from labci import digest, documents, flows, teachers
from labci.artifact import read_json
from labci.change import Change, Changes
from labci.documents import Document
from labci.errors import LabciError
from labci.flows import Flow, knowledge, skill
from labci.heldout import held_out, question_key, training_pairs
from labci.job import Job
from labci.leaf import LEAF_FILE, Kind, Leaf
from labci.teachers import Role, Teacher
from labci.units import Unit, units

MAX_WORDS = 200  # of a new question or context of a skill


@dataclass(slots=True, kw_only=True)
class Opened:
    """The teacher of a run, one model per role, opened when first asked for and closed together."""

    job: Job
    models: dict[Role, Teacher] = field(default_factory=dict)

    def flow(self, kind: Kind) -> Flow:
        """The flow for a kind of leaf."""
        return flows.choose(kind, teachers.roles(self.job.config.teacher))

    def teacher(self, flow: Flow) -> Teacher:
        """The model that a flow asks; opening it starts and fetches nothing."""
        role: Role = "specialist" if flow.role == "specialist" else "instruct"
        if role not in self.models:
            config = self.job.config
            self.models[role] = teachers.open_teacher(config.teacher, role=role, model=config.model, jobs=self.job.jobs)
        return self.models[role]

    def close(self) -> None:
        """Stop whatever was started."""
        for teacher in self.models.values():
            teacher.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One changed leaf at head. model: the teacher's digest, computed once."""

    leaf: Leaf
    change: Change
    flow: Flow
    model: str
    teacher: str  # NAME@DIGEST, as samples carry it
    limit: int | None

    def key(self, unit: Unit) -> str:
        """The unit's store key; a preview with a limit has keys of its own, so that it replaces no full entry."""
        flow = self.flow.digest if self.limit is None else f"{self.flow.digest}:{self.limit}"
        return unit.key(flow, self.model)


def works(job: Job, opened: Opened) -> Iterator[Work]:
    """The leaves of `changes.json` that are still there, or the one that the job names, in order."""
    changes = Changes.from_json(read_json(job.run / "changes.json"))
    digests: dict[int, str] = {}
    for change in sorted(changes.changes, key=lambda item: item.path):
        if change.status == "removed" or job.leaf not in (None, change.path):
            continue
        leaf = job.taxonomy.leaf(change.path)
        flow = opened.flow(leaf.kind)
        teacher = opened.teacher(flow)
        model = digests.setdefault(id(teacher), teacher.digest)
        name = f"{teacher.name}@{model[:12]}"
        yield Work(leaf=leaf, change=change, flow=flow, model=model, teacher=name, limit=job.limit)


def units_of(job: Job, work: Work, read: list[Document] | None = None) -> Iterator[Unit]:
    """All units of a leaf at head. read: filled with the documents (without their text) as they are read.

    An error of a document begins with the leaf's file and the line that names the document.
    """
    found: Iterator[Document] = iter(())
    if work.leaf.document is not None:
        found = documents.read(
            work.leaf.document, source=job.source, repo_cache=job.run / "repositories",
            settings=job.config.documents, store=job.store, repository=job.repository,
        )  # fmt: skip
    try:
        yield from units(work.leaf, found, None if read is None else read.append)
    except LabciError as error:
        if error.at:
            line = work.leaf.position_of(*error.at).line
            error.message = f"{job.taxonomy.root}/{work.leaf.path}/{LEAF_FILE}:{line}: {error.message}"
            error.at = ()  # said
        raise


def is_new(job: Job, work: Work, unit: Unit) -> bool:
    """Whether the released model was not taught this unit."""
    return work.key(unit) not in job.released.units


def held_questions(job: Job, work: Work) -> list[str]:
    """Questions that only the gate may see."""
    return [item.question for item in held_out(work.leaf, job.released.taught)]


def taught_questions(job: Job, work: Work) -> list[str]:
    """The contributor's questions that may be taught."""
    taught = job.released.taught
    return [pair.question for seed in work.leaf.seeds for pair in training_pairs(work.leaf, seed, taught)]


def own_pairs(job: Job, work: Work) -> list[tuple[str, str]]:
    """(what is asked, answer) of the contributor's pairs that may be taught; a context is part of what is asked."""
    taught = job.released.taught
    return [
        (f"{seed.context or ''}\n\n{pair.question}".strip(), pair.answer)
        for seed in work.leaf.seeds
        for pair in training_pairs(work.leaf, seed, taught)
    ]


def taught_before(job: Job, work: Work) -> frozenset[str]:
    """Question keys that a release has already taught of this leaf, under this or its old name."""
    found = [job.released.contribution(path) for path in (work.leaf.path, work.change.old or "")]
    return frozenset(key for item in found if item is not None for key in item.taught)


def keys_of(questions: list[str]) -> frozenset[str]:
    """Question keys, as lineages list them."""
    return frozenset(map(question_key, questions))


def wanted(job: Job, work: Work) -> int:
    """Samples that are wanted of each span of a document, or of each seed of a skill."""
    settings = job.config.generate
    most = settings.samples_per_span if work.leaf.kind == "knowledge" else settings.samples_per_seed
    return most if job.limit is None else min(most, job.limit)


def candidates(job: Job, work: Work, unit: Unit) -> Iterator[knowledge.Candidate]:
    """Requests of a knowledge unit, with the samples that they may become."""
    return knowledge.candidates(
        unit, work.flow, model=work.model, teacher=work.teacher, leaf=work.leaf.path, wanted=wanted(job, work)
    )


def variations(job: Job, work: Work, unit: Unit) -> Iterator[skill.Variation]:
    """Requests for variations of a skill's seed."""
    return skill.variations(
        work.leaf, unit, work.flow, model=work.model, teacher=work.teacher, wanted=wanted(job, work)
    )


def example(item: skill.Variation) -> str:
    """What a variation must differ from."""
    return item.context if item.sample.kind == "grounded" else item.pair.question


def rate_key(model: str) -> str:
    """Where the store keeps how fast a teacher was (area "rates")."""
    return digest.of_json(["generate", model])


def settings_of(job: Job) -> Mapping[str, object]:
    """What of the configuration shapes the samples."""
    generate = job.config.generate
    return {
        "teacher": job.config.teacher, "model": job.config.model, "leaf": job.leaf, "limit": job.limit,
        "samples_per_seed": generate.samples_per_seed, "samples_per_span": generate.samples_per_span,
    }  # fmt: skip
