"""What a probe's stages read: a removed leaf is as it was before the run, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labci.artifact import RunFolder, read_json, read_jsonl, write_jsonl
from labci.blame.without import contributions, write_without
from labci.lineage import Contribution
from tests.release.make import GAIN, Maker, change

NEW, OTHER, EARLIER, MOVED, GONE = (f"knowledge/bench/{name}" for name in ("new", "other", "earlier", "moved", "gone"))


def contribution(leaf: str) -> Contribution:
    return Contribution(
        leaf=leaf, commit="0" * 40, authors=(), attribution={}, units=("a",), taught=(), samples=1, since="v0.1.0"
    )


def test_added_modified_and_renamed_leaves(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "repository")
    job = maker.job(maker.base, maker.leaf(NEW))
    changes = [
        change(NEW), change(OTHER), change(EARLIER, "modified"), change(MOVED, "renamed", "knowledge/bench/old"),
        change(GONE, "removed"),
    ]  # fmt: skip
    for number, item in enumerate(changes):
        item["seeds"] = {"added": [f"{number}" * 64], "removed": ["f" * 64], "kept": ["e" * 64]}
    maker.until_gate(job, changes, GAIN)
    generation = read_json(job.run / "generation.json")
    assert [leaf["path"] for leaf in generation["leaves"]] == [NEW, OTHER, EARLIER]
    rows = [{"leaf": leaf, "id": f"{leaf}{n}"} for n in range(2) for leaf in (NEW, OTHER, EARLIER, MOVED)]
    write_jsonl(job.run / "samples.jsonl", rows)
    known = tuple(map(contribution, (EARLIER, "knowledge/bench/old", GONE)))
    job = replace(job, released=replace(job.released, contributions=known))
    assert [one.path for one in contributions(job)] == [NEW, OTHER, EARLIER]

    into = RunFolder(path=tmp_path / "probe")
    write_without(job, (NEW, EARLIER, MOVED), into)
    written = {item["path"]: item for item in read_json(into / "changes.json")["changes"]}
    assert list(written) == [OTHER, EARLIER, MOVED, GONE]
    for leaf, added in ((OTHER, ["1" * 64]), (EARLIER, []), (MOVED, []), (GONE, ["4" * 64])):
        assert written[leaf]["seeds"]["added"] == added
    assert written[MOVED]["from"] == "knowledge/bench/old"
    assert [row["leaf"] for row in read_jsonl(into / "samples.jsonl")] == [OTHER, OTHER]
    assert [leaf["path"] for leaf in read_json(into / "generation.json")["leaves"]] == [OTHER]
    assert not (into / "rejects.jsonl").exists()
    assert len(list(read_jsonl(job.run / "samples.jsonl"))) == len(rows)
