"""What `labci releases revert` does before the rebuild: find the contribution, take it out, say what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import typer

from labci import contribute
from labci.contribute import Contribution
from labci.lineage import Released
from labci.session import Session

Tell = Callable[[str], None]


def revert_command(session: Session, what: str, tell: Tell, *, labci: str, rebuild: bool, dry_run: bool) -> bool:
    """Commit the taxonomy without it; whether the model is to be rebuilt now. labci: how it was called."""
    released = _released(session)
    repository, root, base = session.repository, session.config.taxonomy, session.config.base
    lineage = {item.leaf for item in released.contributions} if released else set()
    found = contribute.contribution(repository, root, what, lineage)
    known = lineage & set(_names(session, found, released))
    names = ", ".join(found.leaves)
    if dry_run:
        then = f"rebuild {released.version} without it" if released and known else "leave the released model as it is"
        typer.echo(f"would take out {names}, and {then}")
        return False
    commit = contribute.revert(repository, root, found)
    typer.echo(f"took out {names}: commit {commit[:12]}" if commit else f"{names}: out of the taxonomy already")
    if not released or not known:
        tell("no release was taught it: there is nothing to rebuild")
        return False
    on_base = repository.branch() == base
    if rebuild and on_base:
        return True
    again = f"{labci} releases revert {found.commit[:12] or found.leaves[0]}"
    when = "" if on_base else f"once it is merged into {base}, there: "
    tell(f"{released.version} was taught it, and stays the latest until the model is rebuilt")
    tell(f" next: {when}{again}")
    return False


def _released(session: Session) -> Released | None:
    """The latest release; None before the first."""
    from labci import lineage

    hub = session.hub()
    latest = hub.latest()
    return lineage.read(hub.fetch(latest)) if latest else None


def _names(session: Session, found: Contribution, released: Released | None) -> Iterator[str]:
    """What the leaves are called now, and were called when the release was made."""
    yield from found.leaves
    root = session.config.taxonomy.strip("/")
    if released and released.manifest:
        for change in session.repository.changed(released.manifest.commit, "HEAD", root):
            folder = change.path.rpartition("/")[0].removeprefix(f"{root}/")
            if change.old and folder in found.leaves:
                yield change.old.rpartition("/")[0].removeprefix(f"{root}/")
