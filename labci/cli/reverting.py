"""What `labci releases revert` does before the rebuild: find the contribution, take it out, say what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import typer

from labci import contribute
from labci.cli.options import GLOBAL
from labci.contribute import Contribution
from labci.git import Repository
from labci.lineage import Released
from labci.session import Session

Tell = Callable[[str], None]


def revert_command(session: Session, what: str, tell: Tell, *, labci: str, rebuild: bool, dry_run: bool) -> bool:
    """Commit the taxonomy without it; whether the model is to be rebuilt now. labci: how it was called.

    What goes wrong later is continued with the commit's own name: HEAD is another one by then.
    """
    released = session.released()
    repository, root = session.repository, session.config.taxonomy
    lineage = {item.leaf for item in (*released.contributions, *released.removed)}
    found = contribute.contribution(repository, root, what, lineage)
    names, again = ", ".join(found.leaves), f"{labci} releases revert {found.commit[:12] or found.leaves[0]}"
    why = _nothing_to_rebuild(session, found, released)
    if dry_run:
        then = "leave the released model as it is" if why else f"rebuild {released.version} without it"
        typer.echo(f"would take out {names}, and {then}{f' ({why})' if why else ''}")
        return False
    commit = contribute.revert(repository, root, found)
    typer.echo(f"took out {names}: commit {commit[:12]}" if commit else f"{names}: out of the taxonomy already")
    if why:
        tell(why)
        return False
    GLOBAL.again = again
    on_base = repository.branch() == session.config.base
    if rebuild and on_base:
        return True
    when = "" if on_base else f"once it is merged into {session.config.base}, there: "
    tell(f"{released.version} was taught it, and stays the latest until the model is rebuilt")
    tell(f" next: {when}{again}")
    return False


def _nothing_to_rebuild(session: Session, found: Contribution, released: Released) -> str:
    """Why no model is made without it; "" where one is."""
    if released.manifest is None:
        return f"{session.config.hub} has no release: there is nothing to rebuild"
    lineage = {item.leaf for item in (*released.contributions, *released.removed)}
    known = lineage & set(_names(session, found, released.manifest.commit))
    if not known or not _reaches(session.repository, found.commit, released.manifest.commit):
        return "no release was taught it: there is nothing to rebuild"
    if not found.commit and {item.leaf for item in released.contributions} <= known:
        was = f"{released.version}, which was taught nothing else, stays the latest"
        return f"no other leaf is left to train on: {was}; an earlier one: labci releases rollback VERSION"
    return ""


def _reaches(repository: Repository, commit: str, release: str) -> bool:
    """Whether a commit is part of what a release was made of; yes where this clone doesn't know the latter."""
    if not commit or repository.git.try_run("cat-file", "-e", f"{release}^{{commit}}")[0]:
        return True
    return repository.merge_base(commit, release) == commit


def _names(session: Session, found: Contribution, since: str) -> Iterator[str]:
    """What the leaves are called now, and were called at an earlier commit."""
    yield from found.leaves
    root = session.config.taxonomy.strip("/")
    for change in session.repository.changed(since, "HEAD", root):
        folder = change.path.rpartition("/")[0].removeprefix(f"{root}/")
        if change.old and folder in found.leaves:
            yield change.old.rpartition("/")[0].removeprefix(f"{root}/")
