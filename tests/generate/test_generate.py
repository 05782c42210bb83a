"""The stage on a real repository with a real HTTP teacher."""

from __future__ import annotations

from collections import Counter

import pytest

from labci.errors import FindingsError
from labci.generate import generate
from labci.heldout import held_out
from labci.sample import REASONS
from tests.generate.conftest import Place, leaf_entry, rows


def test_every_candidate_is_accounted_for(place: Place) -> None:
    job = place.job()
    generate(job)
    samples, rejects, entry = rows(job, "samples.jsonl"), rows(job, "rejects.jsonl"), leaf_entry(job)
    assert entry["candidates"] == len(samples) + len(rejects)
    assert entry["kept"] == len(samples)
    assert entry["rejects"] == dict(Counter(row["reason"] for row in rejects))
    assert {row["reason"] for row in rejects} <= set(REASONS)
    assert entry["kept"] > entry["seeds"] == 4
    assert {row["id"] for row in samples}.__len__() == len(samples)
    assert job.run.manifest("generate") is not None
