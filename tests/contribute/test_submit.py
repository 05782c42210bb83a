"""`labci submit`, from files on disk to a pull request: real git, and the real client against a GitHub on loopback."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ended, Labci, git, put
from tests.contribute.world import BRANCH, FORK, LEAF, PROJECT, World, world, write_leaf
from tests.servers import github_shapes as shapes
from tests.servers.github import TOKEN, Trouble

QNA = f"taxonomy/{LEAF}/qna.yaml"


@pytest.fixture
def place(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(repository, monkeypatch) as found:
        yield found


def submit(labci: Labci, place: World, *options: str) -> Ended:
    ended = labci("-C", place.clone, "submit", *options)
    assert TOKEN not in ended.out + ended.err
    return ended


def url(ended: Ended) -> str:
    assert (ended.code, ended.out.count("\n")) == (0, 1), ended.err
    return ended.out.strip()


def test_a_new_leaf_becomes_a_pull_request(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    put(place.clone, "notes.txt", "mine\n")
    put(place.clone, f"taxonomy/{LEAF}/draft~", "old\n")
    ended = submit(labci, place, "--message", "What an old press could print.")
    assert url(ended) == f"https://github.com/{PROJECT}/pull/1"
    assert re.search(r"left out.*: notes.txt, taxonomy/.*/draft~", ended.err)
    assert git(place.clone, "branch", "--show-current") == BRANCH
    assert place.project("show", "--format=", "--name-only", BRANCH).splitlines() == [
        "documents/dev_press.md", f"taxonomy/{LEAF}/attribution.txt", QNA,
    ]  # fmt: skip
    assert place.project("log", "-1", "--format=%an%n%B", BRANCH).splitlines() == [
        "Ada Lovelace", f"Add {LEAF}", "", "What an old press could print.", "",
        "Signed-off-by: Ada Lovelace <ada@example.org>",
    ]  # fmt: skip
    assert "?? notes.txt" in git(place.clone, "status", "--porcelain")
    (pull,) = place.hub.pulls
    assert (pull.title, pull.head, pull.base) == (f"Add {LEAF}", (PROJECT, BRANCH), (PROJECT, "main"))
    assert pull.body is not None
    assert pull.body.startswith("What an old press could print.\n\n<!-- labci")
    assert f"+ added    {LEAF}   seeds +5" in pull.body


@pytest.mark.slow
def test_a_second_submit_updates_the_pull_request(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    first = url(submit(labci, place))
    place.hub.pulls[0].title = "A better title"
    place.hub.pulls[0].body = f"By hand.\n\n{place.hub.pulls[0].body}\nBelow."
    write_leaf(place.clone, "knowledge/bench/second")
    assert url(submit(labci, place)) == first
    (pull,) = place.hub.pulls
    body = pull.body or ""
    assert pull.title == "A better title"
    assert body.startswith("By hand.")
    assert body.endswith("Below.")
    assert body.count("<!-- labci: what is new -->") == 1
    assert "2 leaves, 10 new seeds" in body
    assert place.project("log", "--format=%s", f"main..{BRANCH}").splitlines() == [
        "Add knowledge/bench/second", f"Add {LEAF}",
    ]  # fmt: skip
    assert url(submit(labci, place, "--title", "Two leaves", "--message", "New text.")) == first
    assert (pull.title, (pull.body or "").partition("\n")[0]) == ("Two leaves", "New text.")


def test_submitting_twice_the_same_changes_nothing(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    first = url(submit(labci, place))
    place.hub.requests.clear()
    head = git(place.clone, "rev-parse", "HEAD")
    ended = submit(labci, place)
    assert url(ended) == first
    assert "up to date" in ended.err
    assert git(place.clone, "rev-parse", "HEAD") == head
    assert [request for request in place.hub.requests if not request.startswith("GET")] == []


@pytest.mark.slow
@pytest.mark.parametrize("upstream", [False, True], ids=["asked of GitHub", "a remote upstream"])
def test_from_a_fork(labci: Labci, place: World, upstream: bool) -> None:
    place.add_fork()
    if upstream:
        git(place.clone, "remote", "rename", "origin", "upstream")
        place.add_remote("origin", FORK)
    else:
        place.add_remote("mine", FORK)
    write_leaf(place.clone)
    options = () if upstream else ("--remote", "mine")
    first = url(submit(labci, place, *options))
    assert first == f"https://github.com/{PROJECT}/pull/1"
    assert place.hub.pulls[0].head == (FORK, BRANCH)
    assert place.hub.repos[PROJECT].sha(BRANCH) == ""
    assert url(submit(labci, place, *options, "--title", "Better")) == first
    assert [pull.title for pull in place.hub.pulls] == ["Better"]


@pytest.mark.slow
def test_a_fork_of_the_same_owner(labci: Labci, place: World) -> None:
    """GitHub's filter by owner finds the other repository's pull request, too; and OWNER:BRANCH is not enough."""
    place.add_fork("team/fork")
    place.add_remote("fork", "team/fork")
    write_leaf(place.clone)
    url(submit(labci, place))
    assert url(submit(labci, place, "--remote", "fork")) == f"https://github.com/{PROJECT}/pull/2"
    assert [pull.head for pull in place.hub.pulls] == [(PROJECT, BRANCH), ("team/fork", BRANCH)]
    assert url(submit(labci, place)).endswith("/1")


def test_a_branch_of_that_name_exists(labci: Labci, place: World) -> None:
    git(place.clone, "branch", BRANCH)
    git(place.clone, "push", "-q", "origin", f"main:{BRANCH}-2")
    write_leaf(place.clone)
    url(submit(labci, place))
    assert git(place.clone, "branch", "--show-current") == f"{BRANCH}-3"
    ended = submit(labci, place, "--branch", BRANCH)
    assert ended.code == 2
    assert f"git switch {BRANCH}" in ended.err


def test_others_pushed_to_the_branch(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    url(submit(labci, place))
    other = place.clone.parent / "other"
    git(place.clone.parent, "clone", "-q", "-b", BRANCH, str(place.hub.repos[PROJECT].git), str(other))
    put(other, "theirs.txt", "theirs\n")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "Theirs")
    git(other, "push", "-q")
    write_leaf(place.clone, "knowledge/bench/second")
    ended = submit(labci, place)
    assert ended.code == 5
    assert "other commits" in ended.err
    assert f"git pull --rebase origin {BRANCH}" in ended.err
    git(place.clone, "pull", "-q", "--rebase", "origin", BRANCH)
    assert url(submit(labci, place)).endswith("/1")


def test_a_named_branch(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    for bad in ("main", "a..b", "-x"):
        assert submit(labci, place, f"--branch={bad}").code == 2
    assert git(place.clone, "branch", "--show-current") == "main"
    url(submit(labci, place, "--branch", "presses"))
    url(submit(labci, place, "--branch", "presses"))
    assert [pull.head[1] for pull in place.hub.pulls] == ["presses"]


def test_nothing_to_submit(labci: Labci, place: World) -> None:
    put(place.clone, "notes.txt", "mine\n")
    ended = submit(labci, place)
    assert (ended.code, ended.out) == (0, "")
    assert "left out, as no changed leaf needs them: notes.txt" in ended.err
    assert "nothing to submit" in ended.err
    assert (place.hub.requests, git(place.clone, "branch")) == ([], "* main")


def test_lint_errors_stop_before_anything_is_done(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    text = (place.clone / QNA).read_text("utf-8")
    put(place.clone, QNA, text.replace("seed_examples:", "seeds:", 1))
    ended = submit(labci, place)
    assert (ended.code, ended.out) == (1, "")
    assert f"{QNA}:" in ended.err
    assert "nothing was committed" in ended.err
    assert git(place.clone, "branch") == "* main"
    assert git(place.clone, "status", "--porcelain", "-uall").startswith("?? ")
    assert place.hub.requests == []


def test_only_named_leaves(labci: Labci, place: World) -> None:
    """A leaf that isn't named is left out, and may have errors; its document, too."""
    write_leaf(place.clone)
    put(place.clone, "taxonomy/knowledge/bench/half/qna.yaml", "version: 3\n")
    put(place.clone, "documents/half.md", "Half.\n")
    ended = submit(labci, place, str(place.clone / QNA))
    url(ended)
    assert "left out, as no changed leaf needs them: documents/half.md\n" in ended.err
    assert "left out, as they were not named: taxonomy/knowledge/bench/half/qna.yaml\n" in ended.err
    assert len(place.project("show", "--format=", "--name-only", BRANCH).splitlines()) == 3
    assert submit(labci, place, str(place.clone / "taxonomy/nowhere")).code == 2
    assert submit(labci, place, "..").code == 2


def test_what_is_staged_otherwise_stays_staged(labci: Labci, place: World) -> None:
    put(place.clone, "notes.txt", "mine\n")
    git(place.clone, "add", "notes.txt")
    write_leaf(place.clone)
    url(submit(labci, place))
    assert git(place.clone, "status", "--porcelain") == "A  notes.txt"


def test_a_document_alone(labci: Labci, place: World) -> None:
    """Its leaf reads it at HEAD, so it is the leaf's change."""
    write_leaf(place.clone)
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-qm", "Add the leaf")
    git(place.clone, "push", "-q", "origin", "main")
    file = place.clone / "documents/dev_press.md"
    file.write_text(file.read_text("utf-8") + "\nOne more fact.\n", "utf-8")
    put(place.clone, "documents/other.md", "Nobody reads this.\n")
    ended = submit(labci, place)
    url(ended)
    assert "left out, as no changed leaf needs them: documents/other.md" in ended.err
    branch = BRANCH.replace("add", "change")
    assert place.project("show", "--format=%s", "--name-only", branch).split("\n\n") == [
        f"Change {LEAF}", "documents/dev_press.md",
    ]  # fmt: skip
    assert "~ document" in (place.hub.pulls[0].body or "")


def test_a_leaf_is_moved_and_one_removed(labci: Labci, place: World) -> None:
    for path in (LEAF, "knowledge/bench/second"):
        write_leaf(place.clone, path)
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-qm", "Add leaves")
    git(place.clone, "push", "-q", "origin", "main")
    (place.clone / "taxonomy/knowledge/press").mkdir()
    git(place.clone, "mv", f"taxonomy/{LEAF}", "taxonomy/knowledge/press/old")
    git(place.clone, "rm", "-rq", "taxonomy/knowledge/bench/second")
    url(submit(labci, place))
    assert git(place.clone, "status", "--porcelain") == ""
    body = place.hub.pulls[0].body or ""
    assert re.search(r"> renamed +knowledge/bench/\w+ -> knowledge/press/old", body)
    assert "- removed" in body


def test_nobody_to_sign_off(labci: Labci, place: World) -> None:
    git(place.clone, "config", "--unset", "user.email")
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 2
    assert "git config user.name" in ended.err
    assert "git config user.email" in ended.err
    assert git(place.clone, "branch") == "* main"


def test_no_such_remote(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    ended = submit(labci, place, "--remote", "mine")
    assert ended.code == 2
    assert "this repository has: origin" in ended.err


def test_no_token(labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 2
    assert "export GITHUB_TOKEN" in ended.err
    assert git(place.clone, "branch") == "* main"


@pytest.mark.slow
@pytest.mark.parametrize("repaired", ["GITHUB_TOKEN", "GH_TOKEN"])
def test_a_wrong_token_is_told_and_not_shown(
    labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch, repaired: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_wrong9876543210")
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 5
    assert "doesn't take the token in GITHUB_TOKEN" in ended.err
    assert "ghp_wrong" not in ended.out + ended.err
    assert place.project("log", "-1", "--format=%s", BRANCH) == f"Add {LEAF}"
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv(repaired, TOKEN)
    assert url(submit(labci, place)).endswith("/1")


TROUBLE = {
    "403": (Trouble(403, shapes.error("Resource not accessible by personal access token")), "may not do this on"),
    "404": (Trouble(404, shapes.error("Not Found")), f"no repository {PROJECT}"),
    "500": (Trouble(500, "<html>"), "keeps failing"),
    "429": (Trouble(429, shapes.error("Slow down"), {"Retry-After": "3600"}), "rate limit is used up until 20"),
    "403, secondary": (
        Trouble(403, shapes.error("You have exceeded a secondary rate limit."), {"Retry-After": "600"}),
        "rate limit is used up until 20",
    ),
    "the token, told back": (Trouble(418, shapes.error(f"no {TOKEN}\x1b[2J")), "GitHub answers 418: no …"),
    "a proxy's page": (Trouble(200, "<html>Log in</html>"), "is not GitHub's API"),
    "addresses elsewhere": (
        Trouble(200, shapes.repository("https://elsewhere.example", PROJECT, full=True)), "is not GitHub's API",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("trouble", "message"), TROUBLE.values(), ids=TROUBLE.keys())
def test_github_refuses(labci: Labci, place: World, trouble: Trouble, message: str) -> None:
    """Each is told with a next step, and the same command goes on once it is over."""
    write_leaf(place.clone)
    place.hub.trouble.append(trouble)
    ended = submit(labci, place)  # and doesn't wait the hour that is asked for: tests have five minutes
    assert ended.code == 5, ended.err
    assert message in ended.err
    assert "next:" in ended.err
    assert "\x1b" not in ended.err
    place.hub.trouble.clear()
    assert url(submit(labci, place)).endswith("/1")


@pytest.mark.slow
def test_the_rate_limit_says_until_when(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    place.hub.remaining, place.hub.reset = 2, 4_102_444_800
    ended = submit(labci, place)
    assert ended.code == 5
    assert "until 2100-01-01 00:00:00 UTC" in ended.err
    place.hub.remaining = 100
    assert url(submit(labci, place)).endswith("/1")


@pytest.mark.slow
def test_a_short_wait_is_waited_for(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    place.hub.trouble = [
        Trouble(502, "bad gateway", times=1),
        Trouble(403, shapes.error("You have exceeded a secondary rate limit."), {"Retry-After": "1"}, times=1),
    ]
    assert url(submit(labci, place)).endswith("/1")


def test_422_no_such_base(labci: Labci, place: World) -> None:
    git(place.clone, "branch", "next")
    write_leaf(place.clone)
    ended = submit(labci, place, "--base", "next")
    assert ended.code == 5
    assert "base invalid" in ended.err
    assert "--base" in ended.err
    assert git(place.clone, "branch", "--show-current") == BRANCH  # not main, which labci.yaml has as its base


def test_the_remotes_default_branch_gets_no_commit(labci: Labci, place: World) -> None:
    git(place.clone, "switch", "-q", "-c", "trunk")
    git(place.clone, "push", "-q", "origin", "trunk")
    git(place.clone, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    write_leaf(place.clone)
    url(submit(labci, place))
    assert place.hub.pulls[0].head == (PROJECT, BRANCH)


def test_422_all_of_it_was_merged(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    url(submit(labci, place))
    place.project("update-ref", "refs/heads/main", BRANCH)
    place.hub.pulls[0].state = "closed"
    ended = submit(labci, place)
    assert ended.code == 5
    assert "No commits between main and" in ended.err
    assert "git pull" in ended.err


@pytest.mark.slow
def test_no_network(labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 5
    assert "can't be reached" in ended.err


def test_a_push_that_fails_is_gone_on_with(labci: Labci, place: World) -> None:
    bare = place.hub.repos[PROJECT].git
    write_leaf(place.clone)
    bare.rename(bare.with_name("away.git"))
    ended = submit(labci, place)
    assert ended.code == 5
    assert "pushing to" in ended.err
    assert f"the commit stays on {BRANCH}" in ended.err
    bare.with_name("away.git").rename(bare)
    head = git(place.clone, "rev-parse", "HEAD")
    assert url(submit(labci, place)).endswith("/1")
    assert (git(place.clone, "rev-parse", "HEAD"), place.hub.repos[PROJECT].sha(BRANCH)) == (head, head)


def test_a_server_that_refuses_the_branch(labci: Labci, place: World) -> None:
    hook = put(place.hub.repos[PROJECT].git, "hooks/pre-receive", "#!/bin/sh\necho 'ask \033[2J first'; exit 1\n")
    hook.chmod(0o755)
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 5
    assert "refuses the branch" in ended.err
    assert "\x1b" not in ended.err


def test_a_plain_server_gets_a_text_to_send(labci: Labci, place: World) -> None:
    git(place.clone, "remote", "set-url", "origin", str(place.hub.repos[PROJECT].git))
    write_leaf(place.clone)
    ended = submit(labci, place)
    assert ended.code == 0, ended.err
    assert ended.out.startswith(f"Subject: Add {LEAF}\n")
    assert "<!--" not in ended.out
    assert f"git fetch {place.hub.repos[PROJECT].git} {BRANCH}" in ended.out
    assert place.project("log", "-1", "--format=%s", BRANCH) == f"Add {LEAF}"
    assert place.hub.requests == []
    again = submit(labci, place)
    assert (again.code, again.out) == (0, "")
    assert f"nothing changed since the text for {BRANCH} was printed" in again.err
    assert submit(labci, place, "--title", f"Add {LEAF}").out == ended.out


def test_a_text_to_send_keeps_its_title_and_message(labci: Labci, place: World) -> None:
    git(place.clone, "remote", "set-url", "origin", str(place.hub.repos[PROJECT].git))
    write_leaf(place.clone)
    first = submit(labci, place, "--title", "An old press", "--message", "What it could print.\n\nAnd why.")
    write_leaf(place.clone, "knowledge/bench/second")
    second = submit(labci, place)
    for ended in (first, second):
        assert ended.out.startswith("Subject: An old press\n\nWhat it could print.\n\nAnd why.\n\n"), ended.err
    assert "2 leaves, 10 new seeds" in second.out
    third = submit(labci, place, "--message", "- a list")
    assert third.out.startswith("Subject: An old press\n\n- a list\n\n"), third.err
    fourth = submit(labci, place, "--title", "--global")
    assert fourth.out.startswith("Subject: --global\n\n- a list\n\n"), fourth.err
    assert git(place.clone, "config", "--local", f"branch.{BRANCH}.description") == "--global\n\n- a list"


def test_warnings_are_shown(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    put(
        place.clone,
        QNA,
        (place.clone / QNA).read_text("utf-8").replace("domain: ", f"# {'long ' * 30}end\ndomain: ", 1),
    )
    ended = submit(labci, place)
    url(ended)
    assert re.search(rf"{QNA}:\d+:\d+: warning style-", ended.err)
    assert "lint: 2 files: no errors, 1 warning" in ended.err


def test_an_unknown_forge(labci: Labci, place: World) -> None:
    write_leaf(place.clone)
    ended = submit(labci, place, "--forge", "forgejo")
    assert ended.code == 2
    assert "auto, github, plain" in ended.err
    put(place.clone, "labci.yaml", "forge: no such\n")
    assert "labci.yaml:1:" in submit(labci, place).err


def test_dry_run_does_nothing(labci: Labci, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    write_leaf(place.clone)
    ended = submit(labci, place, "--dry-run")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        f"branch {BRANCH} (new), for main", f"commit Add {LEAF}", "  documents/dev_press.md",
        f"  taxonomy/{LEAF}/attribution.txt", f"  {QNA}", "push to origin, forge github; nothing was done (--dry-run)",
    ]  # fmt: skip
    assert (place.hub.requests, git(place.clone, "branch")) == ([], "* main")


def test_the_repositorys_template_is_filled_in(labci: Labci, place: World) -> None:
    put(place.clone, ".github/pull_request_template.md", "## What\n\n<!-- say it -->\n\n## Before\n\n- [ ] Mine.\n")
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-qm", "Template")
    git(place.clone, "push", "-q", "origin", "main")
    write_leaf(place.clone)
    url(submit(labci, place, "--message", "Presses."))
    body = place.hub.pulls[0].body or ""
    assert body.startswith("## What\n\nPresses.\n\n<!-- labci")
    assert body.endswith("- [ ] Mine.\n")


def test_commits_made_on_the_base_branch(labci: Labci, place: World) -> None:
    """They go to a branch of their own; without a leaf among them there is nothing to submit."""
    put(place.clone, "notes.txt", "mine\n")
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-qm", "Notes")
    assert "nothing to submit" in submit(labci, place).err
    write_leaf(place.clone)
    git(place.clone, "add", "-A")
    git(place.clone, "commit", "-qm", "Press")
    url(submit(labci, place))
    assert place.hub.pulls[0].head == (PROJECT, BRANCH)


def test_with_a_detached_head(labci: Labci, place: World) -> None:
    git(place.clone, "checkout", "-q", "--detach")
    write_leaf(place.clone)
    url(submit(labci, place))
    assert git(place.clone, "branch", "--show-current") == BRANCH


def test_hooks_of_the_repository_do_not_run(labci: Labci, place: World) -> None:
    for name in ("pre-commit", "commit-msg", "pre-push", "post-checkout"):
        put(place.clone, f".git/hooks/{name}", f"#!/bin/sh\ntouch {place.clone}/ran\nexit 1\n").chmod(0o755)
    write_leaf(place.clone)
    url(submit(labci, place))
    assert not (place.clone / "ran").exists()
