"""`labci ci pr` in a clone of the base branch, on pull requests that only the server has."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from labci import contribute
from labci.ci import outcome, pull_request
from labci.contribute import maintained
from labci.errors import ConfigError, OutsideError, UsageError
from labci.report.comment import silent
from tests.ci.conftest import ATTRIBUTION, GOOD, LEAF, RHYMES, Project, skill

OTHER = "taxonomy/compositional_skills/writing/freeform/limericks"
MORE = skill(*[(f"Write limerick {n} about a cat.", f"There once was a cat, number {n}.") for n in range(6)])


def check(project: Project, head: str, **more: str) -> int:
    return pull_request(project.clone, project.event(head) | more)


def annotations(out: str) -> list[str]:
    """Commands that a runner would carry out: those outside of stop-commands."""
    stopped = re.sub(r"::stop-commands::(\w+)\n.*?(?:::\1::\n|\Z)", "", out, flags=re.DOTALL)
    return [line for line in stopped.splitlines() if line.startswith("::")]


def test_a_good_leaf_is_compared_and_costed(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    head = project.propose({f"{OTHER}/qna.yaml": MORE, f"{OTHER}/attribution.txt": ATTRIBUTION})
    assert check(project, head) == 0
    assert [line for line in annotations(capfd.readouterr().out) if line.startswith("::error")] == []
    page = project.summary()
    assert "compositional_skills/writing/freeform/limericks" in page
    assert "6 new seeds" in page
    assert "What it will cost" in page


def test_a_mistake_is_annotated_at_its_place(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    text = GOOD.replace("    answer: Word3th", "    awnser: Word3th")
    head = project.propose({f"{LEAF}/qna.yaml": text})
    assert check(project, head) == 1
    line = text.splitlines().index(next(row for row in text.splitlines() if "awnser" in row)) + 1
    errors = [row for row in annotations(capfd.readouterr().out) if row.startswith("::error")]
    assert any(f"file={LEAF}/qna.yaml,line={line},col=5," in row and "awnser" in row for row in errors)
    assert "awnser" in project.summary()


def test_a_leaf_that_cannot_be_read_is_lint_s_to_explain(project: Project) -> None:
    head = project.propose({f"{LEAF}/qna.yaml": "version: 2\n  x: [\n"})
    assert check(project, head) == 1
    assert "Not to be told yet" in project.summary()


@pytest.mark.parametrize("name", ["qna.yml", "Qna.yaml"])
def test_a_leaf_under_a_wrong_name_is_seen(project: Project, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    head = project.propose({f"{OTHER}/{name}": MORE, f"{OTHER}/attribution.txt": ATTRIBUTION})
    assert check(project, head) == 1
    assert "naming-file" in capfd.readouterr().out


def test_knowledge_without_its_file_is_a_finding(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    head = project.propose({"taxonomy/knowledge/science/tides/attribution.txt": ATTRIBUTION})
    assert check(project, head) == 1
    assert "naming-file" in capfd.readouterr().out


def test_leaves_that_did_not_change_are_not_linted(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    bad = project.propose({f"{OTHER}/qna.yaml": "version: 9\n"})
    check(project, bad)
    assert "limericks" in capfd.readouterr().out
    base, project_on_bad = bad, project.propose({"README.md": "hello\n"})
    assert check(project, project_on_bad) == 0
    assert base != project_on_bad
    assert "limericks" not in capfd.readouterr().out


def test_a_question_of_another_leaf_is_found(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    """The other leaf is on the base branch alone."""
    head = project.propose({f"{OTHER}/qna.yaml": GOOD, f"{OTHER}/attribution.txt": ATTRIBUTION})
    assert check(project, head) == 0
    (first, *_) = [row for row in annotations(capfd.readouterr().out) if "duplicate-tree" in row]
    assert f"file={OTHER}/qna.yaml,line=" in first
    assert f"this question is asked in {LEAF}/qna.yaml:" in first


def test_nothing_new_is_said_and_good(project: Project) -> None:
    head = project.propose({"README.md": "hello\n"})
    assert check(project, head) == 0
    assert "nothing is new" in project.summary()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["flows/mine.yaml", "labci.yaml", ".github/CODEOWNERS", "teachers/rows.jsonl", "b/mine.jsonl"]
)
def test_files_of_maintainers_are_told(project: Project, name: str) -> None:
    """A flow is what a teacher is told: no contributor changes it unseen, and none that is merged is a surprise."""
    settings = "specialist: {rows: b/mine.jsonl}\n"
    base = project.propose(
        {"labci.yaml": (project.author / "labci.yaml").read_text() + settings, "flows/old.yaml": "x"}, 6
    )
    later = replace(project, base=base)
    assert check(later, later.propose({f"{OTHER}/qna.yaml": MORE, f"{OTHER}/attribution.txt": ATTRIBUTION})) == 0
    assert "belong to maintainers" not in project.summary()
    assert check(later, later.propose({name: "x: 1\n", "flows/old.yaml": None, "docs/flows/x.yaml": "y"})) == 0
    page, left = project.summary(), outcome.parse((project.clone / outcome.FOLDER / outcome.NAME).read_bytes())
    assert "belong to maintainers" in page
    assert left["protected"] == sorted([name, "flows/old.yaml"])
    assert not silent(left)


def test_what_is_told_is_what_code_owners_guard() -> None:
    file = Path(contribute.__file__).parent / "templates/CODEOWNERS"
    named = re.findall(r"^#   /(\S+) .*/maintainers$", file.read_text(), re.MULTILINE)
    assert sorted(named) == sorted([*maintained.FILES, *maintained.FOLDERS])


def test_settings_come_from_the_base_commit(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    head = project.propose({
        "labci.yaml": "taxonomy: elsewhere\n", f"{OTHER}/qna.yaml": "version: 9\n",
    })  # fmt: skip
    (project.clone / "labci.yaml").write_text("taxonomy: elsewhere\n")  # nor from what is checked out
    assert check(project, head) == 1
    assert "limericks" in capfd.readouterr().out


def test_the_work_tree_stays_as_it_was(project: Project) -> None:
    before = {file: file.read_bytes() for file in project.clone.iterdir() if file.is_file()}
    head = project.propose({f"{OTHER}/qna.yaml": MORE, ".gitattributes": "* filter=evil\n"})
    check(project, head)
    assert {file: file.read_bytes() for file in project.clone.iterdir() if file.is_file()} == before
    assert not (project.clone / OTHER).exists()


EVIL = "x%0A::add-mask::a"


def test_contributors_give_the_runner_no_command(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    text = skill(*RHYMES, (EVIL, '"a\\n::error::mine\\n::set-output name=x::y"')).replace(
        "task_desc", "::error::\ntask_desc"
    )
    head = project.propose({f"{LEAF}/qna.yaml": text, f"taxonomy/knowledge/{EVIL}/qna.yaml": "::error::mine\n"})
    check(project, head)
    for line in annotations(capfd.readouterr().out):
        assert re.match(
            r"::(error|warning) file=taxonomy/[^,]+,line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=", line
        )


def test_base_branch_without_settings_is_an_error_with_a_next_step(project: Project) -> None:
    head = project.propose({"labci.yaml": None})
    event = project.event(head, base=head)
    with pytest.raises(ConfigError, match=r"no labci\.yaml on the base branch"):
        pull_request(project.clone, event)


def test_a_commit_that_cannot_be_had_fails_outside(project: Project) -> None:
    with pytest.raises(OutsideError):
        check(project, "d" * 40)


def test_without_an_event_the_message_says_so(project: Project) -> None:
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH"):
        pull_request(project.clone, {})


def test_the_command_line_runs_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, labci: object, capfd: pytest.CaptureFixture[str]
) -> None:
    head = project.propose({f"{OTHER}/qna.yaml": "version: 9\n"})
    for name, value in project.event(head).items():
        monkeypatch.setenv(name, value)
    assert callable(labci)
    ended = labci("-C", project.clone, "ci", "pr")
    assert ended.code == 1
    assert f"file={OTHER}/qna.yaml" in ended.out
