"""Likelihoods: the server's, in vLLM's format and computed by a real model, are the local model's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import OutsideError
from labci.lm.likelihood import log_likelihood
from labci.lm.load import LanguageModel, open_model
from labci.request import Continuation, Request, Sampling, Scored, Unscored
from labci.teachers import open_teacher, score
from labci.teachers.prompt_logprobs import UnsupportedError, tokens
from tests.servers.chat import Body, Trouble, serving
from tests.teachers.test_openai_faults import FAULTS
from tests.tiny import tiny_model

KEY = "sk-very-secret"
ASKED = ("Which tram goes to the harbour?", "How often?", "questions and answers")
TEXTS = ("Line 4", "Every ten minutes.", "The labci project turns questions into a model.")
ITEMS = [Continuation(messages=({"role": "user", "content": asked},), text=text) for asked in ASKED for text in TEXTS]


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return open_model(tiny_model(tmp_path_factory.mktemp("tiny") / "tiny"), "float32")


def vllm(lm: LanguageModel) -> Callable[[Body], Trouble]:
    """Answers as vLLM 0.10 does to `prompt_logprobs`: of a real forward pass over the whole prompt."""
    import torch

    def answer(body: Body) -> Trouble:
        how = {name: body[name] for name in ("continue_final_message",) if name in body}
        ids = lm.tokenizer.apply_chat_template(
            body["messages"], add_generation_prompt=body.get("add_generation_prompt", True), return_dict=True, **how
        )["input_ids"]
        with torch.inference_mode():
            values = torch.log_softmax(lm.model(torch.tensor([ids])).logits[0].float(), -1)
        entries: list[Any] = [None]
        for place, token in enumerate(ids[1:]):
            value = float(values[place, token])
            rank = int((values[place] > value).sum()) + 1
            entries.append({str(token): {"logprob": value, "rank": rank, "decoded_token": lm.tokenizer.decode(token)}})
        message = {"role": "assistant", "content": "x"}
        found = {
            "id": "c", "object": "chat.completion", "created": 0, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "length", "logprobs": None}],
            "usage": {"prompt_tokens": len(ids), "completion_tokens": 1, "total_tokens": len(ids) + 1},
            "prompt_logprobs": entries if "prompt_logprobs" in body else None,
        }  # fmt: skip
        return Trouble(body=json.dumps(found))

    return answer


def check(scored: Sequence[Scored] | None, expected: list[tuple[float, int]], *, nats: float = 1e-3) -> None:
    """Equal within some nats."""
    assert scored is not None
    found = [one for one in scored if not isinstance(one, Unscored)]
    assert [count for _, count in found] == [count for _, count in expected]
    assert [value for value, _ in found] == pytest.approx([value for value, _ in expected], abs=nats)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    def teacher(url: str) -> Any:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        return open_teacher("openai:m")

    return teacher


def test_the_server_s_numbers_are_the_model_s(lm: LanguageModel, at: Callable[[str], Any]) -> None:
    expected = log_likelihood(lm, ITEMS)
    with serving(vllm(lm), likely=True) as chat:
        teacher = at(chat.url)
        found = score(teacher, ITEMS)
        first = len(chat.asked)
        again = score(teacher, [*ITEMS[:2], Continuation(messages=ITEMS[0].messages, text="")])
    assert found is not None
    assert again is not None
    check(found, expected)
    assert first == len(ITEMS) + len(ASKED) + 2  # each prompt once, and the probe
    assert again == [*found[:2], (0.0, 0)]
    assert len(chat.asked) == first + 3


@pytest.mark.parametrize("answer", [
    "blue",  # llama.cpp: what it doesn't know it leaves out
    Trouble(status=400, body='{"error": {"message": "unknown field prompt_logprobs"}}'),
    Trouble(body='{"prompt_logprobs": [null, {}]}'),
    Trouble(body="[]"),
])  # fmt: skip
def test_a_server_without_them_is_asked_once(answer: str | Trouble, at: Callable[[str], Any]) -> None:
    with serving(lambda _: answer, likely=True) as chat:
        teacher = at(chat.url)
        assert score(teacher, ITEMS) is None
        first = len(chat.asked)
        assert score(teacher, ITEMS) is None
        assert len(chat.asked) == first <= 2


LONG = '{"error": {"message": "The maximum context length is 512 tokens, and you requested 513"}}'
FILTERED = '{"error": {"code": "content_filter", "message": "no"}}'
NO_NUMBER = '{"prompt_logprobs": [null, {"7": {"logprob": -Infinity}}, {"7": {"logprob": NaN}}]}'
UNUSABLE = "an answer without usable log-probabilities"


@pytest.mark.slow
@pytest.mark.parametrize(("refusal", "why", "own"), [
    (Trouble(status=400, body=LONG), "too long for the server", True),
    (Trouble(status=413, body="<html>"), "too long for the server", True),
    (Trouble(status=400, body=FILTERED), "the server's filter", True),
    (Trouble(status=400, body='{"error": {"message": "no"}}'), "HTTP 400", False),
    (Trouble(status=500), "HTTP 500", False),
    (Trouble(body='{"prompt_logprobs": null}'), UNUSABLE, False),
    (Trouble(body="[]"), UNUSABLE, False),
    (Trouble(body=NO_NUMBER), UNUSABLE, False),
    (Trouble(body=f'{{"prompt_logprobs": [null, {{"7": {{"logprob": -1{"0" * 400}}}}}]}}'), UNUSABLE, False),
])  # fmt: skip
def test_one_text_that_the_server_can_not_score_is_left_out(
    lm: LanguageModel, at: Callable[[str], Any], refusal: Trouble, why: str, own: bool
) -> None:
    """The others are scored as ever, and it is so where it is asked for alone."""
    real = vllm(lm)

    def picky(body: Body) -> Trouble:
        said = [message["content"] for message in body["messages"]]
        return refusal if said == [ASKED[0], TEXTS[1]] else real(body)

    with serving(picky, likely=True) as chat:
        teacher = at(chat.url)
        teacher.first_wait = 0.001
        found, alone = score(teacher, ITEMS), score(teacher, ITEMS[1:2])
    assert found is not None
    assert alone == [found[1]] == [Unscored(why=why, own=own)]
    check(found, log_likelihood(lm, [ITEMS[0], *ITEMS[2:]]))


def test_a_prompt_that_the_server_can_not_score_costs_its_own_texts_alone(
    lm: LanguageModel, at: Callable[[str], Any]
) -> None:
    real = vllm(lm)

    def picky(body: Body) -> Trouble:
        return Trouble(status=400, body=LONG) if body["messages"][0]["content"] == ASKED[1] else real(body)

    with serving(picky, likely=True) as chat:
        found = score(at(chat.url), ITEMS)
    assert found is not None
    assert [number for number, one in enumerate(found) if isinstance(one, Unscored)] == [3, 4, 5]
    check(found, log_likelihood(lm, ITEMS[:3] + ITEMS[6:]))


def test_a_server_that_scores_nothing_any_more_ends_the_run(lm: LanguageModel, at: Callable[[str], Any]) -> None:
    """Not even the small request by which it was found to score."""
    with serving(vllm(lm), likely=True) as chat:
        teacher = at(chat.url)
        check(score(teacher, ITEMS[:1]), log_likelihood(lm, ITEMS[:1]))
        chat.answer = lambda body: Trouble(status=400)
        with pytest.raises(OutsideError, match="it could, and no longer does") as caught:
            score(teacher, ITEMS)
    assert caught.value.exit_code == 5


@pytest.mark.slow
def test_trouble_that_passes_is_waited_out(lm: LanguageModel, at: Callable[[str], Any]) -> None:
    real, seen = vllm(lm), set[str]()

    def moody(body: Body) -> Trouble:
        text = json.dumps(body["messages"])
        first = text not in seen
        seen.add(text)
        return Trouble(status=503, headers={"Retry-After": "0.01"}) if first else real(body)

    with serving(moody, likely=True) as chat:
        found = score(at(chat.url), ITEMS[:2])
    check(found, log_likelihood(lm, ITEMS[:2]))


FAULTY = {
    name: fault for name, (fault, _) in FAULTS.items() if not name.startswith(("no ", "choices", "a text", "usage"))
}


@pytest.mark.slow
@pytest.mark.parametrize("trouble", FAULTY.values(), ids=list(FAULTY))
def test_a_fault_that_passes_is_waited_out_and_one_that_stays_ends_the_run(
    lm: LanguageModel, at: Callable[[str], Any], trouble: Trouble
) -> None:
    """Also where a server fails that could before; never a traceback, and never a number made of nothing."""
    real, seen = vllm(lm), set[str]()

    def moody(body: Body) -> Trouble:
        text = json.dumps(body["messages"])
        first = text not in seen
        seen.add(text)
        return trouble if first else real(body)

    with serving(moody, likely=True) as chat:
        teacher = at(chat.url)
        teacher.first_wait = 0.001
        found = score(teacher, ITEMS[:2])
        check(found, log_likelihood(lm, ITEMS[:2]))
        chat.answer = lambda body: trouble
        with pytest.raises(OutsideError) as caught:
            score(teacher, ITEMS[2:3])
        assert caught.value.exit_code == 5
        fresh = at(chat.url)
        fresh.first_wait = 0.001
        with pytest.raises(OutsideError):
            score(fresh, ITEMS[:1])
    assert KEY not in repr(caught.value.__dict__) + repr(caught.value.__cause__)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [
    Trouble(body='{"prompt_logprobs": [null, {"1": {"logprob": -1.0}}]}', how="drip", wait=0.1),
    Trouble(wait=30),
])  # fmt: skip
def test_an_answer_that_drips_or_hangs_is_given_up(at: Callable[[str], Any], trouble: Trouble) -> None:
    start = time.monotonic()
    with serving(lambda _: trouble, likely=True) as chat:
        teacher = at(chat.url)
        teacher.first_wait, teacher.timeout = 0.01, 0.4
        with pytest.raises(OutsideError, match="no answer within"):
            score(teacher, ITEMS)
    assert time.monotonic() - start < 15


def test_a_server_that_fails_at_scores_alone_is_not_asked_for_them(at: Callable[[str], Any]) -> None:
    """Some answer 500 to what they don't know, and answer all else."""

    def failing(body: Body) -> str | Trouble:
        return Trouble(status=500) if "prompt_logprobs" in body else "x"

    with serving(failing, likely=True) as chat:
        teacher = at(chat.url)
        teacher.first_wait = 0.001
        assert score(teacher, ITEMS) is None
        first = len(chat.asked)
        assert score(teacher, ITEMS) is None
    assert len(chat.asked) == first


def test_a_server_that_refuses_or_is_gone(lm: LanguageModel, at: Callable[[str], Any]) -> None:
    real, asked = vllm(lm), list[Body]()

    def closing(body: Body) -> Trouble:
        asked.append(body)
        return real(body) if len(asked) <= 2 else Trouble(status=401, body=f'{{"error": "bad key {KEY}"}}')

    with serving(closing, likely=True) as chat, pytest.raises(OutsideError, match="HTTP 401") as caught:
        score(at(chat.url), ITEMS)
    assert KEY not in repr(caught.value.__dict__) + repr(caught.value.__cause__)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("first", [0, 1, 5])
def test_a_model_that_changes_stops_the_judge(lm: LanguageModel, at: Callable[[str], Any], first: int) -> None:
    """Between a sample and its score, too: first answers of the model that wrote, then those of another."""
    real, scored = vllm(lm), list[Body]()

    def moving(body: Body) -> Trouble:
        found = json.loads(real(body).body)
        if "prompt_logprobs" in body:
            scored.append(body)
        moved = len(scored) > first
        return Trouble(body=json.dumps(found | {"model": "weights-2" if moved else "weights-1"}))

    request = Request(
        model="m", messages=ITEMS[0].messages, sampling=Sampling(temperature=0.0, max_tokens=4), seed=0, flow="f"
    )
    with serving(moving, likely=True) as chat:
        teacher = at(chat.url)
        assert [answer.model for _, answer in teacher.complete([request])] == ["weights-1"]
        with pytest.raises(OutsideError, match="'weights-1', now 'weights-2'") as caught:
            score(teacher, ITEMS)
    assert caught.value.exit_code == 5
    assert len(scored) <= first + 9  # those under way at once


@pytest.mark.parametrize("model", [None, "", 7])
def test_likelihoods_without_a_model_id_are_taken(lm: LanguageModel, at: Callable[[str], Any], model: object) -> None:
    real, asked = vllm(lm), list[Body]()

    def silent(body: Body) -> Trouble:
        asked.append(body)
        found = json.loads(real(body).body)
        return Trouble(body=json.dumps(found | {"model": "m" if len(asked) % 2 else model}))

    with serving(silent, likely=True) as chat:
        check(score(at(chat.url), ITEMS[:2]), log_likelihood(lm, ITEMS[:2]))


@pytest.mark.slow
def test_transformers_scores_and_a_recording_does_not(lm: LanguageModel, tmp_path: Path) -> None:
    teacher = open_teacher(f"transformers:{lm.folder}")
    check(score(teacher, ITEMS), log_likelihood(lm, ITEMS), nats=0.05)  # it computes in bfloat16 where that is fast
    teacher.close()
    (tmp_path / "r.jsonl").write_text("")
    assert score(open_teacher(f"recorded:{tmp_path / 'r.jsonl'}"), ITEMS) is None


def test_several_entries_of_a_token_begin_with_its_own() -> None:
    found = [None, {"7": {"logprob": -2.0, "rank": 5}, "3": {"logprob": -0.1, "rank": 1}}]
    assert tokens(found) == [("", 0.0), ("7", -2.0)]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["logprob", "7", "x"]), inner),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_server_sends_is_read_or_refused(value: Any) -> None:
    try:
        found = tokens(value)
    except UnsupportedError:
        return
    assert all(isinstance(token, str) and isinstance(number, float) for token, number in found)
