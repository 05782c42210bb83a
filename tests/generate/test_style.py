"""Which seed shows a chunk the style of its questions, and what a change of the seeds asks anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labci.work import Opened, units_of, works
from tests.conftest import put
from tests.generate.conftest import Place
from tests.servers.chat import serving

CHUNKS, SEEDS = 200, 5
Value = dict[str, Any]
Change = Callable[[list[Value]], object]


def seed(number: int) -> Value:
    pairs = [(f"What is kept in hall {number} {what}?", f"{what} {number}") for what in ("above", "below", "behind")]
    asked = [{"question": question, "answer": answer} for question, answer in pairs]
    return {"context": f"Hall {number} of the depot keeps goods in a row.", "questions_and_answers": asked}


@pytest.fixture
def depot(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A leaf of 200 chunks; nobody is asked."""
    text = "## Hall {0}\n\nHall {0} of the depot keeps goods in a row. They came in 1{0:03}.\n"
    parts = [text.format(number) for number in range(CHUNKS)]
    put(repository, "documents/depot.md", "\n".join(["# The depot\n", *parts]))
    with serving(lambda body: "") as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
    return Place(folder=repository, teacher=chat)


def styles(place: Place, commit: Callable[[Path], None], seeds: list[Value]) -> dict[str, tuple[str, list[str]]]:
    """By place in the document: the unit's digest, and the questions that show its style."""
    value = {
        "version": 3, "domain": "depots", "created_by": "tess", "document_outline": "The depot", "seed_examples": seeds,
        "document": {"repo": ".", "commit": "HEAD", "patterns": ["documents/depot.md"]},
    }  # fmt: skip
    put(place.folder, "taxonomy/knowledge/depot/qna.yaml", json.dumps(value, indent=1))
    commit(place.folder)
    job = place.job(flags={"flows.knowledge": "large"})
    (work,) = works(job, Opened(job=job))
    found = {
        str(unit.document.start): (unit.digest, [pair.question for pair in unit.style])
        for unit in units_of(job, work)
        if unit.document
    }
    assert len(found) == CHUNKS
    return found


def edit(field: str, into: str) -> Change:
    def change(seeds: list[Value]) -> None:
        (pair, *_) = seeds[2]["questions_and_answers"]
        pair[field] = into

    return change


def context(seeds: list[Value]) -> None:
    seeds[2]["context"] = "Hall 2 of the depot keeps goods in one row."


@pytest.mark.parametrize(
    "change",
    [edit("question", "Which goods lie in hall 2 above?"), edit("answer", "Above"), lambda seeds: seeds.pop(2)],
    ids=["question", "answer", "removed"],
)
def test_only_what_the_seed_was_the_style_of_is_asked_anew(
    depot: Place, git_commit: Callable[[Path], None], change: Change
) -> None:
    seeds = [seed(number) for number in range(SEEDS)]
    before = styles(depot, git_commit, seeds)
    change(seeds)
    after = styles(depot, git_commit, seeds)
    own = {at for at, (_, style) in before.items() if any("hall 2 " in question for question in style)}
    assert 20 < len(own) < 60  # about a fifth
    assert {at for at in before if before[at][0] != after[at][0]} == own


@pytest.mark.parametrize("at", [0, 2, SEEDS])
def test_a_new_seed_takes_its_share_and_moves_nothing_else(
    depot: Place, git_commit: Callable[[Path], None], at: int
) -> None:
    seeds = [seed(number) for number in range(SEEDS)]
    before = styles(depot, git_commit, seeds)
    seeds.insert(at, seed(9))
    after = styles(depot, git_commit, seeds)
    moved = {place for place in before if before[place][0] != after[place][0]}
    assert 15 < len(moved) < 55  # about a sixth
    assert all("hall 9 " in question for place in moved for question in after[place][1])


def test_seeds_that_share_a_context_have_a_style_each(depot: Place, git_commit: Callable[[Path], None]) -> None:
    seeds = [seed(number) | {"context": "One row of goods."} for number in range(3)]
    assert len({style[0].split()[5] for _, style in styles(depot, git_commit, seeds).values()}) == 3


def test_a_changed_context_moves_two_shares_at_most(depot: Place, git_commit: Callable[[Path], None]) -> None:
    seeds = [seed(number) for number in range(SEEDS)]
    before = styles(depot, git_commit, seeds)
    context(seeds)
    after = styles(depot, git_commit, seeds)
    for place in before:
        if before[place][0] != after[place][0]:
            assert "hall 2 " in f"{before[place][1]} {after[place][1]}"
