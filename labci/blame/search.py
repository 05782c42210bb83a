"""Which of several parts must go for the rest to pass: group testing by bisection, on any oracle.

The order of questions is that of QuickXplain (Junker 2004) with a linear cut, as delta debugging asks them
(Zeller & Hildebrandt 2002): find the shortest prefix whose removal passes, by bisection; its last part must go.
Then the same within what is left of the prefix, until the parts that must go are enough by themselves. One bad
part of n costs at most ceil(log2 n) + 1 questions, k of them at most k times as many, and those of the last check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Parts = frozenset[str]
Passes = Callable[[Parts], bool]


@dataclass(slots=True, kw_only=True)
class _Asked:
    """An oracle that is asked nothing twice. That nothing is left fails, that all of it goes passes: both are known."""

    passes: Passes
    known: dict[Parts, bool] = field(default_factory=dict)

    def __call__(self, removed: Iterable[str]) -> bool:
        key = frozenset(removed)
        if key not in self.known:
            self.known[key] = self.passes(key)
        return self.known[key]


def smallest(parts: Sequence[str], passes: Passes, suspects: Iterable[str] = ()) -> Parts:
    """A set of parts whose removal passes, none of which could be left in.

    passes(removed): never asked of no parts, which fails, nor of all, which leaves nothing to fail; at most once of
    each set. suspects: asked first, together; a wrong guess costs no question in the worst case, for what it tells
    shortens the bisection. Ends for every oracle; where passing less can fail again (an oracle that is not monotone)
    the set still passes, and none of its parts can be left in alone.
    """
    whole = list(dict.fromkeys(parts))
    asked = _Asked(passes=passes, known={frozenset(): False, frozenset(whole): True})
    first = [part for part in whole if part in set(suspects)]
    rest = first + [part for part in whole if part not in first]
    enough = bool(first) and asked(first)
    return _irreducible(_culprits(first if enough else rest, asked, 0 if enough else len(first)), asked)


def _culprits(rest: list[str], asked: _Asked, failing: int) -> list[str]:
    """Parts that must go. rest: a list whose removal passes. failing: the removal of so many of it is known to fail."""
    found: list[str] = []
    while rest and not asked(found):
        low, high = failing, len(rest)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if asked([*found, *rest[:middle]]) else (middle, high)
        found.append(rest[high - 1])
        rest, failing = rest[: high - 1], 0
    return found


def _irreducible(found: list[str], asked: _Asked) -> Parts:
    """Put back, one at a time, what need not go; a monotone oracle answers most of it from what it was asked."""
    kept = list(found)
    for part in found:
        without = [other for other in kept if other != part]
        if without and asked(without):
            return _irreducible(without, asked)
    return frozenset(kept)
