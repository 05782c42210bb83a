"""Profiles and phases in labci.yaml: what goes before what, what is refused, and what ships."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from labci import config, profiles, session
from labci.errors import ConfigError
from labci.git import Repository
from tests.conftest import Labci, git, put

TABLE_2 = {  # arXiv 2403.01081: rate, warm-up, epochs of the three phases
    "labradorite-13b": (2e-5, 385, (5, 7, 7)),
    "merlinite-7b": (1e-6, 800, (4, 4, 7)),
}


def read(text: str, **flags: object) -> config.Config:
    return config.read(text.encode(), flags=flags)


@pytest.mark.parametrize("name", profiles.names())
def test_every_shipped_profile_is_valid(name: str) -> None:
    found = read(f"profile: {name}\n")
    assert found.profile == name
    assert found.origin["model"] == f"profile {name}"


def test_the_small_profile_is_the_defaults() -> None:
    found, default = read("profile: smollm2-135m\n"), read("")
    assert (found.train, found.model) == (default.train, default.model)


@pytest.mark.parametrize(("name", "row"), TABLE_2.items())
def test_the_paper_s_recipes(name: str, row: tuple[float, int, tuple[int, ...]]) -> None:
    train = read(f"profile: {name}\n").train
    recipes = [train.recipe(phase) for phase in ("short", "long", "skills")]
    assert train.names == ("short", "long", "skills")
    assert {(r.learning_rate, r.warmup, r.batch_size) for r in recipes} == {(*row[:2], 3840)}
    assert tuple(r.epochs for r in recipes) == row[2]
    assert [r.max_length for r in recipes] == [2048, 4096, 4096]


def test_flag_before_file_before_profile_before_default() -> None:
    found = read("profile: merlinite-7b\ntrain: {warmup: 9, epochs: 3}\n", **{"train.epochs": 2})
    assert (found.train.epochs, found.train.warmup, found.train.learning_rate) == (2, 9, 1e-6)
    assert found.origin["train.epochs"] == "flag"
    assert found.origin["train.warmup"] == "labci.yaml:2"
    assert found.origin["train.learning_rate"] == "profile merlinite-7b"
    assert found.origin["train.alphas"] == "profile merlinite-7b"
    assert found.origin["train.replay"] == "default"


def test_a_stronger_setting_goes_before_a_phase_s_own() -> None:
    assert read("profile: merlinite-7b\n").train.recipe("short").epochs == 4
    assert read("profile: merlinite-7b\n", **{"train.epochs": 2}).train.recipe("short").epochs == 2
    own = "train: {epochs: 2, phases: [{name: short, epochs: 5}, skills]}\n"
    assert [read(own).train.recipe(name).epochs for name in ("short", "skills")] == [5, 2]


def test_a_profile_as_a_flag_goes_before_the_file() -> None:
    found = read("model: smollm2-135m\nhub: folder:x\n", profile="merlinite-7b", **{"train.epochs": 2})
    assert (found.model, found.hub, found.train.recipe("short").epochs) == ("mistralai/Mistral-7B-v0.1", "folder:x", 2)
    assert found.origin["model"] == "flag: profile merlinite-7b"


def test_a_file_of_the_repository(repository: Path, labci: Labci) -> None:
    put(repository, "profiles/ours.yaml", "train: {epochs: 3}\n")
    put(repository, "labci.yaml", "profile: profiles/ours.yaml\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Ours")
    assert config.load(repository / "labci.yaml").train.epochs == 3
    git(repository, "clone", "-q", "--bare", ".", "bare.git")
    bare = session.open_session(session.Request(folder=repository / "bare.git"))
    assert bare.config.train.epochs == 3
    shown = labci("-C", repository, "-v", "diff").err
    assert any(line.split() == ["train.epochs", "3", "profile", "profiles/ours.yaml"] for line in shown.splitlines())
    assert Repository.open(repository).root == repository


def test_the_run_does_not_depend_on_how_a_setting_came() -> None:
    assert session.settings(read("profile: smollm2-135m\n")) == session.settings(read(""))
    assert session.settings(read("profile: merlinite-7b\n"))["train.phases"][1] == {"name": "long", "epochs": 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profile: nope\n", "no profile 'nope' ships"),
        ("profile: ours.yaml\n", "no file ours.yaml"),
        ("profile: ../ours.yaml\n", "labci.yaml:1:10: profile"),
        ("train: {phases: [{name: short, rate: 1}, long]}\n", "1:32: unknown setting 'train.phases.0.rate'"),
        ("train: {phases: [{name: short, epochs: x}, long]}\n", "train.phases.0.epochs: 'x' is not of type"),
        ("train: {phases: [{epochs: 1}]}\n", "'name' is a required property"),
        ("train: {phases: [shrt]}\n", "train.phases.0: 'shrt'"),
        ("train:\n  phases: [short, {name: short, epochs: 2}]\n", "labci.yaml:2: train.phases: short is there twice"),
        ("train: {phases: [knowledge, long]}\n", "knowledge has the samples of long, too"),
        ("train: {phases: [stacked, skills]}\n", "stacked has the samples of skills, too"),
        (
            "train:\n  weights: bfloat16\n",
            "labci.yaml:2: train.weights: bfloat16 is for train.method lora, and it is full",
        ),
        ("profile: lora-8b\ntrain:\n  epochs: 2\n  method: full\n", "labci.yaml:4: train.weights: bfloat16 is for"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert said in caught.value.message


@pytest.mark.parametrize("text", ["profile: smollm2-135m\n", "train: {epoch: 1}\n", "train: [\n"])
def test_a_bad_profile_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^ours\.yaml:\d+:\d+: "):
        config.read(b"profile: ours.yaml\n", beside={"ours.yaml": text.encode()}.get)


def test_an_entry_is_written_as_it_was_read() -> None:
    phases = [{"name": "short", "warmup": 3}, "skills"]
    found = read("", **{"train.phases": phases}).train.phases
    assert [phase.to_json() for phase in found] == phases
    assert list(map(str, found)) == ["short (warmup 3)", "skills"]
    assert asdict(found[1])["epochs"] is None
