"""A contributor's clone, the project and a fork as bare repositories, and a GitHub on loopback that knows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import LEAVES, git, put
from tests.servers.github import TOKEN, GitHub, Repo, serving

PROJECT, FORK = "team/taxonomy", "ada/my-taxonomy"
LEAF = "knowledge/bench/dev_press"
BRANCH = "add-knowledge-bench-dev-press"


@dataclass(frozen=True, kw_only=True)
class World:
    """`clone` has the project as `origin`, under its URL at github.com; git itself goes to the bare repository."""

    clone: Path
    hub: GitHub

    def project(self, *arguments: str) -> str:
        """Run git in the project's bare repository."""
        return git(self.hub.repos[PROJECT].git, *arguments)

    def add_remote(self, name: str, full_name: str) -> None:
        """A remote under the URL that it would have on GitHub."""
        url = f"https://github.com/{full_name}.git"
        git(self.clone, "config", f"url.{self.hub.repos[full_name].git}.insteadOf", url)
        git(self.clone, "remote", "add", name, url)

    def add_fork(self, name: str = FORK) -> None:
        """Fork the project on the server."""
        bare = self.clone.parent / f"{name.replace('/', '-')}.git"
        git(self.clone.parent, "clone", "-q", "--bare", str(self.hub.repos[PROJECT].git), str(bare))
        self.hub.repos[name] = Repo(full_name=name, git=bare, parent=PROJECT)


def write_leaf(folder: Path, path: str = LEAF) -> None:
    """A leaf and its document, as files on disk."""
    source = LEAVES / "dev_press"
    put(folder, "documents/dev_press.md", (source / "document.md").read_text("utf-8"))
    for file in ("qna.yaml", "attribution.txt"):
        put(folder, f"taxonomy/{path}/{file}", (source / file).read_text("utf-8"))


@contextmanager
def world(clone: Path, environment: pytest.MonkeyPatch) -> Iterator[World]:
    """Make it from a committed repository."""
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL", "GH_HOST", "EMAIL"):
        environment.delenv(name, raising=False)
    environment.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    environment.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git(clone, "config", "user.name", "Ada Lovelace")
    git(clone, "config", "user.email", "ada@example.org")
    bare = clone.parent / "project.git"
    git(clone.parent, "clone", "-q", "--bare", str(clone), str(bare))
    with serving() as hub:
        hub.repos[PROJECT] = Repo(full_name=PROJECT, git=bare)
        environment.setenv("GITHUB_API_URL", hub.url)
        environment.setenv("GITHUB_TOKEN", TOKEN)
        found = World(clone=clone, hub=hub)
        found.add_remote("origin", PROJECT)
        git(clone, "fetch", "-q", "origin")
        yield found
