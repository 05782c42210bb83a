"""The judge whose likelihoods a real HTTP teacher computes: what is stored is not asked again, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labci.artifact import read_json
from labci.blocks.likelihood import contrasts
from labci.errors import OutsideError
from labci.generate import generate
from labci.generate import scorer as scoring
from labci.generate.judging import seed_rows
from labci.generate.scorer import Scorer
from labci.job import Job
from labci.request import Continuation
from labci.teachers import open_teacher
from labci.work import Opened, works
from tests.generate.conftest import Place, leaf_entry, quiz
from tests.servers.chat import Body, Trouble, scored
from tests.tiny import tiny_model

FILES = ("samples.jsonl", "rejects.jsonl")
ITEMS = [Continuation.of_turn("How often?", f"Every {n} minutes") for n in range(10)]


def vllm(body: Body) -> str | Trouble:
    """An answer; log-probabilities of the prompt where they are asked for."""
    return scored(body) if "prompt_logprobs" in body else quiz(body)


def dying(after: int) -> Callable[[Body], str | Trouble]:
    """A server that refuses the key after so many requests."""
    seen: list[Body] = []

    def answer(body: Body) -> str | Trouble:
        seen.append(body)
        return vllm(body) if len(seen) <= after else Trouble(status=401)

    return answer


def scorer(job: Job) -> Scorer:
    return Scorer(job, "quiz", Path(), open_teacher("openai:quiz", jobs=1), weights="quiz")


@pytest.mark.slow
@pytest.mark.parametrize("likely", [True, False])
def test_a_second_run_needs_no_server(place: Place, likely: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    place.teacher.likely, place.teacher.answer = likely, vllm
    first, second = place.job(), place.job(run="again")
    generate(first)
    assert (leaf_entry(first)["calibration"] is not None) == likely
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    generate(second)
    for name in FILES:
        assert (first.run / name).read_bytes() == (second.run / name).read_bytes()


@pytest.mark.slow
def test_a_run_that_asks_finds_out_anew_what_the_server_can(place: Place) -> None:
    generate(place.job())
    place.teacher.likely, place.teacher.answer = True, vllm
    job = place.job(run="again", flags={"generate.samples_per_span": 5})
    generate(job)
    assert leaf_entry(job)["calibration"] is not None


@pytest.mark.slow
def test_a_local_model_judges_where_the_server_scores_nothing(place: Place, tmp_path: Path) -> None:
    """Calibration and scores are those of the base student, from its weights."""
    folder = tiny_model(tmp_path / "tiny")
    job = place.job(model=str(folder))
    generate(job)
    found = leaf_entry(job)["calibration"]
    assert place.teacher.scored, "the server was not asked for likelihoods"
    assert found["unit"] == "nats per token"
    assert found["pairs"] == len(found["bad"]) > len(found["good"]) > 1
    (work,) = works(job, Opened(job=job))
    local = Scorer(place.job(run="other", store="other"), "tiny", folder)
    assert found["good"] == pytest.approx(contrasts(local, seed_rows(job, work)), abs=0.01)
    assert read_json(job.run / "generation.json")["scorer_seconds"] > 0


@pytest.mark.slow
def test_new_weights_in_the_same_folder_judge_anew(place: Place, tmp_path: Path) -> None:
    """Likelihoods of a model that was there before would calibrate, and drop, by what the new one never said."""
    folder = tmp_path / "student"
    for seed in (0, 1):
        tiny_model(folder, seed=seed, initializer_range=0.5)
        job = place.job(model=str(folder), run=f"seed-{seed}")
        generate(job)
        (work,) = works(job, Opened(job=job))
        fresh = Scorer(place.job(run="other", store=f"other-{seed}"), "tiny", folder)
        own = contrasts(fresh, seed_rows(job, work))
        assert leaf_entry(job)["calibration"]["good"] == pytest.approx(own, abs=0.01), seed


@pytest.mark.slow
def test_a_new_tokenizer_in_the_same_folder_judges_anew(place: Place, tmp_path: Path) -> None:
    """The same text is other tokens then."""
    folder = tiny_model(tmp_path / "student")
    job = place.job()
    before = Scorer(job, "tiny", folder)(ITEMS[:1])
    tiny_model(folder, text=("Every minute, every 10 minutes, every 5 minutes",))
    (found,) = Scorer(job, "tiny", folder)(ITEMS[:1])
    assert found[1] < before[0][1], "fewer tokens: whole words are known"


def test_likelihoods_that_are_computed_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "CHUNK", 4)
    place.teacher.likely, place.teacher.answer = True, dying(2 + 5 + 5)  # the probe, and two chunks
    with pytest.raises(OutsideError, match="HTTP 401"):
        scorer(place.job())(ITEMS)
    place.teacher.answer = vllm
    before = len(place.teacher.asked)
    found = scorer(place.job())(ITEMS)
    assert len(place.teacher.asked) - before == 2 + 1 + 2
    assert len(found) == len(ITEMS)
    assert json.dumps(scorer(place.job())(ITEMS)) == json.dumps(found)


@pytest.mark.slow
def test_a_server_that_no_longer_scores_is_said_and_the_next_run_goes_on(place: Place) -> None:
    place.teacher.likely, place.teacher.answer = True, vllm
    generate(place.job())
    for file in (place.folder / ".labci/store/scores").rglob("*"):
        if file.is_file() and b"true" not in file.read_bytes():
            file.unlink()
    place.teacher.likely = False
    with pytest.raises(OutsideError, match="no longer scores"):
        generate(place.job(run="again"))
    job = place.job(run="third")
    generate(job)
    assert leaf_entry(job)["calibration"] is None


def test_a_damaged_likelihood_is_computed_again(place: Place) -> None:
    place.teacher.likely, place.teacher.answer = True, vllm
    job = place.job()
    found = scorer(job)(ITEMS[:2])
    job.store.put("scores", scorer(job)._key(ITEMS[0]), {})
    job.store.put("scores", scorer(job)._key(ITEMS[1]), ["x", None])
    assert scorer(job)(ITEMS[:2]) == found
