"""The plan counts the very requests that generation will make."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labci import schema
from labci.generate import generate
from labci.plan import plan
from labci.plan.cost import CHARS_PER_TOKEN, LONGER
from labci.report.run import to_text
from tests.conftest import put
from tests.generate.conftest import DOCUMENT, FLOWS, Place
from tests.servers.chat import serving


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


@pytest.mark.slow
def test_an_answer_that_is_none_is_missing(place: Place) -> None:
    """As it is to generation, which asks again; the exam's answers, too."""
    job = place.job(flags=dict.fromkeys(FLOWS, "auto"))
    generate(job)
    whole, asked = plan(job), len(place.teacher.asked)
    for file in (place.folder / ".labci/store/responses").rglob("*"):
        if file.is_file():
            job.store.put("responses", file.name, {})
    assert plan(job)["calls_cached"] == 0
    generate(job)
    assert len(place.teacher.asked) == 2 * asked
    assert plan(job) == whole


def test_the_report_of_a_run_shows_both(place: Place) -> None:
    """And still what was estimated then, after a later plan has found everything in the store."""
    job = place.job()
    guess = plan(job)
    generate(job)
    plan(job)
    text = to_text(job.run)
    assert f"teacher: {guess['calls']} calls, 0 from the store" in text
    assert f"planned: {guess['calls']} calls, 0 from the store, {guess['prompt_tokens']:,} prompt" in text


def test_the_plan_names_the_paragraphs_that_are_new(place: Place, git_commit: Callable[[Path], None]) -> None:
    """Another layout of the same words is no change; another word in one paragraph is one."""
    (first,) = plan(place.job())["leaves"]
    assert len(first["chunks"]) == 2
    put(place.folder, "documents/quay.md", DOCUMENT.replace("by Ada Thornley,\nwho", "by\nAda Thornley, who"))
    git_commit(place.folder)
    (same,) = plan(place.job(run="same"))["leaves"]
    assert same == first
    put(place.folder, "documents/quay.md", DOCUMENT.replace("at 6 on Fridays", "at 7 on Fridays"))
    git_commit(place.folder)
    (other,) = plan(place.job(run="other"))["leaves"]
    assert len(set(other["chunks"]) & set(first["chunks"])) == 1


def test_a_limit_makes_it_smaller(place: Place) -> None:
    assert plan(place.job(run="small", limit=1))["calls"] < plan(place.job())["calls"]


def test_a_measured_rate_is_used(place: Place) -> None:
    job = place.job()
    generate(job)
    elsewhere = place.job(run="later", store="other")
    guess = plan(elsewhere)
    (rate,) = [file for file in (job.root / ".labci/store/rates").rglob("*") if file.is_file()]
    measured = job.store.get("rates", rate.name) | {"seconds": 7.0, "completion_tokens": 3.0}
    elsewhere.store.put("rates", rate.name, measured)
    found = plan(elsewhere)
    assert found["seconds"] == 7 * found["calls"] != guess["seconds"]
    assert found["completion_tokens"] == 3 * found["calls"]


def test_no_heavy_library_is_loaded() -> None:
    code = "import labci.plan, labci.generate, sys; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "openai", "xllamacpp", "httpx"} & set(done.stdout.split())


@pytest.mark.slow
def test_a_skill_s_estimate_is_near_what_it_takes(
    repository: Path, monkeypatch: pytest.MonkeyPatch, git_commit: Callable[[Path], None]
) -> None:
    """Answers can't be counted before the questions are written: the seeds stand for them."""
    rows = "".join(
        f"  - question: Please tell customer number {n} that the parcel with the blue lamp will be late by {n} days.\n"
        f"    answer: Dear customer {n}, your blue lamp will come {n} days later than we said. We are sorry.\n"
        for n in range(5)
    )
    text = f"version: 3\ncreated_by: ada\ntask_description: Write a short polite letter.\nseed_examples:\n{rows}"
    put(repository, "taxonomy/compositional_skills/writing/letters/qna.yaml", text)
    put(repository, "documents/none.md", "What the student's folder is in these tests.")
    git_commit(repository)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    with serving(letters) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        job = Place(folder=repository, teacher=chat).job()
        guess = plan(job)
        generate(job)
    sent = sum(len(message["content"]) for body in chat.asked for message in body["messages"]) / CHARS_PER_TOKEN
    assert 0.5 < guess["calls"] / len(chat.asked) < 2
    assert 0.5 < guess["prompt_tokens"] / sent < 2
    written = sum(len(letters(body)) for body in chat.asked) / CHARS_PER_TOKEN
    assert 0.5 < guess["completion_tokens"] / written < 2 * LONGER  # this teacher keeps to its example's length


def letters(body: dict[str, Any]) -> str:
    """A new request where one is asked for, else an answer."""
    messages = body["messages"]
    if "You make up requests" in messages[0]["content"]:
        return f"Please tell neighbour {body['seed']} that the red ladder will come back {body['seed'] % 97} days late."
    return "Dear neighbour, the red ladder will come back to you a few days later than we had said. We are sorry."
