"""A run folder that has come as far as the gate: real git, a real tiny model, real manifests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from labci import artifact, config, digest, lineage
from labci.artifact import RunFolder
from labci.gate import gate
from labci.git import Repository
from labci.heldout import question_key
from labci.job import Job
from labci.lineage import Released
from labci.lm.load import weights_digest
from labci.scores import Scores
from labci.store import Store
from tests.gate.make import base_rows, rows, scores
from tests.tiny import tiny_model

GAIN = [0.9, 1.2, 1.0, 1.4, 0.8]
ATTRIBUTION = """Title of work: {title}
Link to work: https://example.org/{title}
Revision: 1
License of the work: CC-BY-4.0
Creator names: Ada *Lovelace*
"""


@dataclass
class Quiet:
    """A progress that keeps its lines."""

    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.lines.append(text)

    def step(self, name: str, done: int, total: int) -> None:
        self.lines.append(f"{name} {done}/{total}")

    def leaf(self, path: str, done: int, total: int) -> None:
        pass


class Maker:
    """A taxonomy repository and runs in it. `author` writes the commits."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.repository = Repository.init(folder)
        self.write("labci.yaml", "gate: {alpha: 0.05}\n")
        self.base = self.commit("Start", "Grace Hopper")
        self.seed = 0

    def write(self, path: str, text: str) -> None:
        artifact.write_text(self.root / path, text)

    def commit(self, message: str, author: str = "Tess Ting") -> str:
        return self.repository.commit_all(message, name=author, email="x@example.org")

    def leaf(self, path: str, author: str = "Tess Ting") -> str:
        """Commit a leaf; returns the commit."""
        self.write(f"taxonomy/{path}/qna.yaml", f"version: 3\ncreated_by: {author}\n")
        self.write(f"taxonomy/{path}/attribution.txt", ATTRIBUTION.format(title=path.split("/")[-1]))
        return self.commit(f"Add {path}", author)

    def job(self, base: str, head: str, released: Released | None = None, name: str = "") -> Job:
        run = RunFolder(path=self.root / ".labci" / "runs" / (name or digest.of_json([base, head])[:16]))
        run.start({"base": base, "head": head})
        return Job(
            root=self.root, config=config.load(self.root / "labci.yaml"), repository=self.repository,
            source=self.repository.tree(head), base=base, head=head, run=run,
            store=Store(str(self.root / ".labci" / "store")),
            released=released or Released(folder=self.root / "base"), progress=Quiet(),
        )  # fmt: skip

    def until_gate(
        self, job: Job, changes: Sequence[dict[str, object]], effects: Sequence[float] = GAIN,
        found: Scores | None = None,
    ) -> None:  # fmt: skip
        """Write what the stages before the release write, with their manifests. found: scores instead of `effects`."""
        run, new = job.run, [str(c["path"]) for c in changes if c["status"] in ("added", "modified")]
        artifact.write_json(run / "changes.json", _changes(job, changes))
        run.finish("diff", inputs=[], outputs=["changes.json"], settings={})
        artifact.write_json(run / "generation.json", {"version": 1, "leaves": [_generated(leaf) for leaf in new]})
        run.finish("generate", inputs=["changes.json"], outputs=["generation.json"], settings={})
        self.seed += 1
        tiny_model(run / "checkpoint", seed=self.seed)
        (run / "checkpoint" / "optimizer.pt").write_bytes(b"pickle")
        run.finish("train", inputs=["generation.json"], outputs=["checkpoint"], settings={})
        found = found or _scores(job, new, effects)
        artifact.write_json(run / "scores.json", _of_models(job, found).to_json())
        run.finish("evaluate", inputs=["checkpoint"], outputs=["scores.json"], settings={})
        gate(job)


def _scores(job: Job, new: Sequence[str], effects: Sequence[float]) -> Scores:
    old = {item.leaf: rows("old", item.leaf, [0.1, -0.1, 0.0]) for item in job.released.contributions}
    old = {leaf: value for leaf, value in old.items() if leaf not in new}
    base = base_rows([row for part in old.values() for row in part], 2.0)
    return scores({leaf: rows("new", leaf, effects) for leaf in new}, old, *base)


def _of_models(job: Job, found: Scores) -> Scores:
    """The scores with digests as of a real run: released is the base, or an earlier candidate."""
    base, manifest = found.models["base"], job.released.manifest
    released = {"digest": manifest.model} if manifest else base
    candidate = {"digest": weights_digest(job.run / "checkpoint")}
    return replace(found, models={**found.models, "released": released, "candidate": candidate})


def change(path: str, status: str = "added", old: str = "") -> dict[str, object]:
    """An entry of changes.json."""
    delta: dict[str, list[str]] = {"added": [], "removed": [], "kept": []}
    value: dict[str, object] = {"path": path, "status": status, "seeds": delta, "documents": delta}
    return {**value, "from": old} if old else value


def _changes(job: Job, changes: Sequence[dict[str, object]]) -> dict[str, object]:
    return {"version": 1, "base": job.base, "head": job.head, "changes": list(changes)}


def _generated(leaf: str) -> dict[str, object]:
    document = {"repo": ".", "commit": "HEAD", "path": "d.md", "sha256": "0" * 64}
    return {
        "path": leaf, "kind": "knowledge", "flow": "knowledge@0", "teacher": "embedded@0", "units": 2,
        "candidates": 40, "kept": 30, "seeds": 5, "rejects": {"judged-low": 10}, "calibration": None,
        "units_keys": [digest.of_json(leaf)], "documents": [document],
        "taught": [question_key(f"Of {leaf}?")],
    }  # fmt: skip


def released(folder: Path) -> Released:
    """The release in a folder, with its JSON read back as a later run does."""
    json.loads((folder / "labci" / "bom.cdx.json").read_text())
    return lineage.read(folder)
