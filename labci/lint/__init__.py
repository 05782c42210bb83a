"""Check leaves on disk against the rules, one file at a time.

Nothing is skipped in silence: a path that holds no leaf stops the command, a rule that could not run because
of an earlier error has that error shown, and what can't be parsed is reported whatever was selected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

from labci import artifact, rules
from labci.config import Config
from labci.leaf import DocumentRef
from labci.lint.checking import CheckedLeaf, Selected, check, compare, selected
from labci.lint.others import remember
from labci.lint.places import absolute, places
from labci.lint.pool import spread
from labci.lintdocument import Documents, Reader
from labci.lintfile import Checked, LintFile, LintLeaf, Place, keeps_value
from labci.linttree import LintTree
from labci.rules import Rule
from labci.taxonomy import FolderSource, Source


def lint(
    paths: Iterable[str | Path] | None,
    *,
    root: Path,
    config: Config,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    changed: Collection[str] | None = None,
    documents: Documents | None = None,
    others: Source | None = None,
) -> Iterator[Checked]:
    """Check the leaves at `paths` (files or folders; none: the whole taxonomy), streaming file by file.

    root: the repository (folder of labci.yaml), to which shown paths are relative; what lies outside is shown
    as given. select, ignore: rule ids or groups. changed: folders below the taxonomy root (`Change.path`);
    other leaves are left out. documents: how to read a leaf's documents; without it, those of this repository on
    disk are. others: a repository's files, whose other leaves are compared with those that are checked; without it,
    only these are, with each other. Many leaves are checked on all cores. Raises UsageError for a path without a
    leaf and for an unknown rule.
    """
    every = rules.load()
    wanted = rules.chosen(every, select, ignore)
    silent = rules.chosen(every, ignore, ()) if ignore else frozenset[str]()
    chosen = selected(every, wanted, silent)
    reader = Reader(documents or _on_disk(absolute(root), config))
    find = partial(places, paths, root=root, config=config, changed=changed)
    one = partial(_check, config=config, documents=reader, chosen=chosen)
    tree, comparing = LintTree(), chosen.tree
    if others is not None and comparing:
        leaves = (LintLeaf(place, config=config) for place in find())
        remember((asked for leaf in leaves for asked in (*leaf.asked, *leaf.held)), others, config.taxonomy, tree)
    # What is fetched is fetched once, by one process.
    for leaf in spread(one, find()) if documents is None else map(one, find()):
        yield from compare(leaf, comparing, tree)


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
    for place in places(paths, root=root, config=config, changed=changed):
        leaf = LintLeaf(place, config=config)
        for name in [file.path.name for file in leaf.files]:
            mended = False
            for rule in table:
                file = next(file for file in leaf.fresh().files if file.path.name == name)
                if rule.id in wanted and file.role in rule.files and file.node is not None:
                    mended |= _mend(rule, file)
            if mended:
                yield leaf.shown_file(name)


def exit_code(errors: int, warnings: int, *, strict: bool = False) -> int:
    """0 for a clean result, 1 for errors; `strict` counts warnings."""
    return int(errors > 0 or (strict and warnings > 0))


def _check(place: Place, *, config: Config, documents: Reader, chosen: Selected) -> CheckedLeaf:
    return check(LintLeaf(place, config=config, documents=documents), chosen)


def _mend(rule: Rule, file: LintFile) -> bool:
    data = rule.fix(file)
    if data == file.data or not keeps_value(file, data):
        return False
    mode = file.path.stat().st_mode
    artifact.write_bytes(file.path, data)
    file.path.chmod(mode)
    return True


def _on_disk(repository: Path, config: Config) -> Documents:
    """Reads documents of this repository as they are on disk."""

    def read(ref: DocumentRef) -> Iterable[tuple[str, str]] | None:
        from labci import documents  # with git, which a tree of skills alone doesn't need

        return documents.offline(ref, FolderSource(repository), config.documents, repository)

    return read
