"""Suites: fixed sets of items that base, released and candidate are asked, whatever a run teaches.

`general` and `canary` are asked in every run, and the gate reads them. Another package brings more (MMLU, ARC,
HellaSwag) by an entry point of group `labci.suites`, a function of the same type as those in `SUITES`. One that
`evaluate.suites` names is measured like the others, batched and stored under the model's digest, and stands in
scores.json as `outside:NAME`. It decides nothing: what the gate asks stays the same on every machine.

The item suites `new` and `old` are no parts: they are the taxonomy's own, and differ from run to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Protocol

from labci.errors import UsageError
from labci.heldout import Item

GROUP = "labci.suites"
OUTSIDE = "outside:"  # before the name of a suite that the gate does not know


class Suite(Protocol):
    """A fixed set of questions with reference answers. It opens no model and is asked once in a run."""

    @property
    def contrast(self) -> bool:
        """Whether the answers of items of one `leaf` are each other's wrong answers (`Row.contrast`).

        An item with `wrong` answers of its own, a multiple choice, is told apart from these in any case.
        """
        ...

    def items(self) -> Sequence[Item]:
        """The items, the same ones and in the same order at each call.

        `id` names an item within its `leaf`, which is the suite's own name or that of a part of it, such as a
        subject; `cluster` is what items that share a text have in common, else the id. Raises OutsideError where
        what it needs can't be had.
        """
        ...


Factory = Callable[[], Suite]


def _general() -> Suite:
    from labci.suites.general import GeneralSuite

    return GeneralSuite()


def _canary() -> Suite:
    from labci.suites.canary import CanarySuite

    return CanarySuite()


SUITES: Mapping[str, Factory] = {"general": _general, "canary": _canary}


def open_suites(named: Sequence[str]) -> dict[str, Suite]:
    """The built-in suites and those of `evaluate.suites`, by their name in scores.json.

    Raises UsageError for a name that no installed package brings.
    """
    found = {name: factory() for name, factory in SUITES.items()}
    outside = {point.name: point for point in entry_points(group=GROUP)}
    for name in named:
        if name not in outside:
            known = ", ".join(sorted(outside)) or "none is installed"
            raise UsageError(f"evaluate.suites: there is no suite {name!r}", hint=f"suites of other packages: {known}")
        factory: Factory = outside[name].load()
        found[OUTSIDE + name] = factory()
    return found
