"""The rows that training reads (`mixture/train.jsonl`), and why there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from labci.artifact import RunFolder, read_json, read_jsonl
from labci.errors import FindingsError

FILES = ("train.jsonl", "dev.jsonl", "mixture.json")


def rows_of(run: RunFolder) -> Path:
    """The file of a run's rows; UsageError where nothing is mixed, FindingsError where no row is in it."""
    file = run / "mixture/train.jsonl"
    if next(read_jsonl(file), None) is None:
        summary = run / "mixture/mixture.json"
        raise empty(run, read_json(summary).get("drops", {}) if summary.exists() else {})
    return file


def empty(run: RunFolder, drops: Mapping[str, int]) -> FindingsError:
    """The error of a mixture without rows. drops: by reason, what was generated and must not be trained on."""
    rejects = run / "rejects.jsonl"
    reasons = Counter(drops)
    if rejects.exists():
        reasons.update(reject["reason"] for reject in read_jsonl(rejects))
    found = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    why = ", ".join(f"{count} {reason}" for reason, count in found) or "nothing was generated"
    return FindingsError(f"the mixture is empty: {why}", hint=f"read {rejects}")
