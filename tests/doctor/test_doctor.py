"""`labci doctor`: what it finds on this machine, in a repository, and about a teacher's server."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console

from labci import schema
from labci.doctor.finding import Finding
from labci.doctor.package import fits, requirements, wrong
from labci.doctor.text import show
from labci.teachers import open_teacher, score
from tests.conftest import Labci, git, put
from tests.servers.chat import Body, Trouble, completion, scored, serving
from tests.tiny import tiny_model

ROOT = Path(__file__).parents[2]
KEY = "sk-very-secret"


def findings(labci: Labci, *arguments: object) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and findings by name; the whole output holds to its schema."""
    ended = labci(*arguments, "--format", "json")
    value = json.loads(ended.out)
    Draft202012Validator(schema.load("doctor")).validate(value)
    assert value["missing"] == sum(row["state"] == "missing" for row in value["findings"])
    assert ended.code == (1 if value["missing"] else 0)
    assert KEY not in ended.out + ended.err
    return ended.code, {row["name"]: row for row in value["findings"]}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema.load("doctor"))


def test_a_machine_without_models(
    labci: Labci, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    code, rows = findings(labci, "-C", repository, "doctor")
    assert code == 1
    assert rows["smollm2-135m"]["state"] == "missing"
    assert rows["smollm2-135m"]["fix"] == "labci models pull smollm2-135m"
    assert rows["specialist teacher"]["fix"] == "labci models pull"
    assert rows["embedded"]["value"] == "its model is not pulled"
    assert rows["labci.yaml"]["state"] == rows["store"]["state"] == rows["hub"]["state"] == "ok"
    assert rows["Python"]["state"] == rows["git"]["state"] == "ok"
    assert not (tmp_path / "cache").exists()
    assert not (repository / ".labci").exists()  # it only looks


def test_outside_a_repository(labci: Labci, tmp_path: Path) -> None:
    _, rows = findings(labci, "-C", tmp_path, "doctor", "--no-probe")
    assert rows["labci.yaml"]["state"] == "note"
    assert "labci init" in rows["labci.yaml"]["fix"] or "git" in rows["labci.yaml"]["fix"]
    assert "store" not in rows


def test_settings_that_can_not_be_read(labci: Labci, repository: Path) -> None:
    put(repository, "labci.yaml", "teachers: embedded\n")
    code, rows = findings(labci, "-C", repository, "doctor", "--no-probe")
    assert code == 1
    assert "labci.yaml:1:1" in rows["labci.yaml"]["value"]


@pytest.mark.parametrize(
    ("settings", "name", "says"),
    [
        ("store: nonsense://user:hidden@host/x\n", "store", "can't be opened"),
        ("store: labci.yaml\n", "store", "can't be written to"),
        ("hub: nowhere:x\n", "hub", "nowhere"),
        ("teacher: oracle\n", "oracle", "unknown teacher"),
        ("teacher: recorded:gone.jsonl\n", "recorded:gone.jsonl", "missing"),
        ("model: nobody\n", "nobody", "no model"),
    ],
)
def test_what_settings_name_and_is_not_there(
    labci: Labci, repository: Path, settings: str, name: str, says: str
) -> None:
    put(repository, "labci.yaml", settings)
    code, rows = findings(labci, "-C", repository, "doctor", "--no-probe")
    assert code == 1
    assert rows[name]["state"] == "missing"
    assert says in rows[name]["value"]
    assert rows[name]["fix"]
    assert "hidden" not in json.dumps(rows)


def test_a_teacher_in_this_process_needs_its_files(
    labci: Labci, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that was never pulled is found now, and not when the run is under way."""
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    for name, fix in (("someone/model", "labci models pull someone/model"), (str(tmp_path), "name a folder")):
        code, rows = findings(labci, "-C", repository, "doctor", "--teacher", f"transformers:{name}")
        row = rows[f"transformers:{name}"]
        assert (code, row["state"], row["section"]) == (1, "missing", "teacher")
        assert "needed to write samples" in row["value"]
        assert fix in row["fix"]
    folder = tiny_model(tmp_path / "tiny")
    _, rows = findings(labci, "-C", repository, "doctor", "--teacher", f"transformers:{folder}")
    assert (rows[f"transformers:{folder}"]["state"], rows[f"transformers:{folder}"]["value"]) == ("ok", "ready")


def test_the_base_branch_is_looked_for(labci: Labci, repository: Path) -> None:
    """diff, run and submit need it."""
    _, rows = findings(labci, "-C", repository, "doctor", "--no-probe")
    assert (rows["base branch"]["state"], rows["base branch"]["value"]) == ("ok", "main")
    git(repository, "branch", "-m", "trunk")
    code, rows = findings(labci, "-C", repository, "doctor", "--no-probe")
    assert (code, rows["base branch"]["state"]) == (1, "missing")
    assert "main" in rows["base branch"]["value"]
    assert "base: trunk" in rows["base branch"]["fix"]
    put(repository, "labci.yaml", "base: trunk\n")
    _, rows = findings(labci, "-C", repository, "doctor", "--no-probe")
    assert rows["base branch"]["state"] == "ok"


def test_a_base_branch_before_the_first_commit(labci: Labci, tmp_path: Path) -> None:
    assert labci("-C", tmp_path, "init").code == 0
    _, rows = findings(labci, "-C", tmp_path, "doctor", "--no-probe")
    assert rows["base branch"]["state"] == "note"
    assert "git commit" in rows["base branch"]["fix"]


def able(body: Body) -> str | Trouble:
    """A server that has all that labci can use."""
    more: dict[str, Any] = {"timings": {"cache_n": 3}}
    if "response_format" in body:
        return Trouble(body=completion('{"colour": "blue"}', **more))
    if body.get("logprobs"):
        answer = json.loads(completion("x", **more))
        answer["choices"][0]["logprobs"] = {"content": [{"token": "x", "logprob": -0.1}]}
        return Trouble(body=json.dumps(answer))
    return Trouble(body=completion(f"drawn with {body.get('seed')}", **more))


def echoing(body: Body) -> str:
    """Log-probabilities of the prompt, as vLLM's /completions has them."""
    scores = {"token_logprobs": [None, -1.0, -2.0, -0.5]}
    return json.dumps({"choices": [{"text": f"{body['prompt']} and", "logprobs": scores}]})


def test_what_a_server_can_do(labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(able) as chat:
        chat.models, chat.completions = ("big", "small"), echoing
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url.replace("://", "://user:hidden@"))
        _, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:big")
    assert rows["openai:big"]["state"] == "ok"
    assert "hidden" not in json.dumps(rows)
    for name in ("JSON Schema", "log-probabilities", "prefix cache", "seed"):
        assert rows[name]["state"] == "ok", rows[name]
    assert len(chat.asked) <= 5


def half(body: Body) -> Trouble:
    """Log-probabilities, but none that begin with a continuation."""
    return Trouble(status=400) if "continue_final_message" in body else scored(body)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scores", "echo", "state", "says"),
    [
        (scored, False, "ok", "by prompt_logprobs"),
        (scored, True, "ok", "by prompt_logprobs"),
        (None, True, "note", "by echo alone, which is not asked for: a local model scores instead"),
        (None, False, "note", "none: a local model scores instead"),
        (half, False, "note", "none: a local model scores instead"),
    ],
)
def test_who_scores_is_who_will(
    labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scores: Callable[[Body], Trouble] | None,
    echo: bool, state: str, says: str,
) -> None:  # fmt: skip
    """What doctor says of a judge's likelihoods is what `labci generate` will do."""
    with serving(lambda body: scores(body) if scores and "prompt_logprobs" in body else able(body)) as chat:
        chat.likely, chat.completions = scores is not None, echoing if echo else None
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        _, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:big")
        used = score(open_teacher("openai:big"), []) is not None
    assert (rows["prompt scores"]["state"], used) == (state, state == "ok")
    assert rows["prompt scores"]["value"].startswith(says)


def test_a_server_that_only_writes(labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(99))

    def plain(body: Body) -> str | Trouble:
        return Trouble(status=400) if "response_format" in body else f"text {next(numbers)}"

    with serving(plain) as chat:
        chat.models = ("another",)
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        _, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:m")
    assert rows["openai:m"]["state"] == "ok"
    for name in ("JSON Schema", "log-probabilities", "prompt scores", "prefix cache", "seed"):
        assert rows[name]["state"] == "note", rows[name]
    assert "another" in rows["model list"]["value"]


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (Trouble(status=401), "refused the key"),
        (Trouble(status=404), "HTTP 404; it serves this, that"),
        (Trouble(body="<html>"), "no JSON"),
        (Trouble(how="reset"), "not there"),
        (Trouble(body="[1]"), "no object"),
        (Trouble(body='{"error": {"message": "the model m is loading"}}'), "no answer: the model m is loading"),
        (Trouble(body='{"error": "asleep"}'), "no answer: asleep"),
        (Trouble(body="{}"), "no answer"),
    ],
)
def test_a_server_that_is_of_no_use(
    labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, says: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(lambda _: trouble) as chat:
        chat.models = ("this", "that")
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        code, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:m")
    assert code == 1
    assert rows["openai:m"]["state"] == "missing"
    assert says in rows["openai:m"]["value"]
    assert rows["openai:m"]["fix"]


def test_what_a_server_says_is_shown(labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the key, which it may repeat."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    says = json.dumps({"error": {"message": f"the model m is asleep, {KEY}\x1b[31m"}})
    with serving(lambda _: Trouble(status=400, body=says)) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        code, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:m")
    assert code == 1
    assert "HTTP 400: the model m is asleep" in rows["openai:m"]["value"]


def test_parameters_that_a_server_refuses_are_named(
    labci: Labci, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reasoning(body: Body) -> str | Trouble:
        for name in ("max_tokens", "temperature"):
            if name in body:
                return Trouble(status=400, body=json.dumps({"error": {"message": f"'{name}' is not supported"}}))
        return able(body)

    with serving(reasoning) as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        _, rows = findings(labci, "-C", tmp_path, "doctor", "--teacher", "openai:m")
    assert rows["openai:m"]["state"] == "ok"
    assert rows["parameters"]["value"] == "refused, and left out: temperature"
    assert rows["JSON Schema"]["state"] == "ok"


def test_text_tells_each_fix(labci: Labci, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABCI_CACHE", str(tmp_path / "cache"))
    ended = labci("-C", repository, "doctor", "--no-probe")
    assert ended.code == 1
    assert "✗ smollm2-135m" in ended.out
    assert "→ labci models pull" in ended.out
    assert "missing; each line above says what mends it" in ended.out
    assert "\x1b" not in ended.out
    assert ended.err == ""


@given(st.text(), st.text(), st.text())
def test_nothing_that_was_found_acts_on_the_terminal(name: str, value: str, fix: str) -> None:
    out = io.StringIO()
    row = Finding(section="teacher", name=name, state="note", value=value, fix=fix)
    show([row], Console(file=out, no_color=True, width=100))
    assert all(character.isprintable() or character == "\n" for character in out.getvalue())


@pytest.mark.slow
def test_it_loads_nothing_heavy(repository: Path) -> None:
    """Without a graphics card, that is, about which only torch knows."""
    code = "import sys; from labci.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code, "-C", str(repository), "doctor", "--no-probe"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode in (0, 1)
    heavy = {"torch", "transformers", "openai", "xllamacpp", "spacy", "huggingface_hub"}
    assert not heavy & set(done.stderr.split())


def test_versions() -> None:
    assert fits("2.13.0+cpu", ">=2.13")
    assert fits("1.16.3", ">=1.16,<1.17")
    assert not fits("1.17", ">=1.16,<1.17")
    assert not fits("0.9", ">=0.28")
    assert fits("3.8", "==3.8.0")
    assert not fits("3.8.1", "==3.8.0")
    assert wrong("no-such-package-here", ">=1") == "no-such-package-here is not installed"
    assert wrong("typer", ">=999").startswith("typer ")
    assert wrong("typer", "") == ""


def test_the_requirements_are_those_of_the_project() -> None:
    wanted = requirements()
    assert wanted[""]["typer"].startswith(">=")
    assert "torch" in wanted["train"]
    assert "openai" in wanted["teacher"]
    assert not {"torch", "openai"} & set(wanted[""])
