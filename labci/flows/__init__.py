"""Flows: the ways to generate. This file is the contract of their programs and the table of what ships.

A flow is a YAML file (`labci.flow.Flow`): prompts and thresholds. The program that it names runs its steps as a pure
function around the teacher: a generator that yields what it wants to ask, is sent the answers, and returns
samples and rejects. Who drives it (the local executor, the store alone, a plan that asks nobody) is not its business.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module, resources
from pathlib import Path, PurePosixPath
from typing import Protocol, cast, get_args

from labci.ask import Ask, Running
from labci.errors import ConfigError
from labci.flow import Flow, read
from labci.flows import answers
from labci.git import Repository
from labci.leaf import Kind, Leaf
from labci.models import beside_settings
from labci.request import Request, Sampling
from labci.sample import Reject, Sample
from labci.teachers import Ability
from labci.units import Unit

SUFFIX = ".yaml"
FOLDER = "flows/"  # of a repository: only maintainers write there


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the answers to a unit's requests became, each candidate as a sample or as a reject."""

    samples: tuple[Sample, ...]
    rejects: tuple[Reject, ...] = ()


Asking = Running[Made]
Judging = Running[list[float | None]]
Row = tuple[str, str, str]  # source text, question, answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One unit of a leaf for a flow. model: digest of the teacher, teacher: its NAME@DIGEST.

    wanted: samples to keep, of each span of a document or of each seed of a skill. trusted: the judges whose word drops
    a candidate. Every candidate is put to every judge, whoever is trusted: so nothing that is asked goes by this.
    """

    leaf: Leaf
    unit: Unit
    flow: Flow
    model: str
    teacher: str
    wanted: int
    trusted: frozenset[str] = frozenset()

    def asks(
        self, step: str, values: Mapping[str, str], *, like: str = "", wanted: int = 1, n: int = 0, of: str = ""
    ) -> list[Ask]:
        """The requests of a step, one per draw; `n` numbers the first. of: what they are made from, else the unit."""
        drawn = self.flow.steps[step].samplings(wanted)
        return [
            Ask(request=self.request(step, sampling, n + i, values, of), like=like) for i, sampling in enumerate(drawn)
        ]

    def request(self, step: str, sampling: Sampling, n: int, values: Mapping[str, str], of: str = "") -> Request:
        """The n-th request of a step."""
        return self.flow.request(step, sampling, model=self.model, unit=of or self.unit.digest, n=n, values=values)


class Program(Protocol):
    """A module of this folder."""

    @property
    def KINDS(self) -> Mapping[str, tuple[str, ...]]:
        """The kinds of leaves that it writes for, and the steps that each needs beside `STEPS`."""
        ...

    @property
    def STEPS(self) -> tuple[str, ...]:
        """The steps that a flow must have."""
        ...

    @property
    def MORE_STEPS(self) -> tuple[str, ...]:
        """The steps that it may have beside them; it has no others."""
        ...

    @property
    def OBJECTS(self) -> Mapping[str, tuple[str, ...]]:
        """What it reads from the JSON answers of a step: their schema must require these keys."""
        ...

    @property
    def SETTINGS(self) -> tuple[str, ...]:
        """The thresholds that a flow must have."""
        ...

    @property
    def MORE_SETTINGS(self) -> tuple[str, ...]:
        """Those that it may have, with those of the code that cuts documents and sifts samples; it has no others."""
        ...

    @property
    def SLOTS(self) -> tuple[str, ...]:
        """What its prompts may show, as {name}."""
        ...

    def make(self, task: Task) -> Asking:
        """Everything that is asked of one unit, and the samples of it."""
        ...


class Judge(Protocol):
    """What a program has, too, whose teacher judges."""

    @property
    def JUDGES(self) -> tuple[str, ...]:
        """Steps that judge candidates; the last one marks them, and the flow's `mark` is held against that."""
        ...

    def judge(self, task: Task, step: str, rows: Sequence[Row]) -> Judging:
        """A judge's marks of (source text, question, answer), as `make` asks for them; None: no mark."""
        ...


PROGRAMS = {
    "answer-first": "answer_first",
    "question-answer": "question_answer",
    "variation": "variation",
    "instruction": "instruction",
}


def program(flow: Flow) -> Program:
    """What runs a flow's steps."""
    return cast(Program, import_module(f"labci.flows.{PROGRAMS[flow.program]}"))


def judge_of(flow: Flow) -> Judge | None:
    """The program as the judge of its own samples; None where its teacher does not judge."""
    found = program(flow)
    return cast(Judge, found) if hasattr(found, "judge") else None


def choose(kind: Kind, ability: Ability) -> Flow:
    """The shipped flow for a kind of leaf and what a teacher can do."""
    if ability == "specialist" and kind == "knowledge":
        return load("knowledge-specialist")
    return load(f"{kind}-{'large' if ability == 'large' else 'small'}")


@cache
def load(name: str) -> Flow:
    """A shipped flow by its name; ConfigError for one that is unknown or not valid."""
    file = resources.files("labci.flows").joinpath(f"{name}{SUFFIX}")
    if name not in names():
        raise ConfigError(f"no flow {name!r}", hint=f"known flows: {', '.join(names())}")
    return checked(read(name, file.read_bytes()))


def own(repository: Repository, name: str, kind: Kind) -> Flow | None:
    """The flow that a setting names: a file of the repository, or a shipped one; None for "auto", "small" and "large".

    A file is read from where labci.yaml is, never from the commit that is being generated from: whoever opens a pull
    request writes no prompts.
    """
    if name in ("auto", *get_args(Ability)):
        return None
    found = checked(read(Path(name).stem, own_file(repository, name), file=name)) if is_file(name) else load(name)
    if found.kind != kind:
        raise ConfigError(f"flows.{kind}: {name} is a flow for {found.kind}", hint=f"known: {', '.join(names())}")
    return found


def is_file(name: str) -> bool:
    """Whether a setting names a file."""
    return name.endswith((SUFFIX, ".yml"))


def own_file(repository: Repository, name: str) -> bytes:
    """The bytes of a flow file of the repository: of the work tree, or of HEAD in a bare one.

    ConfigError for one outside of `FOLDER`: contributors may write elsewhere, and a flow is what a teacher is told.
    """
    if not name.startswith(FOLDER) or ".." in PurePosixPath(name).parts:
        raise ConfigError(
            f"flow file {name}: a flow file of a repository lies in {FOLDER}, where only maintainers write",
            hint=f"move it to {FOLDER}, and name it so in `flows:` of labci.yaml",
        )
    data = beside_settings(repository).read(name)
    if data is None:
        raise ConfigError(f"no flow file {name} in this repository", hint="check `flows:` in labci.yaml")
    return data


def names() -> list[str]:
    """The flows that labci ships."""
    files = resources.files("labci.flows").iterdir()
    return sorted(file.name.removesuffix(SUFFIX) for file in files if file.name.endswith(SUFFIX))


def source(name: str) -> str:
    """The YAML text of a shipped flow."""
    return resources.files("labci.flows").joinpath(f"{name}{SUFFIX}").read_text("utf-8")


def checked(flow: Flow, file: str = "") -> Flow:
    """The flow, if it has what its program needs, and nothing that its program never asks, reads or fills."""
    runs, where = program(flow), file or f"flow {flow.name}"
    if flow.kind not in runs.KINDS:
        raise ConfigError(
            f"{where}: the program {flow.program} is not for {flow.kind}", hint=f"it is for {', '.join(runs.KINDS)}"
        )
    needed = (*runs.STEPS, *runs.KINDS[flow.kind])
    _check_names(flow, where, "step", flow.steps, needed, runs.MORE_STEPS)
    _check_names(flow, where, "setting", flow.settings, runs.SETTINGS, runs.MORE_SETTINGS)
    for name, step in flow.steps.items():
        if unknown := [slot for slot in step.slots if slot not in runs.SLOTS]:
            raise ConfigError(
                f"{where}: steps.{name}: nothing fills {{{unknown[0]}}}", hint=f"known: {', '.join(runs.SLOTS)}"
            )
        if wrong := answers.trouble(step.answer or {}):
            raise ConfigError(f"{where}: steps.{name}.{wrong}", hint=SCHEMA)
        required = (step.answer or {}).get("required", ())
        if missing := [key for key in runs.OBJECTS.get(name, ()) if key not in required]:
            raise ConfigError(
                f"{where}: steps.{name}: the program {flow.program} reads {missing[0]!r} from its answer",
                hint=f"{SCHEMA}, and its `required` names that",
            )
    return flow


SCHEMA = "steps.STEP.answer is a JSON Schema (draft 2020-12): compare with a shipped flow, `labci flows show`"


def _check_names(
    flow: Flow, where: str, what: str, there: Collection[str], needed: Sequence[str], more: Sequence[str]
) -> None:
    """ConfigError for a step or setting that is missing, and for one that nobody would ever ask or read."""
    if missing := [name for name in needed if name not in there]:
        raise ConfigError(
            f"{where}: the program {flow.program} needs the {what} {missing[0]!r}",
            hint=f"it needs {', '.join(needed)}: compare with a shipped flow, `labci flows show`",
        )
    known = (*needed, *more)
    if unknown := [name for name in there if name not in known]:
        close = get_close_matches(unknown[0], known, n=1)
        raise ConfigError(
            f"{where}: the program {flow.program} knows no {what} {unknown[0]!r}",
            hint=f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}",
        )
