"""A release over the gate's head: a reason and a name, recorded everywhere, and never by accident."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from labci import artifact, lineage
from labci.errors import FindingsError, UsageError
from labci.hubs import open_hub
from labci.job import Job
from labci.lineage import Override
from labci.release import release, verify
from labci.report.releases import to_text
from tests.conftest import Labci
from tests.release.make import GAIN, Maker, change

LEAF, OTHER = "knowledge/bench/one", "knowledge/bench/two"
NO_GAIN = [-0.1, 0.05, -0.2, 0.1, 0.0]
REASON, BY = "Wanted for the *fair* on Friday", "Tess Ting <tess@example.org>"
WHOLE = Override(reason=REASON, by=BY)
SAID = f"released over the gate's FAIL by {BY}: {REASON}"


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path / "repository")


def refused(maker: Maker, effects: list[float] | None = None) -> Job:
    """A run that the gate did not pass."""
    job = maker.job(maker.base, maker.leaf(LEAF))
    maker.until_gate(job, [change(LEAF)], effects or NO_GAIN)
    return job


def test_it_is_recorded_everywhere(maker: Maker) -> None:
    job = refused(maker)
    with pytest.raises(FindingsError, match="the gate said FAIL"):
        release(job)
    assert release(replace(job, override=WHOLE)) == "v0.1.0"
    folder = maker.root / "models/v0.1.0"
    found = lineage.read(folder)
    expected = replace(WHOLE, verdict="FAIL")
    assert found.manifest is not None
    assert found.manifest.override == expected
    assert found.contributions[0].override == expected
    assert artifact.read_json(folder / "labci/verdict.json")["verdict"] == "FAIL"
    for name in ("README.md", "CHANGELOG.md"):
        text = (folder / name).read_text()
        assert r"Wanted for the \*fair\* on Friday" in text
        assert "Tess Ting" in text
    assert verify(folder) == []
    assert to_text(open_hub("folder:models", maker.root)) == f"v0.1.0  (latest)  {SAID}"


def test_an_undecided_candidate_may_be_released_too(maker: Maker) -> None:
    release(replace(refused(maker, [1.0, 1.1]), override=WHOLE))
    assert "the gate's INCONCLUSIVE" in to_text(open_hub("folder:models", maker.root))


def test_it_goes_with_what_it_taught_and_with_nothing_else(maker: Maker) -> None:
    release(replace(refused(maker), override=WHOLE))
    first = lineage.read(maker.root / "models/v0.1.0")
    assert first.manifest is not None
    job = maker.job(first.manifest.commit, maker.leaf(OTHER), first)
    maker.until_gate(job, [change(OTHER)], GAIN)
    release(job)
    second = lineage.read(maker.root / "models/v0.2.0")
    assert second.manifest is not None
    assert second.manifest.override is None
    assert [item.override is not None for item in second.contributions] == [True, False]
    rows = (second.folder / lineage.LINEAGE).read_text().splitlines()
    assert ["override" in row for row in rows] == [True, False]
    assert verify(second.folder) == []
    shown = to_text(open_hub("folder:models", maker.root)).splitlines()
    assert shown == ["v0.2.0  (latest)", f"v0.1.0  {SAID}"]


@pytest.mark.parametrize("half", [Override(reason=" ", by=BY), Override(reason=REASON, by="\n")])
def test_half_an_override_is_none(maker: Maker, half: Override) -> None:
    with pytest.raises(UsageError, match="an override needs"):
        release(replace(refused(maker), override=half))
    assert not (maker.root / "models").exists()


def test_there_is_nothing_to_override_after_a_pass(maker: Maker) -> None:
    with pytest.raises(UsageError, match="nothing to override"):
        release(replace(refused(maker, GAIN), override=WHOLE))


def test_a_repository_may_forbid_it_and_no_flag_gets_round_that(maker: Maker) -> None:
    maker.write("labci.yaml", "release: {overrides: false}\n")
    job = replace(refused(maker), override=WHOLE)
    with pytest.raises(UsageError, match=r"release\.overrides"):
        release(job)
    lenient = replace(job.config, release=replace(job.config.release, overrides=True))
    with pytest.raises(UsageError, match=r"release\.overrides"):
        release(replace(job, config=lenient))
    assert not (maker.root / "models").exists()


def test_another_decision_makes_another_folder(maker: Maker) -> None:
    """One that was built before a kill, for other reasons, is not published."""
    job = refused(maker)
    release(replace(job, override=WHOLE))
    shutil.rmtree(maker.root / "models")
    release(replace(job, override=replace(WHOLE, reason="Another")))
    assert "Another" in to_text(open_hub("folder:models", maker.root))


def test_verify_reads_the_decision(maker: Maker) -> None:
    release(replace(refused(maker), override=WHOLE))
    path = maker.root / "models/v0.1.0" / lineage.MANIFEST
    good = artifact.read_json(path)
    for changed, words in (
        (None, "the manifest has no override"),
        ({**good["override"], "reason": " "}, "without its reason"),
        ({**good["override"], "by": ""}, "without its by"),
        ({**good["override"], "verdict": "INCONCLUSIVE"}, "an override of INCONCLUSIVE, but the verdict is FAIL"),
        ({"reason": "x"}, "not a release of labci"),
    ):
        artifact.write_json(path, {**good, "override": changed})
        (problem,) = verify(path.parents[1])
        assert words in problem


def test_the_command(maker: Maker, labci: Labci) -> None:
    job = refused(maker)
    start = ("-C", maker.root, "release", "--run", job.run.path)
    assert labci(*start).code == 1
    for half in (
        ["--override", REASON],
        ["--by", BY],
        ["--override", " ", "--by", BY],
        ["--override", "x", "--by", ""],
    ):
        ended = labci(*start, *half)
        assert (ended.code, "needs both a reason and a name" in ended.err) == (2, True)
        assert not (maker.root / "models").exists()
    ended = labci(*start, "--override", REASON, "--by", BY)
    assert ended.code == 0, ended.err
    assert SAID in labci("-C", maker.root, "releases", "list").out
    ended = labci("-C", maker.root, "releases", "verify")
    assert (ended.code, SAID in ended.out) == (0, True)
    assert labci("-C", maker.root, "release", "--run", job.run.path, "--set", "release.overrides=perhaps").code == 2
