"""Whatever lies in a leaf's files: findings, never a crash, in little time, in every format; and fix keeps values."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci import config
from labci.errors import LabciError
from labci.leaf import read_leaf
from labci.lint import fix, lint
from labci.node import MAX_BYTES
from labci.report.diagnostics import Tally, render
from tests.lint.anything import anything

FILES = ("qna.yaml", "heldout.yaml", "attribution.txt")
FORMATS = ("text", "json", "github", "sarif", "markdown")
BRANCHES = ("knowledge/a/b", "compositional_skills/a/b", "foundational_skills/a/b")
# Times are counted in those of an ordinary file of the same size: a slower machine is slower at both.
MOST_TIMES, MOST_MB = 5, 200


@pytest.mark.slow
@settings(max_examples=100)
@given(qna=anything, held=st.none() | anything, attribution=st.none() | anything, branch=st.sampled_from(BRANCHES))
def test_lint_finds_and_never_crashes(qna: bytes, held: bytes | None, attribution: bytes | None, branch: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        leaf = root / "taxonomy" / branch
        leaf.mkdir(parents=True)
        for name, data in zip(FILES, (qna, held, attribution), strict=True):
            if data is not None:
                (leaf / name).write_bytes(data)
        found = list(lint(None, root=root, config=config.read(b"")))
        assert found[0].path == f"taxonomy/{branch}/qna.yaml"
        for format in FORMATS:
            "\n".join(render(format, Tally(found))).encode()
        list(fix(None, root=root, config=config.read(b"")))
        assert list(fix(None, root=root, config=config.read(b""))) == []


@settings(max_examples=100)
@given(qna=anything, held=st.none() | anything, branch=st.sampled_from(BRANCHES))
def test_the_parser_reads_or_says_why_not(qna: bytes, held: bytes | None, branch: str) -> None:
    with suppress(LabciError):
        read_leaf(branch, qna, held)


SKILL = "version: 3\ncreated_by: me\ntask_description: x\nseed_examples:\n"
HOUSE = "  - {{question: What is the number of the house {0} in the long street, answer: a{0}}}\n"


def big(body: str, *, head: str = SKILL) -> bytes:
    """As much of `body` as a file may hold."""
    return (head + body * ((MAX_BYTES - len(head)) // len(body.encode()))).encode()


LARGE = {
    "many equal entries": big("  - {question: q, answer: a}\n"),
    "one long line": big("x" * 1000, head="task_description: "),
    "long words": big("a b c d e f g h i j k l\n", head="task_description: |\n  "),
    "deep flow": big("[", head=""),
    "deep flow, closed": ("[" * 19 + "]" * 19).encode(),
    "open quotes": big('"', head="task_description: "),
    "spaces": big(" ", head="a: b"),
    "tabs": big("\t", head=""),
    "keys": "".join(f"key{n}: {n}\n" for n in range(18000)).encode(),
    "aliases": b"a: &a [x]\n" + b"b: *a\n" * 20000,
    "invisible": big("\u200b\u202e", head="task_description: "),
    "at signs": big("a@b", head="task_description: "),
    "key-like": big("sk-" + "a" * 40 + " ", head="task_description: "),
    "digits": big("4111 1111 1111 1111 ", head="task_description: "),
    "mixed scripts": big("aа", head="task_description: "),
    "nearly equal questions": (SKILL + "".join(map(HOUSE.format, range(3000)))).encode(),
}  # fmt: skip
ORDINARY = """  - question: What does the {0} of the {1} mill at {2} weigh in the {3} year of its work?
    answer: The {0} weighs {4} stones, which the miller of {2} wrote into the book of the {1} mill.
"""
CHILD = """
import re, sys, time
from pathlib import Path
from labci import config
from labci.lint import lint
spent = {}
for root in map(Path, sys.argv[1:] * 2):
    began = time.process_time()
    found = list(lint(None, root=root, config=config.read(b"")))
    spent.setdefault(root, []).append(time.process_time() - began)
# Of this program alone: what getrusage tells began with the process that started it.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(*[min(times) for times in spent.values()], int(peak[1]) / 1024)
"""


def ordinary(count: int) -> bytes:
    """A leaf of `count` examples as people write them; 1,500 fill a file."""
    names = [
        f"{first}{last}" for first in ("har", "wen", "tol", "bir", "sed") for last in ("ling", "mond", "vey", "tor")
    ]
    body = (ORDINARY.format(*(names[(n * step + n // 20) % 20] for step in (1, 3, 7, 11)), n) for n in range(count))
    return (SKILL + "".join(body)).encode()


def taxonomy(root: Path, qna: bytes) -> Path:
    leaf = root / "taxonomy" / "compositional_skills" / "a" / "b"
    leaf.mkdir(parents=True)
    (leaf / "qna.yaml").write_bytes(qna[:MAX_BYTES])
    return root


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_file_made_to_be_slow_is_not(name: str, tmp_path: Path) -> None:
    """In one process, the better of two rounds: an ordinary file of the same size, and this one."""
    made = {"ordinary": ordinary(1500), "slow": LARGE[name]}
    roots = [taxonomy(tmp_path / key, qna) for key, qna in made.items()]
    done = subprocess.run([sys.executable, "-c", CHILD, *roots], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    usual, slow, memory = map(float, done.stdout.split())
    assert memory < MOST_MB
    assert slow < MOST_TIMES * usual
