"""From a passed gate to a version in the hub."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from labci import artifact, hubs, lineage, pipeline, shaping
from labci.errors import FindingsError, InconclusiveError, UsageError
from labci.heldout import question_key
from labci.job import Job
from labci.lineage import Contribution, Released
from labci.release import folder_of, release, rollback, verify
from labci.work import taught_before
from tests.release.make import GAIN, Maker, change

LEAF, OTHER = "knowledge/bench/one", "knowledge/bench/two"


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "repository")


def ready(maker: Maker, leaf: str = LEAF, effects: list[float] | None = None) -> Job:
    """A first run that has passed the gate, or not."""
    head = maker.leaf(leaf)
    job = maker.job(maker.base, head)
    maker.until_gate(job, [change(leaf)], effects or GAIN)
    return job


def latest(job: Job) -> Released:
    """What is released by now."""
    return lineage.read(folder_of(hubs.open_hub(job.config.hub, job.root)))


def test_first_release(maker: Maker) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    job = ready(maker)
    assert release(job) == "v0.1.0"
    folder = maker.root / "models" / "v0.1.0"
    assert (maker.root / "models" / "latest").read_text() == "v0.1.0\n"
    assert verify(folder) == []
    assert AutoModelForCausalLM.from_pretrained(folder).config.hidden_size == 32
    assert AutoTokenizer.from_pretrained(folder).chat_template
    assert not list(folder.rglob("*.pt"))

    found = lineage.read(folder)
    assert found.manifest is not None
    assert (found.manifest.commit, found.manifest.previous) == (job.head, "")
    assert set(found.manifest.stages) == {"diff", "generate", "train", "evaluate", "gate"}
    item = found.contribution(LEAF)
    assert item is not None
    assert (item.authors, item.since, item.samples, item.commit) == (("Tess Ting",), "v0.1.0", 35, job.head)
    assert item.attribution["License of the work"] == "CC-BY-4.0"
    assert artifact.read_json(job.run / "release.json") == {"version": "v0.1.0", "hub": "folder:models"}
    manifest = job.run.manifest("release")
    assert manifest is not None
    assert job.run.is_complete("release", settings=manifest["settings"])


def test_card_is_readable_and_contributors_cannot_mark_it_up(maker: Maker) -> None:
    release(ready(maker))
    card = (maker.root / "models" / "v0.1.0" / "README.md").read_text()
    _, front, body = card.split("---\n", 2)
    facts = yaml.safe_load(front)
    assert facts["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert (facts["license"], facts["library_name"], facts["language"]) == (
        "apache-2.0",
        "transformers",
        ["en"],
    )
    assert "Tess Ting" in body
    assert "CC-BY-4.0" in body
    assert r"Ada \*Lovelace\*" in body
    row = next(line for line in body.splitlines() if line.startswith("| knowledge/bench/one | new"))
    assert [cell.strip() for cell in row.split("|")[3:7]] == ["5", "3.00", "1.94", "+1.06"]
    assert "200 general questions" in body
    assert str(maker.root) not in card


def test_bill_of_materials(maker: Maker) -> None:
    release(ready(maker))
    folder = maker.root / "models" / "v0.1.0"
    bom = json.loads((folder / "labci" / "bom.cdx.json").read_text())
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    model = bom["metadata"]["component"]
    assert model["type"] == "machine-learning-model"
    references = {item["bom-ref"] for item in bom["components"]} | {model["bom-ref"]}
    assert {data["ref"] for data in model["modelCard"]["modelParameters"]["datasets"]} <= references
    assert {ref for item in bom["dependencies"] for ref in (item["ref"], *item.get("dependsOn", []))} == references
    data = next(item for item in bom["components"] if item["type"] == "data")
    assert data["licenses"] == [{"expression": "CC-BY-4.0"}]


@pytest.mark.slow
def test_second_release_keeps_adds_renames_removes(maker: Maker) -> None:
    release(ready(maker))
    hub = hubs.open_hub("folder:models", maker.root)
    first = lineage.read(folder_of(hub))
    head = maker.leaf(OTHER, author="Second Author")
    job = maker.job(first.manifest.commit, head, first)  # type: ignore[union-attr]
    maker.until_gate(job, [change(OTHER)])
    assert release(job) == "v0.2.0"
    second = lineage.read(folder_of(hub))
    assert [item.leaf for item in second.contributions] == [LEAF, OTHER]
    assert second.contribution(LEAF) == first.contribution(LEAF)
    assert second.manifest is not None
    assert second.manifest.previous == "v0.1.0"
    log = (second.folder / "CHANGELOG.md").read_text()
    assert log.index("## v0.2.0") < log.index(f"taught: {OTHER}, by Second Author") < log.index("## v0.1.0")

    (maker.root / "taxonomy" / OTHER / "qna.yaml").unlink()
    moved = maker.leaf("knowledge/bench/moved", author="Third Author")
    third = maker.job(second.manifest.commit, moved, second)
    maker.until_gate(third, [change("knowledge/bench/moved", "renamed", LEAF), change(OTHER, "removed")])
    assert release(third) == "v0.3.0"
    found = lineage.read(folder_of(hub))
    assert [(item.leaf, item.since) for item in found.contributions] == [("knowledge/bench/moved", "v0.1.0")]
    log = (found.folder / "CHANGELOG.md").read_text()
    assert f"renamed: {LEAF} to knowledge/bench/moved" in log
    assert f"removed: {OTHER}" in log
    assert found.removed == (second.contribution(OTHER),)  # its weights descend from that one's
    assert question_key(f"Of {OTHER}?") in found.ever_taught - found.taught
    bom = json.loads((found.folder / "labci/bom.cdx.json").read_text())
    data = [item for item in bom["components"] if item["type"] == "data"]
    assert [(item["name"], "properties" in item) for item in data] == [("knowledge/bench/moved", False), (OTHER, True)]
    assert verify(found.folder) == []
    card = (found.folder / "README.md").read_text()
    assert "Taken out of the taxonomy since they were taught" in card
    assert "Second Author" in card.split("Taken out")[1]

    again = maker.leaf(OTHER, author="Second Author")
    assert found.manifest is not None
    fourth = maker.job(found.manifest.commit, again, found)
    maker.until_gate(fourth, [change(OTHER)])
    release(fourth)
    last = lineage.read(folder_of(hub))
    assert [item.leaf for item in last.contributions] == ["knowledge/bench/moved", OTHER]
    assert last.removed == ()
    assert not (last.folder / lineage.REMOVED).exists()


def test_what_came_back_is_its_own_and_no_other_leaf_s() -> None:
    """A leaf that was removed and is there again may ask what it asked; no question of it is ever held out."""
    gone = Contribution(
        leaf=OTHER, commit="0" * 40, authors=(), attribution={}, units=(), taught=("a question",),
        samples=1, since="v0.1.0",
    )  # fmt: skip
    released = Released(folder=Path(), removed=(gone,))
    job: Any = SimpleNamespace(released=released)
    back: Any = SimpleNamespace(leaf=SimpleNamespace(path=OTHER), change=SimpleNamespace(old=None))
    other: Any = SimpleNamespace(leaf=SimpleNamespace(path=LEAF), change=SimpleNamespace(old=None))
    assert taught_before(job, back) == {"a question"}
    assert taught_before(job, other) == frozenset()
    assert released.taught == frozenset()  # no other leaf is kept from it
    assert released.ever_taught == {"a question"}


def test_a_changed_leaf_keeps_its_history(maker: Maker) -> None:
    release(ready(maker))
    first = lineage.read(maker.root / "models" / "v0.1.0")
    head = maker.leaf(LEAF, author="Second Author")
    job = maker.job(first.manifest.commit, head, first)  # type: ignore[union-attr]
    maker.until_gate(job, [change(LEAF, "modified")])
    release(job)
    item = lineage.read(maker.root / "models" / "v0.2.0").contribution(LEAF)
    assert item is not None
    assert (item.since, item.authors, item.commit) == ("v0.1.0", ("Tess Ting", "Second Author"), head)


@pytest.mark.parametrize(
    ("effects", "kind", "code"),
    [([-0.5, -0.4, -0.6, -0.5, -0.3], FindingsError, 1), ([1.0, 1.2], InconclusiveError, 4)],
)
def test_refused_candidates_are_not_released(
    maker: Maker, effects: list[float], kind: type[FindingsError | InconclusiveError], code: int
) -> None:
    job = ready(maker, effects=effects)
    with pytest.raises(kind, match="The released model stays the base model") as error:
        release(job)
    assert error.value.exit_code == code
    assert not (maker.root / "models").exists()


def test_only_what_the_gate_saw_is_released(maker: Maker) -> None:
    job = ready(maker)
    weights = job.run / "checkpoint" / "model.safetensors"
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(UsageError, match="has changed since"):
        release(job)
    weights.write_bytes(good)
    verdict = artifact.read_json(job.run / "verdict.json")
    artifact.write_json(job.run / "verdict.json", {**verdict, "reasons": ["forged"]})
    with pytest.raises(UsageError, match="stage gate"):
        release(job)
    assert not (maker.root / "models").exists()


def test_uncommitted_files_and_parts_of_a_commit(maker: Maker) -> None:
    job = ready(maker)
    with pytest.raises(UsageError, match="not committed"):
        release(replace(job, head="worktree"))
    settings, facts = shaping.settings("diff", replace(job, leaf=LEAF)), {"left_out": 1}
    job.run.finish("diff", inputs=[], outputs=["changes.json"], settings=settings, facts=facts)
    for asked in (LEAF, None):
        with pytest.raises(UsageError, match=f"about {LEAF} only; other leaves that have changed, too: 1"):
            release(replace(job, leaf=asked))


def test_a_release_that_was_published_already_is_completed(maker: Maker) -> None:
    """Killed behind the hub's own commit, or asked for again: the released model is this one by now."""
    job = ready(maker)
    release(job)
    (job.run / "release.json").unlink()
    again = replace(job, released=latest(job))
    assert release(again) == "v0.1.0"
    assert (job.run / "release.json").exists()


@pytest.mark.slow
def test_a_model_that_was_trained_from_another_release_is_refused_however_it_was_judged(maker: Maker) -> None:
    """Rolled back and evaluated anew: the weights still hold what the rollback took away."""
    first = ready(maker)
    release(first)
    released = latest(first)
    job = maker.job(first.head, maker.leaf(OTHER), released)
    maker.until_gate(job, [change(OTHER)])
    artifact.write_json(job.run / "training.json", {"lane": "incremental", "start": "another release's"})
    with pytest.raises(UsageError, match="trained from and judged against another model"):
        release(job)
    artifact.write_json(job.run / "training.json", {"lane": "rebuild", "start": "the base model's"})
    assert release(job) == "v0.2.0"


def test_verify_finds_what_is_wrong(maker: Maker, tmp_path: Path) -> None:
    release(ready(maker))
    folder = maker.root / "models" / "v0.1.0"

    def broken(name: str, text: str | None) -> list[str]:
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        if text is None:
            (copy / name).unlink()
        else:
            (copy / name).write_text(text)
        return verify(copy)

    assert broken("README.md", "x") == ["README.md: sha256 differs from the manifest"]
    assert broken("extra.txt", "x") == ["extra.txt: not in the manifest"]
    assert broken("config.json", None) == ["config.json: missing"]
    assert "missing" in broken("labci/manifest.json", None)[0]
    assert "not JSON" in broken("labci/manifest.json", "{")[0]
    assert "not a release" in broken("labci/manifest.json", "{}")[0]
    assert "not a release" in broken("labci/manifest.json", "[]")[0]
    assert verify(tmp_path / "nowhere")


def test_verify_follows_the_chain_of_stages(maker: Maker) -> None:
    release(ready(maker))
    path = maker.root / "models" / "v0.1.0" / "labci" / "manifest.json"
    good = artifact.read_json(path)
    for change_of, message in (
        (
            {"evaluate": {**good["stages"]["evaluate"], "inputs": {"checkpoint": "0" * 64}}},
            "checkpoint is not the same",
        ),
        (
            {"gate": {**good["stages"]["gate"], "outputs": {"verdict.json": "0" * 64}}},
            "not what the stage gate wrote",
        ),
    ):
        artifact.write_json(path, {**good, "stages": {**good["stages"], **change_of}})
        assert any(message in problem for problem in verify(path.parents[1]))
    artifact.write_json(path, {**good, "previous": "v0.5.0"})
    assert verify(path.parents[1]) == ["labci/manifest.json: 'v0.5.0' does not come before v0.1.0"]


def test_rollback(maker: Maker) -> None:
    release(ready(maker))
    hub = hubs.open_hub("folder:models", maker.root)
    first = lineage.read(folder_of(hub))
    job = maker.job(first.manifest.commit, maker.leaf(OTHER), first)  # type: ignore[union-attr]
    maker.until_gate(job, [change(OTHER)])
    release(job)
    assert rollback(hub, "v0.1.0") == "v0.1.0"
    assert folder_of(hub).name == "v0.1.0"
    with pytest.raises(UsageError, match="no version v7"):
        rollback(hub, "v7.0.0")
    with pytest.raises(UsageError, match="no release yet"):
        folder_of(hubs.open_hub("folder:elsewhere", maker.root))


def test_again_is_the_same_release(maker: Maker) -> None:
    job = ready(maker)
    release(job)
    before = (job.run / "release" / "labci" / "manifest.json").read_bytes()
    (job.run / "release.json").unlink()
    assert release(job) == "v0.1.0"
    assert (job.run / "release" / "labci" / "manifest.json").read_bytes() == before
    assert list(hubs.open_hub("folder:models", maker.root).list()) == ["v0.1.0"]


def test_a_new_verdict_makes_a_new_folder(maker: Maker) -> None:
    job = ready(maker)
    release(job)
    shutil.rmtree(maker.root / "models")
    maker.until_gate(job, [change(LEAF)])
    release(job)
    assert verify(maker.root / "models" / "v0.1.0") == []


KILLED = """
import sys, time
from pathlib import Path
from dataclasses import replace
from labci.release import release
from tests.release.make import Maker, Quiet
from labci import config
from labci.artifact import RunFolder
from labci.git import Repository
from labci.job import Job
from labci.lineage import Contribution, Released
from labci.store import Store
root, base, head, run = Path(sys.argv[1]), *sys.argv[2:]
repository = Repository.open(root)
print("start", flush=True)
release(Job(
    root=root, config=config.load(root / "labci.yaml"), repository=repository, source=repository.tree(head),
    base=base, head=head, run=RunFolder(path=Path(run)), store=Store(str(root / ".labci/store")),
    released=Released(folder=root / "base"), progress=Quiet(),
))
"""


@pytest.mark.slow
def test_kill_and_rerun(maker: Maker) -> None:
    """SIGKILL at growing delays: what is in the hub is whole at every moment, and the rerun completes."""
    job = ready(maker)
    argv = [sys.executable, "-c", KILLED, str(maker.root), job.base, job.head, str(job.run.path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    models = maker.root / "models"
    for delay in (0.01, 0.03, 0.06, 0.1, 0.15, 0.25):
        process = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"start\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for folder in models.glob("v*"):
            assert verify(folder) == []
        if (models / "latest").exists():
            assert folder_of(hubs.open_hub("folder:models", maker.root)).is_dir()
    assert release(job) == "v0.1.0"
    assert verify(models / "v0.1.0") == []
    assert not list(models.glob(".part-*"))
    assert not list(job.run.path.glob(".release-*"))


def test_a_run_that_was_judged_against_another_release_is_refused(maker: Maker) -> None:
    """Its weights have never seen what came since, and its scores do not ask for it."""
    first = ready(maker)
    release(first)
    released = latest(first)
    second = maker.job(first.head, maker.leaf(OTHER), released)
    maker.until_gate(second, [change(OTHER)])
    third = maker.job(first.head, maker.leaf("knowledge/bench/three"), released, name="third")
    maker.until_gate(third, [change("knowledge/bench/three")])
    assert release(third) == "v0.2.0"

    late = replace(second, released=latest(first))
    with pytest.raises(UsageError, match=r"another model than v0\.2\.0, which is released now") as refused:
        release(late)
    assert refused.value.hint == "start anew from what is released: labci run"
    assert (maker.root / "models" / "latest").read_text() == "v0.2.0\n"


def test_a_run_that_was_judged_by_another_policy_is_refused(maker: Maker) -> None:
    job = ready(maker)
    strict = replace(job.config, gate=replace(job.config.gate, min_gain_nll=5.0))
    with pytest.raises(UsageError, match=r"min_gain_nll was 0\.2, and is 5\.0") as refused:
        release(replace(job, config=strict))
    assert "labci gate --run" in refused.value.hint
    assert not (maker.root / "models").exists()


def test_a_stage_that_was_done_with_other_settings_is_done_again(maker: Maker) -> None:
    job = ready(maker)
    strict = replace(job, config=replace(job.config, gate=replace(job.config.gate, min_gain_nll=5.0)))
    walked = pipeline.walk(strict, first="gate", last="release")
    assert (walked.ran, walked.exit_code) == (("gate",), 1)
    assert "gate: again, as min_gain_nll was 0.2, and is 5.0" in job.progress.lines  # type: ignore[attr-defined]
    assert pipeline.walk(job, first="gate", last="gate").ran == ("gate",)
    assert pipeline.walk(job, first="gate", last="release").skipped == ("gate",)


def test_what_a_preview_left_in_a_run_is_not_taken_for_the_whole(maker: Maker) -> None:
    """`labci generate --run DIR --limit 2`, and then the run itself; a number is no other one for its spelling."""
    job = ready(maker)
    artifact.write_json(job.run / "run.json", {**artifact.read_json(job.run / "run.json"), "leaf": None, "limit": None})
    for limit, wanted in ((2, ["limit was 2, and is None"]), (None, [])):
        noted = shaping.settings("generate", replace(job, limit=limit))
        job.run.finish("generate", inputs=["changes.json"], outputs=["generation.json"], settings=noted)
        assert shaping.changed(job.run, "generate", job) == wanted
    train = replace(job.config.train, epochs=3.0)
    job.run.finish("train", inputs=[], outputs=[], settings={**shaping.settings("train", job), "epochs": 3})
    assert shaping.changed(job.run, "train", replace(job, config=replace(job.config, train=train))) == []


def test_another_margin_chooses_another_alpha(maker: Maker) -> None:
    """The merge-back goes as far as the gate's margin allows: with another one the weights are others."""
    job = ready(maker)
    job.run.finish("train", inputs=[], outputs=[], settings=shaping.settings("train", job))
    other = replace(job, config=replace(job.config, gate=replace(job.config.gate, margin_nll=0.3)))
    assert shaping.changed(job.run, "train", job) == []
    assert shaping.changed(job.run, "train", other) == ["margin_nll was 0.1, and is 0.3"]


@pytest.mark.parametrize(("name", "value"), [("epochs", 1.0), ("max_tokens", 999)])
def test_a_mixture_for_other_passes_is_mixed_again(maker: Maker, name: str, value: float) -> None:
    """Each pass reads other rows: with more of them what was mixed for a few would be read again and again."""
    job = ready(maker)
    job.run.finish("mix", inputs=[], outputs=[], settings=shaping.settings("mix", job))
    assert shaping.changed(job.run, "mix", job) == []
    train = replace(job.config.train, **{name: value})  # type: ignore[arg-type]
    other = replace(job, config=replace(job.config, train=train))
    was = getattr(job.config.train, name)
    assert shaping.changed(job.run, "mix", other) == [f"{name} was {json.dumps(was)}, and is {json.dumps(value)}"]
