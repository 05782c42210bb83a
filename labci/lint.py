"""Check leaves on disk against the rules, one file at a time.

Nothing is skipped in silence: a path that holds no leaf stops the command, a rule that could not run because
of an earlier error has that error shown, and what can't be parsed is reported whatever was selected.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from labci import artifact, rules
from labci.config import Config
from labci.diagnostic import Diagnostic
from labci.errors import UsageError
from labci.leaf import ATTRIBUTION_FILE, BRANCHES, HELDOUT_FILE, LEAF_FILE, DocumentRef
from labci.lintfile import Checked, Documents, LintFile, LintLeaf, keeps_value
from labci.linttree import LintTree
from labci.rules import Rule
from labci.taxonomy import FolderSource

ALWAYS = "yaml"  # the group that is reported whatever was selected: a file that can't be read is not checked
YAML_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder that holds a leaf, and the file in it that is (or stands for) its qna.yaml."""

    folder: Path
    main: str


def lint(
    paths: Iterable[str | Path] | None,
    *,
    root: Path,
    config: Config,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    changed: Collection[str] | None = None,
    documents: Documents | None = None,
) -> Iterator[Checked]:
    """Check the leaves at `paths` (files or folders; none: the whole taxonomy), streaming file by file.

    root: the repository (folder of labci.yaml), to which shown paths are relative; what lies outside is shown
    as given. select, ignore: rule ids or groups. changed: folders below the taxonomy root (`Change.path`);
    other leaves are left out. documents: how to read a leaf's documents; without it, those of this repository on
    disk are. Raises UsageError for a path without a leaf and for an unknown rule.
    """
    every = rules.load()
    wanted = rules.chosen(every, select, ignore)
    table = _needed(every, wanted)
    silent = rules.chosen(every, ignore, ()) if ignore else frozenset[str]()
    for leaf in leaves(paths, root=root, config=config, changed=changed, documents=documents):
        yield from check(leaf, table, wanted, silent)


def fix(
    paths: Iterable[str | Path] | None,
    *,
    root: Path,
    config: Config,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    changed: Collection[str] | None = None,
) -> Iterator[str]:
    """Mend in place what the rules can mend safely; yields the files that changed, as shown.

    No file's loaded value ever changes, and a second call changes nothing.
    """
    table = rules.load()
    wanted = rules.chosen(table, select, ignore)
    for leaf in leaves(paths, root=root, config=config, changed=changed):
        for name in [file.path.name for file in leaf.files]:
            mended = False
            for rule in table:
                file = next(file for file in leaf.fresh().files if file.path.name == name)
                if rule.id in wanted and file.role in rule.files and file.node is not None:
                    mended |= _mend(rule, file)
            if mended:
                yield leaf.shown_file(name)


def _mend(rule: Rule, file: LintFile) -> bool:
    data = rule.fix(file)
    if data == file.data or not keeps_value(file, data):
        return False
    mode = file.path.stat().st_mode
    artifact.write_bytes(file.path, data)
    file.path.chmod(mode)
    return True


def _needed(table: Iterable[Rule], wanted: Collection[str]) -> tuple[Rule, ...]:
    """The wanted rules, those that they come after, and whether a file can be read at all; in order."""
    names, needed = {ALWAYS}, []
    for rule in reversed(tuple(table)):  # a rule stands after what it assumes
        if rule.id in wanted or names & {rule.id, rule.group}:
            names.update(rule.after)
            needed.append(rule)
    return tuple(reversed(needed))


def check(
    leaf: LintLeaf, table: Iterable[Rule], wanted: Collection[str], silent: Collection[str] = ()
) -> Iterator[Checked]:
    """One leaf's files with what the rules find, in order of position. silent: rules left out by name."""
    for file in leaf.files:
        found = list(_findings(file, table, wanted, silent))
        found.sort(key=lambda item: (item.path != file.shown, item.position, item.rule))
        yield Checked(path=file.shown, lines=file.lines, diagnostics=tuple(found))


def _findings(
    file: LintFile, table: Iterable[Rule], wanted: Collection[str], silent: Collection[str]
) -> Iterator[Diagnostic]:
    by_name: dict[str, list[Diagnostic]] = {}  # errors so far, by rule and by group
    shown: set[Diagnostic] = set()
    for rule in table:
        if file.role not in rule.files:
            continue
        causes = [error for name in rule.after for error in by_name.get(name, ())]
        if causes:
            found = [item for item in causes if rule.id in wanted and item.rule not in silent]
        else:
            found = list(rule.check(file))
            errors = [item for item in found if item.severity == "error"]
            for name in (rule.id, rule.group):
                by_name.setdefault(name, []).extend(errors)
            found = found if rule.id in wanted or rule.group == ALWAYS else []
        yield from (item for item in found if item not in shown)
        shown.update(found)


def leaves(
    paths: Iterable[str | Path] | None, *, root: Path, config: Config, changed: Collection[str] | None = None,
    documents: Documents | None = None,
) -> Iterator[LintLeaf]:  # fmt: skip
    """The leaves at `paths`, each once, as objects to check."""
    repository, taxonomy = _absolute(root), _absolute(root / config.taxonomy)
    documents, tree = documents or _on_disk(repository, config), LintTree()
    given = list(paths or [])
    seen: set[Path] = set()
    for path in given or [taxonomy]:
        start, found = _absolute(Path(path)), False
        for place in _places(start, str(path)):
            found = True
            if place.folder not in seen and _is_changed(place.folder, taxonomy, changed):
                seen.add(place.folder)
                shown = _shown(place.folder, repository, None if path is taxonomy else Path(path), start)
                below = _below(place.folder, taxonomy)
                own = documents if place.folder.is_relative_to(taxonomy) else None
                yield LintLeaf(
                    place.folder, shown=shown, below=below, config=config, main=place.main, documents=own, tree=tree
                )
        if not found and (given or changed is None):
            hint = "name a leaf's folder or its qna.yaml" if given else "labci new writes a leaf"
            raise UsageError(f"{path} holds no leaf", hint=hint)


def _on_disk(repository: Path, config: Config) -> Documents:
    """Reads documents of this repository as they are on disk."""

    def read(ref: DocumentRef) -> Iterable[tuple[str, str]] | None:
        from labci import documents  # with git, which a tree of skills alone doesn't need

        return documents.offline(ref, FolderSource(repository), config.documents)

    return read


def _absolute(path: Path) -> Path:
    # not resolve(): a link is to be seen as what it is
    return Path(os.path.abspath(path))  # noqa: PTH100


def _places(start: Path, given: str) -> Iterator[Place]:
    if start.is_dir():
        for folder, folders, names in os.walk(start):
            folders[:] = sorted(name for name in folders if name not in (".git", ".labci"))
            main = _main(names)
            if main:
                yield Place(folder=Path(folder), main=main)
    elif start.name in (HELDOUT_FILE, ATTRIBUTION_FILE) and start.exists():
        yield Place(folder=start.parent, main=_main([file.name for file in start.parent.iterdir()]) or LEAF_FILE)
    elif start.is_file() or start.is_symlink():
        yield Place(folder=start.parent, main=start.name)
    else:
        raise UsageError(f"{given} does not exist or is no file", hint="check the path; it is relative to here")


def _main(names: Collection[str]) -> str | None:
    """Which file of a folder is its leaf's: qna.yaml, else the most likely one; None if it is no leaf."""
    if LEAF_FILE in names:
        return LEAF_FILE
    other = [name for name in sorted(names) if name.lower().endswith(YAML_ENDINGS) and name != HELDOUT_FILE]
    alike = [name for name in other if name.lower().startswith("qna")]
    if alike or other:
        return (alike or other)[0]
    return LEAF_FILE if {HELDOUT_FILE, ATTRIBUTION_FILE} & set(names) else None


def _is_changed(folder: Path, taxonomy: Path, changed: Collection[str] | None) -> bool:
    inside = folder.is_relative_to(taxonomy)
    return changed is None or (inside and folder.relative_to(taxonomy).as_posix() in changed)


def _shown(folder: Path, repository: Path, given: Path | None, start: Path) -> str:
    if folder.is_relative_to(repository) or given is None:
        shown = os.path.relpath(folder, repository)
    else:
        top, named = (start, given) if start.is_dir() else (start.parent, given.parent)
        shown = os.path.normpath(named / folder.relative_to(top))
    return "" if shown == "." else Path(shown).as_posix()


def _below(folder: Path, taxonomy: Path) -> tuple[str, ...] | None:
    """A leaf's path below the taxonomy root; elsewhere from the last folder that is named as a branch."""
    if folder.is_relative_to(taxonomy):
        return folder.relative_to(taxonomy).parts
    starts = [index for index, part in enumerate(folder.parts) if part in BRANCHES]
    return folder.parts[starts[-1] :] if starts else None


def exit_code(errors: int, warnings: int, *, strict: bool = False) -> int:
    """0 for a clean result, 1 for errors; `strict` counts warnings."""
    return int(errors > 0 or (strict and warnings > 0))
