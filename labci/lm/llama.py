"""Greedy continuations of a GGUF by llama.cpp, to hold converted weights against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from labci.errors import OutsideError
from labci.extras import install
from labci.lm.threads import physical_cores


def greedy_ids(gguf: Path, prompts: Sequence[Sequence[int]], tokens: int) -> list[list[int]]:
    """At most `tokens` ids after each prompt; raises OutsideError where llama.cpp fails."""
    request = {"model": str(gguf), "prompts": [list(ids) for ids in prompts], "tokens": tokens}
    here = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    child = subprocess.run(
        [sys.executable, "-m", "labci.lm.llama_child"],
        input=json.dumps({**request, "threads": physical_cores()}), capture_output=True, text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{path}" if path else here},
    )  # fmt: skip
    if child.returncode:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1][:200]
        raise OutsideError(f"llama.cpp can't read {gguf.name}: {last}", hint=install("teacher"))
    return [list(map(int, ids)) for ids in json.loads(child.stdout)["continuations"]]


def agreement(left: Sequence[Sequence[int]], right: Sequence[Sequence[int]]) -> list[int]:
    """For each pair of continuations, how many ids are the same before the first difference."""
    return [_common(a, b) for a, b in zip(left, right, strict=True)]


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
