"""What a contributor says about a new leaf."""

from __future__ import annotations

from dataclasses import dataclass

from labci.leaf import Pair

SEEDS = 5  # the fewest that the schemas take
PAIRS = 3  # of a knowledge context
Seeds = tuple[tuple[str | None, tuple[Pair, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All that `labci new` is told.

    about: domain (knowledge) or task description (skill). document: a file of this repository, or
    `REPO@COMMIT:PATTERN`. seeds: each a context (None for a freeform skill) with its pairs; for knowledge they may
    be fewer than asked for. heldout: items of heldout.yaml. What is left out is written as TODO, and where there
    are no seeds, contexts are taken from the document.
    """

    about: str
    created_by: str
    title: str
    link: str
    license: str
    creators: str
    revision: str = "1"
    outline: str = ""
    document: str = ""
    grounded: bool = False
    seeds: Seeds = ()
    heldout: tuple[tuple[str | None, Pair], ...] = ()
