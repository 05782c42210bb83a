"""The whole loop over HTTP, a step at a time: the test asserts about the steps, and the bench measures them.

Git, GitHub, teacher, training, gate and hub are real; GitHub is on loopback, and each job has a clone of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labci.ci import merge, publish
from tests.ci.conftest import LEAF, Project, write
from tests.ci.hub import Stage, based, commented, on_own_runner, run, staged
from tests.conftest import git
from tests.release.make import Quiet

MAINTAINER = "mo"  # eve's is the fork


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A project on a GitHub whose hub and store are on a disk that stays, and what becomes of a pull request there."""

    stage: Stage

    def proposed(self, files: dict[str, str | None]) -> str:
        """The fork's branch gets a commit; checks, and the comment on them. Returns the commit."""
        head = self.stage.push(files)
        self.stage.comment(head, self.stage.check(head))
        return head

    def approved(self, head: str) -> str:
        """What a maintainer's approval is answered."""
        return self.stage.say(f"/labci approve {head}", MAINTAINER)

    def previewed(self) -> str:
        """The author asks for the preview of what is approved; the comment that it becomes."""
        self.stage.say("/labci preview")
        run(self.stage)
        return commented(self.stage)[-1]

    def landed(self) -> str:
        """The maintainer presses the button; the commit on the base branch."""
        server, author = str(self.stage.project.server), self.stage.project.author
        git(author, "fetch", "-q", server, "refs/pull/7/head")
        git(author, "switch", "-q", "--detach", self.stage.project.base)
        git(author, "merge", "-q", "--no-ff", "-m", "Merge pull request 7", "FETCH_HEAD")
        git(author, "push", "-q", server, "HEAD:refs/heads/main")
        self.stage.hub.pulls[0].state = "closed"
        return git(author, "rev-parse", "HEAD")

    def taught(self) -> str:
        """`labci ci merge` on a new machine; the summary page."""
        return self._job(merge)

    def released(self) -> str:
        """`labci ci release` on a new machine; the summary page."""
        return self._job(publish)

    def _job(self, command: Callable[[Path, Quiet, dict[str, str]], object]) -> str:
        disk = self.stage.project.clone.parent
        machine = disk / "machine"
        git(disk, "clone", "-q", str(self.stage.project.server), machine.name)
        environment = on_own_runner(self.stage, disk / "none.json")
        command(machine, Quiet(), environment)
        shutil.rmtree(machine)  # what it did not save is gone
        return Path(environment["GITHUB_STEP_SUMMARY"]).read_text("utf-8")


@contextmanager
def looping(project: Project, settings: str) -> Iterator[Loop]:
    """The loop of a project that has taught nothing yet, and has these settings on its base branch."""
    write(project.author, {f"{LEAF}/qna.yaml": None, f"{LEAF}/attribution.txt": None})  # it has no held-out items
    based(project, settings)
    with staged(project) as stage:
        stage.talk.permissions[MAINTAINER] = "write"
        yield Loop(stage=stage)
