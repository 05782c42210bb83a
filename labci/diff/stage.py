"""The stage: git says which files differ, `compare` what that means; writes `changes.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labci import shaping
from labci.artifact import write_json
from labci.change import Change, Changes
from labci.diff.compare import compare
from labci.diff.local import with_local_documents
from labci.errors import UsageError
from labci.git import EMPTY_TREE, Repository
from labci.job import Job
from labci.leaf import LEAF_FILE
from labci.taxonomy import Taxonomy


def diff(job: Job) -> Changes:
    """Changes from `job.base` to `job.head`, of `job.leaf` only if it is set; never uses the network."""
    changes = between(job.repository, job.config.taxonomy, job.base, job.head, also=job.also)
    wanted = tuple(change for change in changes if job.leaf in (None, change.path))
    result = Changes(base=job.base, head=job.head, changes=wanted)
    write_json(job.run / "changes.json", result.to_json())
    settings, facts = shaping.settings("diff", job), {"left_out": len(changes) - len(wanted)}
    job.run.finish("diff", inputs=(), outputs=("changes.json",), settings=settings, facts=facts)
    return result


def between(repository: Repository, root: str, base: str, head: str, *, also: Sequence[str] = ()) -> tuple[Change, ...]:
    """Changed leaves below the taxonomy root between two commits, by path; head may be "worktree".

    also: further commits from which a file must differ. Raises UsageError for what became a link or a submodule
    where leaves are: what it leads to is not this repository's.
    """
    old, new = Taxonomy(repository.tree(base), root), Taxonomy(repository.source(head), root)
    for path in repository.irregular(base, head, new.root):
        message = f"{path} is a symbolic link or a submodule; labci reads plain files only"
        raise UsageError(message, hint="put the files themselves there")
    files = list(repository.changed(base, head, also=also))
    changes = compare(old, new, files)
    if base == EMPTY_TREE:
        return changes
    return with_local_documents(changes, new, files, _readers_of_head(repository, new.root, head))


def _readers_of_head(repository: Repository, root: str, head: str) -> Iterator[str]:
    """Knowledge leaves whose file says HEAD: reading all leaves would cost more than all else."""
    for path in repository.containing("HEAD", head, f"{root}/knowledge"):
        folder, _, name = path.rpartition("/")
        if name == LEAF_FILE:
            yield folder.removeprefix(f"{root}/")
