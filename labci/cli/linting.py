"""What `labci lint` does once its options are read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypedDict

import typer

from labci import config as configs
from labci import lint as linter
from labci.config import Config
from labci.leaf import DocumentRef
from labci.lintdocument import Documents
from labci.report.diagnostics import Tally, render
from labci.taxonomy import FolderSource

FAILED = 1


class _Only(TypedDict):
    """What both lint and fix are told."""

    root: Path
    config: Config
    select: list[str]
    ignore: list[str]
    changed: Collection[str] | None


def lint_command(
    *, folder: Path, config: Path | None, paths: list[Path], base: str | None, select: list[str],
    ignore: list[str], online: bool, fix: bool, strict: bool, format: str, color: bool,
    tell: Callable[[Config], None],
) -> int:  # fmt: skip
    """Print the findings; 1 if there are errors (with `strict`, warnings too), else 0."""
    root, settings = _place(folder, config, given=bool(paths))
    tell(settings)
    changed = _changed(root, base, settings) if base is not None else None
    named = [_named(folder.resolve(), root, settings.taxonomy, path) for path in paths]
    only = _Only(root=root, config=settings, select=select, ignore=ignore, changed=changed)
    if fix:
        for path in linter.fix(named, **only):
            typer.echo(f"mended {path}", err=True)
    with _fetching(root, config, settings) if online else nullcontext() as documents:
        others = FolderSource(root) if base is not None else None
        tally = Tally(linter.lint(named, documents=documents, others=others, **only))
        for line in render(format, tally, color=color):
            typer.echo(line)
    return FAILED if tally.errors or (strict and tally.warnings) else 0


def _named(folder: Path, root: Path, taxonomy: str, path: Path) -> Path:
    """A path as given, from `folder`; else, as labci prints leaves, below the taxonomy root.

    The folders before it are followed to where they are, as the root is: a checkout may be reached by a link.
    """
    given, below = folder / path, root / taxonomy / path
    given = below if not os.path.lexists(given) and os.path.lexists(below) else given
    whole = given.resolve()
    real = whole if given.name in ("", "..") or whole == root else given.parent.resolve() / given.name
    return real if real.is_relative_to(root) else path if path.is_absolute() else given


@contextmanager
def _fetching(root: Path, config: Path | None, settings: Config) -> Iterator[Documents]:
    """Reads every document; what is fetched stays in the store for the stages that need it next."""
    from labci import documents, session

    place = session.open_session(session.Request(folder=root, config=config))
    store, source = place.store(), FolderSource(root)
    with tempfile.TemporaryDirectory(prefix="labci-documents-") as cache:

        def read(ref: DocumentRef) -> Iterator[tuple[str, str]]:
            found = documents.read(
                ref, source=source, repo_cache=Path(cache), settings=settings.documents, store=store,
                repository=place.repository,
            )  # fmt: skip
            return ((item.path, item.text) for item in found)

        yield read


def _place(folder: Path, config: Path | None, *, given: bool) -> tuple[Path, Config]:
    """Root and settings; files given by path are linted outside a repository too, with default settings."""
    root = _repository(folder.resolve())
    if root is None:
        root = folder.resolve()
        if not given and not (root / configs.FILE).exists():
            from labci.git import Repository

            root = Repository.open(folder).root  # which says what is wrong
    if config is None and given and not (root / configs.FILE).exists():
        return root, configs.read(b"")
    return root, configs.load(config or root / configs.FILE)


def _repository(folder: Path) -> Path | None:
    """The work tree that a folder lies in, found without git: starting it costs more than to lint a file."""
    if not folder.is_dir():
        return None
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _changed(root: Path, base: str, settings: Config) -> Collection[str]:
    """Folders of the leaves that differ between a revision and the files on disk."""
    from labci.git import WORKTREE, Repository

    repository = Repository.open(root)
    start = repository.resolve(base)
    common = repository.merge_base(start, repository.resolve("HEAD")) or start
    top = settings.taxonomy.strip("/")
    files = [change.path for change in repository.changed(common, WORKTREE, top)]
    return {file.rsplit("/", 1)[0][len(top) + 1 :] for file in files}
