"""Commits that somebody proposes, next to the settings of the branch that they are for; lint of what they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from labci import config as configs
from labci.ci import head as heads
from labci.config import Config
from labci.documents import offline
from labci.errors import ConfigError, UsageError
from labci.git import Repository
from labci.lint import fix, lint
from labci.lintfile import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """base: whose settings count. head: what is proposed. since: where it left the base. All full commit ids.

    scratch: a folder that holds the settings, as `labci.yaml` and the profile that it names.
    """

    repository: Repository
    base: str
    head: str
    since: str
    scratch: Path
    config: Config


def prepare(repository: Repository, base: str, head: str, scratch: Path) -> Workplace:
    """Read the settings of `base` into `scratch`. UsageError without a common commit, ConfigError without settings."""
    since = repository.merge_base(base, head)
    if since is None:
        raise UsageError(
            "the pull request and its base branch have no commit in common",
            hint="check out with fetch-depth: 0",
        )
    tree = repository.tree(base)
    settings = tree.read(configs.FILE)
    if settings is None:
        raise ConfigError(f"no {configs.FILE} on the base branch", hint="run labci init there first")
    (scratch / configs.FILE).write_bytes(settings)
    profile = configs.profile_file(settings)
    if profile and (text := tree.read(profile)) is not None:
        (scratch / profile).parent.mkdir(parents=True, exist_ok=True)
        (scratch / profile).write_bytes(text)
    config = configs.load(scratch / configs.FILE)
    return Workplace(repository=repository, base=base, head=head, since=since, scratch=scratch, config=config)


def check(place: Workplace) -> list[Checked]:
    """Lint what changed, as files below `scratch`; the head is never checked out."""
    config, sha = place.config, place.head
    root, folders = config.taxonomy.strip("/"), _folders(place)
    heads.materialise(place.repository, sha, root, folders, files(place))
    tree = place.repository.tree(sha)
    documents = partial(offline, source=tree, settings=config.documents, repository=place.repository.root)
    below = _below(place, folders)
    return list(lint(None, root=files(place), config=config, changed=below, documents=documents, others=tree))


def mend(place: Workplace) -> Iterator[str]:
    """Mend the files that `check` wrote, as `labci lint --fix` does; yields the paths of those that changed."""
    yield from fix(None, root=files(place), config=place.config, changed=_below(place, _folders(place)))


def files(place: Workplace) -> Path:
    """The folder of the files that `check` writes: what lint reads of the leaves that changed."""
    return place.scratch / "head"


def _folders(place: Workplace) -> list[str]:
    changed = place.repository.changed(place.since, place.head)
    return heads.changed_folders(changed, place.config.taxonomy.strip("/"))


def _below(place: Workplace, folders: list[str]) -> list[str]:
    return [folder.removeprefix(f"{place.config.taxonomy.strip('/')}/") for folder in folders]
