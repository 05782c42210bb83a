"""The rule attribution-license."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from labci.diagnostic import Diagnostic
from labci.leaf import ATTRIBUTION_FILE
from labci.lintfile import LintFile
from labci.rules import Rule


class AttributionLicense(Rule):
    """The licence is an SPDX expression that this taxonomy allows (`lint.licenses` in labci.yaml).

    Why: a model may only be taught from works whose licence permits it, and only exact names
    can be compared.

    Bad:
        License of the work: Creative Commons BY 4

    Good:
        License of the work: CC-BY-4.0
    """

    id = "attribution-license"
    group = "attribution"
    files = (ATTRIBUTION_FILE,)
    after = ("attribution-encoding",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each work whose licence is unknown or not allowed."""
        allowed = file.leaf.config.lint.licenses
        entries = [work.value("License of the work") for work in file.works] if file.version >= 2 else []
        for entry in entries:
            found = trouble(entry.value, allowed) if entry and entry.value else None
            if entry and found:
                yield file.found(self, entry.position, found[0], hint=found[1])


def trouble(name: str, allowed: Collection[str]) -> tuple[str, str] | None:
    """Message and hint for a licence that is unknown or not allowed; None for one that is fine."""
    if name in allowed:
        return None
    tree, message = parse(name)
    if tree is None:
        close = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5)
        return message, f"did you mean {close[0]}?" if close else "see https://spdx.org/licenses"
    if permits(tree, allowed):
        return None
    return f"the licence {name} is not allowed in this taxonomy", f"allowed: {', '.join(allowed)}"


@cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing  # reads an index of 2 MB: only where it is needed

    return get_spdx_licensing()


def parse(text: str) -> tuple[Any, str]:
    """An SPDX expression as a tree; or None and what is wrong with it."""
    from license_expression import ExpressionError, ExpressionParseError

    try:
        return _licensing().parse(text, validate=True, strict=True), ""
    except (ExpressionError, ExpressionParseError) as error:
        unknown = re.search(r"Unknown license key\(s\): (.*)", str(error))
        what = f"unknown licence {unknown[1]}" if unknown else f"{text!r} is no SPDX licence expression"
        return None, what


def permits(tree: Any, allowed: Collection[str]) -> bool:
    """Whether the list allows an expression: one side of OR, all sides of AND, WITH by its full name."""
    name = type(tree).__name__
    if name in ("OR", "AND"):
        return (any if name == "OR" else all)(permits(part, allowed) for part in tree.args)
    return str(tree).casefold() in {item.casefold() for item in allowed}
