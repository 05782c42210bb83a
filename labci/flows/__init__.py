"""Flows: which teacher is asked what, how often, and what is kept.

They are YAML files; the digest of their prompts is part of every request.

A flow's text belongs to the project: contributors' words are put into its prompts as data, never read as
a template (a brace in a document stays a brace).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from labci import digest, schema
from labci.errors import ConfigError
from labci.leaf import Kind
from labci.request import Message, Request, Sampling

BLOCKS = (
    2  # raised when a block would read the same responses another way; part of every flow's digest, never of a request
)
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """So many answers with one way of drawing tokens; `share` of the wanted candidates, at least one."""

    share: float
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Messages of a step with {slots}, and how its answers are drawn."""

    messages: tuple[Message, ...]
    draws: tuple[Draw, ...]
    candidates: float  # asked for, for each sample that is wanted

    def fill(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """Messages with every slot replaced once; values are never read for slots themselves."""
        return tuple(
            {"role": item["role"], "content": SLOT.sub(lambda slot: values.get(slot[1], slot[0]), item["content"])}
            for item in self.messages
        )

    def samplings(self, wanted: int) -> list[Sampling]:
        """One entry per candidate, for a number of samples that are wanted."""
        total = max(1, round(self.candidates * wanted))
        found: list[Sampling] = []
        for i, draw in enumerate(self.draws):
            last = i == len(self.draws) - 1
            found += [draw.sampling] * (total - len(found) if last else min(total, max(1, round(draw.share * total))))
        return found[:total]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One way to generate. role: which of the teacher's models it is for. settings: thresholds of its steps.

    prompts: digest of what is asked, which is part of every request; digest: of the whole, with how answers are
    read and sifted. A changed threshold makes new samples of the same responses.
    """

    name: str
    kind: Kind
    role: str
    steps: Mapping[str, Prompt]
    settings: Mapping[str, float]
    prompts: str
    digest: str

    def request(
        self, step: str, sampling: Sampling, *, model: str, unit: str, n: int, values: Mapping[str, str]
    ) -> Request:
        """The n-th request of a unit; its sampling seed is a hash of unit, flow and n."""
        messages = self.steps[step].fill(values)
        seed = int(digest.of_json([unit, self.prompts, step, n])[:8], 16) & 0x7FFFFFFF
        if sampling.temperature == 0:
            seed = 0  # greedy: the same request from two units is asked once
        return Request(model=model, messages=messages, sampling=sampling, seed=seed, flow=self.prompts)


def choose(kind: Kind, roles: Collection[str]) -> Flow:
    """The flow for a kind of leaf and what a teacher can do."""
    if kind != "knowledge":
        return load(f"{kind}-small")
    return load("knowledge-small" if "specialist" in roles else "knowledge")


@cache
def load(name: str) -> Flow:
    """A flow by its name; ConfigError for one that is unknown or not valid."""
    file = resources.files("labci.flows").joinpath(f"{name}.yaml")
    if not file.is_file():
        raise ConfigError(f"no flow {name!r}", hint=f"known flows: {', '.join(names())}")
    return read(name, file.read_bytes())


def names() -> list[str]:
    """The flows that labci ships."""
    files = resources.files("labci.flows").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def read(name: str, data: bytes) -> Flow:
    """A flow from the bytes of its YAML file, checked against schemas/flow.json."""
    value = yaml.load(data, Loader=yaml.CSafeLoader)
    for error in schema.validator("flow").iter_errors(value):
        where = ".".join(map(str, error.absolute_path)) or "the file"
        raise ConfigError(f"flow {name}: {where}: {error.message}", hint="see schemas/flow.json")
    return Flow(
        name=name,
        kind=value["kind"],
        role=value["teacher"],
        steps={key: _prompt(item) for key, item in value["steps"].items()},
        settings=value["settings"],
        prompts=digest.of_json(value["steps"]),
        digest=digest.of_json([BLOCKS, {key: value[key] for key in value if key != "about"}]),
    )


def _prompt(value: Mapping[str, Any]) -> Prompt:
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
    return Prompt(messages=tuple(turns), draws=draws, candidates=value["candidates"])
