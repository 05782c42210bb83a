"""What lint looks at: one leaf folder on disk and its files, each read and parsed at most once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from labci import attribution, node
from labci.attribution import Work
from labci.config import Config
from labci.diagnostic import Diagnostic, Position, Severity
from labci.leaf import (
    ATTRIBUTION_FILE,
    BRANCHES,
    HELDOUT_FILE,
    LEAF_FILE,
    UNFINISHED,
    Leaf,
    LeafError,
    build_leaf,
)
from labci.lintdocument import Reader, Reading
from labci.linttree import Asked, question_keys, whole_question
from labci.node import Node, Problem, YamlProblem, decode
from labci.node import Path as Way
from labci.violation import Violation, violations

KNOWN_VERSIONS = (1, 2, 3)
# Names and texts of what a reference names; None where it can't be read now, without a network for instance.


class RuleName(Protocol):
    """What a diagnostic says about its rule."""

    id: str
    group: str
    severity: Severity


class Search(NamedTuple):
    """A pattern, and what every text has that it can match: `sign`, or a character beyond ASCII.

    spaced: whether a match may hold white space, as which the end of a line is read in a value.
    """

    pattern: re.Pattern[str]
    sign: str = ""
    beyond_ascii: bool = False
    spaced: bool = True

    def hits(self, text: str) -> bool:
        """Whether the pattern matches anywhere; the cheap conditions first."""
        possible = self.sign in text and not (self.beyond_ascii and text.isascii())
        return possible and self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file after lint: its path as shown, its lines for quoting, what was found in order of position."""

    path: str
    lines: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def lines_of(data: bytes) -> tuple[str, ...]:
    """Lines without their ends, undecodable bytes replaced."""
    text = data.decode("utf-8", "replace")
    return tuple(line.removesuffix("\r") for line in text.split("\n"))


class LintFile:
    """One file of a leaf. `role` is qna.yaml, heldout.yaml or attribution.txt, whatever its name is."""

    def __init__(self, leaf: LintLeaf, path: Path, role: str) -> None:
        self.leaf = leaf
        self.path = path
        self.role = role
        self.shown = leaf.shown_file(path.name)

    @cached_property
    def exists(self) -> bool:
        """Whether it is there as a plain file: no link, folder, pipe or device."""
        return is_plain(self.path)

    @cached_property
    def data(self) -> bytes:
        """Content; empty where there is no file, cut where the cap is broken."""
        if not self.exists:
            return b""
        with self.path.open("rb") as file:
            return file.read(node.MAX_BYTES + 1)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Lines without their ends, undecodable bytes replaced: for quoting and for style."""
        return lines_of(self.data)

    @cached_property
    def _parsed(self) -> Node | Problem:
        try:
            return node.parse(self.data) if self.role != ATTRIBUTION_FILE else Node(value=decode(self.data))
        except YamlProblem as error:
            return error.problem

    @property
    def node(self) -> Node | None:
        """The parsed file; None if it can't be read."""
        return self._parsed if isinstance(self._parsed, Node) else None

    @property
    def problem(self) -> Problem | None:
        """Why the file can't be read; None if it can."""
        return self._parsed if isinstance(self._parsed, Problem) else None

    @cached_property
    def version(self) -> int:
        """Version of the format, read leniently as InstructLab does: 1 where there is none."""
        value = self.leaf.qna.node.value if self.leaf.qna.node else None
        found = value.get("version", 1) if isinstance(value, dict) else 1
        try:
            return int(found)
        except (ValueError, TypeError, OverflowError):
            return 1

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """What the file breaks of its JSON Schema; nothing where no schema applies."""
        name = self.schema
        return tuple(violations(self.node, name)) if name and self.node and self.node.value is not None else ()

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """The works of an attribution.txt."""
        return attribution.read(self.node.value) if self.role == ATTRIBUTION_FILE and self.node else ()

    def matches(self, search: Search) -> Iterator[tuple[Position, re.Match[str]]]:
        """What is found in the lines, at its place; and what YAML's escapes keep from them, at its value.

        The whole is searched first: in most files there is nothing, and lines and values need no look.
        """
        for number, line in enumerate(self.lines, 1) if search.hits(self._whole) else ():
            for found in search.pattern.finditer(line):
                end = found.end() + 1
                yield Position(line=number, column=found.start() + 1, end_line=number, end_column=end), found
        # Without white space, only an escape can make a value hold what no line does.
        hidden = search.spaced or "\\" in self._whole
        for path, text in self.texts if hidden and search.hits(self._values) else ():
            at = self.at(*path)
            source = "\n".join(self.lines[at.line - 1 : at.end_line])
            yield from ((at, found) for found in search.pattern.finditer(text) if found.group() not in source)

    @cached_property
    def _whole(self) -> str:
        return "\n".join(self.lines)

    @cached_property
    def texts(self) -> tuple[tuple[Way, str], ...]:
        """Every text of the parsed file with the way to it; of an attribution.txt none."""
        return tuple(self.node.texts()) if self.node and self.role != ATTRIBUTION_FILE else ()

    @cached_property
    def _values(self) -> str:
        return "\n".join(text for _, text in self.texts)

    def at(self, *path: str | int) -> Position:
        """Where a value stands; the first line of a file that can't be read."""
        return self.node.position_of(*path) if self.node else Position()

    def on_line(self, number: int) -> Position:
        """The whole of a line."""
        end = len(self.lines[number - 1]) + 1
        return Position(line=number, column=1, end_line=number, end_column=end)

    @property
    def schema(self) -> str | None:
        """Name of the file's schema; None for an unknown or unsupported version."""
        if self.role == HELDOUT_FILE:
            return "heldout"
        if self.version not in KNOWN_VERSIONS or (self.leaf.is_knowledge and self.version < 3):
            return None
        return f"v{self.version}/{'knowledge' if self.leaf.is_knowledge else 'skill'}"

    def found(
        self,
        rule: RuleName,
        position: Position,
        message: str,
        *,
        hint: str = "",
        severity: Severity | None = None,
        fixable: bool = False,
        pointer: str = "",
        replacement: str = "",
        name: str = "",
    ) -> Diagnostic:
        """A diagnostic of `rule` in this file, or in the file `name` beside it."""
        return Diagnostic(
            path=self.leaf.shown_file(name) if name else self.shown,
            position=position,
            rule=rule.id,
            group=rule.group,
            severity=severity or rule.severity,
            message=message,
            hint=hint,
            fixable=fixable,
            pointer=pointer,
            replacement=replacement,
        )

    def found_at(
        self, rule: RuleName, path: Way, message: str, *, hint: str, severity: Severity | None = None
    ) -> Diagnostic:
        """A diagnostic of `rule` at the value that `path` leads to."""
        return self.found(rule, self.at(*path), message, hint=hint, severity=severity, pointer=node.pointer(path))

    def yaml_findings(self, rule: RuleName) -> Iterator[Diagnostic]:
        """The reading problem of this file, if it is the one that `rule` stands for."""
        problem = self.problem
        if problem and problem.code == rule.id:
            yield self.found(rule, problem.position, problem.message, hint=problem.hint)

    def schema_findings(self, rule: RuleName) -> Iterator[Diagnostic]:
        """The violations of the file's schema that `rule` stands for."""
        for item in self.violations:
            if item.rule == rule.id:
                where = node.pointer(item.path)
                yield self.found(
                    rule, item.position, item.message, hint=item.hint, pointer=where, replacement=item.replacement
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder that holds a leaf.

    main: the file in it that is (or stands for) its qna.yaml. shown: how results write the folder. below: its parts
    from the branch on, if any. inside: whether it is in the repository's taxonomy, so that its documents can be read.
    """

    folder: Path
    main: str
    shown: str
    below: tuple[str, ...] | None
    inside: bool


class LintLeaf:
    """One leaf folder. documents: how to read the documents of leaves; None for a leaf outside of a repository."""

    def __init__(self, place: Place, *, config: Config, documents: Reader | None = None) -> None:
        self.place = place
        self.folder, self.main, self.shown, self.below = place.folder, place.main, place.shown, place.below
        self.config = config
        self.documents = documents if place.inside else None
        self.qna = LintFile(self, place.folder / place.main, LEAF_FILE)

    def fresh(self) -> LintLeaf:
        """The same leaf with nothing read yet."""
        return LintLeaf(self.place, config=self.config, documents=self.documents)

    @cached_property
    def files(self) -> tuple[LintFile, ...]:
        """The files to check: qna.yaml first, then what lies beside it."""
        there = [name for name in (HELDOUT_FILE, ATTRIBUTION_FILE) if name in self.names]
        others = [LintFile(self, self.folder / name, name) for name in there]
        return (self.qna, *(file for file in others if file.exists))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What lies in the folder, sorted; the names of folders end with a slash."""
        with os.scandir(self.folder) as entries:
            return tuple(sorted(e.name + "/" * e.is_dir(follow_symlinks=False) for e in entries))

    def file(self, role: str) -> LintFile | None:
        """The file of a role, or None if there is none."""
        return next((file for file in self.files if file.role == role), None)

    @property
    def branch(self) -> str | None:
        """knowledge, foundational_skills or compositional_skills, from the path; None outside of them."""
        return self.below[0] if self.below and self.below[0] in BRANCHES else None

    @cached_property
    def is_knowledge(self) -> bool:
        """Whether the schema of knowledge applies: by the branch, else by the field `document`."""
        value = self.qna.node.value if self.qna.node else None
        return self.branch == "knowledge" if self.branch else isinstance(value, dict) and "document" in value

    @cached_property
    def leaf(self) -> Leaf | None:
        """The leaf as later stages read it; None while one of its files is not valid."""
        files = [file for file in self.files if file.role != ATTRIBUTION_FILE]
        if any(file.node is None or file.schema is None or file.violations for file in files):
            return None
        held = self.file(HELDOUT_FILE)
        path = "/".join(self.below) if self.below else self.shown
        try:
            return build_leaf(path, self.qna.node, held.node if held else None) if self.qna.node else None
        except LeafError:
            return None

    @cached_property
    def reading(self) -> Reading:
        """The words of its documents, why they can't be read, or None where they are not looked for."""
        ref = self.leaf.document if self.leaf else None
        return self.documents.read(ref) if self.documents and ref else None

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """The questions of the seed examples."""
        return tuple(self._asked(LEAF_FILE))

    @cached_property
    def held(self) -> tuple[Asked, ...]:
        """The questions of heldout.yaml."""
        return tuple(self._asked(HELDOUT_FILE))

    def _asked(self, role: str) -> Iterator[Asked]:
        file = self.file(role)
        for name, way, pair, context in self.leaf.questions() if self.leaf and file else ():
            if file and name == role and not UNFINISHED.match(pair.question):
                question = whole_question(pair.question, context)
                yield Asked(
                    leaf=self.shown, path=file.shown, position=file.at(*way), pointer=node.pointer(way),
                    held=role == HELDOUT_FILE, question=question, answer=pair.answer, keys=question_keys(question),
                )  # fmt: skip

    def shown_file(self, name: str) -> str:
        """A file of this folder as written in results."""
        return f"{self.shown}/{name}" if self.shown else name


def keeps_value(file: LintFile, data: bytes) -> bool:
    """Whether a mended version of a file loads to the same value."""
    try:
        return file.node is not None and repr(node.parse(data).value) == repr(file.node.value)
    except YamlProblem:
        return False


def is_plain(path: Path) -> bool:
    """Whether a path is a plain file: no link, folder, pipe or device."""
    return path.is_file() and not path.is_symlink()
