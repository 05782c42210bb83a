"""A scaffolded repository: whole, clean, and never at the price of what was there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from labci import config, contribute, digest, lint
from labci.diagnostic import Diagnostic
from labci.documents import read
from labci.errors import UsageError
from labci.git import EMPTY_TREE, Repository
from labci.heldout import held_out, leaks
from labci.leaf import ATTRIBUTION_FILE
from labci.store import Store
from labci.taxonomy import Taxonomy
from tests.conftest import Labci, git, put
from tests.git.make import EMAIL, NAME

EXAMPLE = "knowledge/contributing/leaf_rules"


def findings(root: Path) -> list[Diagnostic]:
    """Everything that lint finds in a taxonomy repository, warnings too."""
    settings = config.load(root / "labci.yaml")
    return [found for file in lint.lint(None, root=root, config=settings) for found in file.diagnostics]


def test_a_new_repository_has_everything_and_nothing_committed(tmp_path: Path) -> None:
    files = {str(path) for path in contribute.init(tmp_path / "new")}
    assert {
        "labci.yaml", ".gitignore", "README.md", ".github/workflows/pr.yml", ".github/workflows/comment.yml",
        ".github/workflows/command.yml", ".github/workflows/merge.yml", ".github/workflows/release.yml",
        ".github/workflows/preview.yml", ".github/CODEOWNERS",
        ".github/pull_request_template.md", "documents/leaf_rules.md", f"taxonomy/{EXAMPLE}/qna.yaml",
        f"taxonomy/{EXAMPLE}/{ATTRIBUTION_FILE}", f"taxonomy/{EXAMPLE}/heldout.yaml",
    } <= files  # fmt: skip
    repo = Repository.open(tmp_path / "new")
    assert repo.branch() == "main"
    with pytest.raises(UsageError, match="no commit yet"):
        repo.resolve("HEAD")
    assert {".labci/", "models/"} <= set((repo.root / ".gitignore").read_text().splitlines())
    assert findings(repo.root) == []


def test_the_settings_written_are_the_defaults(tmp_path: Path) -> None:
    contribute.init(tmp_path)
    written, default = config.load(tmp_path / "labci.yaml"), config.read(b"")
    assert {n for n in default.__slots__ if getattr(written, n) != getattr(default, n)} == {"origin"}
    assert sum(origin.startswith("labci.yaml:") for origin in written.origin.values()) == 10


def test_the_example_is_a_whole_leaf(tmp_path: Path) -> None:
    """Five contexts of three questions, copied from its document, and held-out items that leak nowhere."""
    contribute.init(tmp_path)
    repo = Repository.open(tmp_path)
    tree = repo.tree(repo.commit_all("Begin", name=NAME, email=EMAIL))
    settings = config.load(tmp_path / "labci.yaml")
    leaf = Taxonomy(tree, settings.taxonomy).leaf(EXAMPLE)
    assert [len(seed.pairs) for seed in leaf.seeds] == [3] * 5
    assert leaf.document is not None
    store = Store(str(tmp_path / ".labci/store"))
    (document,) = read(leaf.document, source=tree, repo_cache=tmp_path / "c", settings=settings.documents, store=store)
    text = digest.fold(document.text)
    assert all(digest.fold(seed.context or "") in text for seed in leaf.seeds)
    questions = [pair.question for seed in leaf.seeds for pair in seed.pairs]
    assert len(held_out(leaf)) == len(leaf.seeds) + len(leaf.heldout) >= 9
    assert not any(leaks(pair.question, questions) for pair, _ in leaf.heldout)


def test_the_new_repository_can_be_diffed(tmp_path: Path) -> None:
    contribute.init(tmp_path)
    repo = Repository.open(tmp_path)
    head = repo.commit_all("Begin", name=NAME, email=EMAIL)
    assert repo.range(None, "main") == (EMPTY_TREE, head)
    assert not list(repo.changed(head, "worktree"))


def test_again_does_nothing(tmp_path: Path) -> None:
    assert contribute.init(tmp_path)
    assert contribute.init(tmp_path) == ()


def test_a_missing_file_comes_back(tmp_path: Path) -> None:
    contribute.init(tmp_path)
    (tmp_path / "README.md").unlink()
    assert contribute.init(tmp_path) == (Path("README.md"),)


@pytest.mark.parametrize("name", ["labci.yaml", "taxonomy/mine.txt", "taxonomy", "documents", ".github/workflows"])
def test_nothing_is_overwritten_and_then_nothing_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    with pytest.raises(UsageError, match="would overwrite"):
        contribute.init(tmp_path)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    assert path.read_text() == "mine"


def test_a_new_repository_of_a_server_keeps_its_files(tmp_path: Path) -> None:
    mine = {"README.md": "# Mine\n", "LICENSE": "MIT\n", ".github/CODEOWNERS": "* @ada\n", ".gitignore": "*.log\n"}
    for name, text in mine.items():
        put(tmp_path, name, text)
    made = contribute.init(tmp_path)
    assert contribute.left(tmp_path) == (Path(".github/CODEOWNERS"), Path("README.md"))
    assert {name: (tmp_path / name).read_text() for name in mine} == mine | {".gitignore": "*.log\n.labci/\nmodels/\n"}
    assert not set(map(str, made)) & {"README.md", ".github/CODEOWNERS", "LICENSE"}
    assert findings(tmp_path) == []


def test_what_is_left_and_what_comes_next_is_said(labci: Labci, tmp_path: Path) -> None:
    put(tmp_path, "README.md", "# Mine\n")
    ended = labci("-C", tmp_path, "init")
    assert (ended.code, "left as it was: README.md" in ended.err, "labci new" in ended.err) == (0, True, True)
    assert "README.md" not in ended.out.splitlines()


def test_a_taxonomy_with_other_settings_is_not_touched(labci: Labci, repository: Path) -> None:
    ended = labci("-C", repository, "init")
    assert (ended.code, ended.out) == (2, "")
    assert "labci.yaml" in ended.err
    assert sorted(path.name for path in repository.iterdir()) == [".git", ".gitignore", "labci.yaml"]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "r").mkdir()
    (tmp_path / "r/taxonomy").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="would overwrite"):
        contribute.init(tmp_path / "r")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_gitignore_keeps_its_lines(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\nmodels/")
    contribute.init(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.log\nmodels/\n.labci/\n"
    assert contribute.init(tmp_path) == ()


def test_an_existing_repository_keeps_its_history(tmp_path: Path) -> None:
    repo = Repository.init(tmp_path, branch="trunk")
    (tmp_path / "notes.txt").write_text("mine")
    head = repo.commit_all("Begin", name=NAME, email=EMAIL)
    contribute.init(tmp_path)
    assert (repo.branch(), repo.resolve("HEAD")) == ("trunk", head)


@pytest.mark.slow
@pytest.mark.parametrize("branch", ["main", "master", "1.0", "no", "it's/#1"])
def test_a_repository_on_another_branch_is_ready(labci: Labci, tmp_path: Path, branch: str) -> None:
    """git's own default is master: settings and workflows name the branch that is there."""
    git(tmp_path, "init", "-q", "-b", branch)
    assert labci("-C", tmp_path, "init").code == 0
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Begin")
    assert config.load(tmp_path / "labci.yaml").base == branch
    merge = yaml.safe_load((tmp_path / ".github/workflows/merge.yml").read_text())
    assert merge[True]["push"]["branches"] == [branch]  # YAML 1.1 reads the key "on" as true
    for options in ((), ("--worktree",)):
        ended = labci("-C", tmp_path, "diff", *options)
        assert ended.code == 0, ended.err
    git(tmp_path, "switch", "-qc", "add-a-leaf")
    assert contribute.init(tmp_path) == ()
    assert contribute.left(tmp_path) == ()
    assert contribute.upgrade(tmp_path) == []


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_on_a_branch_of_a_clone_the_base_is_that_of_the_project(tmp_path: Path, branch: str) -> None:
    repo = Repository.init(tmp_path / "project", branch=branch)
    put(repo.root, "notes.txt", "mine")
    repo.commit_all("Begin", name=NAME, email=EMAIL)
    git(tmp_path, "clone", "-q", str(repo.root), "clone")
    git(tmp_path / "clone", "switch", "-qc", "add-a-taxonomy")
    contribute.init(tmp_path / "clone")
    assert config.load(tmp_path / "clone/labci.yaml").base == branch


@pytest.mark.parametrize("usual", ["main", "master"])
def test_on_a_branch_the_usual_one_stays_the_base(tmp_path: Path, usual: str) -> None:
    repo = Repository.init(tmp_path, branch=usual)
    put(tmp_path, "notes.txt", "mine")
    repo.commit_all("Begin", name=NAME, email=EMAIL)
    git(tmp_path, "switch", "-qc", "add-a-taxonomy")
    contribute.init(tmp_path)
    assert config.load(tmp_path / "labci.yaml").base == usual


def test_inside_another_repository(tmp_path: Path) -> None:
    outer = Repository.init(tmp_path / "outer")
    (outer.root / "sub").mkdir()
    (outer.root / "sub/file").write_text("mine")
    with pytest.raises(UsageError, match="inside the repository"):
        contribute.init(outer.root / "sub")
    contribute.init(outer.root / "empty")
    assert Repository.open(outer.root / "empty").root == outer.root / "empty"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        contribute.init(tmp_path / "f")


def test_the_templates_are_complete_without_the_repository(tmp_path: Path) -> None:
    """Copied alone, as a wheel would have them: no template is found by its place in the work tree."""
    package = Path(contribute.__file__).parent
    shutil.copytree(package / "templates", tmp_path / "t")
    names = {str(path.relative_to(tmp_path / "t")) for path in (tmp_path / "t").rglob("*") if path.is_file()}
    assert {"gitignore", "labci.yaml", "workflows/pr.yml"} <= names
    assert ".gitignore" not in names


def test_owners_are_named_in_lines_that_hold(labci: Labci, tmp_path: Path) -> None:
    ended = labci("-C", tmp_path, "init", "--owner", "@ada", "--owner", "@choir/elders")
    lines = (tmp_path / ".github/CODEOWNERS").read_text().splitlines()
    held = [line.split() for line in lines if not line.startswith("#")]
    assert ended.code == 0
    assert [path for path, *_ in held] == ["/.github/", "/labci.yaml", "/teachers/", "/flows/"]
    assert all(owners == ["@ada", "@choir/elders"] for _, *owners in held)
    assert "nobody owns" not in ended.err
    assert "remove the '#'" not in "\n".join(lines)


def test_without_an_owner_it_is_said_that_nothing_is_protected(labci: Labci, tmp_path: Path) -> None:
    ended = labci("-C", tmp_path, "init")
    assert "nobody owns workflows, flows and settings yet: put names into .github/CODEOWNERS" in ended.err
    assert all(line.startswith("#") for line in (tmp_path / ".github/CODEOWNERS").read_text().splitlines())


@pytest.mark.parametrize("owner", ["ada", "@", "@ada lovelace", "@ada\n* @eve", "@-ada", "ada@host", ""])
def test_no_owner_that_github_would_not_know(tmp_path: Path, owner: str) -> None:
    with pytest.raises(UsageError, match="not a GitHub user"):
        contribute.init(tmp_path, owners=[owner])
    assert not list(tmp_path.iterdir())


def test_an_upgrade_keeps_the_owners(tmp_path: Path) -> None:
    contribute.init(tmp_path, owners=["@ada"])
    before = (tmp_path / ".github/CODEOWNERS").read_text()
    assert contribute.upgrade(tmp_path) == []
    assert (tmp_path / ".github/CODEOWNERS").read_text() == before


def test_owners_of_a_repository_that_has_some_are_left_to_it(labci: Labci, tmp_path: Path) -> None:
    put(tmp_path, ".github/CODEOWNERS", "* @ada\n")
    ended = labci("-C", tmp_path, "init", "--owner", "@eve")
    assert "CODEOWNERS was there already: write @eve into it yourself" in ended.err
    assert (tmp_path / ".github/CODEOWNERS").read_text() == "* @ada\n"
