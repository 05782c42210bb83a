"""A repository and what labci asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from labci.errors import UsageError
from labci.git import raw, revision
from labci.git.command import Command, failure
from labci.git.source import Tree, Worktree
from labci.remote import checked, protocols

WORKTREE = "worktree"  # in place of a head commit: the files on disk


class Repository:
    """One repository, bare or not. `root` is the work tree, or the git folder of a bare one."""

    def __init__(self, root: Path, *, bare: bool, git: Command | None = None) -> None:
        self.root = root.resolve()
        self.bare = bare
        self.git = git or Command(self.root)

    @classmethod
    def open(cls, path: Path, *, variables: Mapping[str, str] | None = None) -> Repository:
        """The repository that holds `path`, which may be a subfolder or a file in it; variables as of `Command`."""
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}", hint="check the path, or -C DIR")
        git = Command(folder, variables=variables)
        status, out, err = git.try_run("rev-parse", "--is-bare-repository", "--absolute-git-dir")
        if status and "not a git repository" not in err:
            raise failure(folder, ("rev-parse",), err)
        if status:
            raise UsageError(
                f"{folder.resolve()} is not a git repository", hint="labci init makes one; -C names another"
            )
        bare, git_dir = out.decode("utf-8", "surrogateescape").splitlines()
        if bare == "true":
            root = Path(git_dir)
            return cls(root, bare=True, git=Command(root, variables=variables) if variables else None)
        top = git.line("rev-parse", "--show-toplevel")
        if not top:
            raise UsageError(f"{folder} is inside a git folder", hint="go to the folder that holds the files")
        return cls(Path(top), bare=False)

    @classmethod
    def init(cls, path: Path, *, branch: str = "main", bare: bool = False) -> Repository:
        """A new repository; no template, so no hooks. An existing one is left as it is."""
        path.mkdir(parents=True, exist_ok=True)
        Command(path).run("init", "--quiet", "--template=", f"--initial-branch={branch}", *(["--bare"] if bare else []))
        return cls.open(path)

    @classmethod
    def clone(cls, url: str, path: Path, *, allow: Sequence[str] = ("https", "ssh", "file")) -> Repository:
        """A full clone into `path`, which must not exist; `allow` names the kinds of URL."""
        source = checked(url, allow)
        path.parent.mkdir(parents=True, exist_ok=True)
        git = Command(path.parent, protocols=protocols(allow))
        git.run("clone", "--quiet", "--template=", "--no-hardlinks", "--", source, str(path.resolve()))
        return cls.open(path)

    def resolve(self, rev: str) -> str:
        """Full commit id; UsageError with the nearest names for what git does not know exactly."""
        return revision.resolve(self.git, rev)

    def is_shallow(self) -> bool:
        """Whether history was cut off; see `revision.is_shallow`."""
        return revision.is_shallow(self.git)

    def merge_base(self, left: str, right: str) -> str | None:
        """The best common ancestor, or None."""
        return revision.merge_base(self.git, left, right)

    def range(self, spec: str | None, base_branch: str, released: str | None = None) -> tuple[str, str]:
        """Base and head for a range as the command line takes it; see `revision.commit_range`."""
        return revision.commit_range(self.git, spec, base_branch, released)

    def tree(self, rev: str) -> Tree:
        """The files of a commit (or of `EMPTY_TREE`)."""
        return Tree(self.git, self.git.tree_id(rev) if rev == revision.EMPTY_TREE else self.resolve(rev))

    def worktree(self) -> Worktree:
        """The files on disk: tracked, and untracked ones that are not ignored."""
        if self.bare:
            raise UsageError(f"{self.root} is bare: there are no files on disk", hint="leave out --worktree")
        return Worktree(self.git, self.root)

    def source(self, head: str) -> Tree | Worktree:
        """`tree(head)`, or `worktree()` for head "worktree"."""
        return self.worktree() if head == WORKTREE else self.tree(head)

    def other_bases(self, spec: str | None, base_branch: str, base: str, head: str) -> tuple[str, ...]:
        """Common ancestors as good as `base`; see `revision.other_bases`."""
        return revision.other_bases(self.git, spec, base_branch, base, head)

    def changed(self, base: str, head: str, root: str = "", *, also: Sequence[str] = ()) -> Iterator[raw.FileChange]:
        """Files below `root` that differ between two commits, renames found; head may be "worktree".

        also: further commits from which a file must differ to be told (`other_bases`).
        """
        # Both names of a rename: from here it may look like one file gone and another one come.
        own = [{name for change in self.changed(other, head, root) for name in change[1:] if name} for other in also]
        found = raw.changes(self._differing(base, head, root))
        if head == WORKTREE:
            found = chain(found, (raw.FileChange("added", path) for path in self._untracked(root)))
        yield from (change for change in found if all(change.path in paths for paths in own))

    def irregular(self, base: str, head: str, root: str = "") -> Iterator[str]:
        """Paths below `root` that became links or submodules between two commits; head may be "worktree"."""
        yield from raw.irregular(self._differing(base, head, root))
        if head == WORKTREE:
            yield from (path for path in self._untracked(root) if (self.root / path).is_symlink())

    def _differing(self, base: str, head: str, root: str) -> Iterator[bytes]:
        below = ["--", root.strip("/")] if root.strip("/") else []
        base = self.git.tree_id(base)
        how = ("diff-index", "-z", "-M", base) if head == WORKTREE else ("diff-tree", "-r", "-z", "-M", base, head)
        return self.git.records(*how, *below)

    def _untracked(self, root: str) -> Iterator[str]:
        below = root.strip("/") or "."
        records = self.git.records("ls-files", "-z", "--others", "--exclude-standard", "--", below)
        return map(raw.text, records)

    def containing(self, text: str, head: str, root: str) -> Iterator[str]:
        """Paths of files below `root` that hold a text, found by git; `head` as in `changed`."""
        where = ["--untracked"] if head == WORKTREE else [head]
        options = ("--files-with-matches", "--fixed-strings", "--text", "--full-name", "--null", "-e", text)
        status, out, err = self.git.try_run("grep", *options, *where, "--", root.strip("/") or ".")
        if status > 1:  # 1 is: none
            raise failure(self.root, ("grep",), err)
        prefix = b"" if head == WORKTREE else head.encode() + b":"
        for path in out.split(b"\0")[:-1]:
            yield raw.text(path.removeprefix(prefix))

    def authors(self, base: str, head: str, path: str) -> tuple[str, ...]:
        """Names of those who wrote, co-wrote or signed off commits on `path` after `base`; no addresses."""
        trailers = "%(trailers:key=Signed-off-by,key=Co-authored-by,valueonly,separator=%x1f)"
        start = [] if base == revision.EMPTY_TREE else [f"^{base}"]
        commit = "HEAD" if head == WORKTREE else head
        records = self.git.records("log", "-z", f"--format=%aN%x1f{trailers}", commit, *start, "--", path)
        names = [name for record in records for name in raw.people(record.decode("utf-8", "replace"))]
        if not names and head == WORKTREE:
            names = raw.people(self.git.line("config", "user.name") or "")
        return tuple(dict.fromkeys(names))

    def branch(self) -> str | None:
        """Name of the current branch; None if HEAD is detached."""
        return self.git.line("symbolic-ref", "--quiet", "--short", "HEAD")

    def default_branch(self) -> str | None:
        """The branch that others start from; see `revision.default_branch`."""
        return revision.default_branch(self.git)

    def commit_time(self, sha: str) -> datetime:
        """When a commit was made, in UTC."""
        out = self.git.run("show", "--no-patch", "--format=%ct", f"{sha}^{{commit}}")
        return datetime.fromtimestamp(int(out), UTC)

    def commit_all(self, message: str, *, name: str | None = None, email: str | None = None) -> str:
        """Commit everything that is not ignored, as `name` or the configured user; returns the commit id."""
        who = _identity(name, email)
        self.git.run("add", "--all")
        status, _, err = self.git.try_run(*who, "commit", "--quiet", "--allow-empty", "-m", message)
        if status:
            hint = "git config user.name NAME && git config user.email ADDRESS"
            raise UsageError(f"git commit failed: {(err.strip().splitlines() or ['?'])[-1]}", hint=hint)
        return self.resolve("HEAD")

    def switch(self, branch: str, *, create: bool = False) -> None:
        """Go to a branch; with `create`, make it from HEAD."""
        self.git.run("switch", "--quiet", *(["--create"] if create else []), branch)

    def merge(self, rev: str, message: str, *, name: str | None = None, email: str | None = None) -> str:
        """Merge a commit into the current branch, always with a merge commit; returns its id."""
        self.git.run(*_identity(name, email), "merge", "--quiet", "--no-ff", "-m", message, self.resolve(rev))
        return self.resolve("HEAD")

    def close(self) -> None:
        """End helper processes."""
        self.git.close()


def _identity(name: str | None, email: str | None) -> list[str]:
    return ["-c", f"user.name={name}", "-c", f"user.email={email or 'nobody@example.org'}"] if name else []
