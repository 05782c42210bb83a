"""From a folder and flags to a `Job`: the one place where repository, settings, hub, store and model meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from labci import config as configs
from labci import digest, flows, hubs, lineage, models
from labci.artifact import RunFolder
from labci.config import Config
from labci.errors import ConfigError, UsageError
from labci.git import Repository
from labci.job import Job, Progress
from labci.lineage import Override, Released
from labci.store import Store
from labci.taxonomy import Source, Taxonomy, named

WORKTREE = "worktree"
UNSHAPING = ("hub", "store", "base", "forge", "profile", "release.overrides")  # settings that change no artifact
ABOUT_OTHERS = ("commands.", "preview.")  # sections of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for. `flags` maps dotted setting names to values, None meaning unset."""

    folder: Path
    config: Path | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)
    range: str | None = None
    worktree: bool = False
    run: Path | None = None
    leaf: str | None = None
    limit: int | None = None
    jobs: int = 0
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A repository with its settings, before a range of commits is chosen."""

    repository: Repository
    config: Config
    request: Request

    @property
    def root(self) -> Path:
        """Where relative paths of the settings start: the work tree, or the bare repository."""
        return self.repository.root

    def hub(self) -> hubs.Hub:
        """The configured hub."""
        return hubs.open_hub(self.config.hub, self.root)

    def store(self, tell: Callable[[str], object] | None = None) -> Store:
        """The configured content store; a relative path is below the root. tell: is told of damaged entries."""
        url = self.config.store
        return Store(url if "://" in url or Path(url).is_absolute() else str(self.root / url), tell)

    def released(self) -> Released:
        """The newest release, else the base model, which then counts as released."""
        hub = self.hub()
        latest = hub.latest()
        if latest is None:
            return Released(folder=models.student_folder(self.config.model))
        return lineage.read(hub.fetch(latest))


def open_session(request: Request) -> Session:
    """Find the repository and read its settings; UsageError or ConfigError says what is missing."""
    repository = Repository.open(request.folder)
    return Session(repository=repository, config=_config(repository, request), request=request)


def _config(repository: Repository, request: Request) -> Config:
    if request.config is not None:
        return configs.load(request.config, request.flags)
    if not repository.bare:
        return configs.load(repository.root / configs.FILE, request.flags)
    data = repository.tree("HEAD").read(configs.FILE)
    if data is None:
        raise ConfigError(f"no {configs.FILE} in HEAD of {repository.root}", hint="run: labci init")
    return configs.read(data, flags=request.flags, beside=repository.tree("HEAD").read)


def open_job(session: Session, progress: Progress) -> Job:
    """The job of the requested range, or of an existing run folder (`--run`)."""
    released = session.released()
    base, head = _range(session, released)
    source = _source(session, head)
    request = replace(session.request, leaf=_leaf(session, base, source))
    session = replace(session, request=request)
    run = RunFolder(path=session.request.run or session.root / ".labci" / "runs" / _run_id(session, base, head, source))
    run.start({"base": base, "head": head, "leaf": request.leaf, "limit": request.limit})
    return Job(
        root=session.root,
        config=session.config,
        repository=session.repository,
        source=source,
        base=base,
        head=head,
        also=session.repository.other_bases(
            request.range, session.config.base, base, "HEAD" if head == WORKTREE else head
        ),
        run=run,
        store=session.store(progress.say),
        released=released,
        progress=progress,
        leaf=request.leaf,
        limit=request.limit,
        jobs=request.jobs,
        override=request.override,
    )


def _source(session: Session, head: str) -> Source:
    return session.repository.worktree() if head == WORKTREE else session.repository.tree(head)


def _leaf(session: Session, base: str, source: Source) -> str | None:
    """The leaf that `--leaf` names, as a path from the user's folder or below the taxonomy root."""
    name, root, repository = session.request.leaf, session.config.taxonomy, session.repository
    if name is None:
        return None
    full, top = (session.request.folder / name).resolve(), (session.root / root).resolve()
    names = [full.relative_to(top).as_posix()] if full.is_relative_to(top) else []
    known = Taxonomy(source, root), Taxonomy(repository.tree(base), root)
    disk = None if repository.bare else Taxonomy(repository.worktree(), root)
    return named([*names, name.strip("/")], known, disk)


def _range(session: Session, released: Released) -> tuple[str, str]:
    """Base and head; a named run folder has them already."""
    run, request = session.request.run, session.request
    if run is not None and request.range is None and not request.worktree:
        folder = RunFolder(path=run)
        folder.check()
        from labci.artifact import read_json

        about = read_json(run / "run.json")
        return about["base"], about["head"]
    commit = released.manifest.commit if released.manifest else None
    base, head = session.repository.range(request.range, session.config.base, commit)
    if request.worktree and request.range and ".." in request.range:
        raise UsageError("--worktree takes the base only", hint=f"labci … {request.range.split('..')[0]} --worktree")
    return base, WORKTREE if request.worktree else head


def settings(config: Config) -> dict[str, Any]:
    """Settings that shape a run's artifacts, as plain JSON; where they came from, such as a profile, doesn't."""
    names = [name for name in config.origin if name not in UNSHAPING and not name.startswith(ABOUT_OTHERS)]
    return {name: _value(config, name) for name in sorted(names)}


def _value(config: Config, name: str) -> Any:
    value: Any = config
    for part in name.split("."):
        value = getattr(value, part)
    if name == "train.phases":
        return [phase.to_json() for phase in config.train.phases]
    return list(value) if isinstance(value, tuple) else value


def _run_id(session: Session, base: str, head: str, source: Source) -> str:
    key: list[Any] = [base, head, settings(session.config), session.request.leaf, session.request.limit]
    key += [
        digest.of_bytes(flows.own_file(session.repository, name))
        for name in astuple(session.config.flows)
        if flows.is_file(name)
    ]
    if head == WORKTREE:
        root = session.config.taxonomy
        key += [[entry.path, entry.blob] for entry in source.entries(root)]
    if rows := session.config.specialist.rows:
        key += [models.beside_settings(session.repository).blob(rows)]
    return digest.of_json(key)[:16]
