"""Where there is nobody to blame: a PASS, one contribution, or a file of scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci import schema
from labci.blame import blame
from labci.report.blame import render
from tests.conftest import Labci
from tests.release.make import GAIN, Maker, change

LEAVES = ("knowledge/bench/one", "knowledge/bench/two")
NO_GAIN = [-0.1, 0.05, -0.2, 0.1, 0.0]


@pytest.mark.parametrize(
    ("leaves", "effects", "words", "code"),
    [
        (LEAVES, GAIN, "The gate said PASS: nobody is to blame.", 0),
        (LEAVES, [1.0], "The gate could not decide", 4),
        (LEAVES[:1], NO_GAIN, "There is only one contribution to blame: knowledge/bench/one.", 1),
    ],
)
def test_it_says_so_and_stops(
    tmp_path: Path, labci: Labci, leaves: tuple[str, ...], effects: list[float], words: str, code: int
) -> None:
    maker = Maker(tmp_path / "repository")
    heads = [maker.leaf(leaf) for leaf in leaves]
    job = maker.job(maker.base, heads[-1])
    maker.until_gate(job, [change(leaf) for leaf in leaves], effects)
    (job.run / "samples.jsonl").write_text("")
    found = blame(job)
    assert (found.culprits, found.probes, found.next) == ((), (), ())
    assert list(schema.validator("blame").iter_errors(json.loads(render(found, "json")))) == []
    assert not (job.run / "blame").exists()
    ended = labci("-C", maker.root, "gate", "--run", job.run.path, "--blame")
    assert (ended.code, words in ended.out) == (code, True)
    assert words.split(":")[0] in labci("-C", maker.root, "releases", "blame", "--run", job.run.path).out


def test_a_file_of_scores_has_nothing_to_train_on(tmp_path: Path, labci: Labci) -> None:
    ended = labci("-C", tmp_path, "gate", "--scores", tmp_path / "scores.json", "--blame")
    assert (ended.code, "nothing to train on" in ended.err) == (2, True)
