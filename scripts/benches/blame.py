"""Blame with the embedded model: a leaf that contradicts an earlier one, among four honest ones, found by retraining.

    scripts/bench blame

The earlier leaf is the press of tests/leaves, the bad one the same press in another world (other numbers, names and
stuffs), told in two documents. Held out of the earlier leaf are questions whose answers a release of it finds likely
(KNOWN): documents of one form are also one more reading, which makes likelier what the release had hardly learned, and
over all thirty questions that hides what the contradiction costs (docs/gate.md). The four honest leaves are excerpts,
which keeps a run short. The example of `labci init` is taken away, since beside a second earlier leaf the levels of
both tests are halved. The general margin is 0.15, as five leaves at once come near 0.1. LABCI_BENCH names a folder to
keep (and to continue in); without it the repository is a temporary one. It generates six leaves and trains up to six
times: more than an hour on two cores.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from scripts.benches import table
from scripts.benches.excerpt import excerpt_files
from scripts.benches.repository import (
    LEAVES,
    configure,
    git,
    heldout_file,
    heldout_text,
    labci,
    leaf_files,
    leaf_path,
    newest_run,
    put,
    question_rows,
    start,
)
from tests.main_job.worlds import other_world

OLD, BAD = "dev_press", "press_elsewhere"
HONEST = ("dev_island", "dev_valley", "test_archive", "test_tram")
HELDOUT = 30  # of the bad leaf
# Positions in questions.yaml of answers that a release of the earlier leaf gave less than 1 nat per token. That was
# another training than the one that is harmed here: chosen on that one, they would get worse by chance alone.
KNOWN = (0, 2, 3, 4, 6, 11, 14, 15, 17, 19, 22, 24, 25)
DOCUMENTS = ("document.md", "retold.md")
SETTINGS = {"gate": {"margin_nll": 0.15}}
HEAD = ("gate before", "earlier leaf", "named", "right", "retrainings of 5", "minutes before", "minutes of blame")


def main() -> int:
    """Print the table; exit 1 if another leaf than the bad one is named, 2 if the gate refused none of it."""
    repository = Path(os.environ.get("LABCI_BENCH") or tempfile.mkdtemp(prefix="labci-bench-")) / "repository"
    if not repository.exists():
        start(repository)
        git(repository, "rm", "-qr", "taxonomy/knowledge")
        git(repository, "commit", "-qm", "Without the example")
    configure(repository, SETTINGS)
    put(repository, OLD, earlier_files())
    began = time.monotonic()
    if not (repository / "models/latest").exists():
        labci(repository, "run")
    if not (repository / "models/latest").exists():
        reason = ("--override", "the bench needs an earlier leaf", "--by", "scripts/bench blame")
        labci(repository, "release", "--run", str(newest_run(repository)), *reason)
    merge_all(repository)
    code = labci(repository, "run", "--to", "gate")  # all since the release
    before, began = time.monotonic() - began, time.monotonic()
    run = newest_run(repository)
    labci(repository, "gate", "--blame", "--run", str(run))
    found = json.loads((run / "blame.json").read_text("utf-8"))
    print(table(HEAD, [row(found, lost(run), before, time.monotonic() - began)]))
    if code != 1:
        return 2
    return 0 if names(found) == [f"knowledge/bench/{BAD}"] else 1


def earlier_files() -> dict[str, str]:
    """The files of the earlier leaf; held out are the questions in `KNOWN`."""
    rows = question_rows(OLD)
    return leaf_files(OLD) | {f"taxonomy/{leaf_path(OLD)}/heldout.yaml": heldout_text(rows[at] for at in KNOWN)}


def merge_all(repository: Path) -> None:
    """Commit two honest leaves, the bad one, and two more, unless they are there."""
    for name in HONEST[:2]:
        put(repository, name, excerpt_files(name))
    merge_bad(repository)
    for name in HONEST[2:]:
        put(repository, name, excerpt_files(name))


def merge_bad(repository: Path) -> None:
    """Commit the press of another world: documents, contexts, questions and answers of the same form."""
    folder = repository / "taxonomy/knowledge/bench" / BAD
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for name in DOCUMENTS:
        document = other_world((LEAVES / OLD / name).read_text("utf-8"))
        (repository / f"documents/{BAD}-{name}").write_text(document, "utf-8")
    value = yaml.safe_load((LEAVES / OLD / "qna.yaml").read_text("utf-8"))
    value["document"]["patterns"] = [f"documents/{BAD}-{name}" for name in DOCUMENTS]
    for seed in value["seed_examples"]:
        seed["context"] = other_world(seed["context"])
        for pair in seed["questions_and_answers"]:
            pair["answer"] = other_world(pair["answer"])
    (folder / "qna.yaml").write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), "utf-8")
    (folder / "heldout.yaml").write_text(heldout_file(OLD, HELDOUT, other_world), "utf-8")
    shutil.copy(LEAVES / OLD / "attribution.txt", folder / "attribution.txt")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", f"Add {BAD}")


def names(found: dict[str, Any]) -> list[str]:
    """The leaves that were named."""
    return [item["leaf"] for item in found["culprits"]]


def lost(run: Path) -> str:
    """What became of the earlier leaf, in nats per token, with its 90 % interval."""
    checks = json.loads((run / "verdict.json").read_text("utf-8"))["checks"]
    check = next(check for check in checks if check["name"] == f"old:knowledge/bench/{OLD}")
    first, last = check["ci"]
    return f"{check['effect']:+.2f} ({first:+.2f} to {last:+.2f})"


def row(found: dict[str, Any], earlier: str, before: float, searching: float) -> list[object]:
    """A row of the table; times in seconds."""
    named = names(found)
    right = "yes" if named == [f"knowledge/bench/{BAD}"] else "no"
    tried = sum(bool(probe["folder"]) for probe in found["probes"])
    return [found["verdict"], earlier, ", ".join(named), right, tried, round(before / 60, 1), round(searching / 60, 1)]
