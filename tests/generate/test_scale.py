"""A plan's memory does not grow with its leaves or documents; its time grows no faster than they do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import put

# Starts the command in a process of its own: VmHWM and processor time begin with the program.
CHILD = """
import sys, time
from pathlib import Path
from labci.cli import main
sys.argv = ["labci", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(time.process_time(), peak, "torch" in sys.modules, file=sys.stderr)
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads VmHWM of Linux"),
]
FEW, MANY = 60, 600
PAGE = 500  # words


def planned(folder: Path, *options: str) -> tuple[float, int]:
    """Seconds of the processor, and kB at the most."""
    command = [sys.executable, "-c", CHILD, "-C", str(folder), "-q", "plan", "--teacher", "openai:quiz", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak, torch = done.stderr.split()[-3:]
    assert torch == "False"
    return float(seconds), int(peak)


def skills(folder: Path, count: int) -> None:
    for leaf in range(count):
        rows = "".join(
            f"  - question: Say {n} of {leaf} politely.\n    answer: Kindly take {n} of {leaf}.\n" for n in range(5)
        )
        text = f"version: 3\ncreated_by: ada\ntask_description: Be polite in case {leaf}.\nseed_examples:\n{rows}"
        put(folder, f"taxonomy/compositional_skills/manners/case_{leaf}/qna.yaml", text)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")  # nobody is asked


def test_ten_times_the_leaves(repository: Path, git_commit: Callable[[Path], None]) -> None:
    small = ("--set", "flows.freeform=freeform-small")
    skills(repository, FEW)
    git_commit(repository)
    seconds, peak = planned(repository, *small)
    skills(repository, MANY)
    git_commit(repository)
    more, most = planned(repository, *small)
    assert most < 1.3 * peak
    assert more < 12 * seconds
    plan = json.loads(next((repository / ".labci/runs").glob("*/plan.json")).read_text())
    assert plan["units"]["read"] <= plan["units"]["all"]


def document(pages: int) -> str:
    sentence = "The {0} gate of the mill was built in year {0} by the miller of house {0}, who kept {0} red hens. "
    count = pages * PAGE // len(sentence.split()) // 5
    paragraphs = ["".join(sentence.format(n + 7 * number) for n in range(5)) for number in range(count)]
    return "# The mill\n\n" + "\n\n".join(paragraphs) + "\n"


def test_two_hundred_pages(repository: Path, git_commit: Callable[[Path], None]) -> None:
    value = {
        "version": 3, "domain": "mills", "created_by": "tess", "document_outline": "The mill",
        "seed_examples": [
            {"context": "The mill is red.", "questions_and_answers": [{"question": "What colour?", "answer": "Red"}]}
        ],
        "document": {"repo": ".", "commit": "HEAD", "patterns": ["documents/mill.md"]},
    }  # fmt: skip
    put(repository, "taxonomy/knowledge/mill/qna.yaml", json.dumps(value))
    peaks = {}
    for pages in (20, 200):
        put(repository, "documents/mill.md", document(pages))
        git_commit(repository)
        _, peaks[pages] = planned(repository, "--set", "flows.knowledge=knowledge-large")
    assert peaks[200] < 1.5 * peaks[20]
