"""The pull request's commits and files: fetched as git objects, and never checked out."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from labci.ci.event import PullRequest
from labci.errors import LabciError, OutsideError, UsageError
from labci.git import FileChange, Repository
from labci.leaf import LEAF_FILE
from labci.node import MAX_BYTES

SUFFIXES = (".yaml", ".yml", ".txt")  # whose content lint may read


def fetch(repository: Repository, pull: PullRequest, environment: Mapping[str, str]) -> None:
    """Make sure that the head's objects are here: GitHub offers every head, forks' too, as refs/pull/N/head.

    `$GITHUB_TOKEN`, if set, reads a private repository; it is given to git in the environment, not written.
    Raises OutsideError if the commit can't be had (it may have been pushed over).
    """
    if _has(repository, pull.head):
        return
    ref = f"refs/pull/{pull.number}/head"
    try:
        with _credentials(environment):
            fresh = Repository.open(repository.root)  # reads the environment when it is made
            fresh.git.run("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "origin", f"+{ref}:{ref}")
            fresh.close()
    except LabciError as error:
        raise OutsideError(f"the pull request can't be fetched: {error.message}", hint="run the job again") from error
    if not _has(repository, pull.head):
        raise OutsideError(f"{pull.head[:12]} is no longer the pull request's head", hint="a newer run checks it")


def _has(repository: Repository, sha: str) -> bool:
    return repository.git.line("rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}") == sha


@contextmanager
def _credentials(environment: Mapping[str, str]) -> Iterator[None]:
    """GITHUB_TOKEN as a header for this server only, the way actions/checkout gives it."""
    token, server = (
        environment.get("GITHUB_TOKEN", ""),
        environment.get("GITHUB_SERVER_URL", "https://github.com"),
    )
    if not token or not server.startswith("https://"):
        yield
        return
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    header = {
        "GIT_CONFIG_COUNT": str(int(count) + 1),
        f"GIT_CONFIG_KEY_{count}": f"http.{server}/.extraheader",
        f"GIT_CONFIG_VALUE_{count}": f"AUTHORIZATION: basic {secret}",
    }
    os.environ |= header
    try:
        yield
    finally:
        for name in header:
            del os.environ[name]
        if count != "0":
            os.environ["GIT_CONFIG_COUNT"] = count


def changed_folders(files: Iterable[FileChange], root: str) -> list[str]:
    """Folders below the taxonomy root in which a file changed, sorted."""
    paths = {name for file in files for name in (file.path, file.old or "")}
    inside = (path.rpartition("/")[0] for path in paths if path.startswith(f"{root}/"))
    return sorted({folder for folder in inside if folder != root})


def materialise(repository: Repository, sha: str, root: str, folders: Iterable[str], into: Path) -> None:
    """Write the files that lint reads of some folders of a commit below `into`.

    Of other leaves only the names are written, as empty files: rules look for clashes beside a leaf. Links
    and submodules don't exist here; of a file over lint's cap, one byte more than that is kept. Names come
    from a stranger: one that leads elsewhere is a UsageError.
    """
    tree, chosen = repository.tree(sha), set(folders)
    (into / root).mkdir(parents=True)
    for entry in tree.entries(root):
        folder, _, name = entry.path.rpartition("/")
        if folder in chosen:
            text = name.lower().endswith(SUFFIXES)
            _write(into, entry.path, (tree.read(entry.path) or b"")[: MAX_BYTES + 1] if text else b"")
        elif name == LEAF_FILE:
            _write(into, entry.path, b"")


def _write(into: Path, path: str, data: bytes) -> None:
    if not path.isprintable() or "\\" in path or {"", ".", "..", ".git"} & set(path.split("/")):
        raise UsageError(f"the pull request holds a file with a harmful name: {path!r}", hint="rename the file")
    try:
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_bytes(data)
    except OSError as error:  # such as a name that is too long
        raise UsageError(f"a file of the pull request can't be written: {error}", hint="rename the file") from error
