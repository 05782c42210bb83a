"""`/labci approve` and `/labci preview`, over HTTP, with a real teacher's server and a tiny released model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci.ci import approval, event
from labci.errors import ConfigError, LabciError, OutsideError, UsageError
from labci.known import Known
from labci.report import preview as pages
from labci.store import Store
from tests.ci.conftest import Project, write
from tests.ci.hub import GOOD, OTHER, SETTINGS, Stage, based, commented, leaf, run, staged
from tests.conftest import git
from tests.release.make import Quiet
from tests.servers import openapi
from tests.servers.chat import Chat, serving
from tests.servers.github_runs import ROBOT, Status
from tests.servers.lab import Large
from tests.tiny import tiny_model

KEY = "sk-very-secret"
slow = pytest.mark.slow  # many git processes, and as many requests to a GitHub on loopback


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(Large()) as found:
        monkeypatch.setenv("OPENAI_BASE_URL", found.url)
        yield found


@pytest.fixture
def ready(project: Project, tmp_path: Path, chat: Chat) -> Iterator[Stage]:
    """A project with a hub, a store and a teacher, on a GitHub where mo may write and eve has a fork."""
    tiny_model(tmp_path / "tiny")
    based(project, SETTINGS.format(disk=tmp_path))
    with staged(project) as found:
        found.talk.permissions["mo"] = "write"
        yield found


@slow
def test_an_approved_commit_is_tried_and_told_in_one_comment(ready: Stage, chat: Chat, tmp_path: Path) -> None:
    head = ready.push(leaf(GOOD))
    assert "is being made" in ready.say(f"/labci preview {head}", "mo")
    assert ready.talk.dispatched == [{"ref": "main", "inputs": {"pull": "7", "commit": head}}]
    page = run(ready)
    (told,) = commented(ready)
    assert told.splitlines()[0].startswith("**labci preview: ")
    assert re.search(r"[1-9]\d* samples? kept, and the released model knows 0 of 4 answers already", told)
    assert "Write limerick 0 about a cat" in told
    assert "candidates kept" in told
    assert "Not done yet" not in told  # the stages that follow are the merge's
    assert head[:12] in told
    assert page.strip() == told.strip()
    assert not (ready.project.clone / OTHER).exists()  # nothing of the head was checked out
    assert KEY not in told
    calls = chat.requests
    assert calls
    ready.say("/labci preview")  # now the author may, and nothing is asked again
    run(ready)
    assert len(commented(ready)) == 1
    assert chat.requests == calls
    assert Store(str(tmp_path / "store")).get("evaluations", "none") is None


@slow
def test_what_a_preview_made_is_not_asked_again_by_the_merge(ready: Stage, chat: Chat, tmp_path: Path) -> None:
    from labci import pipeline, session

    based(ready.project, SETTINGS.format(disk=tmp_path).replace("samples: 1", "samples: 0"))
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    run(ready)
    calls = len(chat.asked)
    assert calls
    git(ready.project.clone, "merge", "-q", "--no-ff", "-m", "Merge", head)
    request = session.Request(folder=ready.project.clone, range=f"{ready.project.base}..HEAD")
    job = session.open_job(session.open_session(request), Quiet())
    pipeline.walk(job, last="generate")
    assert len(chat.asked) == calls
    assert (job.run / "samples.jsonl").read_text()


@slow
def test_errors_of_lint_and_too_many_requests_are_told_and_nobody_is_asked(
    ready: Stage, chat: Chat, tmp_path: Path
) -> None:
    bad = ready.push(leaf(GOOD.replace("    answer:", "    awnser:")))
    ready.say(f"/labci preview {bad}", "mo")
    run(ready)
    assert "not made, as lint found" in commented(ready)[0].splitlines()[0]
    based(ready.project, SETTINGS.format(disk=tmp_path).replace("questions: 4", "max_calls: 1"))
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    run(ready)
    (told,) = commented(ready)
    assert "preview.max_calls of labci.yaml allows 1" in told
    assert chat.asked == []


@slow
def test_a_teacher_that_is_not_there_is_told_without_its_key(ready: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:password@127.0.0.1:9/v1")
    with pytest.raises(OutsideError):
        run(ready)
    (told,) = commented(ready)
    assert "could not be made" in told.splitlines()[0]
    assert KEY not in told
    assert "password" not in told


@slow
def test_every_answer_has_the_shape_that_github_describes(ready: Stage) -> None:
    if not openapi.FILE:
        pytest.skip(openapi.REASON)
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci approve {head}", "mo")
    ready.say("/labci preview")
    run(ready)
    assert "\n".join(sorted({problem[-300:] for problem in openapi.problems(ready.hub.answers)})) == ""


def test_the_comment_is_bounded_and_text_in_it_does_not_act() -> None:
    asked = [Known(leaf="a", question="@team `x` | $(reboot)", wanted="<b>" * 500, said="\x1b[2J\n- [ ] x", f1=0.5)]
    leaves = [{"path": "a/b", "examples": None}]
    value = {"totals": {"kept": 0, "leaves": 1}, "leaves": leaves}
    text = pages._questions(asked)
    assert value["leaves"] == leaves
    assert "@team" not in text.replace("@&#8203;team", "")
    assert "\x1b" not in text
    assert "<b>" not in text
    assert len(text) < 2000
    assert text.count("| yes |") == 1


# Attacks: each fails if its guard is taken out.


@slow
def test_an_author_gets_no_preview_of_what_nobody_approved(ready: Stage) -> None:
    head = ready.push(leaf(GOOD))
    assert f"/labci approve {head}" in ready.say("/labci preview")
    assert f"/labci approve {head}" in ready.say(f"/labci preview {head}")  # naming it is no approval
    assert "nothing was done" in ready.say(f"/labci approve {head}")
    assert ready.talk.dispatched == []
    assert ready.talk.statuses == []
    with pytest.raises(UsageError, match="is not approved"):
        run(ready, {"pull": "7", "commit": head})
    assert commented(ready) == []


@slow
@pytest.mark.parametrize("named", ["", "x", "HEAD", "main", "0" * 40, "abc"])
def test_an_approval_names_the_commit_that_was_looked_at(ready: Stage, named: str) -> None:
    head = ready.push(leaf(GOOD))
    answer = ready.say(f"/labci approve {named}".strip(), "mo")
    assert "ommit" in answer
    assert ready.talk.statuses == []
    assert head in answer or named


@slow
@pytest.mark.parametrize("digits", [7, 12, 39])
def test_a_part_of_an_id_is_no_word_for_a_commit(ready: Stage, digits: int) -> None:
    """Two commits with the same first dozen digits are made in minutes: one is shown, the other is pushed."""
    head = ready.push(leaf(GOOD))
    for verb in ("approve", "preview"):
        assert "all of its digits" in ready.say(f"/labci {verb} {head[:digits]}", "mo")
    assert ready.talk.statuses == []


@slow
def test_a_push_between_the_look_and_the_word_is_not_approved(ready: Stage) -> None:
    seen = ready.push(leaf(GOOD))
    ready.push(leaf(GOOD.replace("cat", "dog")))
    assert "look at what has changed" in ready.say(f"/labci approve {seen}", "mo")
    assert "look at what has changed" in ready.say(f"/labci preview {seen}", "mo")
    assert ready.talk.statuses == []
    assert ready.talk.dispatched == []


@slow
def test_a_push_after_the_approval_makes_it_void(ready: Stage, chat: Chat) -> None:
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    moved = ready.push(leaf(GOOD.replace("cat", "dog")))
    for commit, why in ((head, "is not the newest commit"), (moved, "is not approved")):
        with pytest.raises(UsageError, match=why):
            run(ready, {"pull": "7", "commit": commit})
    assert "/labci approve" in ready.say("/labci preview")
    assert chat.asked == []


@slow
def test_a_head_that_moves_during_the_preview_gets_no_comment(ready: Stage, chat: Chat) -> None:
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    answer, moved = chat.answer, list[str]()

    def moving(body: dict[str, object]) -> object:
        if not moved:
            moved.append(ready.push(leaf(GOOD.replace("cat", "dog"))))
        return answer(body)

    chat.answer = moving  # type: ignore[assignment]
    assert "labci preview" in run(ready)
    assert moved
    assert commented(ready) == []


@slow
def test_a_status_that_somebody_else_gave_is_no_approval(ready: Stage) -> None:
    head = ready.push(leaf(GOOD))
    ready.talk.statuses = [Status(sha=head, context=approval.CONTEXT, state="success", description="", creator="eve")]
    with pytest.raises(UsageError, match="is not approved"):
        run(ready, {"pull": "7", "commit": head})
    ready.talk.statuses.append(
        Status(sha=head, context=approval.CONTEXT, state="failure", description="", creator=ROBOT)
    )
    with pytest.raises(UsageError, match="is not approved"):
        run(ready, {"pull": "7", "commit": head})


@slow
def test_the_settings_and_flows_of_the_pull_request_count_for_nothing(ready: Stage, chat: Chat) -> None:
    with serving(Large()) as other:
        settings = {"labci.yaml": "teacher: openai:theirs\nflows: {freeform: flows/mine.yaml}\n"}
        head = ready.push({**leaf(GOOD), **settings, "flows/mine.yaml": "name: mine\n"})
        ready.say(f"/labci preview {head}", "mo")
        run(ready)
    assert other.asked == []
    assert {body["model"] for body in chat.asked} == {"m"}


@slow
def test_a_store_in_the_pull_request_is_not_the_store(ready: Stage, chat: Chat) -> None:
    """What a fork commits as a store, or changes in what its own checks left behind, is never read."""
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    run(ready)
    calls = len(chat.asked)
    disk = ready.project.clone.parent / "store"
    stored = {path.relative_to(disk).as_posix(): path.read_bytes() for path in disk.rglob("*") if path.is_file()}
    assert len(stored) > calls
    for path in sorted(disk.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    poisoned = {f".labci/store/{name}": "{}" for name in stored}
    head = ready.push({**leaf(GOOD), **poisoned, "store/x": "y"})
    ready.say(f"/labci preview {head}", "mo")
    run(ready)
    assert len(chat.asked) == 2 * calls


@slow
def test_a_link_in_place_of_a_leaf_is_not_followed(ready: Stage, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(GOOD.replace("cat", "the key of the project"))
    author = ready.project.author
    git(author, "switch", "-q", "-C", "change-7", ready.project.base)
    write(author, leaf(GOOD))
    (author / OTHER / "qna.yaml").unlink()
    (author / OTHER / "qna.yaml").symlink_to(secret)
    git(author, "add", "-A")
    git(author, "commit", "-qm", "Link")
    head = git(author, "rev-parse", "HEAD")
    git(author, "push", "-q", "--force", str(ready.project.server), "HEAD:refs/pull/7/head")
    fork = ready.hub.repos["eve/taxonomy"].git
    git(fork, "fetch", "-q", str(ready.project.server), "+refs/pull/7/head:mine")
    ready.say(f"/labci preview {head}", "mo")
    try:
        page = run(ready)
    except LabciError as error:
        page = error.message
    assert "key of the project" not in page + "".join(commented(ready))


@slow
def test_a_place_that_only_this_runner_has_is_refused(ready: Stage) -> None:
    head = ready.push(leaf(GOOD))
    ready.say(f"/labci preview {head}", "mo")
    with pytest.raises(ConfigError, match="on this runner alone"):
        run(ready, RUNNER_ENVIRONMENT="github-hosted")


@pytest.mark.parametrize(
    "inputs",
    [None, {}, {"pull": 7, "commit": "a" * 40}, {"pull": "7; ls", "commit": "a" * 40}, {"pull": "7", "commit": "main"},
     {"pull": "0", "commit": "a" * 40}, {"pull": "7", "commit": "a" * 41}],
)  # fmt: skip
def test_inputs_that_name_no_pull_request_are_usage_errors(tmp_path: Path, inputs: object) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"inputs": inputs}))
    with pytest.raises(UsageError):
        event.read_preview({"GITHUB_EVENT_PATH": str(file)})
