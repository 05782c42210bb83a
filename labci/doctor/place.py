"""The repository: its settings, and whether the store and the hub that they name can be used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labci import config as configs
from labci import models
from labci.doctor.finding import Finding
from labci.errors import ConfigError, LabciError
from labci.git.revision import base_ref
from labci.models.specialist import Specialist
from labci.remote import shown
from labci.session import Request, Session, open_session

found = partial(Finding, section="repository")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The settings that count here: labci.yaml's, or the defaults where there is none."""

    session: Session | None
    teacher: str
    model: str
    specialist: Specialist = models.SHIPPED


def look(folder: Path, config: Path | None, teacher: str | None, model: str | None) -> tuple[Opened, list[Finding]]:
    """The settings, and what is to be said of them."""
    flags = {"teacher": teacher, "model": model}
    try:
        session = open_session(Request(folder=folder, config=config, flags=flags))
    except LabciError as error:
        bad = isinstance(error, ConfigError) and (folder / configs.FILE).exists()
        hint = error.hint or "labci init"
        row = found(name=configs.FILE, state="missing" if bad or config else "note", value=error.message, fix=hint)
        plain = configs.read(b"", flags={} if bad else flags)
        return Opened(session=None, teacher=plain.teacher, model=plain.model), [row]
    settings = session.config
    rows = [found(name=configs.FILE, state="ok", value=str(session.root))]
    specialist = models.SHIPPED
    try:
        specialist = models.specialist_of(settings.specialist, session.repository)
    except LabciError as error:
        rows.append(found(name="specialist.rows", state="missing", value=error.message, fix=error.hint))
    return Opened(session=session, teacher=settings.teacher, model=settings.model, specialist=specialist), rows


def reach(session: Session, *, probe: bool) -> Iterator[Finding]:
    """Whether base branch, store and hub can be used; with `probe`, also those of another machine."""
    yield _base(session)
    yield _store(session, probe=probe)
    yield _hub(session, probe=probe)


def _base(session: Session) -> Finding:
    """The branch that diff, run and submit compare with."""
    repository, base = session.repository, session.config.base
    row = partial(found, name="base branch")
    try:
        ref = base_ref(repository.git, base)
    except LabciError as error:
        current = repository.default_branch()
        if current == base:
            return row(state="note", value=f"{base}, no commit yet", fix="git add -A && git commit -s")
        fix = f"write base: {current} into labci.yaml" if current else error.hint
        return row(state="missing", value=error.message, fix=fix)
    return row(state="ok", value=ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"))


def _store(session: Session, *, probe: bool) -> Finding:
    url = shown(session.config.store)
    row = partial(found, name="store")
    try:
        store = session.store()
        if store.local:
            return _folder(Path(store.root), row)
        if probe:
            store.files.ls(store.root.partition("/")[0] or store.root)
    except LabciError as error:
        return row(state="missing", value=error.message, fix=error.hint)
    except Exception as error:  # each file system of fsspec has errors of its own
        what = type(error).__name__
        return row(state="missing", value=f"{url} can't be read ({what})", fix="check `store:` and its credentials")
    return row(state="ok", value=url if probe else f"{url}, not asked")


def _folder(folder: Path, row: partial[Finding]) -> Finding:
    """A folder that can be written to, or made."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return row(state="missing", value=f"{there} can't be written to", fix="set `store:`, or mend its permissions")
    free = shutil.disk_usage(there).free / 1e9
    about = "" if there == folder.absolute() else ", not made yet"
    return row(state="ok", value=f"{folder}{about}, {free:.1f} GB free")


def _hub(session: Session, *, probe: bool) -> Finding:
    url = shown(session.config.hub)
    row = partial(found, name="hub")
    try:
        hub = session.hub()
        if not probe and not url.startswith("folder:"):
            return row(state="ok", value=f"{url}, not asked")
        latest = hub.latest()
    except LabciError as error:
        return row(state="missing", value=f"{url}: {error.message}", fix=error.hint)
    return row(state="ok", value=f"{url}, latest release {latest}" if latest else f"{url}, no release yet")
