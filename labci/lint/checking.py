"""What the rules find in one leaf, and beside the leaves before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from labci.diagnostic import Diagnostic
from labci.lintfile import Checked, LintFile, LintLeaf, lines_of
from labci.linttree import Asked, LintTree
from labci.rules import Rule, TreeRule

ALWAYS = "yaml"  # the group that is reported whatever was selected: a file that can't be read is not checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The rules of a run, in order; `tree` has those that compare leaves.

    wanted: ids of the rules that are shown. silent: ids of those left out by name.
    """

    table: tuple[Rule, ...]
    tree: tuple[TreeRule, ...]
    wanted: Collection[str]
    silent: Collection[str]
    _by_role: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def of_role(self, role: str) -> tuple[Rule, ...]:
        """The rules for files of a role."""
        if role not in self._by_role:
            self._by_role[role] = tuple(rule for rule in self.table if role in rule.files)
        return self._by_role[role]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLeaf:
    """One leaf's files with what was found in them; `asked` is what other leaves are compared with.

    Travels between processes: a file in which nothing was found comes without its lines.
    """

    folder: Path
    files: tuple[Checked, ...]
    asked: tuple[Asked, ...]


def selected(every: Iterable[Rule], wanted: Collection[str], silent: Collection[str]) -> Selected:
    """The wanted rules, those that they come after, and whether a file can be read at all."""
    names, needed = {ALWAYS}, list[Rule]()
    for rule in reversed(tuple(every)):  # a rule stands after what it assumes
        if rule.id in wanted or names & {rule.id, rule.group}:
            names.update(rule.after)
            needed.append(rule)
    tree = tuple(rule for rule in reversed(needed) if rule.id in wanted and isinstance(rule, TreeRule))
    return Selected(table=tuple(reversed(needed)), tree=tree, wanted=wanted, silent=silent)


def check(leaf: LintLeaf, rules: Selected) -> CheckedLeaf:
    """One leaf by itself."""
    files = []
    for file in leaf.files:
        found = _sorted(file.shown, _findings(file, rules))
        files.append(Checked(path=file.shown, lines=file.lines if found else (), diagnostics=found))
    asked = (*leaf.asked, *leaf.held) if rules.tree else ()
    return CheckedLeaf(folder=leaf.folder, files=tuple(files), asked=asked)


def compare(leaf: CheckedLeaf, rules: Iterable[TreeRule], tree: LintTree) -> Iterator[Checked]:
    """The leaf's files with what is found beside the leaves before it, too."""
    found: dict[str, list[Diagnostic]] = {}
    for asked in leaf.asked:
        met = tree.meet(asked)
        remarks = [rule.compare(asked, met) for rule in rules] if met.same or met.other else []
        found.setdefault(asked.path, []).extend(item for item in remarks if item)
    for file in leaf.files:
        every = [*file.diagnostics, *found.get(file.path, ())]
        yield _with(file, _sorted(file.path, tree.news(every)), leaf.folder) if every else file


def _with(file: Checked, found: tuple[Diagnostic, ...], folder: Path) -> Checked:
    lines = file.lines
    with suppress(OSError):  # gone meanwhile
        lines = lines or lines_of((folder / PurePosixPath(file.path).name).read_bytes())
    return Checked(path=file.path, lines=lines, diagnostics=found)


def _sorted(path: str, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In order of position; findings in a file beside it come last."""
    return tuple(sorted(found, key=lambda item: (item.path != path, item.position, item.rule)))


def _findings(file: LintFile, rules: Selected) -> Iterator[Diagnostic]:
    by_name: dict[str, list[Diagnostic]] = {}  # errors so far, by rule and by group
    shown: set[Diagnostic] = set()
    for rule in rules.of_role(file.role):
        causes = [error for name in rule.after for error in by_name.get(name, ())] if by_name else ()
        if causes:
            found = [item for item in causes if rule.id in rules.wanted and item.rule not in rules.silent]
        else:
            found = list(rule.check(file))
            if not found:
                continue
            errors = [item for item in found if item.severity == "error"]
            for name in (rule.id, rule.group):
                by_name.setdefault(name, []).extend(errors)
            found = found if rule.id in rules.wanted or rule.group == ALWAYS else []
        yield from (item for item in found if item not in shown)
        shown.update(found)
