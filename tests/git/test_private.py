"""Which URLs lie in a place that a maintainer trusts with credentials."""

from __future__ import annotations

import pytest

from labci.remote import lies_in

PLACES = ("https://git.example.org/team", "https://other.example.org/a/b.git")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://git.example.org/team/docs.git", True),
        ("https://GIT.example.org/team", True),
        ("https://other.example.org/a/b", True),
        ("https://git.example.org/teams/docs.git", False),
        ("https://git.example.org:8443/team/docs.git", False),
        ("https://git.example.org/team/../other/docs.git", False),
        ("https://git.example.org/team/%2e%2e/other.git", False),
        ("https://git.example.org.evil.example/team/docs.git", False),
        ("https://ada@git.example.org/team/docs.git", False),
        ("http://git.example.org/team/docs.git", False),
        ("ssh://git.example.org/team/docs.git", False),
        ("git@git.example.org:team/docs.git", False),
        ("/team", False),
        ("https://git.example.org/", False),
    ],
)
def test_whole_hosts_and_folders(url: str, expected: bool) -> None:
    assert lies_in(url, PLACES) is expected


def test_nothing_lies_nowhere() -> None:
    assert not lies_in("https://git.example.org/team", ())
