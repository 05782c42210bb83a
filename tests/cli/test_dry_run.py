"""`--dry-run` of generate: what it would cost, in the run folder, and nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Labci, add_leaf
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
