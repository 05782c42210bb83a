"""The whole loop over HTTP, once: a fork's mistake, its mending, approval, preview, merge, candidate, release.

    scripts/bench loop [LEAF]      a leaf of tests/leaves, test_archive if none is named

Git, teacher, student, training, gate and hub are real; the GitHub is that of the tests, on loopback. Each job has a
clone of its own, and shares hub and store with the others. The leaf holds out a dozen of its questions in other words
besides those of its contexts, as labci advises.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.benches import table
from scripts.benches.recall import recalls
from scripts.benches.replay import HELDOUT
from scripts.benches.repository import leaf_files, leaf_path
from tests.ci.conftest import projected
from tests.ci.loop import Loop, looping

SETTINGS = """\
taxonomy: taxonomy
hub: folder:{disk}/hub
store: {disk}/store
preview: {{samples: 0}}
"""
Row = tuple[str, float, str]


def main() -> int:
    """Print the steps; exit 1 if no release came of them."""
    name = (sys.argv[2:] or ["test_archive"])[0]
    with tempfile.TemporaryDirectory(prefix="labci-loop-") as folder:
        disk = Path(folder)
        with projected(disk) as project, looping(project, SETTINGS.format(disk=disk)) as loop:
            rows = list(_steps(loop, name))
        release = disk / "hub" / "v0.1.0"
        answered = recalls(release, [name])[0] if release.exists() else "no release"
    print(table(("step", "seconds", "what labci says"), [*rows, ("the release answers", 0.0, answered)]))
    return 0 if answered != "no release" else 1


def _steps(loop: Loop, name: str) -> Iterator[Row]:
    good: dict[str, str | None] = {**leaf_files(name, HELDOUT)}
    qna = f"taxonomy/{leaf_path(name)}/qna.yaml"
    bad = {**good, qna: str(good[qna]).replace(" answer:", " awnser:", 1)}
    heads = []

    def propose(files: dict[str, str | None]) -> str:
        heads.append(loop.proposed(files))
        return str(loop.stage.talk.comments[0].body)

    yield _timed("a fork's pull request with a mistake", lambda: propose(bad))
    yield _timed("mended", lambda: propose(good))
    yield _timed("approved", lambda: loop.approved(heads[-1]))
    yield _timed("previewed", loop.previewed)
    yield _timed("merged", loop.landed)
    yield _timed("taught and judged", loop.taught)
    yield _timed("released", loop.released)


def _timed(step: str, do: Callable[[], str]) -> Row:
    """The step with its seconds and the first line of what was said."""
    began = time.monotonic()
    said = do()
    line = next((line for line in said.splitlines() if line.strip() and not line.startswith("<!--")), "")
    print(f"{step}: {line}", file=sys.stderr, flush=True)
    return step, round(time.monotonic() - began, 1), line.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
