"""GitHub asks clients to wait between requests, and longer between changes; other tests do without."""

from __future__ import annotations

import time

import pytest

from labci.forges import github
from labci.forges.github.project import Project
from tests.forges.test_conditional import hub as hub
from tests.forges.test_conditional import project as project
from tests.servers.github import GitHub

OWN = (github.BETWEEN, github.BETWEEN_WRITES)  # read before the tests begin, which take them away


@pytest.mark.slow
def test_requests_and_changes_are_as_far_apart_as_github_asks(
    hub: GitHub, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert OWN == (0.25, 1.0)
    monkeypatch.setattr(github, "BETWEEN", OWN[0])
    monkeypatch.setattr(github, "BETWEEN_WRITES", OWN[1])
    project.head(7)
    began, before = time.monotonic(), len(hub.requests)
    project.head(7)
    assert time.monotonic() - began >= 0.9 * OWN[0] * (len(hub.requests) - before) > 0
    project.comment(7, "<!-- it -->", "first <!-- it -->")
    began = time.monotonic()
    project.comment(7, "<!-- it -->", "second <!-- it -->")
    assert time.monotonic() - began >= 0.9 * OWN[1]
    assert len([line for line in hub.requests if not line.startswith("GET")]) == 2
