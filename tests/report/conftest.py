"""Runs to report on: a real one, whose teacher is a real HTTP server, and made ones of any size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from labci.artifact import RunFolder, write_json, write_jsonl
from tests.conftest import git, put
from tests.generate.conftest import knowledge_leaf, quiz
from tests.servers.chat import serving

ROOT = Path(__file__).parents[2]
SKILL = {
    "version": 3, "task_description": "Thank somebody for a gift in one sentence.", "created_by": "tess",
    "seed_examples": [
        {"question": f"Thank {name} for {gift}.", "answer": f"Dear {name}, thank you so much for {gift}!"}
        for name, gift in [("Ada", "the kite"), ("Ben", "the old map"), ("Cleo", "a jar of honey"),
                           ("Dora", "the warm scarf"), ("Emil", "your book on owls")]
    ],
}  # fmt: skip


def skilled(body: dict[str, Any]) -> str:
    """Questions for facts; for a skill, requests and answers that vary with the seed."""
    content = body["messages"][-1]["content"]
    if "Fact: " in content:
        return quiz(body)
    if content.startswith("Thank"):
        return f"Thank you, that was very kind of you: {content.lower()}"
    return f"Thank aunt number {body['seed'] % 7} for the gift {body['seed'] % 11}."


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The run folder of `labci generate` on a knowledge and a skill leaf; nobody may change it."""
    folder = tmp_path_factory.mktemp("real")
    git(folder, "init", "-q", "-b", "main")
    put(folder, "labci.yaml", "taxonomy: taxonomy\n")
    put(folder, ".gitignore", ".labci/\nmodels/\n")
    knowledge_leaf(folder)
    put(folder, "taxonomy/compositional_skills/thanks/qna.yaml", json.dumps(SKILL, indent=1))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Start")
    arguments = ["-q", "-C", folder, "generate", "--teacher", "openai:quiz", "--model", folder / "documents"]
    with serving(skilled) as chat:
        settings = {"PYTHONPATH": str(ROOT), "OPENAI_BASE_URL": chat.url, "OPENAI_API_KEY": "sk-very-secret"}
        command = [sys.executable, "-m", "labci", *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | settings)
    (run,) = (folder / ".labci" / "runs").iterdir()
    return RunFolder(path=run)


def row(number: int, *, leaf: str = "knowledge/bench/lake", **more: Any) -> dict[str, Any]:
    """A line of samples.jsonl; with reason and stage, of rejects.jsonl."""
    return {
        "id": f"{number:064x}", "leaf": leaf, "kind": "knowledge", "question": f"What is fact {number}?",
        "answer": f"answer {number}", "context": f"The fact {number} is answer {number}.", "span": f"answer {number}",
        "document": None, "teacher": "quiz@1", "flow": "knowledge@2", "scores": {"match": number / 8}, **more,
    }  # fmt: skip


def made(
    folder: Path, samples: Iterable[dict[str, Any]], rejects: Iterable[dict[str, Any]], **generation: Any
) -> RunFolder:
    """A run folder with these rows, counted; rows are streamed. generation: more of generation.json."""
    run = RunFolder(path=folder)
    run.start({"base": "0" * 40, "head": "1" * 40})
    leaves: dict[str, dict[str, Any]] = {}
    write_jsonl(run / "samples.jsonl", (counted(leaves, item) for item in samples))
    write_jsonl(run / "rejects.jsonl", (counted(leaves, item) for item in rejects))
    totals = {"calls": 7, "cached": 3, "prompt_tokens": 2100, "completion_tokens": 90, "seconds": 4.5}
    write_json(run / "generation.json", {"version": 1, "leaves": list(leaves.values()), **totals, **generation})
    write_json(run / "manifest" / "generate.json", {})
    return run


def counted(leaves: dict[str, dict[str, Any]], item: Mapping[str, Any]) -> Mapping[str, Any]:
    entry = leaves.setdefault(item["leaf"], {
        "path": item["leaf"], "kind": item["kind"], "flow": item["flow"], "teacher": item["teacher"], "units": 1,
        "candidates": 0, "kept": 0, "seeds": 0, "rules": 0, "rejects": Counter(), "calibration": None, "documents": [],
    })  # fmt: skip
    entry["candidates"] += 1
    if "reason" in item:
        entry["rejects"][item["reason"]] += 1
    else:
        entry["kept"] += 1
    return item


def some(folder: Path, leaves: int = 1, **generation: Any) -> RunFolder:
    """A small made run: 8 samples and 12 rejects, 2 of them surplus, of each leaf."""
    paths = [f"knowledge/bench/lake_{number}" for number in range(leaves)]
    reasons = ["not-grounded", "unparsable", "surplus"]
    return made(
        folder,
        (row(i, leaf=path) for path in paths for i in range(8)),
        (
            row(100 + i, leaf=path, stage="question", reason=reasons[min(2, i // 5)], detail=f"detail {i}")
            for path in paths
            for i in range(12)
        ),
        **generation,
    )


# What contributors and teachers may write. None of it may act.
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</script></style></title><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"><svg onload=document.title='owned'>",
    "' onmouseover='document.title=1",
    "{{ report.run.id }} {% raw %} ${{ secrets.TOKEN }}",
    "[click](javascript:alert(1)) ![x](https://example.org/x.png) <https://example.org> www.example.org",
    "</details></td></table>\n\n# heading\n\n| a | b |\n@someone #12 `code` **bold** $x$ https://example.org",
    "\x1b[31mred\u202eltr \x00",
    "```\nfence",
)
