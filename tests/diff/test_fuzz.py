"""Whatever two commits hold: `labci diff` ends with 0, 1 or 2 and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Labci, git
from tests.lint.anything import anything

PLACES = ("knowledge/a/b", "compositional_skills/a/b", "foundational_skills/c", "elsewhere/d")
states = st.dictionaries(st.sampled_from(PLACES), anything, max_size=3)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=states, after=states, worktree=st.booleans())
def test_any_two_commits_are_compared_or_refused(
    repository: Path, labci: Labci, before: dict[str, bytes], after: dict[str, bytes], worktree: bool
) -> None:
    hold(repository, before)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", "before")
    hold(repository, after)
    if not worktree:
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "--allow-empty", "-m", "after")
    done = labci("-C", repository, "diff", *(["HEAD", "--worktree"] if worktree else ["HEAD~1..HEAD"]))
    assert done.code in (0, 1, 2), done.err
    assert done.code == 0 or "error:" in done.err
    git(repository, "checkout", "-q", "-f", "HEAD")
    git(repository, "clean", "-qfd")


def hold(root: Path, state: dict[str, bytes]) -> None:
    """Make the leaves be exactly these."""
    for place in PLACES:
        file = root / "taxonomy" / place / "qna.yaml"
        if place in state:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(state[place])
        elif file.exists():
            file.unlink()


def test_the_fuzz_reaches_both_ends(repository: Path, labci: Labci) -> None:
    """What it asserts can go either way."""
    hold(repository, {PLACES[1]: b"a: ["})
    assert labci("-C", repository, "diff", "HEAD", "--worktree").code == 1
    hold(repository, {})
    assert labci("-C", repository, "diff", "HEAD", "--worktree").code == 0
