"""The seam of suites: built-in ones, and names that nobody brings."""

from __future__ import annotations

import pytest

from labci import general
from labci.errors import UsageError
from labci.suites import open_suites


def test_the_built_in_suites_are_those_that_the_gate_reads() -> None:
    found = open_suites(())
    assert list(found) == ["general", "canary"]
    assert [item.id for item in found["general"].items()] == [item.id for item in general.gate_items()]
    assert [item.id for item in found["canary"].items()] == [item.id for item in general.canary_items()]
    assert not any(suite.contrast for suite in found.values())
    assert {item.leaf for item in found["general"].items()} == {"general"}


@pytest.mark.parametrize("name", ["mmlu", "general"])
def test_a_suite_that_no_package_brings(name: str) -> None:
    with pytest.raises(UsageError, match=f"there is no suite '{name}'") as error:
        open_suites([name])
    assert "none is installed" in str(error.value.hint)
