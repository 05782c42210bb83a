"""`checkpoint: best`: the lowest development NLL is kept, training ends early, and a killed run ends the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.artifact import write_jsonl
from labci.lm.best import MOST, Best, dev_items
from labci.lm.likelihood import log_likelihood
from labci.lm.load import open_model, weights_digest
from labci.lm.order import pass_ends
from labci.lm.settings import Measured, TuneReport, TuneSettings
from labci.lm.tune import tune
from tests.lm.say import Said
from tests.tiny import tiny_model

ROOT = Path(__file__).parents[2]
SETTINGS = TuneSettings(
    epochs=14, batch_size=4, learning_rate=2e-2, max_length=128, checkpoint="best", save_seconds=0.0
)


def prepare(folder: Path) -> None:
    """A model, rows that it learns by heart, and development rows that ask for what the rows contradict."""
    tiny_model(folder / "model")
    told = [(f"Which tram is number {n}?", f"Line {n} goes to the harbour.") for n in range(12)]
    others = [(f"Which tram is number {n}?", f"The harbour goes to line {n + 5}.") for n in range(4)]
    for name, pairs in (("rows", told), ("dev", others)):
        write_jsonl(
            folder / f"{name}.jsonl",
            (
                {
                    "prompt": [{"role": "user", "content": question}],
                    "completion": [{"role": "assistant", "content": answer}],
                    "id": f"row-{number}",
                }
                for number, (question, answer) in enumerate(pairs)
            ),
        )


def tuned(folder: Path, out: str, settings: TuneSettings, *, dev: str = "dev", said: Said | None = None) -> TuneReport:
    return tune(
        folder / "model", folder / "rows.jsonl", folder / out, settings,
        progress=said or Said(), work=folder / f"{out}-work", dev=folder / f"{dev}.jsonl",
    )  # fmt: skip


def measured(folder: Path) -> float:
    found = log_likelihood(open_model(folder), dev_items(folder.parent / "dev.jsonl"))
    return sum(-total / tokens for total, tokens in found) / len(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TuneReport]:
    """A folder where training has chosen."""
    folder = tmp_path_factory.mktemp("best")
    prepare(folder)
    return folder, tuned(folder, "best", SETTINGS)


@pytest.mark.slow
def test_two_best_passes_are_kept_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two checkpoints, too: half a gigabyte each, of a larger model as many as its weights."""
    lm = open_model(tiny_model(tmp_path / "model"), "float32")
    best = Best(lm, [], range(1, 7), 0, tmp_path)
    values = iter([5.0, 4.0, 3.0, 2.0, 2.5, 1.0])
    monkeypatch.setattr(best, "_measure", lambda: next(values))
    there = []
    for step in range(1, 7):
        best.end_of_step(step)
        if step == 2:
            best.sweep()  # a checkpoint
        there.append(sorted(path.name for path in tmp_path.glob("best-*")))
    assert there[:2] == [["best-1.safetensors"], ["best-2.safetensors"]]
    assert there[2:5] == [
        ["best-2.safetensors", "best-3.safetensors"],
        ["best-2.safetensors", "best-4.safetensors"],
        ["best-2.safetensors", "best-4.safetensors"],
    ]
    assert there[5] == ["best-2.safetensors", "best-6.safetensors"]


@pytest.mark.slow
def test_the_lowest_of_the_curve_is_written(place: tuple[Path, TuneReport]) -> None:
    folder, report = place
    assert [point.step for point in report.curve] == list(range(3, 43, 3))
    lowest = min(report.curve, key=lambda point: point.nll)
    assert report.chosen == lowest.step < 42  # later passes learn what the development set contradicts
    assert measured(folder / "best") == pytest.approx(lowest.nll, abs=1e-4)
    assert report.to_json()["curve"][0] == {"step": 3, "nll": round(report.curve[0].nll, 5)}
    assert not (folder / "best-work").exists()


@pytest.mark.slow
def test_measuring_does_not_change_the_training(place: tuple[Path, TuneReport]) -> None:
    folder, report = place
    last = tuned(folder, "last", replace(SETTINGS, checkpoint="last"))
    assert last.losses == report.losses
    assert (last.chosen, last.curve) == (42, ())
    whole = tuned(folder, "same", replace(SETTINGS, epochs=1))  # the last is the best where there is one pass
    assert whole.chosen == 3
    tuned(folder, "plain", replace(SETTINGS, epochs=1, checkpoint="last"))
    assert weights_digest(folder / "same") == weights_digest(folder / "plain")


@pytest.mark.slow
def test_patience_ends_early_with_the_same_weights(place: tuple[Path, TuneReport]) -> None:
    folder, report = place
    early = tuned(folder, "early", replace(SETTINGS, patience=2))
    assert early.steps == early.chosen + 6 < report.steps
    assert early.losses == report.losses[: early.steps]
    assert early.tokens < report.tokens
    if early.chosen == report.chosen:
        assert weights_digest(folder / "early") == weights_digest(folder / "best")


@pytest.mark.slow
def test_adapters_are_chosen_too(place: tuple[Path, TuneReport]) -> None:
    folder, _ = place
    lora = replace(SETTINGS, method="lora", learning_rate=5e-2, epochs=6)
    for name, settings in (("lora", lora), ("lora16", replace(lora, weights="bfloat16", recompute=True))):
        report = tuned(folder, name, settings)
        lowest = min(report.curve, key=lambda point: point.nll)
        assert report.chosen == lowest.step
        assert measured(folder / name) == pytest.approx(lowest.nll, abs=0.02)


@pytest.mark.slow
def test_without_development_samples_the_last_is_taken(place: tuple[Path, TuneReport]) -> None:
    folder, _ = place
    (folder / "none.jsonl").write_text("")
    said = Said()
    report = tuned(folder, "none", replace(SETTINGS, epochs=1), dev="none", said=said)
    assert (report.chosen, report.curve) == (report.steps, ())
    assert any("no development samples" in line for line in said.lines)


def passed(work: Path, step: int) -> bool:
    """Whether a whole checkpoint lies after a step."""
    marks = work.glob("checkpoint-*/labci.json")
    return any(int(mark.parent.name.removeprefix("checkpoint-")) > step for mark in marks)


CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.lm.say import Said
from tests.lm.test_best import SETTINGS, tuned
class Slow(Said):
    def step(self, name, done, total):
        import time
        time.sleep(0.3)
tuned(Path(sys.argv[1]), "resumed", replace(SETTINGS, patience=4), said=Slow())
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_it_goes_on_and_chooses_the_same(tmp_path: Path) -> None:
    prepare(tmp_path)
    whole = tuned(tmp_path, "whole", replace(SETTINGS, patience=4))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"}
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], env=environment, cwd=ROOT)
    end = time.monotonic() + 300
    while not passed(tmp_path / "resumed-work", whole.chosen):
        assert time.monotonic() < end
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (tmp_path / "resumed").exists()
    resumed = tuned(tmp_path, "resumed", replace(SETTINGS, patience=4))
    assert resumed.resumed_at > whole.chosen
    assert resumed.curve == whole.curve
    assert resumed.losses == whole.losses
    assert weights_digest(tmp_path / "resumed") == weights_digest(tmp_path / "whole")


def test_every_leaf_has_a_say_wherever_its_rows_stand(tmp_path: Path) -> None:
    """One of 300 rows, which come first, and two of a few: all of the few are asked, whatever the order of the file."""
    counts = {"knowledge/many": 300, "knowledge/few": 7, "compositional_skills/some": 30}
    rows = [
        {
            "prompt": [{"role": "user", "content": f"{leaf} {n}?"}],
            "completion": [{"role": "assistant", "content": "Yes."}],
            "leaf": leaf, "id": f"{leaf}{n}",
        }
        for leaf, count in counts.items()
        for n in range(count)
    ]  # fmt: skip
    found = []
    for name, order in (("dev", rows), ("back", rows[::-1])):
        write_jsonl(tmp_path / f"{name}.jsonl", order)
        found.append([str(item.messages[0]["content"]) for item in dev_items(tmp_path / f"{name}.jsonl")])
    assert found[0] == found[1]
    assert len(found[0]) == MOST
    assert [sum(text.startswith(leaf) for text in found[0]) for leaf in counts] == [MOST - 7 - 30, 7, 30]


@given(nlls=st.lists(st.floats(0.1, 9), min_size=1, max_size=20), patience=st.integers(0, 5))
def test_enough_is_so_many_without_a_lower_one(nlls: list[float], patience: int) -> None:
    best = Best.__new__(Best)
    best.patience, best.curve = patience, [Measured(step=n, nll=nll) for n, nll in enumerate(nlls)]
    since = len(nlls) - 1 - nlls.index(min(nlls))
    assert best.enough == (patience > 0 and since >= patience)


@given(samples=st.integers(1, 50), total=st.integers(1, 300), batch=st.integers(1, 32))
def test_a_pass_ends_when_all_its_samples_are_read(samples: int, total: int, batch: int) -> None:
    ends = pass_ends(samples, total, batch)
    assert ends == sorted(set(ends))
    assert ends[-1] == -(-total // batch)
    whole = total // samples
    assert all(-(-n * samples // batch) in ends for n in range(1, whole + 1))
    assert len(ends) <= whole + 1
