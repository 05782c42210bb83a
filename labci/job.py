"""What every stage is given: settings, repository at one commit, run folder, store, released model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labci import models
from labci.artifact import RunFolder
from labci.config import Config
from labci.git import Repository
from labci.lineage import Override, Released
from labci.models.specialist import Specialist
from labci.progress import Progress as Progress
from labci.store import Store
from labci.taxonomy import Source, Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of the pipeline, from commit `base` to commit `head` ("worktree" for uncommitted files).

    also: common ancestors as good as `base`, of a criss-cross merge. source: the files at head. leaf: only this
    leaf. limit: samples per seed and per span, for previews. jobs: concurrent teacher requests, 0 for as many as
    the teacher takes. override: to release it though the gate did not pass it.
    """

    root: Path
    config: Config
    repository: Repository
    source: Source
    base: str
    head: str
    run: RunFolder
    store: Store
    released: Released
    progress: Progress
    also: tuple[str, ...] = ()
    leaf: str | None = None
    limit: int | None = None
    jobs: int = 0
    override: Override | None = None

    @property
    def taxonomy(self) -> Taxonomy:
        """The leaves at head."""
        return Taxonomy(self.source, self.config.taxonomy)

    @property
    def specialist(self) -> Specialist:
        """The embedded teacher's model for knowledge, by the rows beside labci.yaml."""
        return models.specialist_of(self.config.specialist, self.repository)
