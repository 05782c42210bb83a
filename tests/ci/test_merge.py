"""`labci ci merge` and `labci ci release`: what passes waits in the store, and is released from another machine."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from labci import session
from labci.ci import candidate, merge, publish
from labci.errors import ConfigError, OutsideError
from labci.git import Repository
from labci.lineage import read
from labci.store import Store
from tests.conftest import Labci
from tests.release.make import GAIN, Maker, Quiet, change
from tests.servers import openapi
from tests.servers.github import TOKEN, GitHub, Repo, serving
from tests.tiny import tiny_model

LEAF, OTHER = "knowledge/history/falkenau", "knowledge/history/brenne"
LOSS = [-effect for effect in GAIN]
UNSURE = [2.0, -1.5, 1.8, -1.2, 0.4]
OWN = "team/taxonomy"


@dataclass
class Place:
    """A checkout, the hub and the store that it names, and a GitHub."""

    maker: Maker
    disk: Path
    github: GitHub

    def environment(self, **more: str) -> dict[str, str]:
        self.summary.write_text("")
        return {
            "RUNNER_ENVIRONMENT": "self-hosted", "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_REPOSITORY": OWN,
            "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self.github.url, "GITHUB_SERVER_URL": "https://github.com", **more,
        }  # fmt: skip

    @property
    def summary(self) -> Path:
        return self.disk / "summary.md"

    @property
    def store(self) -> Store:
        return Store(str(self.disk / "store"))

    def judged(self, effects: Sequence[float], *leaves: str) -> None:
        """Commit leaves, and a run of what is not released yet that has come as far as the gate."""
        for leaf in leaves:
            self.maker.leaf(leaf)
        job = session.open_job(session.open_session(session.Request(folder=self.maker.root)), Quiet())
        self.maker.until_gate(job, [change(leaf) for leaf in leaves], effects)
        (job.run / "samples.jsonl").touch()
        for stage in ("plan", "mix"):
            job.run.finish(stage, inputs=[], outputs=[], settings={})

    def merge(self, **more: str) -> int:
        return merge(self.maker.root, Quiet(), self.environment(**more))

    def release(self, folder: Path | None = None) -> str:
        publish(folder or self.maker.root, Quiet(), self.environment())
        return self.summary.read_text()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    maker, disk = Maker(tmp_path / "clone"), tmp_path / "disk"
    disk.mkdir()
    tiny_model(tmp_path / "tiny")
    maker.write("labci.yaml", f"hub: folder:{disk}/hub\nstore: {disk}/store\nmodel: {tmp_path}/tiny\n")
    maker.write(".gitignore", ".labci/\n")
    maker.base = maker.commit("Settings")
    with serving() as github:
        github.repos = {OWN: Repo(full_name=OWN, git=maker.root)}
        yield Place(maker=maker, disk=disk, github=github)


def fresh(place: Place) -> Path:
    """Another machine's clone."""
    folder = place.disk / "other"
    Repository.open(place.maker.root).git.run("clone", "--quiet", str(place.maker.root), str(folder))
    return folder


def test_what_passes_is_released_from_another_machine(place: Place) -> None:
    place.judged(GAIN, LEAF)
    assert place.merge() == 0
    page = place.summary.read_text()
    assert page.startswith("**labci: PASS**")
    assert "The released model stays the base model until the next release" in page
    assert not (place.disk / "hub").exists()
    assert "v0.1.0 is released" in place.release(fresh(place))
    folder = place.disk / "hub/v0.1.0"
    assert [item.leaf for item in read(folder).contributions] == [LEAF]
    assert place.github.talk.issues == []


def test_the_second_merge_starts_from_the_release_of_the_first(place: Place) -> None:
    place.judged(GAIN, LEAF)
    place.merge()
    place.release(fresh(place))
    assert "nothing to do" in merged_again(place)
    place.judged(GAIN, OTHER)
    assert place.merge() == 0
    found = candidate.newest(place.store)
    assert found is not None
    assert found.previous == "v0.1.0"
    shutil.rmtree(place.disk / "other")
    assert "v0.2.0 is released" in place.release(fresh(place))
    manifest = read(place.disk / "hub/v0.2.0").manifest
    assert manifest is not None
    assert manifest.previous == "v0.1.0"


def merged_again(place: Place) -> str:
    assert place.merge() == 0
    return place.summary.read_text()


def test_without_a_candidate_there_is_no_release(place: Place) -> None:
    assert "No candidate has passed the gate since the last release" in place.release()
    assert not (place.disk / "hub").exists()
    place.judged(GAIN, LEAF)
    place.merge()
    place.release()
    assert "No candidate has passed" in place.release()


def test_a_refusal_is_one_issue_until_a_merge_passes(place: Place) -> None:
    place.judged(LOSS, LEAF)
    assert [place.merge(), place.merge()] == [1, 1]
    (issue,) = place.github.talk.issues
    assert issue.body.startswith("**labci: FAIL**")
    assert LEAF in issue.body
    assert "There is only one contribution to blame" in issue.body
    assert "The released model stays the base model" in issue.body
    assert "No candidate has passed" in place.release()
    place.judged(GAIN, OTHER)
    assert place.merge() == 0
    assert issue.state == "closed"
    assert "has passed the gate" in place.github.talk.comments[-1].body


@pytest.mark.skipif(not openapi.FILE, reason=openapi.REASON)
def test_issues_have_the_shape_that_github_describes(place: Place) -> None:
    place.judged(LOSS, LEAF)
    place.merge()
    place.merge()
    assert list(openapi.problems(place.github.answers)) == []


def test_the_undecided_says_what_is_missing(place: Place) -> None:
    place.judged(UNSURE, LEAF)
    assert place.merge() == 4
    page = place.summary.read_text()
    assert page.startswith("**labci: INCONCLUSIVE**")
    assert f"more questions in {LEAF}/heldout.yaml" in page
    assert place.github.talk.issues == []
    assert candidate.newest(place.store) is None


def test_elsewhere_than_on_github_the_page_is_all(place: Place) -> None:
    place.judged(LOSS, LEAF)
    assert place.merge(GITHUB_REPOSITORY="") == 1
    assert place.github.answers == []


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("hub: folder:models", "hub"), ("store: .labci/store", "store"), ("store: 'file://{disk}/store'", ""),
        ("store: memory://store", "store"),
    ],
)  # fmt: skip
def test_what_only_this_runner_has_is_refused(place: Place, line: str, setting: str) -> None:
    name = line.partition(":")[0]
    text = (place.maker.root / "labci.yaml").read_text().splitlines()
    kept = [item for item in text if not item.startswith(f"{name}:")]
    place.maker.write("labci.yaml", "\n".join([*kept, line.replace("{disk}", str(place.disk))]) + "\n")
    place.maker.commit("Change a setting")
    place.judged(GAIN, LEAF)
    if not setting:
        assert place.merge() == 0
        return
    with pytest.raises(ConfigError, match=f"^{setting} .* is on this runner alone"):
        place.merge()
    with pytest.raises(ConfigError, match="on this runner alone"):
        place.release()


def test_a_whole_path_is_refused_where_the_runner_is_lent(place: Place, labci: Labci) -> None:
    with pytest.raises(ConfigError, match=r"^hub "):
        place.merge(RUNNER_ENVIRONMENT="github-hosted")
    done = labci("-C", place.maker.root, "ci", "merge")
    assert done.code == 2
    assert "set hub: hf:NAMESPACE/NAME" in done.err


def test_a_candidate_of_another_release_or_history_is_not_released(place: Place) -> None:
    place.judged(GAIN, LEAF)
    place.merge()
    found = candidate.newest(place.store)
    assert found is not None
    describe(place, found.run, previous="v0.7.0")
    assert "was judged against v0.7.0" in place.release().replace("\\", "")
    describe(place, found.run, previous="")
    Repository.open(place.maker.root).git.run("reset", "--quiet", "--hard", place.maker.base)
    assert "does not hold any more" in place.release()
    assert place.merge() == 0  # nothing is new: what was taken out must not be released later
    assert candidate.newest(place.store) is None


def test_a_candidate_of_another_policy_is_not_released(place: Place) -> None:
    """Nobody can run the gate in a folder of a runner that is gone."""
    place.judged(GAIN, LEAF)
    place.merge()
    settings = (place.maker.root / "labci.yaml").read_text()
    place.maker.write("labci.yaml", f"{settings}gate: {{alpha: 0.01}}\n")
    place.maker.commit("A stricter gate")
    page = place.release(fresh(place)).replace("\\", "")
    assert "judged by another policy than labci.yaml has now: alpha was 0.05, and is 0.01" in page
    assert not (place.disk / "hub").exists()


def describe(place: Place, name: str, **changed: str) -> None:
    path = place.disk / "store/candidates" / f"{name}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_only_the_newest_candidates_are_kept(place: Place) -> None:
    for leaf in (LEAF, OTHER, "knowledge/history/karst"):
        place.judged(GAIN, leaf)
        place.merge()
    kept = sorted(path.suffix for path in (place.disk / "store/candidates").iterdir())
    assert kept == [".json", ".json", ".zip", ".zip"]
    found = candidate.newest(place.store)
    assert found is not None
    assert found.commit == Repository.open(place.maker.root).git.line("rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a\\b"])
def test_a_candidate_that_was_tampered_with_is_refused(place: Place, tmp_path: Path, name: str) -> None:
    place.judged(GAIN, LEAF)
    place.merge()
    found = candidate.newest(place.store)
    assert found is not None
    archive = place.disk / "store/candidates" / f"{found.run}.zip"
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(name, "mine")
    with pytest.raises(OutsideError, match="has changed since it was kept"):
        place.release()
    from labci import digest

    describe(place, found.run, sha256=digest.of_file(archive))
    with pytest.raises(OutsideError, match="leads elsewhere"):
        place.release()
    assert not list(tmp_path.rglob("out.txt"))
    describe(place, found.run, run="../../x")
    with pytest.raises(OutsideError, match="malformed"):
        place.release()
