"""Which files lint looks at, which rules it runs, and what it never does in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labci import config
from labci.diagnostic import Diagnostic
from labci.errors import UsageError
from labci.leaf import LeafError, read_leaf
from labci.lint import exit_code, lint
from labci.lintfile import Checked
from tests.conftest import put
from tests.git.make import knowledge

SKILL = (
    "created_by: octocat\ntask_description: Rewrite.\nseed_examples:\n  - question: Late!\n    answer: When, please?\n"
)
BROKEN = "created_by: octocat\nseed_examples: [{\n"
LETTERS = "taxonomy/compositional_skills/writing/letters"
NOTES = "taxonomy/compositional_skills/writing/notes"


def run(root: Path, *paths: str | Path, **more: object) -> list[Checked]:
    return list(lint(paths or None, root=root, config=config.read(b""), **more))  # type: ignore[arg-type]


def found(root: Path, *paths: str | Path, **more: object) -> list[Diagnostic]:
    return [item for file in run(root, *paths, **more) for item in file.diagnostics]


def rules_of(items: list[Diagnostic]) -> list[str]:
    return [item.rule for item in items]


def test_the_whole_taxonomy_file_by_file(tmp_path: Path) -> None:
    put(tmp_path, f"{NOTES}/qna.yaml", SKILL)
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, f"{LETTERS}/heldout.yaml", "items: []\n")
    put(tmp_path, f"{LETTERS}/attribution.txt", "")
    put(tmp_path, f"{LETTERS}/notes.md", "")
    shown = [file.path for file in run(tmp_path)]
    assert shown == [f"{LETTERS}/{name}" for name in ("qna.yaml", "heldout.yaml", "attribution.txt")] + [
        f"{NOTES}/qna.yaml"
    ]


def test_results_stream(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path, f"{NOTES}_{number}/qna.yaml", SKILL)
    stream = lint(None, root=tmp_path, config=config.read(b""))
    assert isinstance(stream, Iterator)
    first = next(stream)
    (tmp_path / f"{NOTES}_2/qna.yaml").write_text(BROKEN)
    assert not [item for item in first.diagnostics if item.group == "yaml"]
    assert "yaml-syntax" in [item.rule for file in stream for item in file.diagnostics]


def test_a_leaf_named_in_several_ways_is_checked_once(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, f"{LETTERS}/attribution.txt", "")
    leaf = tmp_path / LETTERS
    assert len(run(tmp_path, leaf, leaf / "qna.yaml", leaf / "attribution.txt", tmp_path / "taxonomy")) == 2


def test_a_file_outside_is_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "elsewhere/qna.yaml", BROKEN)
    monkeypatch.chdir(tmp_path)
    (item,) = found(tmp_path / "repository", Path("elsewhere/qna.yaml"))
    assert (item.path, item.rule) == ("elsewhere/qna.yaml", "yaml-syntax")
    (item,) = found(tmp_path / "repository", tmp_path / "elsewhere")
    assert item.path == (tmp_path / "elsewhere/qna.yaml").as_posix()


def test_the_kind_comes_from_the_branch_else_from_the_fields(tmp_path: Path) -> None:
    for folder in ("knowledge/x/compositional_skills/y/z", "plain"):
        put(tmp_path, f"{folder}/qna.yaml", SKILL)
        assert found(tmp_path, tmp_path / folder, select=["schema"]) == []
    put(tmp_path, "plain/qna.yaml", SKILL + "document: {}\n")
    assert rules_of(found(tmp_path, tmp_path / "plain", select=["schema"])) == ["schema-unsupported"]
    put(tmp_path, "taxonomy/compositional_skills/about/knowledge/qna.yaml", SKILL)
    assert found(tmp_path, select=["schema"]) == []


@pytest.mark.parametrize("path", ["nothing_here", f"{LETTERS}/qna.yml", "empty"])
def test_a_path_without_a_leaf_stops(tmp_path: Path, path: str) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=path) as caught:
        run(tmp_path, tmp_path / LETTERS, tmp_path / path)
    assert caught.value.hint


def test_an_empty_taxonomy_stops(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        run(tmp_path)
    (tmp_path / "taxonomy").mkdir()
    with pytest.raises(UsageError, match="holds no leaf"):
        run(tmp_path)


def test_only_changed_leaves(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, f"{NOTES}/qna.yaml", BROKEN)
    changed = {"compositional_skills/writing/letters"}
    assert [file.path for file in run(tmp_path, changed=changed)] == [f"{LETTERS}/qna.yaml"]
    assert run(tmp_path, changed=set()) == []


def test_select_and_ignore(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", "version: 3 \n" + SKILL)
    everything = {"schema-min-items", "style-trailing-space", "attribution-missing"}
    assert set(rules_of(found(tmp_path))) == everything
    assert rules_of(found(tmp_path, select=["style", "schema-type"])) == ["style-trailing-space"]
    assert set(rules_of(found(tmp_path, ignore=["schema"]))) == everything - {"schema-min-items"}
    with pytest.raises(UsageError, match="schema-typ") as caught:
        found(tmp_path, select=["schema-typ"])
    assert caught.value.hint == "did you mean schema-type?"


def test_an_error_silences_its_consequences_and_is_always_shown(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", BROKEN)
    assert rules_of(found(tmp_path)) == ["yaml-syntax"]
    assert rules_of(found(tmp_path, select=["naming"], ignore=["yaml"])) == ["yaml-syntax"]
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL.replace("answer", "anwser"))
    selected = rules_of(found(tmp_path, select=["content"]))
    assert selected == ["schema-required", "schema-unknown-key"]
    assert found(tmp_path, select=["style"]) == []


def test_a_broken_file_beside_the_leaf_is_its_own(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL.replace("Rewrite.", "5"))
    put(tmp_path, f"{LETTERS}/heldout.yaml", BROKEN)
    assert rules_of(found(tmp_path)) == ["schema-type", "yaml-syntax"]


def test_links_and_pipes_are_never_read(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.yaml", "token: 12345\n")
    leaf = tmp_path / LETTERS
    leaf.mkdir(parents=True)
    (leaf / "qna.yaml").symlink_to(secret)
    (leaf / "heldout.yaml").symlink_to(secret)
    (only,) = run(tmp_path)
    assert only.lines == ("",)
    assert rules_of(list(only.diagnostics)) == ["naming-file"]
    (tmp_path / "linked").symlink_to(leaf)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe"):
        run(tmp_path, tmp_path / "pipe")


@pytest.mark.parametrize("kind", ["missing", "link", "folder", "pipe"])
@pytest.mark.parametrize("branch", ["knowledge/science", "compositional_skills/writing"])
def test_a_leaf_whose_file_can_not_be_read_is_a_finding_on_every_branch(tmp_path: Path, branch: str, kind: str) -> None:
    leaf = tmp_path / "taxonomy" / branch / "tides"
    put(leaf, "attribution.txt", "")
    put(leaf, "heldout.yaml", "items: []\n")
    main = leaf / "qna.yaml"
    match kind:
        case "link":
            main.symlink_to(leaf / "attribution.txt")
        case "folder":
            main.mkdir()
        case "pipe":
            os.mkfifo(main)
    findings = [item for item in found(tmp_path) if item.path.endswith("qna.yaml")]
    assert rules_of(findings) == ["naming-file"]


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = put(tmp_path, f"{LETTERS}/qna.yaml", "")
    with path.open("wb") as file:
        file.truncate(1 << 32)  # sparse: takes no room, but 4 GiB of memory if it were read
    assert rules_of(found(tmp_path)) == ["yaml-too-large"]


def test_names_that_differ_in_case_only(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, f"{LETTERS.replace('letters', 'Letters')}/qna.yaml", SKILL)
    if len(list((tmp_path / LETTERS).parent.iterdir())) == 1:
        pytest.skip("this file system ignores case")
    assert rules_of(found(tmp_path, select=["naming-case-clash"])) == ["naming-case-clash"] * 2


def test_a_leaf_inside_another_is_found_from_outside_too(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, f"{LETTERS}/formal/british/qna.yaml", SKILL)
    changed = {"compositional_skills/writing/letters"}
    (item,) = found(tmp_path, select=["naming"], changed=changed)
    assert (item.rule, item.path) == ("naming-nested", f"{LETTERS}/formal/british/qna.yaml")


def test_each_leaf_inside_another_is_said_once(tmp_path: Path) -> None:
    inner = [LETTERS, f"{LETTERS}/formal", f"{LETTERS}/formal/british"]
    for folder in inner:
        put(tmp_path, f"{folder}/qna.yaml", SKILL)
    for order in (inner, inner[::-1]):
        nested = found(tmp_path, *(tmp_path / folder for folder in order), select=["naming-nested"])
        assert sorted((item.path, item.message.rpartition("/")[2]) for item in nested) == [
            (f"{LETTERS}/formal/british/qna.yaml", "formal"),
            (f"{LETTERS}/formal/qna.yaml", "letters"),
        ]


@pytest.mark.parametrize("name", ["x" * 300 + ".md", "loop.md", "./real.md", ".git/x.md", "nowhere.md"])
def test_document_names_that_no_commit_has(tmp_path: Path, name: str) -> None:
    put(tmp_path, ".git/x.md", "The oak stands here.")
    put(tmp_path, "real.md", "The oak stands here.")
    (tmp_path / "loop.md").symlink_to("loop.md")
    texts = {f"The oak stands here {n}.": [(f"What is {n}{m}?", "oak") for m in range(3)] for n in range(5)}
    put(tmp_path, "taxonomy/knowledge/trees/qna.yaml", knowledge(texts, ".", "HEAD", name))
    (item,) = found(tmp_path, select=["document-unreadable"])
    assert "matches no file in this repository" in item.message


def test_numbers_tell_long_questions_apart(tmp_path: Path) -> None:
    """The first of the like ones is another question: the second is still found."""
    text = "Which of the old wooden bridges over the river Aller was taken down in the cold winter of {}?"
    for name, year in (("a", 1990), ("b", 1991), ("c", 1991)):
        put(tmp_path, f"{NOTES}_{name}/qna.yaml", SKILL.replace("Late!", text.format(year)))
    (item,) = found(tmp_path, select=["duplicate-tree"])
    assert (item.path, f"{NOTES}_b" in item.message) == (f"{NOTES}_c/qna.yaml", True)


def test_exit_codes() -> None:
    assert [exit_code(0, 0), exit_code(1, 0), exit_code(0, 1)] == [0, 1, 0]
    assert exit_code(0, 1, strict=True) == 1


def test_torch_is_never_imported(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", "version: 3\n" + SKILL)
    put(tmp_path, f"{LETTERS}/attribution.txt", "License of the work: WTFPL OR MIT\n")
    script = (
        "import sys; from pathlib import Path; from labci import config, lint\n"
        "list(lint.lint(None, root=Path(sys.argv[1]), config=config.read(b'')))\n"
        "heavy = {'torch', 'transformers', 'datasets', 'numpy', 'git', 'openai', 'rich'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, cwd=Path(__file__).parents[2])


def test_a_line_of_nothing_but_mistakes_is_told_of_in_few(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL.replace("Late!", "a\u202eb" * 500).replace("please", "\u202e"))
    items = [item for item in found(tmp_path) if item.rule == "unicode-bidi"]
    first, other = items[:20], items[20:]
    assert {item.position.line for item in first} == {4}
    assert first[-1].message.endswith(", and 480 more on this line")
    assert sum("more" in item.message for item in items) == 1
    assert [item.position.line for item in other] == [5]


def test_the_repository_s_other_files_are_no_leaves(tmp_path: Path) -> None:
    """From its root only the taxonomy is walked; elsewhere a YAML file under any name is no leaf unless named."""
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL)
    put(tmp_path, "tests/example/qna.yaml", BROKEN)
    put(tmp_path, ".github/workflows/ci.yml", "on: push\n")
    put(tmp_path, "labci.yaml", "")
    assert [file.path for file in run(tmp_path, tmp_path)] == [f"{LETTERS}/qna.yaml"]
    assert [file.path for file in run(tmp_path, tmp_path / "tests")] == ["tests/example/qna.yaml"]
    assert [file.path for file in run(tmp_path, tmp_path / ".github/workflows/ci.yml")] == [".github/workflows/ci.yml"]
    with pytest.raises(UsageError, match="holds no leaf"):
        run(tmp_path, tmp_path / ".github")


def test_knowledge_that_lacks_only_its_version_is_told_so(tmp_path: Path) -> None:
    put(tmp_path, "taxonomy/knowledge/a/b/qna.yaml", "created_by: o\ndocument_outline: x\nseed_examples: []\n")
    hints = [item.hint for item in found(tmp_path) if item.rule == "schema-unsupported"]
    assert hints == ["add a line: version: 3"]


def test_an_ssh_address_is_no_mail_address(tmp_path: Path) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL.replace("Late!", "Is git@forge.acme.net:ada/bees.git it?"))
    put(tmp_path, f"{LETTERS}_2/qna.yaml", SKILL.replace("Late!", "Is git@git.acme-corp.org:group/bees.git it?"))
    put(tmp_path, f"{NOTES}/qna.yaml", SKILL.replace("Late!", "Is ada@forge.acme-corp.net: it?"))
    assert [item.path for item in found(tmp_path, select=["privacy"])] == [f"{NOTES}/qna.yaml"]


def test_a_text_may_speak_of_todos(tmp_path: Path) -> None:
    text = SKILL.replace("Late!", "'TODO: buy milk. What is that?'").replace("When, please?", "'TODO: marks work'")
    put(tmp_path, f"{LETTERS}/qna.yaml", text)
    assert "content-unfinished" not in rules_of(found(tmp_path))


@pytest.mark.parametrize("repo", ["https://[::1", "https://[", "//[", "ssh://["])
def test_half_an_address_is_no_crash(tmp_path: Path, repo: str) -> None:
    texts = {f"The oak stands here {n}.": [(f"What is {n}{m}?", "oak") for m in range(3)] for n in range(5)}
    put(tmp_path, "taxonomy/knowledge/trees/qna.yaml", knowledge(texts, repo, "1" * 40, "a.md"))
    assert rules_of(found(tmp_path, select=["document-repo"])) == ["document-repo"]


@pytest.mark.parametrize("version", ["three", "[1]", ".inf", "{}"])
def test_a_version_that_is_none_is_a_finding_and_no_bug(tmp_path: Path, version: str) -> None:
    """Where leaves are read after lint, such as for a comparison with others, the line is told, too."""
    text = f"version: {version}\n{SKILL}"
    put(tmp_path, f"{LETTERS}/qna.yaml", text)
    put(tmp_path, f"{NOTES}/qna.yaml", SKILL)
    assert "schema-type" in rules_of(found(tmp_path, select=["schema"])) or version == "{}"
    if version != "{}":  # nothing counts as none
        with pytest.raises(LeafError, match=r"letters/qna\.yaml:1: not a valid leaf"):
            read_leaf("compositional_skills/writing/letters", text.encode())
    found(tmp_path, tmp_path / NOTES)


@pytest.mark.parametrize("number", ["0x" + "f" * 5_000, "9" * 5_000, "0b" + "1" * 50_000, "1" + ":00" * 5_000])
def test_a_number_that_python_can_not_write_is_a_finding(tmp_path: Path, number: str) -> None:
    put(tmp_path, f"{LETTERS}/qna.yaml", SKILL.replace("Late!", number))
    (item,) = [item for item in found(tmp_path) if item.rule == "yaml-syntax"]
    assert (item.position.line, "quotes" in item.hint) == (4, True)
