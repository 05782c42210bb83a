"""A flow: what a teacher is asked, step by step, and the thresholds of what is kept. Read from YAML.

A flow's text belongs to the project: contributors' words are put into its prompts as data, never read as
a template (a brace in a document stays a brace), and can neither close a delimiter nor write a chat token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from labci import digest, schema
from labci.chattoken import CHAT_TOKEN
from labci.errors import ConfigError
from labci.leaf import Kind
from labci.request import Message, Request, Sampling

# Raised when the same answers may become other samples; part of every flow's digest, never of a request. Whether it is
# time to, tests/flows/test_version.py knows.
BLOCKS = 11
SLOT = re.compile(r"\{(\w+)\}")
TAG = re.compile(r"</?(\w+)>")  # what delimits data in a prompt
BROKEN = "&lt;"  # in place of a tag's "<": a space behind it would still read as a tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """So many answers with one way of drawing tokens; `share` of the wanted candidates, at least one."""

    share: float
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Messages with {slots}, and how answers are drawn. answer: JSON Schema of the answer; None for plain text.

    candidates: asked for, for each sample that is wanted. prompts: digest of this step's prompt and of all before
    it, which is part of its requests, so that a changed prompt re-asks its step and those after.
    """

    messages: tuple[Message, ...]
    draws: tuple[Draw, ...]
    candidates: float
    answer: Mapping[str, Any] | None
    prompts: str

    def fill(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """Messages with every slot replaced once; values are never read for slots themselves."""
        tags = frozenset(TAG.findall("".join(item["content"] for item in self.messages)))
        data = {name: as_data(value, tags) for name, value in values.items()}
        return tuple(
            {"role": item["role"], "content": SLOT.sub(lambda slot: data.get(slot[1], slot[0]), item["content"])}
            for item in self.messages
        )

    @property
    def slots(self) -> list[str]:
        """Names of the slots in the messages."""
        return [name for item in self.messages for name in SLOT.findall(item["content"])]

    def samplings(self, wanted: int) -> list[Sampling]:
        """One entry per candidate, for a number of samples that are wanted; each draw has its share, at least one.

        Of greedy draws, which are all the same, there is one: fewer candidates where no other draw takes their place.
        """
        total = max(1, round(self.candidates * wanted))
        found: list[Sampling] = []
        for i, draw in enumerate(self.draws):
            left, after = total - len(found), len(self.draws) - 1 - i  # candidates, and draws that want one each
            count = max(1, min(round(draw.share * total), left - after)) if after else left
            found += [draw.sampling] * (1 if draw.sampling.temperature == 0 else count)
        return found[:total]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One way to generate. role: which of the teacher's models it is for. program: what runs the steps.

    settings: thresholds. digest: of the whole, with how answers are read and sifted: a changed threshold makes new
    samples of the same responses.
    """

    name: str
    kind: Kind
    role: str
    program: str
    about: str
    steps: Mapping[str, Step]
    settings: Mapping[str, float]
    digest: str

    @property
    def label(self) -> str:
        """NAME@DIGEST, as samples carry it."""
        return f"{self.name}@{self.digest[:12]}"

    @property
    def texts(self) -> list[str]:
        """The prompts' templates, with their {slots}."""
        return [item["content"] for step in self.steps.values() for item in step.messages]

    def request(
        self, step: str, sampling: Sampling, *, model: str, unit: str, n: int, values: Mapping[str, str]
    ) -> Request:
        """The n-th request of a unit; its sampling seed is a hash of unit, flow and n."""
        asked = self.steps[step]
        seed = int(digest.of_json([unit, asked.prompts, step, n])[:8], 16) & 0x7FFFFFFF
        if sampling.temperature == 0:
            seed = 0  # greedy: the same request from two units is asked once
        return Request(
            model=model, messages=asked.fill(values), sampling=sampling, seed=seed, flow=asked.prompts,
            schema=asked.answer,
        )  # fmt: skip


def as_data(text: str, tags: Iterable[str]) -> str:
    """Text that can't be taken for a part of a prompt: its chat tokens and the prompt's own tags are broken up.

    A model reads a tag in any letters, with spaces or attributes in it, so each such spelling is one. So is one that
    the end of the text cuts off: the prompt goes on behind it.
    """
    text = CHAT_TOKEN.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
    if names := "|".join(sorted(map(re.escape, tags))):
        text = re.sub(rf"(?i)<(?=\s*(?:/\s*)?(?:(?:{names})\b|\Z))", BROKEN, text)
    return text


def read(name: str, data: bytes, *, file: str = "") -> Flow:
    """A flow from the bytes of its YAML file, checked against schemas/flow.json. file: as errors name it."""
    where = file or f"flow {name}"
    try:
        value = yaml.load(data, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = f":{mark.line + 1}" if (mark := getattr(error, "problem_mark", None)) else ""
        raise ConfigError(f"{where}{line}: {getattr(error, 'problem', None) or error}", hint=HINT) from error
    for problem in schema.validator("flow").iter_errors(value):
        raise ConfigError(
            f"{where}: {'.'.join(map(str, problem.absolute_path)) or 'the file'}: {problem.message}", hint=HINT
        )
    for way in schema.foreign(value):
        raise ConfigError(
            f"{where}: {'.'.join(map(str, way))}: JSON has no such name or value", hint="put it in quotes"
        )
    for way in schema.endless(value):
        raise ConfigError(f"{where}: {'.'.join(map(str, way))}: no such number can be set", hint=HINT)
    return Flow(
        name=name,
        kind=value["kind"],
        role=value["teacher"],
        program=value["program"],
        about=value.get("about", "").strip(),
        steps=_steps(value["steps"]),
        settings=value["settings"],
        digest=digest.of_json([BLOCKS, {key: value[key] for key in value if key != "about"}]),
    )


HINT = "see schemas/flow.json, and the shipped flows: labci flows show"


def _steps(value: Mapping[str, Any]) -> dict[str, Step]:
    found: dict[str, Step] = {}
    before: dict[str, Any] = {}
    for name, item in value.items():
        before[name] = item
        found[name] = _step(item, digest.of_json(before))
    return found


def _step(value: Mapping[str, Any], prompts: str) -> Step:
    turns = [{"role": role, "content": text} for turn in value["messages"] for role, text in turn.items()]
    draws = tuple(
        Draw(
            share=draw.get("share", 1.0),
            sampling=Sampling(
                temperature=draw["temperature"], top_p=draw.get("top_p", 1.0), max_tokens=value["max_tokens"],
                stop=tuple(value.get("stop", ())),
            ),
        )
        for draw in value["draws"]
    )  # fmt: skip
    return Step(
        messages=tuple(turns), draws=draws, candidates=value["candidates"], answer=value.get("answer"), prompts=prompts
    )
