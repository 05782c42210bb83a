"""`hf:NAMESPACE/NAME`: releases as tags of a model repository on the Hugging Face Hub.

A version is a commit on `main` with a tag. It is made in this order: one commit whose parent is the head we
read (compare-and-swap), a download of that commit, digests, then the tag. The latest version is the one that
the tag `latest` stands on (a rollback sets it), else the highest. `HF_ENDPOINT` and `HF_TOKEN` count as they
do for huggingface_hub; with `HF_OIDC_RESOURCE` a CI job proves which workflow it is, and is given a token for an hour.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labci import lineage
from labci.errors import LabciError, OutsideError, UsageError
from labci.hubs import VERSION, Conflict, order, unknown
from labci.lineage import Manifest

if TYPE_CHECKING:
    from huggingface_hub import HfApi

LATEST = "latest"
ADVICE = {
    401: "set HF_TOKEN to a token that may write to the repository",
    403: "HF_TOKEN lacks the right to write to the repository",
    404: "check the name in --hub, and that HF_TOKEN may read it",
    429: "the hub asks to slow down: run the same command again later",
}
EXCHANGE = "/oauth/token"  # where huggingface_hub changes a job's proof for a token
TRUST = "name this workflow as a trusted publisher of {0} on the hub, or unset HF_OIDC_RESOURCE to use HF_TOKEN"


class HuggingFaceHub:
    """A hub in one model repository."""

    def __init__(self, repo: str) -> None:
        if repo.count("/") != 1 or not all(repo.split("/")):
            raise UsageError(f"hub hf:{repo} names no repository", hint="hf:NAMESPACE/NAME")
        self.repo = repo

    def publish(self, folder: Path, manifest: Manifest, expected_previous: str) -> str:
        """See `Hub.publish`."""
        version = manifest.version
        order(version)
        with self._asking(f"publish {version}"):
            api = self._api()
            api.create_repo(self.repo, exist_ok=True)
            tags = self._tags(api)
            parent = api.repo_info(self.repo, revision="main").sha
            current = _latest(tags) or ""
            if current not in (expected_previous, version):
                raise _moved(current, expected_previous)
            if version not in tags:
                commit = self._commit(api, folder, version, parent)
                self._verify(api, commit, manifest)
                api.create_tag(self.repo, tag=version, revision=commit)
            else:
                self._same(api, folder, version)
            if LATEST in tags:  # left by a rollback; without it the highest version is the latest
                api.delete_tag(self.repo, tag=LATEST)
        return version

    def latest(self) -> str | None:
        """See `Hub.latest`; None for a repository that isn't there yet."""
        with self._asking("read the versions"):
            return _latest(self._tags(self._api()))

    def set_latest(self, version: str) -> None:
        """See `Hub.set_latest`. Between two rollbacks the highest version is the latest for a moment."""
        with self._asking(f"make {version} the latest"):
            api = self._api()
            tags = self._tags(api)
            if version not in tags or version == LATEST:
                raise unknown(version, _versions(tags))
            if LATEST in tags:
                api.delete_tag(self.repo, tag=LATEST)
            if version != _latest({**tags, LATEST: ""}):
                api.create_tag(self.repo, tag=LATEST, revision=tags[version])

    def fetch(self, version: str, into: Path | None = None) -> Path:
        """The version in `into`, or in the model cache; its digests are checked."""
        with self._asking(f"fetch {version}"):
            api = self._api()
            tags = self._tags(api)
            if version not in tags:
                raise unknown(version, _versions(tags))
            place: dict[str, Any] = {"cache_dir": _cache()} if into is None else {"local_dir": into}
            folder = Path(api.snapshot_download(self.repo, revision=tags[version], **place))
        _checked(folder, lineage.read(folder).manifest)
        return folder

    def read(self, version: str, names: Sequence[str]) -> Mapping[str, bytes]:
        """See `Hub.read`; from the model cache where they were read before."""
        with self._asking(f"read {version}"):
            api = self._api()
            tags = self._tags(api)
            if version not in tags:
                raise unknown(version, _versions(tags))
            patterns = [glob.escape(name) for name in names]
            done = api.snapshot_download(self.repo, revision=tags[version], cache_dir=_cache(), allow_patterns=patterns)
            paths = {name: Path(done) / name for name in names}
            return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}

    def list(self) -> Sequence[str]:
        """See `Hub.list`."""
        with self._asking("read the versions"):
            return _versions(self._tags(self._api()))

    def _api(self) -> HfApi:
        from huggingface_hub import HfApi

        return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="labci")

    def _tags(self, api: HfApi) -> dict[str, str]:
        """Commit of each tag; empty for a repository that isn't there."""
        from huggingface_hub.errors import RepositoryNotFoundError

        try:
            return {tag.name: tag.target_commit for tag in api.list_repo_refs(self.repo).tags}
        except RepositoryNotFoundError as error:
            if error.response.status_code == 404:
                return {}
            raise

    def _commit(self, api: HfApi, folder: Path, version: str, parent: str | None) -> str:
        """One commit that makes `main` equal to the folder; returns its id."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        there = set(api.list_repo_files(self.repo, revision=parent))
        gone = sorted(there - files.keys() - {".gitattributes"})
        operations: list[Any] = [CommitOperationDelete(path_in_repo=name) for name in gone]
        operations += [CommitOperationAdd(path_in_repo=name, path_or_fileobj=files[name]) for name in sorted(files)]
        done = api.create_commit(
            self.repo, operations, commit_message=f"Release {version}", revision="main", parent_commit=parent
        )
        return str(done.oid)

    def _verify(self, api: HfApi, commit: str, manifest: Manifest) -> None:
        with tempfile.TemporaryDirectory(prefix="labci-") as folder:
            api.snapshot_download(self.repo, revision=commit, local_dir=folder)
            _checked(Path(folder), manifest)

    def _same(self, api: HfApi, folder: Path, version: str) -> None:
        """A version that exists must be this one."""
        with tempfile.TemporaryDirectory(prefix="labci-") as there:
            path = api.hf_hub_download(self.repo, lineage.MANIFEST, revision=version, local_dir=there)
            if Path(path).read_bytes() != (folder / lineage.MANIFEST).read_bytes():
                hint = "make the next version: labci run --from mix"
                raise Conflict(f"hf:{self.repo} has another {version}", hint=hint)

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        """Every error of the client as one line, without its own text: that may hold addresses and tokens."""
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        try:
            yield
        except LabciError:
            raise
        except Exception as error:
            found = _translated(f"can't {doing} on hf:{self.repo}", error)
            if found is None:
                raise
            raise found from None


def _translated(what: str, error: BaseException) -> LabciError | None:
    """The client's error in labci's words; None for what is neither the hub's nor the network's doing."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OIDCError

    if isinstance(error, OIDCError):
        hint = "give the job the permission id-token: write, or unset HF_OIDC_RESOURCE to use HF_TOKEN"
        return OutsideError(f"{what}: HF_OIDC_RESOURCE is set, and the job can't prove which workflow it is", hint=hint)
    if isinstance(error, HfHubHTTPError) and error.response.url.path == EXCHANGE:
        status = error.response.status_code
        hint = TRUST.format(os.environ.get("HF_OIDC_RESOURCE"))
        return OutsideError(f"{what}: the hub answered {status} to the proof of this workflow", hint=hint)
    if isinstance(error, HfHubHTTPError):
        return _refused(what, error.response.status_code)
    if isinstance(error, HFValidationError):
        return UsageError(f"{what}: that is no name of a repository", hint="hf:NAMESPACE/NAME")
    library = type(error).__module__.split(".")[0]
    if isinstance(error, LocalEntryNotFoundError) or library in ("httpx", "httpx2", "httpcore", "httpcore2"):
        return OutsideError(f"{what}: no connection", hint="check the network and HF_ENDPOINT, then run it again")
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return OutsideError(f"{what}: {reason}", hint="check network and disk, then run it again")
    if error.__cause__ is not None:  # the client wraps what goes wrong in an upload
        return _translated(what, error.__cause__)
    return None


def _refused(what: str, status: int) -> OutsideError:
    if status in (409, 412):
        return Conflict(f"{what}: somebody else changed the repository", hint="run the same command again")
    hint = ADVICE.get(status, "run the same command again; the release is kept in the run folder")
    return OutsideError(f"{what}: the hub answered {status}", hint=hint)


def _moved(current: str, expected: str) -> Conflict:
    start = expected or "the base model"
    what = f"the latest version is {current or 'none'}, this release was made from {start}"
    return Conflict(what, hint="somebody published in between; start from what is latest now: labci run --from mix")


def _versions(tags: dict[str, str]) -> list[str]:
    return sorted(filter(VERSION.fullmatch, tags), key=order)


def _latest(tags: dict[str, str]) -> str | None:
    versions = _versions(tags)
    marked = [version for version in versions if tags[version] == tags.get(LATEST)]
    return next(reversed(marked or versions), None)


def _checked(folder: Path, manifest: Manifest | None) -> None:
    problems = lineage.file_problems(folder, manifest) if manifest else ["no manifest"]
    if problems:
        what = f"the hub gave other bytes than were released: {problems[0]}"
        raise OutsideError(what, hint="run the same command again; if it recurs, the release was changed")


def _cache() -> Path:
    """Where docs/design.md puts models; links of the client's cache stay in there."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("LABCI_CACHE") or Path(home) / "labci").expanduser() / "hub"
