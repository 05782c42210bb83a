"""A teacher that scores, and can't score this or that: its candidates are rejects, and the run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from labci.blocks.likelihood import NEUTRAL
from labci.errors import OutsideError
from labci.generate import generate
from labci.generate import scorer as scoring
from labci.generate.scorer import Scorer
from labci.job import Job
from labci.request import Continuation
from labci.teachers import open_teacher
from tests.generate.conftest import PAIRS, Place, Silent, accounted, leaf_entry, quiz, rows
from tests.servers.chat import Body, Trouble, completion

pytestmark = pytest.mark.slow
FILES = ("samples.jsonl", "rejects.jsonl")
LONG = Trouble(status=400, body='{"error": {"message": "the maximum context length is 512 tokens"}}')
CONTEXT = "The hall of Marrow Quay has 3 doors of oak, 9 windows and a red roof, and was built by Ole Fenn in 1931."
HALL = [("How many doors has the hall of Marrow Quay?", "3"), ("How many windows has the hall of Marrow Quay?", "9"),
        ("Who built the hall of Marrow Quay?", "Ole Fenn")]  # fmt: skip
CANDIDATE = "The crane lifts which thing?"
RIGHT = {question: answer for pairs in [*PAIRS, HALL] for question, answer in pairs}
ITEMS = [Continuation.of_turn("How often?", f"Every {n} minutes") for n in range(40)]


class Told(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def judging(body: Body) -> str | Trouble:
    """A teacher that finds wrong answers to the contributor's questions unlikely, one token a word."""
    if "prompt_logprobs" not in body:
        return quiz(body)
    asked, answer = body["messages"][0]["content"], "".join(m["content"] for m in body["messages"][1:])
    question = next((question for question in RIGHT if question in asked), "")
    value = -1.0 if NEUTRAL in asked else -0.1 if RIGHT.get(question, answer) == answer else -2.0
    return likely([*asked.split(), "assistant"], answer.split(), value)


def likely(prompt: list[str], answer: list[str], value: float) -> Trouble:
    """vLLM's answer for a prompt's words, and for those of its continuation."""
    entries = [{word: {"logprob": -1.0}} for word in prompt] + [{word: {"logprob": value}} for word in answer]
    return Trouble(body=completion("x", prompt_logprobs=[None, *entries]))


@pytest.fixture
def told(place: Place, git_commit: Callable[[Path], None]) -> Told:
    """The leaf has seeds enough to calibrate a judge on, and the teacher scores."""
    leaf = place.folder / "taxonomy/knowledge/quay/qna.yaml"
    value = json.loads(leaf.read_text())
    more = [{"question": question, "answer": answer} for question, answer in HALL]
    value["seed_examples"].append({"context": CONTEXT, "questions_and_answers": more})
    leaf.write_text(json.dumps(value))
    git_commit(place.folder)
    place.teacher.likely, place.teacher.answer = True, judging
    return Told()


def run(place: Place, told: Told, name: str = "run") -> Job:
    job = replace(place.job(run=name), progress=told)
    generate(job)
    accounted(job)
    return job


def refusing(refusal: Trouble, when: Callable[[str, str], bool]) -> Callable[[Body], str | Trouble]:
    """A server that scores but for texts of which `when` holds: what is asked, and the answer if there is one."""

    def answer(body: Body) -> str | Trouble:
        asked, *said = (message["content"] for message in body["messages"])
        return refusal if "prompt_logprobs" in body and when(asked, "".join(said)) else judging(body)

    return answer


def lines(told: Told) -> list[str]:
    return [line for line in told.lines if "could not be scored" in line]


@pytest.mark.parametrize(("refusal", "why"), [
    (LONG, "too long for the server"),
    (Trouble(status=400), "HTTP 400"),
    (Trouble(body=completion("x")), "an answer without usable log-probabilities"),
])  # fmt: skip
def test_a_candidate_that_can_not_be_scored_is_a_reject(
    place: Place, told: Told, refusal: Trouble, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on and says so, and a second one asks nothing and comes to the same."""
    place.teacher.answer = refusing(refusal, lambda asked, _: CANDIDATE in asked)
    first = run(place, told)
    dropped = [row for row in rows(first, "rejects.jsonl") if CANDIDATE in row["question"]]
    judged = [row for row in dropped if row["stage"] == "judge"]
    assert {(row["reason"], row["detail"]) for row in judged} == {("judged-low", f"could not be scored: {why}")}
    assert {name for row in judged for name in row["scores"]} == set(), "no number stands for none"
    samples = rows(first, "samples.jsonl")
    assert not any(CANDIDATE in row["question"] for row in samples)
    assert sum("grounding" in row["scores"] for row in samples) > 10
    (line,) = lines(told)
    assert f"{len(judged)} questions with their answers could not be scored ({len(judged)} {why})" in line
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    second = run(place, told, "again")
    for name in FILES:
        assert (first.run / name).read_bytes() == (second.run / name).read_bytes()
    assert lines(told) == [line, line]


def test_a_pair_that_can_not_be_scored_calibrates_nothing(place: Place, told: Told) -> None:
    """Neither one of the contributor's nor a corrupted one; the others do."""
    whole = leaf_entry(run(place, told))["calibration"]
    (question, right), wrong = HALL[2], "1931"
    place.teacher.answer = refusing(LONG, lambda asked, said: question in asked and said in (right, wrong))
    job = replace(place.job(run="again", store="other"), progress=told)
    generate(job)
    found = leaf_entry(job)["calibration"]
    assert (len(found["good"]), found["pairs"]) == (len(whole["good"]) - 1, whole["pairs"] - 1)
    assert (found["used"], found["auc"]) == (True, 1.0)
    assert "2 questions with their answers could not be scored" in lines(told)[0]


def test_however_many_are_too_long_the_run_goes_on(place: Place, told: Told) -> None:
    """It is the texts' fault, not the server's."""
    place.teacher.answer = refusing(LONG, lambda asked, _: "which thing" in asked)
    job = run(place, told)
    judged = [row for row in rows(job, "rejects.jsonl") if row["detail"].startswith("could not be scored")]
    assert len(judged) > 20
    assert not any("which thing" in row["question"] for row in rows(job, "samples.jsonl"))


@pytest.mark.parametrize("well", [0, 40])
def test_a_server_that_fails_at_too_much_ends_the_run_and_the_next_one_asks_it_again(
    place: Place, told: Told, well: int
) -> None:
    """Whether it refuses this and that, or scores nothing any more."""
    scored = count()

    def failing(body: Body) -> str | Trouble:
        if "prompt_logprobs" in body and "The sky is" not in body["messages"][0]["content"]:
            number = next(scored)
            if number > well and (not well or number % 3):
                return Trouble(status=400)
        return judging(body)

    place.teacher.answer = failing
    with pytest.raises(OutsideError, match=r"could not score .* HTTP 400") as caught:
        run(place, told)
    assert caught.value.exit_code == 5
    place.teacher.answer = judging
    job = run(place, told, "again")
    assert lines(told) == []
    assert not any(row["detail"].startswith("could not") for row in rows(job, "rejects.jsonl"))


def test_what_was_not_scored_before_the_server_died_is_asked_again_unless_it_is_too_long(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "CHUNK", 20)
    place.teacher.likely = True
    wrong = {ITEMS[3].text: Trouble(status=400), ITEMS[5].text: LONG, ITEMS[30].text: Trouble(status=401)}

    def dying(body: Body) -> str | Trouble:
        return wrong.get(body["messages"][-1]["content"]) or judging(body)

    def scorer() -> Scorer:
        return Scorer(place.job(), "quiz", Path(), open_teacher("openai:quiz", jobs=1), weights="quiz")

    place.teacher.answer = dying
    with pytest.raises(OutsideError, match="HTTP 401"):
        scorer()(ITEMS)
    place.teacher.answer, before = judging, len(place.teacher.asked)
    found = scorer()(ITEMS)
    asked = {body["messages"][-1]["content"] for body in place.teacher.asked[before:]}
    assert [number for number, (value, _) in enumerate(found) if value != value] == [5]
    assert ITEMS[3].text in asked
    assert not asked & {item.text for item in [*ITEMS[:3], *ITEMS[4:20]]}
