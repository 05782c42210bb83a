"""The GitHub of the tests answers the workflows' commands as GitHub describes it."""

from __future__ import annotations

import pytest

from tests.ci.hub import GOOD, Stage, leaf
from tests.servers import openapi

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not openapi.FILE, reason=openapi.REASON)]


def test_every_answer_has_the_shape_that_github_describes(stage: Stage) -> None:
    bad = stage.push(leaf(GOOD.replace("    answer:", "    awnser:")))
    stage.comment(bad, stage.check(bad))
    good = stage.push(leaf(GOOD))
    stage.comment(good, stage.check(good))
    for login in ("tess", "eve"):
        stage.talk.permissions["tess"] = "triage"
        for verb in ("help", "plan", "lint", "retry"):
            stage.say(f"/labci {verb}", login)
    stage.talk.permissions["tess"] = "maintain"
    stage.talk.runs[1].failed = stage.talk.runs[2].failed = False
    stage.say("/labci retry", "tess")
    asked = {(method, path.partition("team/taxonomy")[2] or path) for method, path, _, _ in stage.hub.answers}
    assert {("POST", "/issues/7/comments"), ("DELETE", "/issues/7/labels/needs-fix"), ("GET", "/user")} <= asked
    assert {("POST", "/check-runs"), ("GET", "/pulls/7/files"), ("POST", "/pulls/7/reviews")} <= asked
    assert len(asked) > 19, asked
    assert "\n".join(sorted({problem[-300:] for problem in openapi.problems(stage.hub.answers)})) == ""
    assert "\n".join(sorted({problem[-300:] for problem in openapi.malformed(stage.hub.sent)})) == ""
