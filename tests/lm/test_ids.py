"""Ids in training are those of the chat template, and those that TRL would build."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci.lm.ids import pair_ids, prompt_ids
from labci.lm.load import open_tokenizer
from labci.lm.rows import IGNORED, encode_row
from tests.tiny import tiny_model

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="<|>"), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return open_tokenizer(tiny_model(tmp_path_factory.mktemp("tiny")))


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def test_prompt_is_what_a_chat_sends(tokenizer: Any) -> None:
    asked = [user("Which tram?")]
    text = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    assert prompt_ids(tokenizer, asked) == tokenizer.encode(text, add_special_tokens=False)
    assert text.endswith("assistant\n")


def test_a_template_that_tells_the_date_tells_the_same_on_every_day(tokenizer: Any) -> None:
    """Granite's and Llama's do: what was measured yesterday would be compared with other prompts today."""
    dated = copy.copy(tokenizer)
    dated.chat_template = "{{ strftime_now('%d %B %Y, %H') }}" + tokenizer.chat_template
    asked = [user("Which tram?")]
    assert dated.decode(prompt_ids(dated, asked)) == "26 July 2024, 00" + tokenizer.decode(prompt_ids(tokenizer, asked))


@given(question=TEXTS, answer=TEXTS)
@settings(max_examples=30, deadline=None)
def test_pair_is_the_rendered_chat_up_to_its_turn_end(tokenizer: Any, question: str, answer: str) -> None:
    prompt, completion = pair_ids(tokenizer, [user(question)], answer)
    whole = tokenizer.apply_chat_template(
        [user(question), {"role": "assistant", "content": answer}], tokenize=True, return_dict=True
    )["input_ids"]
    assert prompt == prompt_ids(tokenizer, [user(question)])
    assert whole[: len(prompt + completion)] == prompt + completion
    assert tokenizer.decode(whole[len(prompt + completion) :]) == "\n"
    assert completion[-1] == tokenizer.eos_token_id


def test_loss_is_on_the_assistant_turns_only(tokenizer: Any) -> None:
    row = {
        "prompt": [user("Fact: a tram. Answer: a")],
        "completion": [
            {"role": "assistant", "content": "What?"}, user("Answer: tram"),
            {"role": "assistant", "content": "Which thing?"},
        ],
    }  # fmt: skip
    ids, labels = encode_row(tokenizer, row)
    assert len(ids) == len(labels)
    learned = tokenizer.decode([label for label in labels if label != IGNORED])
    assert learned == "What?<|im_end|>Which thing?<|im_end|>"
    assert all(label in (IGNORED, token) for token, label in zip(ids, labels, strict=True))


@pytest.mark.slow
def test_trl_builds_the_same_ids(tokenizer: Any) -> None:
    from datasets import Dataset, disable_progress_bars
    from trl.data_utils import is_conversational

    disable_progress_bars()
    row = {"prompt": [user("Which tram?")], "completion": [{"role": "assistant", "content": "Line 4."}]}
    assert is_conversational(row)
    assert len(Dataset.from_list([row])) == 1
    whole = tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=True)["input_ids"]
    ids, labels = encode_row(tokenizer, row)
    assert whole == ids + tokenizer.encode("\n", add_special_tokens=False)
    assert labels.count(IGNORED) == len(prompt_ids(tokenizer, row["prompt"]))
