"""What a job has to generate: the changed leaves, each with its flow and teacher, and their new units.

Shared by the stages that estimate the work and that do it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from labci import digest, documents, exam, flows, teachers
from labci.artifact import read_json
from labci.change import Change, Changes
from labci.documents import Document
from labci.errors import LabciError
from labci.flow import Flow
from labci.flows import Task, own
from labci.heldout import held_out, training_pairs
from labci.job import Job
from labci.leaf import LEAF_FILE, Kind, Leaf, Pair, Seed
from labci.models import SHIPPED
from labci.node import Node
from labci.request import Request, Response
from labci.teachers import Ability, Role, Teacher
from labci.units import Unit, units

Examine = Callable[[Teacher, list[Request]], Mapping[str, Response]]


@dataclass(slots=True, kw_only=True)
class Opened:
    """The teacher of a run, one model per role, opened when first asked for and closed together.

    examine: puts the questions of an exam to a teacher whose ability nobody knows; without it what the store holds
    must do, and a teacher that was never examined is taken for a large one.
    """

    job: Job
    examine: Examine | None = None
    models: dict[Role, Teacher] = field(default_factory=dict)
    chosen: dict[Kind, Flow] = field(default_factory=dict)
    ability: Ability | None = None

    def flow(self, kind: Kind) -> Flow:
        """The flow for a kind of leaf: the configured one, or by what the teacher can do."""
        if kind not in self.chosen:
            name: str = getattr(self.job.config.flows, kind)
            found = own(self.job.repository, name, kind)
            self.chosen[kind] = found or flows.choose(kind, self._ability(name))
        return self.chosen[kind]

    def _ability(self, name: str) -> Ability:
        if name != "auto":
            return "large" if name == "large" else "small"
        if self.ability is None:
            self.ability = teachers.ability(self.job.config.teacher) or self._examined()
        return self.ability

    def _examined(self) -> Ability:
        teacher = self.teacher("instruct")
        requests = exam.requests(teacher.digest)
        found = self.examine(teacher, requests) if self.examine else self._stored(requests)
        if len(found) < len(requests):
            return "large"
        return "large" if exam.passed(teacher.digest, found) else "small"

    def _stored(self, requests: Iterable[Request]) -> dict[str, Response]:
        entries = ((item.digest, self.job.store.get("responses", item.digest)) for item in requests)
        return {key: found for key, entry in entries if (found := Response.of_entry(entry)) is not None}

    def teacher(self, role: Role) -> Teacher:
        """The model for a role; opening it starts and fetches nothing."""
        if role not in self.models:
            config = self.job.config
            self._tell_unused()
            specialist = self.job.specialist if role == "specialist" else SHIPPED
            self.models[role] = teachers.open_teacher(
                config.teacher, role=role, model=config.model, jobs=self.job.jobs, specialist=specialist,
                say=self.job.progress.say,
            )  # fmt: skip
        return self.models[role]

    def _tell_unused(self) -> None:
        """Once, and not for a plan, which asks nobody: whoever named a server may think that it's the teacher."""
        unused = self.job.config.teacher == teachers.EMBEDDED and os.environ.get("OPENAI_BASE_URL")
        if unused and self.examine is not None and not self.models:
            self.job.progress.say(
                "generate: the teacher is embedded, though OPENAI_BASE_URL is set; for that: --teacher openai:MODEL"
            )

    def close(self) -> None:
        """Stop whatever was started."""
        for teacher in self.models.values():
            teacher.close()


def role_of(flow: Flow) -> Role:
    """Which of the teacher's models a flow asks."""
    return "specialist" if flow.role == "specialist" else "instruct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One changed leaf at head, without its file's positions. model: the teacher's digest, computed once."""

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
        # All leaves of a run are held at once, and positions, ten times as large, serve only errors.
        leaf = replace(job.taxonomy.leaf(change.path), node=Node(value=None))
        flow = opened.flow(leaf.kind)
        teacher = opened.teacher(role_of(flow))
        model = digests.setdefault(id(teacher), teacher.digest)
        name = f"{teacher.name}@{model[:12]}"
        yield Work(leaf=leaf, change=change, flow=flow, model=model, teacher=name, limit=job.limit)


def units_of(job: Job, work: Work, read: list[Document] | None = None, *, placed: bool = False) -> Iterator[Unit]:
    """All units of a leaf at head. read: filled with the documents (without their text) as they are read.

    placed: whether those of documents say in whose context they lie (`Unit.within`).
    An error of a document begins with the leaf's file and the line that names the document.
    """
    found: Iterator[Document] = iter(())
    if work.leaf.document is not None:
        found = documents.read(
            work.leaf.document, source=job.source, repo_cache=job.run / "repositories",
            settings=job.config.documents, store=job.store, repository=job.repository,
        )  # fmt: skip

    def note(document: Document) -> None:
        if read is not None:
            read.append(replace(document, text=""))  # a leaf may have thousands of files

    size = int(work.flow.settings.get("chunk", 0))
    styles = _styles(job, work) if work.flow.settings.get("style") else {}
    try:
        for unit in units(work.leaf, found, note, size=size, placed=placed):
            yield _styled(unit, styles) if unit.chunk else unit
    except LabciError as error:
        if error.at:
            line = job.taxonomy.leaf(work.leaf.path).position_of(*error.at).line
            error.message = f"{job.taxonomy.root}/{work.leaf.path}/{LEAF_FILE}:{line}: {error.message}"
            error.at = ()  # said
        raise


def is_new(job: Job, work: Work, unit: Unit) -> bool:
    """Whether the released model was not taught this unit, or a rebuild lacks the samples that it was taught.

    Other lanes read these of the leaves that are replayed, and a machine without the store must not pay for all again.
    """
    key = work.key(unit)
    if key not in job.released.units:
        return True
    return job.config.train.lane == "rebuild" and not job.store.has("samples", key)


def held_questions(job: Job, work: Work) -> list[str]:
    """Questions that only the gate may see."""
    return [item.question for item in held_out(work.leaf, job.released.ever_taught)]


def pairs_of(job: Job, work: Work) -> Iterator[tuple[Seed, Pair]]:
    """The contributor's pairs that may be taught, each with its seed; held-out ones are never looked at."""
    taught = job.released.ever_taught
    for seed in work.leaf.seeds:
        for pair in training_pairs(work.leaf, seed, taught):
            yield seed, pair


def taught_questions(job: Job, work: Work) -> list[str]:
    """The contributor's questions that may be taught."""
    return [pair.question for _, pair in pairs_of(job, work)]


def own_pairs(job: Job, work: Work) -> list[tuple[str, str]]:
    """(what is asked, answer) of the contributor's pairs that may be taught; a context is part of what is asked."""
    return [(f"{seed.context or ''}\n\n{pair.question}".strip(), pair.answer) for seed, pair in pairs_of(job, work)]


def taught_before(job: Job, work: Work) -> frozenset[str]:
    """Question keys that a release has already taught of this leaf, under this or its old name."""
    paths = (work.leaf.path, work.change.old or "")
    every = (*job.released.contributions, *job.released.removed)
    return frozenset(key for item in every if item.leaf in paths for key in item.taught)


def wanted(job: Job, work: Work) -> int:
    """Samples that are wanted of each span of a document, or of each seed of a skill."""
    settings = job.config.generate
    most = settings.samples_per_span if work.leaf.kind == "knowledge" else settings.samples_per_seed
    return most if job.limit is None else min(most, job.limit)


def task_of(job: Job, work: Work, unit: Unit) -> Task:
    """A unit as the flow's program is given it."""
    return Task(
        leaf=work.leaf, unit=unit, flow=work.flow, model=work.model, teacher=work.teacher, wanted=wanted(job, work)
    )


def _styles(job: Job, work: Work) -> dict[str, list[Pair]]:
    """The pairs that may show a style, seed by seed.

    The key is what an edit of a seed's questions and answers leaves as it is: its context, and of seeds that share
    one, or have none, which of them it is.
    """
    met, keys = Counter[str](), list[str]()
    for seed in work.leaf.seeds:
        context = digest.fold(seed.context or "")
        keys.append(digest.of_json([context, met[context]]))
        met[context] += 1
    found: dict[str, list[Pair]] = {}
    for seed, pair in pairs_of(job, work):
        found.setdefault(keys[seed.index], []).append(pair)
    return found


def _styled(unit: Unit, styles: Mapping[str, Sequence[Pair]]) -> Unit:
    """The unit with the pairs of one seed as its style, which then are part of its digest.

    The seed is the one whose key has the smallest hash beside the unit's (rendezvous hashing): a changed seed changes
    the units that it was the style of and no others, a new one takes its share, and one that goes leaves its own.
    """
    if not styles:
        return unit
    pairs = styles[min(styles, key=lambda key: digest.of_json([unit.digest, key]))]
    texts = [[digest.fold(pair.question), digest.fold(pair.answer)] for pair in pairs]
    return replace(unit, style=tuple(pairs), digest=digest.of_json([unit.digest, texts]))


def rate_key(model: str) -> str:
    """Where the store keeps how fast a teacher was (area "rates")."""
    return digest.of_json(["generate", model])
