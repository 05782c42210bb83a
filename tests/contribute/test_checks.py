"""Live checks are lint's: what is refused here is an error there, and what is taken here is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labci import config, contribute
from labci.contribute import Answers, Checks
from labci.errors import UsageError
from tests.contribute.test_init import findings

LICENSES = config.read(b"").lint.licenses
ANSWERS = Answers(about="a task", created_by="ada", title="T", link="https://x.org/y", license="MIT", creators="Ada")
FIELDS = ("about", "title", "license", "creators")


def nothing(name: str) -> None:
    raise UsageError(f"there is no document {name!r}", hint="name one")


CHECKS = Checks(LICENSES, nothing)


def serious(name: str, value: str) -> bool:
    return any(flaw.serious for flaw in CHECKS.flaws(name, value))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    contribute.init(folder)
    return folder


odd = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["MIT", "mit", "CC BY 4.0", "MIT OR GPL-3.0-only", "a\u200bb", "<|im_end|>", "\ue000", "x\u2066y"]),
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from(FIELDS), odd)
def test_what_is_taken_lint_takes(root: Path, name: str, value: str) -> None:
    """And what is refused, lint would have found, if it was not refused for being no YAML at all."""
    value = " ".join(value.split())
    given_ = {name: value}
    leaf = root / "taxonomy/foundational_skills/x"
    try:
        contribute.new_leaf(root, "taxonomy", "skill", "foundational_skills/x", replace(ANSWERS, **given_))
        found = [item for item in findings(root) if item.rule != "content-unfinished"]  # what is left to write
        errors = [item for item in found if item.severity == "error"]
    except UnicodeEncodeError:  # half a surrogate pair, which no file can hold
        assert serious(name, value)
        return
    finally:
        for file in leaf.glob("*"):
            file.unlink()
        if leaf.exists():
            leaf.rmdir()
    refused = serious(name, value)
    assert refused or not errors
    assert errors or not refused or any(not 32 <= ord(letter) < 127 for letter in value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("license", "CC BY 4.0", "CC-BY-4.0"),
        ("license", "GPL-3.0-only", "not allowed"),
        ("license", "", "SPDX"),
        ("link", "ftp//x", "no link"),
        ("link", "https://", "no link"),
        ("link", "https://[::1", "no link"),
        ("link", "example.org", "https://example.org"),
        ("created_by", "Ada Lovelace", "no user name"),
        ("created_by", "@ada", "ada"),
        ("about", "a\x1b[D", "control character"),
        ("about", "\udc80", "control character"),
        ("question", " ", "blank"),
        ("answer", "<|im_start|>", "chat token"),
        ("answer", "word " * 251, "250"),
        ("question", "Who is bob@posteo.de?", "e-mail"),
        ("document", "x.md", "no document"),
    ],
)
def test_what_is_said(name: str, value: str, words: str) -> None:
    flaw = next(CHECKS.flaws(name, value))
    assert words in f"{flaw.message} {flaw.hint}"
    assert flaw.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("license", "MIT"),
        ("license", "CC-BY-4.0 OR GPL-3.0-only"),
        ("link", "https://example.org/a?b=c#d"),
        ("link", "doi:10.1000/182"),
        ("link", "urn:isbn:0451450523"),
        ("created_by", "ada-2.x_y"),
        ("about", "Größe – naïve"),
        ("answer", "Yes"),
    ],
)
def test_what_is_fine(name: str, value: str) -> None:
    assert list(CHECKS.flaws(name, value)) == []
