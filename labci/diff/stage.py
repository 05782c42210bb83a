"""The stage: git says which files differ, `compare` what that means; writes `changes.json`."""

from __future__ import annotations

from collections.abc import Iterator

from labci.artifact import write_json
from labci.change import Changes
from labci.diff.compare import compare
from labci.diff.local import with_local_documents
from labci.git import EMPTY_TREE
from labci.job import Job
from labci.leaf import LEAF_FILE
from labci.taxonomy import Taxonomy


def diff(job: Job) -> Changes:
    """Changes from `job.base` to `job.head`, of `job.leaf` only if it is set; never uses the network."""
    base = Taxonomy(job.repository.tree(job.base), job.config.taxonomy)
    files = list(job.repository.changed(job.base, job.head))
    changes = compare(base, job.taxonomy, files)
    if job.base != EMPTY_TREE:
        changes = with_local_documents(changes, job.taxonomy, files, _readers_of_head(job))
    if job.leaf is not None:
        changes = tuple(change for change in changes if change.path == job.leaf)
    result = Changes(base=job.base, head=job.head, changes=changes)
    write_json(job.run / "changes.json", result.to_json())
    job.run.finish("diff", inputs=(), outputs=("changes.json",), settings={"leaf": job.leaf})
    return result


def _readers_of_head(job: Job) -> Iterator[str]:
    """Knowledge leaves whose file says HEAD: reading all leaves would cost more than all else."""
    root = job.taxonomy.root
    for path in job.repository.containing("HEAD", job.head, f"{root}/knowledge"):
        folder, _, name = path.rpartition("/")
        if name == LEAF_FILE:
            yield folder.removeprefix(f"{root}/")
