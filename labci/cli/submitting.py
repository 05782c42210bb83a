"""What `labci submit` does once its options are read: lint, commit, push, pull request."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from labci import contribute, diff, forges
from labci import lint as linter
from labci.change import Changes
from labci.cli import remembered
from labci.contribute import Survey
from labci.forges import Forge, Place, Proposal, PullRequest
from labci.git import Remote, Repository, publish
from labci.printable import printable
from labci.report import proposal, seeds
from labci.report.diagnostics import Tally, render
from labci.session import Session
from labci.taxonomy import FolderSource

FAILED = 1
MAX_NAMES = 10  # of files that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of the command."""

    paths: tuple[Path, ...]
    branch: str | None
    title: str
    message: str
    remote: str
    base: str | None
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One submission: what is asked for, what was found, where it goes."""

    session: Session
    wish: Wish
    found: Survey
    to: Remote
    tell: Callable[[str], None]

    @property
    def repository(self) -> Repository:
        """The contributor's repository."""
        return self.session.repository

    @property
    def base(self) -> str:
        """Name of the branch that the contribution is for."""
        return self.wish.base or self.session.config.base

    @property
    def shared(self) -> set[str]:
        """Branches that get no commit from here."""
        return {self.base, self.session.config.base, publish.default_branch(self.repository, self.to.name)} - {""}


def submit_command(session: Session, wish: Wish, tell: Callable[[str], None], *, color: bool) -> int:
    """Submit what is new; the URL of the pull request is printed on stdout. 1 if lint finds errors, else 0."""
    repository = session.repository
    paths = contribute.relative(repository.root, session.request.folder, session.config.taxonomy, wish.paths)
    found = contribute.survey(repository, session.config.taxonomy, wish.base or session.config.base, paths)
    if found.unnamed:
        tell(f"left out, as they were not named: {_names(found.unnamed)}")
    if found.left:
        tell(f"left out, as no changed leaf needs them: {_names(found.left)}")
    work = Work(session=session, wish=wish, found=found, to=publish.remote(repository, wish.remote), tell=tell)
    if not found.files and not (found.ahead and (found.whole or repository.branch() not in work.shared)):
        tell(f"nothing to submit: no leaf is new since {found.base[:12]}")
        return 0
    if found.files:
        publish.identity(repository)
    if _lint_errors(work, color):
        return FAILED
    branch, new = contribute.branch_for(repository, found, shared=work.shared, to=work.to, wanted=wish.branch)
    if wish.dry_run:
        return _say_plan(work, branch, new=new)
    forge = forges.open_forge(session.config.forge, _place(work))  # what it lacks is said before anything is done
    _send(work, branch, new=new)
    pull = _propose(work, forge, branch)
    if not pull.url and remembered.sent_before(repository, branch, wish.title or wish.message):
        tell(f"nothing changed since the text for {branch} was printed; --title or --message prints it again")
        return 0
    typer.echo(pull.url or pull.body)
    return 0


def _names(files: tuple[str, ...]) -> str:
    more = f" and {len(files) - MAX_NAMES} more" if len(files) > MAX_NAMES else ""
    return printable(", ".join(files[:MAX_NAMES])) + more


def _place(work: Work) -> Place:
    names = (work.repository.git.line("remote") or "").splitlines()
    other = "upstream" in names and work.to.name != "upstream"
    upstream = publish.remote(work.repository, "upstream") if other else None
    return Place(push=work.to, upstream=upstream, environment=os.environ)


def _lint_errors(work: Work, color: bool) -> bool:
    """Whether a leaf of the contribution has errors; they are shown on stderr."""
    root, config = work.repository.root, work.session.config
    if not (root / config.taxonomy).is_dir():  # the last leaf was removed
        return False
    found = linter.lint(None, root=root, config=config, changed=work.found.linted, others=FolderSource(root))
    tally = Tally(found)
    lines = list(render("text", tally, color=color))
    if tally.errors:
        typer.echo("\n".join(lines), err=True)
        typer.echo("nothing was committed or pushed", err=True)
    else:
        work.tell("\n".join([*lines[:-1], f"lint: {tally.summary()}"]))  # warnings are for the contributor, too
    return bool(tally.errors)


def _say_plan(work: Work, branch: str, *, new: bool) -> int:
    found, wish = work.found, work.wish
    typer.echo(f"branch {branch}{' (new)' if new else ''}, for {work.base}")
    if found.files:
        typer.echo(f"commit {wish.title or contribute.subject(found.leaves)}")
    for path in found.files:
        typer.echo(f"  {path}")
    kind = forges.choose(work.session.config.forge, _place(work))
    typer.echo(f"push to {work.to.name}, forge {kind}; nothing was done (--dry-run)")
    return 0


def _send(work: Work, branch: str, *, new: bool) -> None:
    found, wish, tell = work.found, work.wish, work.tell
    if new:
        work.repository.switch(branch, create=True)
        tell(f"on the new branch {branch}")
    if found.files:
        line = contribute.commit(work.repository, found, title=wish.title, message=wish.message)
        tell(f"committed, signed off: {line}")
    contribute.push(work.repository, work.to, branch)
    tell(f"pushed {branch} to {work.to.name}")


def _propose(work: Work, forge: Forge, branch: str) -> PullRequest:
    """Open the pull request, or bring the one that is open up to date."""
    repository, wish, head = work.repository, work.wish, work.repository.resolve("HEAD")
    changes = diff.between(repository, work.session.config.taxonomy, work.found.base, head)
    value = Changes(base=work.found.base, head=head, changes=changes).to_json()
    news = proposal.section(value, seeds.questions(value, repository, work.session.config.taxonomy))
    title, message = remembered.words(repository, branch, wish.title, wish.message)
    text = proposal.body(news, message, _template(repository, head))
    pull = forge.find(branch, work.base)
    if pull is not None:
        body = text if wish.message else proposal.refreshed(pull.body, news)
        pull = forge.update(pull, title=wish.title or pull.title, body=body)
        work.tell(f"pull request {pull.number} is up to date")
        return pull
    leaves = {change.path: change.status for change in changes} or work.found.whole
    title = title or contribute.subject(leaves) or f"Merge {branch}"
    return forge.open(Proposal(branch=branch, base=work.base, start=work.found.base, head=head, title=title, body=text))


def _template(repository: Repository, head: str) -> str:
    return (repository.tree(head).read(proposal.TEMPLATE) or b"").decode("utf-8", "replace")
