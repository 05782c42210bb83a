"""One contribution taken out: of the taxonomy by a commit, and of the model by a rebuild without its samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labci import lineage
from labci.artifact import read_json, read_jsonl
from labci.digest import of_json
from labci.git import Repository
from labci.lm.load import weights_digest
from labci.release import release
from labci.sample import Sample
from labci.store import Store
from labci.taxonomy import Taxonomy
from tests.conftest import Labci, add_leaf, git, put
from tests.release.make import Maker, change
from tests.tiny import tiny_model

NAMES = ("dev_press", "dev_kiln", "dev_law")
PRESS, KILN, LAW = (f"knowledge/bench/{name}" for name in NAMES)
SETTINGS = """teacher: openai:nobody
model: {model}
train: {{epochs: 1, learning_rate: 0.01, general: 0.05, general_replay: 0.05, alphas: [1.0]}}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose first release was taught three leaves; a fourth was merged since."""
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Tess Ting")
        monkeypatch.setenv(f"{name}_EMAIL", "tess@example.org")
    maker = Maker(tmp_path / "repository")
    maker.write("labci.yaml", SETTINGS.format(model=tiny_model(tmp_path / "base", seed=99)))
    maker.write(".gitignore", ".labci/\nmodels/\n")
    git(maker.root, "config", "user.name", "Tess Ting")
    git(maker.root, "config", "user.email", "tess@example.org")
    maker.commit("Settings")
    leaves = [add_leaf(maker.root, name) for name in NAMES]
    job = maker.job(maker.base, maker.repository.resolve("HEAD"))
    maker.until_gate(job, [change(leaf) for leaf in leaves])
    for leaf in leaves:
        samples = [_sample(leaf, n).to_json() for n in range(12)]
        job.store.put("samples", of_json(leaf), {"samples": samples, "rejects": []})
    assert release(job) == "v0.1.0"
    return maker.root


def _sample(leaf: str, n: int) -> Sample:
    return Sample(
        leaf=leaf, unit="u", kind="freeform", phase="skill", question=f"What is number {n} of {leaf}?",
        answer=f"It is {n}", teacher="contributor",
    )  # fmt: skip


def leaves(root: Path) -> list[str]:
    return list(Taxonomy(Repository.open(root).tree("HEAD"), "taxonomy").paths())


def run_folder(root: Path) -> Path:
    """That of the newest run."""
    return max((root / ".labci/runs").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def mixed(root: Path) -> dict[str, int]:
    """Samples in the newest mixture by leaf, its rows and its development set say the same."""
    folder = run_folder(root) / "mixture"
    summary: dict[str, Any] = read_json(folder / "mixture.json")
    rows: Iterator[Any] = iter([*read_jsonl(folder / "train.jsonl"), *read_jsonl(folder / "dev.jsonl")])
    assert {row["leaf"] for row in rows} == set(summary["leaves"])
    return {leaf: count for leaf, count in summary["leaves"].items() if leaf != "general"}


@pytest.mark.slow
def test_the_model_is_rebuilt_without_one_leaf(labci: Labci, root: Path, tmp_path: Path) -> None:
    """From the base model, with all samples of the others; in the store those of the leaf are still there.

    What goes wrong on the way is mended, and the same command goes on.
    """
    store = Store(str(root / ".labci/store"))
    (entry,) = (file for file in (root / ".labci/store").rglob(f"{of_json(LAW)}*") if file.is_file())
    entry.rename(tmp_path / "entry")
    ended = labci("-C", root, "releases", "revert", KILN)
    assert (ended.code, f"continue with: labci -C {root} releases revert {KILN}" in ended.err) == (5, True), ended.err
    head = git(root, "rev-parse", "HEAD")
    assert leaves(root) == [LAW, PRESS]
    assert git(root, "log", "-1", "--format=%s") == f"Revert {KILN}"
    assert "Signed-off-by: Tess Ting" in git(root, "log", "-1", "--format=%b")

    (tmp_path / "entry").rename(entry)
    ended = labci("-C", root, "releases", "revert", KILN)
    assert ended.code in (0, 1, 4), ended.err  # as the gate says of so small a model
    assert git(root, "rev-parse", "HEAD") == head
    assert mixed(root) == {PRESS: 12, LAW: 12}
    training = read_json(run_folder(root) / "training.json")
    assert (training["lane"], training["start"]) == ("rebuild", weights_digest(tmp_path / "base"))
    assert store.get("samples", of_json(KILN))

    folder = run_folder(root)
    options = ("--override", "A test", "--by", "Tess")  # what was trained the run itself knows
    if not (folder / "release.json").exists():
        assert labci("-C", root, "release", "--run", folder, *options).code == 0
    found = lineage.read(root / "models/v0.2.0")
    assert [item.leaf for item in found.contributions] == [LAW, PRESS]
    assert found.manifest is not None
    assert found.manifest.lane == "rebuild"
    assert found.removed == ()


@pytest.mark.parametrize("name", [KILN, f"taxonomy/{KILN}", f"taxonomy/{KILN}/qna.yaml", f"{KILN}/"])
def test_the_commit_alone(labci: Labci, root: Path, name: str) -> None:
    runs = len(list((root / ".labci/runs").iterdir()))
    ended = labci("-C", root, "releases", "revert", name, "--no-rebuild")
    assert (ended.code, ended.out.splitlines()[0]) == (
        0,
        f"took out {KILN}: commit {git(root, 'rev-parse', 'HEAD')[:12]}",
    )
    assert "v0.1.0 was taught it" in ended.err
    assert f"labci -C {root} releases revert {KILN}" in ended.err
    assert leaves(root) == [LAW, PRESS]
    assert len(list((root / ".labci/runs").iterdir())) == runs
    assert not (root / "taxonomy" / KILN).exists()
    assert (root / "documents/dev_kiln.md").exists()  # another leaf may read it


def test_what_a_merge_brought(labci: Labci, root: Path) -> None:
    """Leaf and document go, what was changed is as it was, and what came later stays."""
    git(root, "switch", "-qc", "more")
    more = add_leaf(root, "dev_life")
    before = (root / f"taxonomy/{PRESS}/qna.yaml").read_text()
    put(root, f"taxonomy/{PRESS}/qna.yaml", before.replace("created_by: labci", "created_by: mallory"))
    git(root, "commit", "-qam", "Change the press")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "Merge more", "more")
    merge = git(root, "rev-parse", "HEAD")
    later = add_leaf(root, "dev_island")
    ended = labci("-C", root, "releases", "revert", merge[:10], "--no-rebuild")
    assert ended.code == 0, ended.err
    assert leaves(root) == sorted([later, KILN, LAW, PRESS])
    assert (root / f"taxonomy/{PRESS}/qna.yaml").read_text() == before
    assert not (root / "documents/dev_life.md").exists()
    assert all(text in ended.out for text in (more, PRESS))
    assert f"This reverts commit {merge}" in git(root, "log", "-1", "--format=%B")
    head = git(root, "rev-parse", "HEAD")
    assert labci("-C", root, "releases", "revert", merge, "--no-rebuild").code == 0
    assert git(root, "rev-parse", "HEAD") == head


def test_a_leaf_that_no_release_was_taught_needs_no_rebuild(labci: Labci, root: Path) -> None:
    more = add_leaf(root, "dev_life")
    ended = labci("-C", root, "releases", "revert", more)
    assert (ended.code, "no release" in ended.err) == (0, True)
    assert leaves(root) == [KILN, LAW, PRESS]


def test_a_leaf_that_was_renamed_since(labci: Labci, root: Path) -> None:
    (root / "taxonomy/knowledge/craft").mkdir()
    git(root, "mv", f"taxonomy/{KILN}", "taxonomy/knowledge/craft/kiln")
    git(root, "commit", "-qm", "Rename")
    ended = labci("-C", root, "releases", "revert", "knowledge/craft/kiln", "--no-rebuild")
    assert (ended.code, "v0.1.0 was taught it" in ended.err) == (0, True), ended.err


def test_on_another_branch_the_rebuild_waits_for_the_merge(labci: Labci, root: Path) -> None:
    git(root, "switch", "-qc", "without-the-kiln")
    runs = len(list((root / ".labci/runs").iterdir()))
    ended = labci("-C", root, "releases", "revert", KILN)
    assert (ended.code, "once it is merged into main" in ended.err) == (0, True), ended.err
    assert leaves(root) == [LAW, PRESS]
    assert len(list((root / ".labci/runs").iterdir())) == runs


def test_a_dry_run_changes_nothing(labci: Labci, root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    ended = labci("-C", root, "releases", "revert", KILN, "--dry-run")
    assert (ended.code, ended.out) == (0, f"would take out {KILN}, and rebuild v0.1.0 without it\n")
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain")) == (head, "")


def test_what_can_not_be_reverted(labci: Labci, root: Path) -> None:
    """Nothing is changed, and the next step is told."""
    head = git(root, "rev-parse", "HEAD")
    settings = git(root, "log", "--format=%h", "-1", "--", "labci.yaml")
    for what, said in (
        ("knowledge/bench/dev_kilm", "did you mean"),
        ("0123456", "neither a leaf nor a commit"),
        (settings, "no leaf"),
    ):
        ended = labci("-C", root, "releases", "revert", what)
        assert (ended.code, said in ended.err, " next: " in ended.err) == (2, True, True), ended.err
    put(root, f"taxonomy/{PRESS}/qna.yaml", "mine")
    ended = labci("-C", root, "releases", "revert", KILN)
    assert (ended.code, "not committed" in ended.err) == (2, True)
    assert (root / f"taxonomy/{PRESS}/qna.yaml").read_text() == "mine"
    assert git(root, "rev-parse", "HEAD") == head


def test_what_goes_wrong_is_continued_with_the_commit_s_own_name(labci: Labci, root: Path) -> None:
    """HEAD is the revert itself by then, and to revert that would bring the contribution back."""
    bad = put(root, f"taxonomy/{PRESS}/qna.yaml", (root / f"taxonomy/{PRESS}/qna.yaml").read_text() + "# bad\n")
    git(root, "commit", "-qam", "Bad edit")
    commit = git(root, "rev-parse", "HEAD")
    git(root, "tag", "taught")
    ended = labci("-C", root, "releases", "revert", "taught")
    assert (ended.code, "no release was taught it" in ended.err) == (0, True), ended.err
    assert "# bad" not in bad.read_text()
    taught = git(root, "log", "--format=%H", "-1", "--", f"taxonomy/{LAW}")
    for entry in (root / ".labci/store").rglob(f"{of_json(PRESS)}*"):
        entry.unlink()
    ended = labci("-C", root, "releases", "revert", "HEAD~2")
    assert ended.code == 5, ended.err
    assert f"continue with: labci -C {root} releases revert {taught[:12]}" in ended.err
    assert commit[:12] not in ended.err


def test_settings_are_not_taken_out_with_a_leaf(labci: Labci, root: Path) -> None:
    add_leaf(root, "dev_life")
    settings = put(root, "labci.yaml", (root / "labci.yaml").read_text() + "gate: {alpha: 0.01}\n")
    git(root, "commit", "-qa", "--amend", "--no-edit")
    ended = labci("-C", root, "releases", "revert", "HEAD", "--dry-run")
    assert (ended.code, "changed labci.yaml, too" in ended.err) == (2, True), ended.err
    assert "labci releases revert knowledge/bench/dev_life" in ended.err
    assert "alpha: 0.01" in settings.read_text()


def test_the_only_leaf_leaves_nothing_to_train_on(labci: Labci, root: Path) -> None:
    for leaf in (KILN, LAW):
        path = root / "models/v0.1.0/labci/lineage.jsonl"
        rows = [line for line in path.read_text().splitlines() if leaf not in line]
        path.write_text("\n".join(rows) + "\n")
    ended = labci("-C", root, "releases", "revert", PRESS)
    assert (ended.code, "no other leaf is left to train on" in ended.err) == (0, True), ended.err


def test_a_merge_that_others_built_on_is_left_alone(labci: Labci, root: Path) -> None:
    commit = git(root, "log", "--format=%H", "-1", "--", f"taxonomy/{KILN}")
    file = put(root, f"taxonomy/{KILN}/qna.yaml", (root / f"taxonomy/{KILN}/qna.yaml").read_text() + "# more\n")
    git(root, "commit", "-qam", "Go on")
    ended = labci("-C", root, "releases", "revert", commit)
    assert (ended.code, "built on" in ended.err, f"releases revert {KILN}" in ended.err) == (2, True, True), ended.err
    assert (git(root, "status", "--porcelain"), file.exists()) == ("", True)
