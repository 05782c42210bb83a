"""What makes a contribution of files on disk: a branch, a signed-off commit of some paths, a push.

Like all of `labci.git`, this runs no hooks and signs nothing with a key: a repository may be hostile, and so may
its configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labci.errors import LabciError, OutsideError, UsageError
from labci.git.repository import Repository
from labci.remote import shown

MAX_SECONDS = 600.0
# Without it, git makes up an address of user and machine, which nobody meant to sign with.
STRICT = ("-c", "user.useConfigOnly=true")


class Remote(NamedTuple):
    """A remote. `url` is where a push goes, `written` the URL in the configuration, before `insteadOf`."""

    name: str
    url: str
    written: str


def remote(repository: Repository, name: str) -> Remote:
    """A remote by its name; UsageError if there is none."""
    names = (repository.git.line("remote") or "").splitlines()
    if name not in names:
        there = f"this repository has: {', '.join(names)}" if names else "git remote add origin URL"
        raise UsageError(f"there is no remote {name!r}", hint=there)
    url = repository.git.run("remote", "get-url", "--push", name).decode("utf-8", "replace").splitlines()[0]
    written = [repository.git.line("config", "--get", f"remote.{name}.{key}") for key in ("pushurl", "url")]
    return Remote(name=name, url=url, written=next(filter(None, written), url))


def identity(repository: Repository) -> str:
    """`NAME <ADDRESS>` of the configured user; UsageError with the commands that set it."""
    status, out, _ = repository.git.try_run(*STRICT, "var", "GIT_COMMITTER_IDENT")
    if status:
        hint = 'git config user.name "Your Name"\ngit config user.email you@example.org'
        raise UsageError("git doesn't know who signs off the commit", hint=hint)
    return out.decode("utf-8", "replace").rsplit(" ", 2)[0]


def refresh(repository: Repository) -> None:
    """Look again at files that were touched, so that equal content does not count as changed."""
    repository.git.try_run("update-index", "-q", "--refresh")


def has_branch(repository: Repository, name: str, remote_name: str) -> bool:
    """Whether a branch is here, or was on the remote when it was last looked at."""
    refs = (f"refs/heads/{name}", f"refs/remotes/{remote_name}/{name}")
    return any(repository.git.line("rev-parse", "--verify", "--quiet", ref) for ref in refs)


def default_branch(repository: Repository, remote_name: str) -> str:
    """The branch that the remote's HEAD is, as far as this clone knows, else ""."""
    head = repository.git.line("symbolic-ref", "--quiet", f"refs/remotes/{remote_name}/HEAD") or ""
    return head.removeprefix(f"refs/remotes/{remote_name}/")


def noted(repository: Repository, branch: str, key: str) -> str:
    """What `note` has kept, else ""."""
    status, out, _ = repository.git.try_run("config", "--local", "--get", f"branch.{branch}.{key}")
    return "" if status else out.decode("utf-8", "replace").removesuffix("\n")


def note(repository: Repository, branch: str, key: str, value: str) -> None:
    """Keep a text of a branch in the clone's configuration, which goes when the branch is deleted.

    `description` is git's own key for what a branch is about: its first line is the title.
    """
    repository.git.run("config", "--local", "--replace-all", "--", f"branch.{branch}.{key}", value)


def check_branch_name(repository: Repository, name: str) -> None:
    """UsageError for what git takes for no branch's name."""
    if name.startswith("-") or repository.git.try_run("check-ref-format", "--branch", name)[0]:
        raise UsageError(f"{name!r} can't be a branch", hint="letters, digits and hyphens do: --branch add-bridges")


def commit(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit these paths as they are on disk, removed ones too, signed off; returns the commit id.

    What else is staged stays staged and is no part of the commit.
    """
    there = [path for path in paths if (repository.root / path).exists()]
    if there:
        repository.git.run("add", "--", *there)
    repository.git.run(
        *STRICT, "commit", "--quiet", "--signoff", "--only", f"--message={message}", "--", *paths,
    )  # fmt: skip
    return repository.resolve("HEAD")


def push(repository: Repository, to: Remote, branch: str) -> None:
    """Push a branch under its own name; nothing on the server is ever overwritten. OutsideError says why not."""
    ref = f"refs/heads/{branch}"
    options = ("--quiet", "--no-follow-tags", "--recurse-submodules=no", "--set-upstream")
    status, _, err = repository.git.try_run("push", *options, "--", to.name, f"{ref}:{ref}", timeout=MAX_SECONDS)
    if status:
        raise _refused(to, branch, shown(err))


# What git says (it runs with LC_ALL=C), what that means, and what to do.
REASONS = (
    (("non-fast-forward", "fetch first", "stale info"), "the branch {branch} there has other commits",
     "git pull --rebase {remote} {branch}, or git branch -m ANOTHER-NAME"),
    (("could not read username", "could not read password", "authentication failed", "permission denied (publickey",
      "terminal prompts disabled", "host key verification"), "git could not log in there",
     "set up an SSH key or a credential helper until this works: git push --dry-run {remote} HEAD"),
    (("error: 403", "denied to", "protected branch", "hook declined", "not allowed", "read-only", "insufficient perm"),
     "it refuses the branch: {reason}", "push to a fork of your own: git remote add fork URL, then --remote fork"),
    (("not found", "does not appear to be a git", "does not exist"), "there is no such repository, or it is private",
     "check git remote get-url --push {remote}"),
    (("resolve host", "connect", "timed out", "did not complete", "unreachable", "unable to access", "hung up"),
     "it can't be reached: {reason}", "check the network"),
)  # fmt: skip


def _refused(to: Remote, branch: str, err: str) -> LabciError:
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("remote: ", "fatal: ", "ssh: ", "error: ", "! "))]
    first = (telling or lines or ["no reason given"])[0]
    reason = "".join(character if character.isprintable() else " " for character in first)  # a server wrote it
    what, hint = "git says: {reason}", "git push {remote} {branch} may tell more"
    for signs, meaning, step in REASONS:
        if any(sign in err.lower() for sign in signs):
            what, hint = meaning, step
            break
    found = {"remote": to.name, "branch": branch, "reason": reason}
    message = f"pushing to {shown(to.url)} failed: {what.format(**found)}"
    return OutsideError(message, hint=hint.format(**found))
