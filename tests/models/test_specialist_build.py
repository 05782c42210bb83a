"""The specialist's rows, digest and GGUF."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import models
from labci.errors import UsageError
from labci.models.specialist import build, gguf_file
from labci.models.specialist.conversations import MOST_TURNS, conversations


def test_no_question_holds_its_answer_and_every_answer_is_in_the_fact() -> None:
    found = list(conversations(0, 1))
    assert len(found) > 500
    for item in found:
        assert 1 <= len(item.turns) <= MOST_TURNS
        for answer, question in item.turns:
            assert answer.lower() in item.fact.lower()
            assert f" {answer.lower()} " not in f" {question.lower()} "
            assert question.endswith("?")


def test_the_first_turn_is_what_the_teacher_will_be_asked() -> None:
    row = next(iter(conversations(0, 1))).to_row()
    first, second = row["prompt"][0]["content"], row["completion"][1]["content"]
    assert [line.split(":")[0] for line in first.splitlines()] == ["Topic", "Fact", "Answer"]
    assert second.startswith("Answer: ")


def test_the_digest_tells_base_rows_and_seed_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(build.VARIABLE, raising=False)
    whole = build.digest_of("a")
    assert whole == build.digest_of("a") == build.digest_of("a")
    assert whole != build.digest_of("b")
    assert models.specialist_digest("smollm2-135m") == build.digest_of(models.gguf_digest("smollm2-135m"))
    monkeypatch.setenv(build.VARIABLE, "8")
    assert build.digest_of("a") != whole
    assert len(list(build.rows(8))) == 8
    monkeypatch.setenv(build.VARIABLE, "many")
    with pytest.raises(UsageError, match="no number"):
        build.digest_of("a")


@given(st.integers(1, 4), st.integers(1, 8), st.integers(1, 5))
def test_rotary_halves_are_interleaved(heads: int, half: int, width: int) -> None:
    import numpy as np

    data = np.arange(heads * 2 * half * width).reshape(heads * 2 * half, width)
    made = gguf_file._permuted(data, heads)
    for head in range(heads):
        for place in range(half):
            for part in range(2):
                row = made[head * 2 * half + 2 * place + part]
                assert (row == data[head * 2 * half + part * half + place]).all()


@pytest.mark.model
@pytest.mark.timeout(900)
def test_a_few_rows_make_a_teacher(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    from tests.lm.say import Said

    base = models.gguf_path("smollm2-135m")
    student = models.student_folder("smollm2-135m")
    if not (base.exists() and student.exists()):
        pytest.skip("run: labci models pull smollm2-135m")
    monkeypatch.setenv(build.VARIABLE, "8")
    said = Said()
    folder = build.build(student, base, Path(str(tmp_path)), said)
    assert (folder / build.GGUF).stat().st_size > 100_000_000
    assert any("once on this machine" in line for line in said.lines)
    lines = len(said.lines)
    assert build.build(student, base, Path(str(tmp_path)), said) == folder
    assert len(said.lines) == lines
