"""Forges: servers where a branch becomes a pull request.

`open_forge` reads `forge:` of labci.yaml or `--forge`: `auto` goes by the URL of the remote, `github` and `plain` are
built in, and another package brings a kind by an entry point of group `labci.forges`, a function of the same type as
those in `FORGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

from labci.errors import UsageError
from labci.git import Remote
from labci.remote import address

AUTO = "auto"
GITHUB = "github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a pull request asks for: commits of `branch` for the branch `base`.

    start, head: ids of the commit where the branch leaves the base branch, and of its last one.
    title: one line. body: Markdown.
    """

    branch: str
    base: str
    start: str
    head: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """An open pull request. url: "" where a server has none; then `body` is the text to send to the maintainers."""

    number: int
    url: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a forge is made of.

    push: where branches go. upstream: the project's own repository, where a remote of that name is. environment:
    variables of the user, tokens among them.
    """

    push: Remote
    upstream: Remote | None
    environment: Mapping[str, str]


class Forge(Protocol):
    """A server that takes pull requests. Every method may raise OutsideError, or UsageError for a wrong setting."""

    def find(self, branch: str, base: str) -> PullRequest | None:
        """The open pull request of a pushed branch for a base branch."""
        ...

    def open(self, proposal: Proposal) -> PullRequest:
        """Open a pull request for a branch that was pushed."""
        ...

    def update(self, pull: PullRequest, *, title: str, body: str) -> PullRequest:
        """Give an open pull request another title and body."""
        ...


Factory = Callable[[Place], Forge]


def _github(place: Place) -> Forge:
    from labci.forges.github import GitHubForge

    return GitHubForge(place)


def _plain(place: Place) -> Forge:
    from labci.forges.plain import PlainForge

    return PlainForge(place)


FORGES: Mapping[str, Factory] = {"github": _github, "plain": _plain}


def choose(kind: str, place: Place) -> str:
    """The name of a forge: `kind` itself, or for `auto` what suits the URL of the remote."""
    if kind != AUTO:
        return kind
    hosts = github_hosts(place.environment)
    found = [address(url) for url in (place.push.url, place.push.written)]
    return "github" if any(at and at.host in hosts for at in found) else "plain"


def github_hosts(environment: Mapping[str, str]) -> frozenset[str]:
    """Hosts that are GitHub: github.com, and those that the user names as GitHub Actions and gh do."""
    urls = (f"{environment.get(name, '')}/x" for name in ("GITHUB_SERVER_URL", "GITHUB_API_URL"))
    named = {at.host.removeprefix("api.") for at in map(address, urls) if at}
    return frozenset({GITHUB, *named, environment.get("GH_HOST", "").lower()} - {""})


def open_forge(kind: str, place: Place) -> Forge:
    """The forge that a setting names. UsageError for an unknown kind, or one that can't be used like this."""
    name = choose(kind, place)
    if name in FORGES:
        return FORGES[name](place)
    outside = {point.name: point for point in entry_points(group="labci.forges")}
    if name in outside:
        factory: Factory = outside[name].load()
        return factory(place)
    known = ", ".join(sorted({AUTO, *FORGES, *outside}))
    raise UsageError(f"there is no forge {kind!r}", hint=f"--forge takes one of: {known}")
