"""A plan's memory does not grow with its leaves or documents; its time grows no faster than they do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import put
from tests.servers.chat import serving
from tests.servers.lab import Large

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
# The stage alone, for a teacher that judges: the command would load a model, and torch hides what grows.
STAGE = """
import sys
from pathlib import Path
from labci.generate import generate
from tests.generate.conftest import Place
job = Place(folder=Path(sys.argv[1]), teacher=None).job(run=sys.argv[2], flags={"flows.knowledge": "knowledge-large"})
generate(job)
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
with open(job.run / "samples.jsonl") as lines:
    print(peak, sum(1 for line in lines), "torch" in sys.modules, file=sys.stderr)
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads VmHWM of Linux"),
]
FEW, MANY = 60, 600
PAGE = 500  # words
ROOT = Path(__file__).parents[2]


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
    sentence = "The {0} gate of Marrow Quay was built in year {0} by the miller of house {0}, who kept {0} red hens. "
    count = pages * PAGE // len(sentence.split()) // 5
    paragraphs = ["".join(sentence.format(n + 7 * number) for n in range(5)) for number in range(count)]
    return "# The mill\n\n" + "\n\n".join(paragraphs) + "\n"


def mill(repository: Path) -> None:
    value = {
        "version": 3, "domain": "mills", "created_by": "tess", "document_outline": "The mill",
        "seed_examples": [
            {"context": "The mill is red.", "questions_and_answers": [{"question": "What colour?", "answer": "Red"}]}
        ],
        "document": {"repo": ".", "commit": "HEAD", "patterns": ["documents/mill.md"]},
    }  # fmt: skip
    put(repository, "taxonomy/knowledge/mill/qna.yaml", json.dumps(value))


def test_two_hundred_pages(repository: Path, git_commit: Callable[[Path], None]) -> None:
    mill(repository)
    peaks = {}
    for pages in (20, 200):
        put(repository, "documents/mill.md", document(pages))
        git_commit(repository)
        _, peaks[pages] = planned(repository, "--set", "flows.knowledge=knowledge-large")
    assert peaks[200] < 1.5 * peaks[20]


def test_generates_from_two_hundred_pages_in_flat_memory(
    repository: Path, git_commit: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mill(repository)
    peaks, kept = {}, {}
    for pages in (20, 200):
        put(repository, "documents/mill.md", document(pages))
        git_commit(repository)
        with serving(Large()) as chat:
            monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
            child = [sys.executable, "-c", STAGE, str(repository), str(pages)]
            done = subprocess.run(child, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        peak, samples, torch = done.stderr.split()[-3:]
        assert torch == "False"
        peaks[pages], kept[pages] = int(peak), int(samples)
    assert peaks[200] < 1.3 * peaks[20]
    assert kept[200] > 5 * kept[20] > 0
