"""Seeds by their first question, for people: `changes.json` names them by digest alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from labci.errors import LabciError
from labci.git import Repository
from labci.leaf import Leaf
from labci.printable import printable
from labci.rules import privacy_personal, privacy_secret
from labci.taxonomy import Taxonomy

MAX_LEAVES = 20  # whose seeds are named: a first diff of a large taxonomy reads no leaf a second time
MAX_SEEDS = 5  # of each leaf
WIDTH = 80  # characters of a question


def questions(value: Mapping[str, Any], repository: Repository, root: str) -> dict[str, str]:
    """Digest of a seed that came or went to its first question, on a line; of the first leaves of a `changes.json`."""
    head, base = (Taxonomy(repository.source(value[side]), root) for side in ("head", "base"))
    found: dict[str, str] = {}
    for change in value["changes"][:MAX_LEAVES]:
        wanted = shown(change["seeds"])
        if change["seeds"]["added"]:
            found |= _named(head, change["path"], wanted)
        if change["seeds"]["removed"]:
            found |= _named(base, change.get("from", change["path"]), wanted)
    return found


def shown(seeds: Mapping[str, Iterable[str]]) -> list[str]:
    """The seeds of a leaf that are named: the first ones that came, then those that went."""
    return [*seeds["added"], *seeds["removed"]][:MAX_SEEDS]


def _named(taxonomy: Taxonomy, path: str, wanted: Iterable[str]) -> Iterator[tuple[str, str]]:
    leaf: Leaf | None = None
    with suppress(LabciError):  # one that can't be read at base counts as empty
        leaf = taxonomy.leaf(path)
    for seed in leaf.seeds if leaf else ():
        if seed.digest in wanted and seed.pairs:
            yield seed.digest, line(seed.pairs[0].question)


def line(text: str) -> str:
    """A contributor's text on one line, cut; personal data and keys are dots, as in lint's findings."""
    text = " ".join(text.split())
    for personal in privacy_personal.NAMES:
        text = personal.sub(lambda found: _dots(found[0]) if privacy_personal.is_personal(found) else found[0], text)
    for key in privacy_secret.NAMES:
        text = key.sub(lambda found: _dots(found[0]), text)
    return printable(text if len(text) <= WIDTH else text[: WIDTH - 1].rstrip() + "…")


def _dots(text: str) -> str:
    return "•" * len(text)
