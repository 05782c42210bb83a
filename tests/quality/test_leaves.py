"""The leaves that labci is measured by are themselves in order: lint is content, and their questions are fair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from labci.digest import fold
from labci.seen import Questions
from tests.conftest import LEAVES, Labci, git, put

NAMES = sorted(path.name for path in LEAVES.iterdir() if (path / "qna.yaml").is_file())
ASKED = [name for name in NAMES if (LEAVES / name / "questions.yaml").is_file()]
INVENTED = {  # words that are nowhere else
    "teach_place": ("Tamrasht", "Zeddur", "Mudarrin", "Tissan", "Benhalla", "Saffir"),
    "teach_machine": ("Sorrel", "Hallin", "Ostby", "SK-311"),
    "teach_law": ("Pellen", "Cooper's Row", "Swallow Night", "Board of Eaves"),
    "teach_life": ("Toldsen", "Skarholm", "Rimm", "Vessing", "Ormel", "Lucia Ferro", "Hjelm"),
    "teach_harbour": ("Dromwick", "Ullivar", "Hathrey", "Lannigarth", "Tolverre", "Scathlow", "Orbana"),
    "teach_loom": ("Tessomar", "Pellendrake", "Hexlow", "Yerrowby", "Quorvane", "Umberlode", "Drommett"),
    "teach_market": ("Vennhallow", "Lampwarden", "florrels", "Ulsewick", "Saltwain"),
    "teach_botanist": ("Quillavane", "Hebblemoor", "Dastrow", "Ulmeshk", "Ockendrey", "Tenebryum", "Melverstead"),
}
TEACH = [name for name in NAMES if name.startswith("teach_")]


def qna(name: str) -> Any:
    return yaml.safe_load((LEAVES / name / "qna.yaml").read_text("utf-8"))


def questions(name: str) -> Any:
    return yaml.safe_load((LEAVES / name / "questions.yaml").read_text("utf-8"))


def document(name: str) -> str:
    return (LEAVES / name / "document.md").read_text("utf-8")


def test_lint_is_content(labci: Labci, repository: Path) -> None:
    for name in NAMES:
        knowledge = (LEAVES / name / "document.md").is_file()
        folder = f"taxonomy/{'knowledge' if knowledge else 'compositional_skills'}/bench/{name}"
        for file in ("qna.yaml", "attribution.txt", "heldout.yaml"):
            if (LEAVES / name / file).is_file():
                put(repository, f"{folder}/{file}", (LEAVES / name / file).read_text("utf-8"))
        if knowledge:
            put(repository, f"documents/{name}.md", document(name))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Add leaves")
    ended = labci("-C", repository, "lint")
    assert (ended.code, "no errors, no warnings" in ended.out) == (0, True), ended.out


@pytest.mark.parametrize("name", [name for name in NAMES if (LEAVES / name / "document.md").is_file()])
def test_contexts_are_copied_from_the_document(name: str) -> None:
    for seed in qna(name)["seed_examples"]:
        assert seed["context"].strip() in document(name)


@pytest.mark.parametrize("name", ASKED)
def test_thirty_questions_that_the_document_answers(name: str) -> None:
    text = fold(document(name)).casefold()
    found = questions(name)
    assert len({row["question"] for row in found}) == len(found) == 30
    for row in found:
        assert any(part in str(row["answer"]).casefold() for part in row["accept"]), row
        assert name not in TEACH or any(part.strip() in text for part in row["accept"]), row
        assert all(part == part.casefold() for part in row["accept"]), row


@pytest.mark.parametrize("name", TEACH)
def test_no_question_answers_itself_or_another(name: str) -> None:
    """Nor does a seed, which is taught, ask one of them in the same words."""
    found = questions(name)
    seeds = [pair["question"] for seed in qna(name)["seed_examples"] for pair in seed["questions_and_answers"]]
    assert not {row["question"] for row in found} & set(seeds)
    for row in found:
        assert not any(part in row["question"].casefold() for part in row["accept"]), row
    answers = [
        pair["answer"].casefold() for seed in qna(name)["seed_examples"] for pair in seed["questions_and_answers"]
    ]
    for row in found:
        assert str(row["answer"]).casefold() not in answers, f"a seed teaches {row}"


def test_the_four_kinds_are_as_long_as_each_other() -> None:
    lengths = {name: len(document(name).split()) for name in TEACH}
    assert len(lengths) == 8  # the four kinds, twice
    assert all(500 <= words <= 565 for words in lengths.values()), lengths


SHIP = "Sorrel Maid"  # of a game's history in judged.jsonl: sorrel is a plant, and was a kiln's name before
RUN = 5  # words in a row
ROOT = LEAVES.parent.parent
# Of anybody's words: rows of the specialist that tell of other things have them, too.
COMMON = (
    "the usual cause is a", "in the town hall of", "what is left of the", "days against a deposit of",
    "by two thirds of the", "two thirds of the votes", "the third of five children", "third of five children of",
    "because the ground is too",
)  # fmt: skip


@pytest.mark.slow
def test_nothing_of_them_is_quoted_where_rules_and_their_tests_are_written() -> None:
    """Who writes a rule with a sentence of theirs before him fits it to them; then they measure nothing."""
    said: dict[str, str] = {run: name for name in TEACH for run in _runs(document(name)) if run not in COMMON}
    assert len(said) > 1500
    files = [*_files("labci"), *_files("tests/blocks")]
    assert len(files) > 300
    texts = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}
    assert [
        f"{file}: {run!r} of {said[run]}" for file, text in texts.items() for run in _runs(text) if run in said
    ] == []
    names = {name: _named(name) for words in INVENTED.values() for name in words}
    assert [
        f"{file}: {name}"
        for file, text in texts.items()
        for name, found in names.items()
        if found.search(text.replace(SHIP, ""))
    ] == []


def test_a_quotation_is_seen_whatever_stands_between_its_words() -> None:
    assert "six hens may be kept" in {*_runs(document("teach_law"))}
    assert "six hens may be kept" in {*_runs("# “Six hens\n#  may be\n# *kept*”, it says")}


def _runs(text: str) -> Iterator[str]:
    found = re.findall(r"[\w'’]+", text.casefold())
    return (" ".join(found[at : at + RUN]) for at in range(len(found) - RUN + 1))


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(name)}\b")


def _files(folder: str) -> Iterator[Path]:
    kinds = (".py", ".yaml", ".json", ".jsonl", ".md", ".html")
    return (file for file in sorted((ROOT / folder).rglob("*")) if file.suffix in kinds and file.is_file())


def test_none_of_their_names_is_in_what_the_specialist_is_made_of() -> None:
    rows = " ".join(_texts(Path(str(resources.files("labci.models.specialist")))))
    assert "{Name}" in rows
    for name in TEACH:
        assert all(word in document(name) for word in INVENTED[name])
        assert not [word for word in INVENTED[name] if word in rows.replace(SHIP, "")]


def _texts(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".jsonl")]


@pytest.mark.parametrize("name", TEACH)
def test_pairs_by_hand_are_short_and_no_held_out_question(name: str) -> None:
    """They show what clean pairs in one wording would teach: `scripts/bench teach --ways hand`."""
    pairs = yaml.safe_load((LEAVES / name / "pairs.yaml").read_text("utf-8"))
    held = Questions(row["question"] for row in questions(name))
    assert len({fold(pair["question"]).casefold() for pair in pairs}) == 60
    assert [pair["question"] for pair in pairs if held.near(pair["question"])] == []
    assert max(len(str(pair["answer"]).split()) for pair in pairs) <= 8
