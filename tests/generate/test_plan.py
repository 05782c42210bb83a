"""The plan counts the very requests that generation will make."""

from __future__ import annotations

import json
import subprocess
import sys

from labci import schema
from labci.generate import generate
from labci.plan import plan
from tests.generate.conftest import Place


def test_before_and_after(place: Place) -> None:
    job = place.job()
    before = plan(job)
    schema.validator("plan").validate(before)
    assert json.loads((job.run / "plan.json").read_text()) == before
    assert place.teacher.asked == []
    assert (before["calls"] > 0, before["calls_cached"]) == (True, 0)
    assert before["train"]["samples_new"] > 0
    generate(job)
    after = plan(job)
    assert len(place.teacher.asked) == after["calls_cached"] == after["calls"] == before["calls"]
    assert (after["prompt_tokens"], after["completion_tokens"], after["seconds"]) == (0, 0, 0)


def test_a_limit_makes_it_smaller(place: Place) -> None:
    assert plan(place.job(run="small", limit=1))["calls"] < plan(place.job())["calls"]


def test_a_measured_rate_is_used(place: Place) -> None:
    job = place.job()
    generate(job)
    elsewhere = place.job(run="later", store="other")
    guess = plan(elsewhere)
    (rate,) = [file for file in (job.root / ".labci/store/rates").rglob("*") if file.is_file()]
    measured = json.loads(rate.read_text()) | {"seconds": 7.0, "completion_tokens": 3.0}
    elsewhere.store.put("rates", rate.name, measured)
    found = plan(elsewhere)
    assert found["seconds"] == 7 * found["calls"] != guess["seconds"]
    assert found["completion_tokens"] == 3 * found["calls"]


def test_no_heavy_library_is_loaded() -> None:
    code = "import labci.plan, labci.generate, sys; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "openai", "xllamacpp", "httpx"} & set(done.stdout.split())
