"""The whole loop over HTTP: a fork's mistake, its mending, approval, preview, merge, candidate, release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labci.ci import candidate
from labci.lineage import read
from labci.release.verify import verify
from labci.report import comment as comments
from labci.store import Store
from tests.ci.conftest import Project
from tests.ci.hub import OTHER, SETTINGS
from tests.ci.loop import Loop, looping
from tests.ci.test_preview import KEY
from tests.ci.test_preview import chat as chat
from tests.ci.verses import TRAIN, WIDTH, verses, words
from tests.servers.chat import Chat
from tests.tiny import tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LEAF = OTHER.removeprefix("taxonomy/")
GOOD = verses(OTHER)
BAD = GOOD | {f"{OTHER}/qna.yaml": str(GOOD[f"{OTHER}/qna.yaml"]).replace("    answer:", "    awnser:")}


@pytest.fixture
def loop(project: Project, tmp_path: Path, chat: Chat) -> Iterator[Loop]:
    """A project that has taught nothing yet, and a preview that generates all there is."""
    tiny_model(tmp_path / "tiny", text=words(GOOD), width=WIDTH)
    settings = SETTINGS.format(disk=tmp_path).replace("samples: 1", "samples: 0") + TRAIN
    with looping(project, settings) as found:
        yield found


def test_from_a_fork_s_mistake_to_a_release(loop: Loop, chat: Chat, tmp_path: Path) -> None:
    talk = loop.stage.talk
    loop.proposed(BAD)
    (said,) = talk.comments
    assert comments.MARKER in said.body
    assert "to mend before this can be merged" in said.body.splitlines()[0]
    assert talk.labels[7] == {"skill", "needs-fix"}

    head = loop.proposed(GOOD)
    (edited,) = talk.comments
    assert (edited.id, edited.author) == (said.id, said.author)
    assert "all good" in edited.body.splitlines()[0]
    assert talk.labels[7] == {"skill", "ready"}

    assert "/labci approve" in loop.stage.say("/labci preview")
    assert "takes the role" in loop.stage.say(f"/labci approve {head}")
    assert (talk.dispatched, chat.asked) == ([], [])
    assert "may be previewed" in loop.approved(head)
    assert loop.previewed().splitlines()[0].startswith("**labci preview: ")
    calls = len(chat.asked)
    assert calls

    commit = loop.landed()
    page = loop.taught()
    assert page.startswith("**labci: PASS**"), page
    assert len(chat.asked) == calls  # all of it was generated for the preview
    assert talk.issues == []
    assert not (tmp_path / "hub").exists()
    waiting = candidate.newest(Store(str(tmp_path / "store")))
    assert waiting is not None
    assert (waiting.commit, waiting.previous) == (commit, "")

    assert "v0.1.0 is released" in loop.released()
    folder = tmp_path / "hub/v0.1.0"
    assert verify(folder) == []
    release = read(folder)
    assert [item.leaf for item in release.contributions] == [LEAF]
    assert release.manifest is not None
    assert release.manifest.commit == commit
    assert "No candidate has passed" in loop.released()
    assert KEY not in "".join(comment.body for comment in talk.comments)
