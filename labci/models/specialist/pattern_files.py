"""Reads the packaged pattern files one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from labci.models.specialist.filling import Words, load_yaml, slots_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One answer span of a fact, the questions that it answers, and the first of them in quite other words.

    reworded: what the specialist learns to read (`readings`), and not to write: half of what a model of 135 million
    parameters puts in other words asks for something else (docs/training.md, "One question in several wordings").
    """

    answer: str
    questions: Sequence[str]
    reworded: Sequence[str] = ()

    @property
    def wordings(self) -> Sequence[str]:
        """All that ask for the answer."""
        return (*self.questions, *self.reworded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One fact with typed slots and what may be asked about it."""

    topic: str
    fact: str
    ask: Sequence[Ask]
    pronoun: str

    def slots(self) -> list[str]:
        """Return the names of the slots in the topic and the fact."""
        return slots_in([self.topic, self.fact])


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFile:
    """The patterns of one kind of text, with their own word lists."""

    name: str
    kind: str
    words: Words
    patterns: Sequence[Pattern]


def pattern_files() -> Iterator[PatternFile]:
    """Yield the packaged pattern files in order of their names."""
    folder = resources.files("labci.models.specialist").joinpath("patterns")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")):
        yield _pattern_file(name)


@cache  # those that ask and those that read are made of the same
def _pattern_file(name: str) -> PatternFile:
    data = load_yaml("patterns", name)
    words = {slot: [str(word) for word in options] for slot, options in (data.get("slots") or {}).items()}
    patterns = [_pattern(entry) for entry in data["patterns"]]
    return PatternFile(name=name, kind=data["kind"], words=words, patterns=patterns)


def _pattern(entry: Mapping[str, Any]) -> Pattern:
    ask = [
        Ask(answer=str(group["answer"]), questions=group["questions"], reworded=group.get("reworded", ()))
        for group in entry["ask"]
    ]
    return Pattern(topic=entry["topic"], fact=entry["fact"], ask=ask, pronoun=entry.get("pronoun", ""))
