"""`labci flows`: the shipped ones and the repository's own, on a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci import flows
from tests.conftest import Labci, git, put

GOOD = flows.source("knowledge-large")
BROKEN = {
    "no YAML": ("kind: knowledge\nsteps: [}\n", "flows/mine.yaml:2: "),
    "no flow": (GOOD.replace("kind: knowledge", "kind: poetry"), "kind: 'poetry' is not one of"),
    "a step short": (GOOD.replace("  faithful:", "  faith:"), "needs the step 'faithful'"),
    "another kind": (flows.source("freeform-large"), "flows.knowledge: flows/mine.yaml is a flow for freeform"),
    "a name for itself": ("about: &a [*a]\n", "the file: 'kind' is a required property"),
    "no number": (GOOD.replace("  mark: 1 ", "  mark: .nan "), "no such number can be set"),
    "not there": ("", "no flow file flows/mine.yaml in this repository"),
}


@pytest.fixture
def own(repository: Path) -> Path:
    """A repository with a flow of its own for knowledge."""
    put(repository, "labci.yaml", "taxonomy: taxonomy\nflows: {knowledge: flows/mine.yaml, freeform: small}\n")
    put(repository, "flows/mine.yaml", GOOD.replace("For a teacher that can judge:", "As the harbour has it:"))
    put(repository, "flows/unused.yaml", GOOD)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "A flow")
    return repository


def test_the_repository_s_flows_are_listed_and_marked(labci: Labci, own: Path) -> None:
    ended = labci("-C", own, "flows", "list")
    assert ended.code == 0, ended.err
    head, about = next(part.split("\n", 1) for part in ended.out.split("\n\n") if "flows/mine.yaml" in part)
    assert head.startswith(
        "flows/mine.yaml (this repository's, by flows.knowledge of labci.yaml): knowledge; facts, summary, pairs"
    )
    assert "As the harbour has it:" in about
    assert all(f"\n{name}: " in f"\n{ended.out}" for name in flows.names())
    assert "unused" not in ended.out


def test_a_bare_repository_lists_those_of_its_head(labci: Labci, own: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(own), "bare.git")
    ended = labci("-C", tmp_path / "bare.git", "flows", "list")
    assert (ended.code, "flows/mine.yaml (this repository's" in ended.out) == (0, True), ended.err


def test_outside_of_a_repository_the_shipped_ones_are_listed(labci: Labci, tmp_path: Path) -> None:
    ended = labci("-C", tmp_path, "flows", "list")
    assert ended.code == 0, ended.err
    assert "knowledge-large: knowledge;" in ended.out
    assert "this repository's" not in ended.out


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_one_hides_no_other_and_fails(labci: Labci, own: Path, text: str, says: str) -> None:
    put(own, "flows/mine.yaml", text) if text else (own / "flows/mine.yaml").unlink()
    ended = labci("-C", own, "flows", "list")
    assert ended.code == 2
    assert says in ended.err
    assert "knowledge-large: knowledge;" in ended.out


def test_a_flow_is_shown_as_it_is(labci: Labci, own: Path) -> None:
    shipped, mine = (labci("-C", own, "flows", "show", name) for name in ("knowledge-large", "flows/mine.yaml"))
    assert (shipped.code, shipped.out) == (0, GOOD)
    assert shipped.err == f"digest: {flows.load('knowledge-large').digest}\n"
    assert (mine.code, mine.out) == (0, (own / "flows/mine.yaml").read_text())
    assert mine.err.startswith("digest: ")
    unknown = labci("-C", own, "flows", "show", "poetry")
    assert (unknown.code, "no flow 'poetry'" in unknown.err, "knowledge-small" in unknown.err) == (2, True, True)
    assert labci("-C", own, "flows", "show", "flows/none.yaml").code == 2


def test_every_file_is_checked_and_one_that_is_broken_fails(labci: Labci, own: Path) -> None:
    good = labci("-C", own, "flows", "check", "flows/mine.yaml", "flows/unused.yaml")
    assert good.code == 0, good.err
    said = [line.partition("@")[0] for line in good.out.splitlines()]
    assert said == ["flows/mine.yaml: fine, mine", "flows/unused.yaml: fine, unused"]
    put(own, "flows/broken.yaml", BROKEN["a step short"][0])
    bad = labci("-C", own, "flows", "check", "flows/broken.yaml", "flows/none.yaml", "flows/mine.yaml")
    assert bad.code == 2
    assert "flows/mine.yaml: fine" in bad.out
    assert "needs the step 'faithful'" in bad.err
    assert "flows/none.yaml: No such file" in bad.err
