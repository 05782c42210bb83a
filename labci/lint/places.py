"""Which leaves a run of lint looks at: folders on disk, found one by one."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from labci.config import Config
from labci.errors import UsageError
from labci.leaf import ATTRIBUTION_FILE, BRANCHES, HELDOUT_FILE, LEAF_FILE
from labci.lintfile import Place
from labci.taxonomy import HIDDEN

YAML_ENDINGS = (".yaml", ".yml")


def places(
    paths: Iterable[str | Path] | None, *, root: Path, config: Config, changed: Collection[str] | None = None
) -> Iterator[Place]:
    """The leaves at `paths`, each once; see `labci.lint.lint` for what the arguments are."""
    repository, taxonomy = absolute(root), absolute(root / config.taxonomy)
    given = list(paths or [])
    seen: set[Path] = set()
    for path in given or [taxonomy]:
        start, found = absolute(Path(path)), False
        if taxonomy.is_relative_to(start) and start.is_relative_to(repository) and taxonomy.is_dir():
            start = taxonomy  # the repository's other files are no leaves
        for folder, main in _folders(start, str(path), strict=not start.is_relative_to(taxonomy)):
            found = True
            if folder not in seen and _is_changed(folder, taxonomy, changed):
                seen.add(folder)
                shown = _shown(folder, repository, None if path is taxonomy else Path(path), start)
                inside = folder.is_relative_to(taxonomy)
                yield Place(folder=folder, main=main, shown=shown, below=_below(folder, taxonomy), inside=inside)
        if not found and (given or changed is None):
            hint = "name a leaf's folder or its qna.yaml" if given else "labci new writes a leaf"
            raise UsageError(f"{path} holds no leaf", hint=hint)


def absolute(path: Path) -> Path:
    """The path from the root of the file system; not `resolve`, as a link is to be seen as what it is."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _folders(start: Path, given: str, *, strict: bool) -> Iterator[tuple[Path, str]]:
    """Folders of leaves, and the file in each that stands for its qna.yaml.

    strict: a file under another name makes a folder a leaf only if it was named itself, as outside of a taxonomy
    YAML files are of all kinds.
    """
    if start.is_dir():
        for folder, folders, names in os.walk(start):
            folders[:] = sorted(name for name in folders if name not in HIDDEN)
            main = _main([name for name in names if name.lower().startswith("qna")] if strict else names)
            if main:
                yield Path(folder), main
    elif start.name in (HELDOUT_FILE, ATTRIBUTION_FILE) and start.exists():
        yield start.parent, _main([file.name for file in start.parent.iterdir()]) or LEAF_FILE
    elif start.is_file() or start.is_symlink():
        yield start.parent, start.name
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
