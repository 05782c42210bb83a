"""Teachers: models that write text for a request. This file is their contract and their table.

A teacher has a digest of its own (of its weights, or of the id it is served under), which is part of
every request's key, so that no answer is ever taken for another model's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from labci import models
from labci.errors import ConfigError
from labci.models.specialist import Specialist
from labci.request import Continuation, Request, Response, Scored

if TYPE_CHECKING:
    from labci.store import Store
    from labci.teachers.stored import Cached, Counts

Ability = Literal["specialist", "large", "small"]  # small: asked answer first; large: judges, and writes JSON
Role = Literal["instruct", "specialist"]  # the specialist writes the question for a fact and an answer
Say = Callable[[str], None]
ROLES: tuple[Role, ...] = ("instruct", "specialist")
EMBEDDED = "embedded"  # takes no argument: what it serves follows from `model` and `specialist`
GROUP = "labci.teachers"  # entry points of outside packages: NAME = "module:factory", called with `Options`


class Teacher(Protocol):
    """A model that answers requests. Whoever opens one closes it (`contextlib.closing`)."""

    @property
    def name(self) -> str:
        """What people read in a report, such as "smollm2-135m"."""
        ...

    @property
    def digest(self) -> str:
        """Of the weights or the served id; known before the teacher is started."""
        ...

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers as they arrive, in any order, with bounded concurrency.

        Raises OutsideError for a teacher that is dead or refuses; what was yielded before stays valid.
        """
        ...

    def close(self) -> None:
        """Stop what `complete` started and give its threads back; a later `complete` starts it again."""
        ...


@runtime_checkable
class Scoring(Protocol):
    """An optional part of the contract: a teacher that says how likely it finds a text."""

    def score(self, items: Sequence[Continuation]) -> Sequence[Scored] | None:
        """(sum of natural log-probabilities, number of tokens) of each text as the assistant's turn, in order.

        The turn's end is not counted. A text that the server can't score, while it does score others, has `Unscored`.
        None where the server behind returns no such numbers, which is found out once.
        Raises OutsideError for a server that is dead or refuses.
        """
        ...


def score(teacher: Teacher, items: Sequence[Continuation]) -> Sequence[Scored] | None:
    """See `Scoring.score`; None too for a teacher without one: the caller then asks a local model."""
    return teacher.score(items) if isinstance(teacher, Scoring) else None


def unheard(text: str) -> None:
    """Say it to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a factory is given. argument: the part of the spec after the colon.

    role: which of its models the teacher is to use, where it has several. model: base model of the run.
    jobs: concurrent requests, 0 for as many as the teacher takes; 1 asks for the deterministic mode.
    specialist: which one, for that role of the embedded teacher. say: where a line for the user goes.
    """

    argument: str = ""
    role: Role = "instruct"
    model: str = "smollm2-135m"
    jobs: int = 0
    specialist: Specialist = models.SHIPPED
    say: Say = unheard


def _embedded(options: Options, gguf: Path | None = None) -> Teacher:
    from labci.models.specialist import place

    if gguf is None and options.role == "specialist" and not place.has_gguf(options.specialist.base):
        from labci.teachers.transformers import Transformers

        own = options.specialist
        return Transformers(options, folder=place.served(own), name=own.name, digest=place.digest_of(own))
    from labci.teachers import embedded, lanes, openai

    def connect(*, slots: int, **server: Any) -> Teacher:
        """One lane for each slot of the server."""
        shared = {**server, "jobs": 1, "first_wait": 0.05, "pulse": openai.Pulse(), "say": options.say}
        return lanes.Lanes([openai.Client(**shared, extra=slot(n)) for n in range(slots)])

    def slot(number: int) -> openai.Extra:
        return lambda request: {"id_slot": number}

    return embedded.Embedded(options, connect=connect, gguf=gguf)


def _openai(options: Options) -> Teacher:
    from labci.teachers import openai, prompt_logprobs

    client = openai.from_environment(options)
    client.scorer = prompt_logprobs.PromptLogprobs(
        client.posting, served=options.argument, check=client.check, jobs=options.jobs
    )
    return client


def _recorded(options: Options) -> Teacher:
    from labci.teachers import recorded

    return recorded.Recorded(Path(options.argument), role=options.role)


def _transformers(options: Options) -> Teacher:
    from labci.teachers.transformers import Transformers

    return Transformers(options)


FACTORIES: Mapping[str, Callable[[Options], Teacher]] = {
    EMBEDDED: _embedded,
    "openai": _openai,
    "recorded": _recorded,
    "transformers": _transformers,
}
NEEDS_ARGUMENT = {"openai": "MODEL", "recorded": "FILE", "transformers": "MODEL"}


def open_teacher(
    spec: str, *, role: Role = "instruct", model: str = "smollm2-135m", jobs: int = 0,
    specialist: Specialist = models.SHIPPED, say: Say = unheard,
) -> Teacher:  # fmt: skip
    """The teacher a spec names: `embedded`, `openai:MODEL`, `transformers:MODEL`, `recorded:FILE`, or a plugin's.

    Nothing is started or fetched before the first request that the store can't answer. say: told of what a server
    refuses or makes wait for. Raises ConfigError as `check` does.
    """
    factory = check(spec)
    argument = spec.partition(":")[2]
    return factory(Options(argument=argument, role=role, model=model, jobs=jobs, specialist=specialist, say=say))


def check(spec: str) -> Callable[[Options], Teacher]:
    """What makes the teacher that a spec names; ConfigError for an unknown name, an argument too many or too few."""
    name, _, argument = spec.partition(":")
    if not argument and name in NEEDS_ARGUMENT:
        raise ConfigError(
            f"teacher {spec!r} lacks its {NEEDS_ARGUMENT[name]}", hint=f"write {name}:{NEEDS_ARGUMENT[name]}"
        )
    if name == EMBEDDED and spec != name:
        raise ConfigError(
            f"teacher {spec!r}: the embedded teacher takes no argument",
            hint="write embedded; to ask another model write transformers:MODEL, or serve it and write openai:MODEL",
        )
    return _factory(name)


def cached(teacher: Teacher, store: Store, counts: Counts | None = None, lost: set[str] | None = None) -> Cached:
    """The teacher behind the content store; `counts` adds up what is asked of it.

    lost: the digests of requests that the run gave up so far, shared by all of it.
    """
    from labci.teachers.stored import Cached

    return Cached(teacher, store, counts, lost)


def ability(spec: str) -> Ability | None:
    """What a teacher can do, where that is known without asking it; None for one that has to be examined."""
    name, _, argument = spec.partition(":")
    if name == EMBEDDED:
        return "specialist"
    if name == "recorded":
        from labci.teachers import recorded

        return recorded.ability(Path(argument))
    return None


def _factory(name: str) -> Callable[[Options], Teacher]:
    if name in FACTORIES:
        return FACTORIES[name]
    for point in entry_points(group=GROUP, name=name):
        factory: Callable[[Options], Teacher] = point.load()
        return factory
    known = ", ".join(sorted({*FACTORIES, *entry_points(group=GROUP).names}))
    raise ConfigError(f"unknown teacher {name!r}", hint=f"known teachers: {known}")


def missing_package(package: str) -> bool:
    """Whether an optional package can't be imported; teachers turn it into a hint."""
    try:
        import_module(package)
    except ImportError:
        return True
    return False
