"""Which held-out items are new: of a leaf that was taught before, those that its release did not have."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from labci import config
from labci.artifact import RunFolder
from labci.diff.stage import diff
from labci.evaluate.suites import suites
from labci.git import Repository
from labci.job import Job
from labci.lineage import Contribution, Released
from labci.store import Store
from tests.conftest import put
from tests.lm.say import Said

SKILL = "compositional_skills/writing/freeform/rhyme"
FACTS = "knowledge/rivers/orsel"


def commit(repository: Path, leaf: str, seeds: list[dict[str, object]], held: list[dict[str, str]]) -> str:
    """Write a leaf, and commit it."""
    value = {"version": 3, "created_by": "tess", "seed_examples": seeds}
    if leaf == SKILL:
        value |= {"version": 2, "task_description": "Rhymes on a word."}
    else:
        value |= {"domain": "rivers", "document_outline": "The river Orsel."}
    put(repository, f"taxonomy/{leaf}/qna.yaml", yaml.safe_dump(value))
    put(repository, f"taxonomy/{leaf}/heldout.yaml", yaml.safe_dump({"version": 1, "items": held}))
    return Repository.open(repository).commit_all(f"Change {leaf}", name="Tess", email="tess@example.org")


def verse(word: str) -> dict[str, object]:
    return {"question": f"Rhyme on {word}.", "answer": f"{word.title()}, oh {word}."}


def paragraph(name: str) -> dict[str, object]:
    pairs = [{"question": f"What is question {n} on the {name}?", "answer": f"It is {n}."} for n in range(3)]
    return {"context": f"The {name} is a part of the Orsel.", "questions_and_answers": pairs}


def held(*words: str) -> list[dict[str, str]]:
    return [{"question": f"Find a rhyme for {word}.", "answer": f"None for {word}."} for word in words]


def job(repository: Path, base: str, head: str, leaf: str) -> Job:
    """A run over both commits; the release has been taught the leaf."""
    opened = Repository.open(repository)
    taught = Contribution(leaf=leaf, commit=base, authors=(), attribution={}, units=(), taught=(), samples=1)
    run = RunFolder(path=repository / ".labci" / "runs" / "r")
    found = Job(
        root=repository, config=config.read(b""), repository=opened, source=opened.source(head), base=base, head=head,
        run=run, store=Store(str(repository / ".labci" / "store")),
        released=Released(folder=repository, contributions=(taught,)), progress=Said(),
    )  # fmt: skip
    diff(found)
    return found


def questions(found: Job, suite: str) -> set[str]:
    return {item.question for item in suites(found).items[suite]}


def test_a_taught_skill_with_more_seeds_is_asked_its_new_items(repository: Path) -> None:
    """A skill has no contexts: what it brings for its new seeds is in heldout.yaml."""
    base = commit(repository, SKILL, [verse("moon"), verse("stone")], held("bell", "hat"))
    head = commit(repository, SKILL, [verse("moon"), verse("stone"), verse("lamp")], held("bell", "hat", "tree", "sea"))
    found = job(repository, base, head, SKILL)
    assert questions(found, "new") == {"Find a rhyme for tree.", "Find a rhyme for sea."}
    assert questions(found, "old") == {"Find a rhyme for bell.", "Find a rhyme for hat."}
    assert suites(found).new_leaves == (SKILL,)


def test_a_taught_leaf_with_another_context_is_asked_that_context_and_new_items(repository: Path) -> None:
    base = commit(repository, FACTS, [paragraph("mouth"), paragraph("spring")], held("ford"))
    head = commit(repository, FACTS, [paragraph(name) for name in ("mouth", "spring", "weir")], held("ford", "mill"))
    found = job(repository, base, head, FACTS)
    new, old = questions(found, "new"), questions(found, "old")
    assert "Find a rhyme for mill." in new
    assert [question for question in new if "weir" in question]
    assert len(new) == 2
    assert len(old) == 3
    assert not [question for question in old if "weir" in question]


@pytest.mark.parametrize("leaf", [SKILL, FACTS])
def test_a_leaf_that_was_never_taught_is_asked_all_its_items(repository: Path, leaf: str) -> None:
    base = commit(repository, "knowledge/other", [paragraph("sea")], [])
    seeds = [paragraph("mouth")] if leaf == FACTS else [verse("moon")]
    head = commit(repository, leaf, seeds, held("bell", "hat"))
    found = job(repository, base, head, "knowledge/other")
    assert len(questions(found, "new")) == (3 if leaf == FACTS else 2)


def test_a_new_leaf_takes_no_item_from_an_earlier_one(repository: Path) -> None:
    """Whoever copies an earlier leaf's held-out items would have it asked less, and its loss go unseen."""
    other = "compositional_skills/writing/freeform/rhyme_again"
    base = commit(repository, SKILL, [verse("moon")], held("bell", "hat"))
    head = commit(repository, other, [verse("stone")], held("bell", "tree"))
    found = suites(job(repository, base, head, SKILL))
    assert {(item.leaf, item.question) for item in found.items["old"]} == {
        (SKILL, "Find a rhyme for bell."),
        (SKILL, "Find a rhyme for hat."),
    }
    assert {item.leaf for item in found.items["new"]} == {other}
