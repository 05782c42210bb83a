"""`--dry-run`: of generate what it would cost, and nobody is asked; of run what would run, or why nothing would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Labci, add_leaf
from tests.gate.make import LEAF
from tests.release.make import Maker, change
from tests.servers.chat import serving


def test_generate_plans_and_asks_nobody(labci: Labci, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_leaf(repository, "dev_press")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    with serving(lambda body: "Hm.") as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        options = ("--teacher", "openai:quiz", "--set", "flows.knowledge=knowledge-small")
        ended = labci("-C", repository, "generate", "--dry-run", *options)
        assert ended.code == 0, ended.err
        assert chat.asked == []
    (run,) = (repository / ".labci/runs").iterdir()
    plan = json.loads((run / "plan.json").read_text())
    assert f"{plan['calls']} calls to make" in ended.out
    assert len(json.loads((run / "changes.json").read_text())["changes"]) == 1
    assert not (run / "samples.jsonl").exists()


@pytest.mark.parametrize("wrong", [("--from", "nonsense"), ("--to", "nonsense"), ("--from", "gate", "--to", "diff")])
def test_what_run_refuses_its_dry_run_refuses(labci: Labci, repository: Path, wrong: tuple[str, ...]) -> None:
    add_leaf(repository, "dev_press")
    real = labci("-C", repository, "run", *wrong)
    dry = labci("-C", repository, "run", *wrong, "--dry-run")
    assert (dry.code, dry.out, dry.err) == (real.code, real.out, real.err) == (2, "", real.err)


def test_where_nothing_is_new_nothing_is_to_do(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    dry = labci("-q", "-C", repository, "run", "HEAD..HEAD", "--dry-run")
    assert dry.code == 0
    assert dry.out.startswith("nothing is new since ")
    assert dry.out == labci("-q", "-C", repository, "run", "HEAD..HEAD").out


def test_what_would_run_is_said_and_not_done(labci: Labci, repository: Path) -> None:
    add_leaf(repository, "dev_press")
    ended = labci("-q", "-C", repository, "run", "--dry-run", "--to", "generate")
    assert (ended.code, ended.out) == (0, "diff: to do\nplan: to do\ngenerate: to do\n")
    (run,) = (repository / ".labci/runs").iterdir()
    assert [path.name for path in run.iterdir()] == ["run.json"]
    assert labci("-q", "-C", repository, "diff").code == 0
    again = labci("-q", "-C", repository, "run", "--dry-run", "--to", "generate")
    assert again.out == "diff: complete\nplan: to do\ngenerate: to do\n"


def test_a_refused_candidate_is_as_far_as_it_goes(labci: Labci, tmp_path: Path) -> None:
    maker = Maker(tmp_path / "repository")
    job = maker.job(maker.base, maker.leaf(LEAF))
    maker.until_gate(job, [change(LEAF)], [-0.1, 0.0, -0.2, -0.1])
    for stage in ("plan", "mix"):
        job.run.finish(stage, inputs=[], outputs=[], settings={})
    ended = labci("-q", "-C", maker.root, "run", "--run", job.run.path, "--dry-run")
    assert ended.code == 0
    assert ended.out.endswith("gate: complete\nthe run ends there: the gate did not pass the candidate\n")
    forced = labci("-q", "-C", maker.root, "run", "--run", job.run.path, "--from", "gate", "--dry-run")
    assert forced.out == "gate: to do\nrelease: to do\n"
    stages = [f"{name}: to do\n" for name in ("evaluate", "gate", "release")]
    earlier = labci("-q", "-C", maker.root, "run", "--run", job.run.path, "--from", "evaluate", "--dry-run")
    assert earlier.out == "".join(stages)  # what it will say nobody knows yet
