"""What is to be said of an answer as soon as it is typed: lint's own rules, on this one value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from labci import rules
from labci.errors import LabciError
from labci.leaf import ATTRIBUTION_FILE, LEAF_FILE
from labci.problem import forbidden
from labci.rules import PatternRule, TextRule
from labci.rules.attribution_empty import HINTS
from labci.rules.attribution_license import trouble

ATTRIBUTION = {
    "title": "Title of work",
    "link": "Link to work",
    "license": "License of the work",
    "creators": "Creator names",
}
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # GitHub's names, and those of other servers
HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}(?:[/?#:]\S*)?", re.IGNORECASE)


class Flaw(NamedTuple):
    """Why an answer should be another one. serious: it can't be taken; else it may be what a person means."""

    message: str
    hint: str
    serious: bool = True


class Checks:
    """The checks of one taxonomy: the licences that it allows, and how it finds a document."""

    def __init__(self, licenses: Collection[str], find: Callable[[str], object]) -> None:
        self._licenses, self._find = licenses, find
        self._own: dict[str, Callable[[str], Iterator[Flaw]]] = {
            "license": self._license,
            "document": self._document,
            "link": _link,
            "created_by": _user,
        }

    def flaws(self, name: str, value: str) -> Iterator[Flaw]:
        """What is wrong with the answer `name` of `Answers`, or with a "question" or an "answer"; worst first."""
        bad = forbidden(value)
        if bad:
            code = f"U+{ord(bad.group()):04X}"
            yield Flaw(f"there is a control character in it ({code})", "type it anew; an arrow key may have made it")
        elif not value.strip():
            yield Flaw("it is blank", HINTS.get(ATTRIBUTION.get(name, ""), "write something"))
        else:
            yield from sorted(self._rules(name, value), key=lambda flaw: not flaw.serious)

    def _rules(self, name: str, value: str) -> Iterator[Flaw]:
        yield from of_text(value, ATTRIBUTION_FILE if name in ATTRIBUTION else LEAF_FILE, name)
        if name in self._own:
            yield from self._own[name](value)

    def _license(self, value: str) -> Iterator[Flaw]:
        found = trouble(value, self._licenses)
        if found:
            yield Flaw(*found)

    def _document(self, value: str) -> Iterator[Flaw]:
        try:
            self._find(value)
        except LabciError as error:
            yield Flaw(error.message, error.hint)


def of_text(text: str, role: str, field: str = "") -> Iterator[Flaw]:
    """What lint's rules on patterns find in a text of a file of that role, and those on texts in such a field."""
    patterns, texts = _table()
    for rule in patterns:
        for search in rule.searches if role in rule.files else ():
            found = search.pattern.finditer(text) if search.hits(text) else ()
            problem = next((problem for match in found if (problem := rule.problem(match))), "")
            if problem:
                yield Flaw(problem, rule.hint, rule.severity == "error")
    for one in texts:
        problem = one.problem(field, text.strip()) if field in one.fields else ""
        if problem:
            yield Flaw(problem, one.hint, one.severity == "error")


@cache
def _table() -> tuple[tuple[PatternRule, ...], tuple[TextRule, ...]]:
    """The rules that look at a text by itself, those of other packages, too; loaded once for thousands of passages."""
    every = rules.load()
    patterns = tuple(rule for rule in every if isinstance(rule, PatternRule))
    return patterns, tuple(rule for rule in every if isinstance(rule, TextRule))


def _link(value: str) -> Iterator[Flaw]:
    """Lint takes any text; what is no URL may be the name of a shelf, but mostly is a slip."""
    try:
        parts = urlsplit(value)
        good = len(value.split()) == 1 and bool(parts.scheme) and bool(parts.hostname or "//" not in value)
        good = (
            good
            and (parts.scheme not in ("http", "https") or bool(parts.hostname))
            and bool(parts.path or parts.netloc)
        )
    except ValueError:  # such as a half IPv6 address
        good = False
    if not good:
        guess = f"did you mean https://{value}?" if HOST.fullmatch(value) else HINTS["Link to work"]
        yield Flaw("this is no link", guess, serious=False)


def _user(value: str) -> Iterator[Flaw]:
    if not USER.fullmatch(value):
        name = re.sub(r"[^A-Za-z0-9._-]+", "", value)
        hint = "write the name that you sign in with on GitHub or your git server"
        hint = f"did you mean {name}?" if value == f"@{name}" else hint
        yield Flaw("this is no user name", hint, serious=False)
