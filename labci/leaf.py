"""A leaf of the taxonomy: the parsed `qna.yaml` of one folder, with positions and seed digests.

`read_leaf` takes what lint has accepted; it raises `LeafError` (with the line) for anything else, so that
a stage never builds on half a leaf.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from labci import digest
from labci.diagnostic import Position
from labci.errors import FindingsError
from labci.node import Node, Path, YamlProblem, parse

Kind = Literal["knowledge", "grounded", "freeform"]
BRANCHES = ("knowledge", "foundational_skills", "compositional_skills")
LEAF_FILE = "qna.yaml"
HELDOUT_FILE = "heldout.yaml"
ATTRIBUTION_FILE = "attribution.txt"
LEAF_FILES = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
HERE = "."  # document.repo: the taxonomy's own repository
# How `labci new` begins what is left to a person (labci/contribute/leaf.py).
UNFINISHED = re.compile(
    r"\s*TODO(?:\s*$|: (?:passage|question) \d|: its answer \d|: (?:text for|what a user asks,|a good answer,) )"
)
DOCUMENT_SUFFIXES = (".md", ".txt", ".pdf")


class LeafError(FindingsError):
    """A leaf that can't be read as one; the message has path and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)  # no slots: its digest is kept once it was asked for
class Seed:
    """One entry of `seed_examples`: for knowledge a context with its pairs, for a skill one pair.

    kind, about: of its leaf.
    """

    index: int
    kind: Kind
    about: str
    context: str | None
    pairs: tuple[Pair, ...]

    @cached_property
    def digest(self) -> str:
        """sha256 of what a sample of it depends on, white space folded."""
        texts = (text for pair in self.pairs for text in (pair.question, pair.answer))
        return digest.of_json([self.kind, *map(digest.fold, (self.about, self.context or "", *texts))])


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRef:
    """Where a knowledge leaf's documents are: repository, commit, glob patterns in it."""

    repo: str
    commit: str
    patterns: tuple[str, ...]

    @property
    def at_head(self) -> bool:
        """Whether it names the taxonomy's own repository, as it is at the commit being read."""
        return (self.repo, self.commit) == (HERE, "HEAD")

    def __str__(self) -> str:
        return f"{self.repo}@{self.commit}:{','.join(self.patterns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One folder of the taxonomy. `path` is below the taxonomy root, `/`-separated."""

    path: str
    kind: Kind
    version: int
    created_by: str
    about: str  # domain (knowledge) or task description (skills)
    outline: str
    seeds: tuple[Seed, ...]
    document: DocumentRef | None
    heldout: tuple[tuple[Pair, str | None], ...]  # heldout.yaml: pair and context
    node: Node

    @property
    def branch(self) -> str:
        """The first folder: knowledge, foundational_skills or compositional_skills."""
        return self.path.split("/", 1)[0]

    @property
    def asked(self) -> list[str]:
        """The questions of the seeds, as their contributors put them."""
        return [pair.question for seed in self.seeds for pair in seed.pairs]

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Contexts, questions and answers of the seeds, each with the way to it in qna.yaml."""
        for seed in self.seeds:
            if seed.context is not None:
                yield ("seed_examples", seed.index, "context"), seed.context
            for at, pair in self.pairs(seed):
                yield (*at, "question"), pair.question
                yield (*at, "answer"), pair.answer

    def pairs(self, seed: Seed) -> Iterator[tuple[Path, Pair]]:
        """The pairs of a seed, each with the way to it in qna.yaml."""
        here: Path = ("seed_examples", seed.index)
        for number, pair in enumerate(seed.pairs):
            yield ((*here, "questions_and_answers", number) if self.kind == "knowledge" else here), pair

    def questions(self) -> Iterator[tuple[str, Path, Pair, str | None]]:
        """What is asked, taught and held out: file, the way to the question in it, the pair, a skill's context."""
        for seed in self.seeds:
            for way, pair in self.pairs(seed):
                yield LEAF_FILE, (*way, "question"), pair, None if self.kind == "knowledge" else seed.context
        for number, (pair, context) in enumerate(self.heldout):
            yield HELDOUT_FILE, ("items", number, "question"), pair, context

    def position_of(self, *path: str | int) -> Position:
        """Line and column of a node of qna.yaml, such as ("seed_examples", 3, "answer")."""
        return self.node.position_of(*path)


def kind_of(path: str, value: Any) -> Kind:
    """Kind of a leaf from the taxonomy branch in its path, else from its fields."""
    branch = next((part for part in path.split("/") if part in BRANCHES), None)
    seeds = value.get("seed_examples") if isinstance(value, dict) else None
    seeds = [seed for seed in seeds if isinstance(seed, dict)] if isinstance(seeds, list) else []
    if branch == "knowledge" or (branch is None and isinstance(value, dict) and "document" in value):
        return "knowledge"
    return "grounded" if any("context" in seed for seed in seeds) else "freeform"


def read_leaf(path: str, data: bytes, heldout: bytes | None = None) -> Leaf:
    """Build a leaf from the bytes of qna.yaml (and heldout.yaml). `path` is the folder below the root."""
    node = _parse(f"{path}/{LEAF_FILE}", data)
    return build_leaf(path, node, _parse(f"{path}/{HELDOUT_FILE}", heldout) if heldout else None)


def build_leaf(path: str, node: Node, heldout: Node | None = None) -> Leaf:
    """`read_leaf` for files that are parsed already."""
    value = node.value
    if not isinstance(value, dict) or not isinstance(value.get("seed_examples"), list):
        raise LeafError(f"{path}/{LEAF_FILE}:1: no list seed_examples", hint=f"run: labci lint {shlex.quote(path)}")
    kind = kind_of(path, value)
    about = str(value.get("domain" if kind == "knowledge" else "task_description") or "")
    seeds: list[Seed] = []
    at: Path = ()  # of what is being read
    try:
        for index, item in enumerate(value["seed_examples"]):
            at = ("seed_examples", index)
            seeds.append(_seed(kind, about, index, item))
        at = ("document",)
        document = _document(value.get("document")) if kind == "knowledge" else None
        at = ("version",)
        version = int(value.get("version") or 1)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        where = f"{path}/{LEAF_FILE}:{node.position_of(*at).line}"
        raise LeafError(f"{where}: not a valid leaf ({error})", hint=f"run: labci lint {shlex.quote(path)}") from error
    return Leaf(
        path=path,
        kind=kind,
        version=version,
        created_by=str(value.get("created_by") or ""),
        about=about,
        outline=str(value.get("document_outline") or ""),
        seeds=tuple(seeds),
        document=document,
        heldout=tuple(_heldout(f"{path}/{HELDOUT_FILE}", heldout)) if heldout else (),
        node=node,
    )


def _parse(path: str, data: bytes) -> Node:
    try:
        return parse(data)
    except YamlProblem as error:
        at = error.problem.position
        raise LeafError(f"{path}:{at.line}:{at.column}: {error}", hint=error.problem.hint) from error


def _seed(kind: Kind, about: str, index: int, item: dict[str, Any]) -> Seed:
    context = item.get("context")
    rows = item["questions_and_answers"] if kind == "knowledge" else [item]
    pairs = tuple(Pair(question=str(row["question"]).strip(), answer=str(row["answer"]).strip()) for row in rows)
    text = str(context).strip() if context is not None else None
    return Seed(index=index, kind=kind, about=about, context=text, pairs=pairs)


def _document(value: Any) -> DocumentRef | None:
    if value is None:
        return None
    patterns = tuple(str(pattern) for pattern in value["patterns"])
    return DocumentRef(repo=str(value["repo"]), commit=str(value["commit"]), patterns=patterns)


def _heldout(path: str, node: Node) -> Iterator[tuple[Pair, str | None]]:
    value = node.value
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise LeafError(f"{path}:1: no list items", hint="write 'items:' with question and answer in each entry")
    for number, item in enumerate(items):
        if not isinstance(item, dict) or not item.get("question") or not item.get("answer"):
            line = node.position_of("items", number).line
            raise LeafError(
                f"{path}:{line}: items[{number}] needs a question and an answer", hint="add what is missing"
            )
        context = str(item["context"]).strip() if item.get("context") else None
        yield Pair(question=str(item["question"]).strip(), answer=str(item["answer"]).strip()), context
