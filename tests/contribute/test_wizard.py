"""`labci new` on a real pseudo-terminal: every answer is checked at once, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from labci import contribute
from labci.leaf import Leaf, Pair
from labci.taxonomy import FolderSource, Taxonomy
from tests.conftest import put
from tests.contribute.person import CTRL_C, CTRL_D, LEFT, person
from tests.contribute.test_init import findings

PATH = "knowledge/gardening/roses"
PARAGRAPHS = [
    f"The {name} rose was bred in the gardens of Lindholt in {year} by Ida Garrow. Its flowers are {color}, they stay"
    f" open for {days} days, and the bush grows as tall as the wall of the old mill beside the river."
    for name, year, color, days in (
        ("Bride", 1903, "white", 21),
        ("Miller", 1907, "yellow", 9),
        ("Weir", 1911, "pink", 12),
        ("Ferry", 1913, "red", 17),
        ("Harvest", 1919, "orange", 14),
        ("Lantern", 1922, "golden", 11),
    )
]
DOCUMENT = "# Roses of Lindholt\n\n" + "\n\n".join(PARAGRAPHS) + "\n"
START = (("Domain:", "Gardening"), ("Your user name:", "ada"))
SOURCE = (
    ("Title of the work:", "Roses of Lindholt"),
    ("Link to the work:", "https://example.org/roses"),
    ("Licence:", "CC-BY-4.0"),
    ("Creators:", "Ida Example"),
)
FLAGS = (
    "--about", "Gardening", "--created-by", "ada", "--outline", "Roses", "--title", "Roses",
    "--link", "https://example.org/roses", "--license", "MIT", "--creators", "Ida Example",
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    contribute.init(tmp_path / "r")
    put(tmp_path / "r", "documents/roses.md", DOCUMENT)
    return tmp_path / "r"


def leaf(root: Path, path: str = PATH) -> Leaf:
    return Taxonomy(FolderSource(root), "taxonomy").leaf(path)


def contexts(root: Path) -> list[str]:
    return [" ".join((seed.context or "").split()) for seed in leaf(root).seeds]


def test_a_leaf_is_asked_for_question_by_question(root: Path) -> None:
    with person(root, "new", "knowledge") as ada:
        ada.answers(("Folder:", PATH), *START, ("Document:", "documents/roses.md"), ("Outline:", "Roses"), *SOURCE)
        ada.answers(("Choose passages now?", "no"))
        code, _ = ada.ends()
        assert code == 0, ada.screen
        assert f"{PATH}/qna.yaml" in ada.screen
        assert f"labci lint taxonomy/{PATH}" in ada.screen
        assert "labci diff --worktree" in ada.screen
    found = leaf(root)
    assert (found.about, found.created_by, found.outline) == ("Gardening", "ada", "Roses")
    assert str(found.document) == ".@HEAD:documents/roses.md"
    assert contexts(root) == PARAGRAPHS[:5]
    assert {found.rule for found in findings(root)} <= {"content-unfinished"}


def test_each_answer_is_checked_and_asked_for_again(root: Path) -> None:
    put(root, "documents/empty.md", " \n")
    with person(root, "new", "knowledge") as ada:
        ada.answers(
            ("Folder:", "roses"), ("is no place for knowledge", "knowledge/Roses"), ("such as roses", PATH),
            ("Domain:", "  "), ("It is blank", "Gardening"),
            ("Your user name:", "@ada"), ("Did you mean ada?", "ada"),
            ("Document:", "documents/none.md"), ("There is no document", "documents/empty.md"),
            ("is empty", "labci.yaml"), ("names no .md, .txt, .pdf", "documents/roses.md"),
            ("Outline:", "\x1b[17~Roses \x16\x07"), ("control character", "Roses"),
            ("Title of the work:", "Ro\u202eses"), ("direction", "Roses"),
            ("Link to the work:", "example.org/r"), ("Did you mean https://example.org/r?", "https://example.org/r"),
            ("Licence:", "CC BY 4.0"), ("Did you mean CC-BY-4.0?", "GPL-3.0-only"), ("is not allowed", "CC-BY-4.0"),
            ("Creators:", "Ida"), ("Choose passages now?", "maybe"), ("Type yes or no", "n"),
        )  # fmt: skip
        assert ada.ends()[0] == 0, ada.screen
    attribution = (root / f"taxonomy/{PATH}/attribution.txt").read_text().splitlines()
    assert attribution[1] == "Link to work: https://example.org/r"
    assert (leaf(root).created_by, leaf(root).outline) == ("ada", "Roses")
    assert {found.rule for found in findings(root)} <= {"content-unfinished"}


def test_what_only_looks_wrong_can_be_kept(root: Path) -> None:
    with person(root, "new", "skill", "compositional_skills/x") as ada:
        ada.answers(("Task:", "Shorten it"), ("Your user name:", "ada"), ("Title of the work:", "T"))
        ada.answers(("Link to the work:", "Shelf 3, town library"), ("[Shelf 3, town library]:", ""))
        ada.answers(("Licence:", "MIT"), ("Creators:", "Ada"), ("such a text?", "yes"))
        assert ada.ends()[0] == 0, ada.screen
    assert (
        "Link to work: Shelf 3, town library"
        in (root / "taxonomy/compositional_skills/x/attribution.txt").read_text().splitlines()
    )
    assert leaf(root, "compositional_skills/x").kind == "grounded"


def test_arrow_keys_move_in_the_line(root: Path) -> None:
    pytest.importorskip("readline")
    with person(root, "new", "skill", "compositional_skills/x", *FLAGS[2:]) as ada:
        ada.answers(("Task:", f"Shrten it{LEFT * 7}o"), ("such a text?", ""))
        assert ada.ends()[0] == 0, ada.screen
    assert leaf(root, "compositional_skills/x").about == "Shorten it"


def test_a_bad_path_is_told_before_anything_is_asked(root: Path) -> None:
    with person(root, "new", "knowledge", "knowledge/contributing/leaf_rules") as ada:
        assert ada.ends()[0] == 2
        assert "there is a leaf at" in ada.screen
        assert "Domain" not in ada.screen


@pytest.mark.slow
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_stopped_and_begun_again(root: Path, key: str) -> None:
    """Nothing is written but the answers, which are offered again, and gone once the leaf is there."""
    with person(root, "new", "knowledge", PATH) as ada:
        ada.answers(*START)
        ada.sees("Document:")
        ada.types(key)
        assert ada.ends()[0] == 130
        assert "no leaf was written" in ada.screen
        assert f"labci new knowledge {PATH}" in ada.screen
    assert not (root / f"taxonomy/{PATH}").exists()
    drafts = root / ".labci/new"
    assert [path for path in drafts.rglob("*") if path.is_file()] == [drafts / f"{PATH}.json"]
    with person(root, "new", "knowledge", PATH) as ada:
        ada.answers(("Domain [Gardening]:", ""), ("Your user name [ada]:", "bea"))
        ada.answers(("Document:", "documents/roses.md"), ("Outline:", "Roses"), *SOURCE, ("Choose passages now?", "no"))
        assert ada.ends()[0] == 0, ada.screen
    assert (leaf(root).about, leaf(root).created_by) == ("Gardening", "bea")
    assert [path for path in drafts.rglob("*") if path.is_file()] == []


def test_stopped_before_the_first_answer_promises_nothing(root: Path) -> None:
    with person(root, "new", "knowledge", PATH) as ada:
        ada.sees("Domain:")
        ada.types(CTRL_C)
        assert ada.ends()[0] == 130
        assert "no leaf was written" in ada.screen
        assert "are kept: " not in ada.screen
    assert not (root / ".labci").exists()


def test_passages_are_kept_and_dropped(root: Path) -> None:
    with person(root, "new", "knowledge", PATH, *FLAGS, "--from", "documents/roses.md") as ada:
        ada.answers(("The Bride rose", "x"), ("Type k to keep", "d"), *((name, "k") for name in ("The Miller",)))
        ada.answers(*((f"{n} of 5 kept so far", "") for n in range(1, 5)), ("questions now?", "no"))
        assert ada.ends()[0] == 0, ada.screen
        assert '"Roses of Lindholt"' in ada.screen
    assert contexts(root) == PARAGRAPHS[1:]


def test_stopping_early_leaves_the_rest_to_do(root: Path) -> None:
    with person(root, "new", "knowledge", PATH, *FLAGS, "--from", "documents/roses.md") as ada:
        ada.answers(("[keep]", "k"), ("1 of 5 kept so far", "stop"), ("questions now?", "no"))
        assert ada.ends()[0] == 0, ada.screen
    assert contexts(root)[0] == PARAGRAPHS[0]
    assert all(context.startswith("TODO") for context in contexts(root)[1:])


@pytest.mark.slow
def test_questions_are_asked_passage_by_passage_and_survive_a_stop(root: Path) -> None:
    command = ("new", "knowledge", PATH, *FLAGS, "--from", "documents/roses.md")
    with person(root, *command) as ada:
        ada.answers(*(("[keep]", "k") for _ in range(5)), ("questions now?", ""))
        ada.answers(
            ("Question 1 (empty: later):", "Who bred the Bride rose?"), ("Answer 1:", ""), ("It is blank", "Ida")
        )
        ada.answers(("Question 2 (empty: later):", "who bred the Bride rose"), ("was asked before", "How tall is it?"))
        ada.answers(("Answer 2:", "Gigantic"), ("does not have these words: gigantic", ""), ("Passage 2 of 5", CTRL_C))
        assert ada.ends()[0] == 130, ada.screen
        assert "your answers are kept" in ada.screen
    with person(root, *command) as ada:
        ada.sees("5 of them you kept last time")
        ada.answers(("questions now?", "yes"), ("Question 3 (empty: later):", "Where?"), ("Answer 3:", "In Lindholt"))
        ada.answers(*((f"Passage {number} of 5", "") for number in range(2, 6)))
        assert ada.ends()[0] == 0, ada.screen
    first, second = leaf(root).seeds[:2]
    assert first.pairs == (
        Pair(question="Who bred the Bride rose?", answer="Ida"),
        Pair(question="How tall is it?", answer="Gigantic"),
        Pair(question="Where?", answer="In Lindholt"),
    )
    assert all(pair.question.startswith("TODO") for pair in second.pairs)


@pytest.mark.slow
def test_flags_are_kept_with_what_was_typed(root: Path) -> None:
    with person(root, "new", "knowledge", PATH, *FLAGS, "--from", "documents/roses.md") as ada:
        ada.answers(("[keep]", "d"), ("[keep]", "k"), ("1 of 5 kept so far", CTRL_C))
        assert ada.ends()[0] == 130, ada.screen
    with person(root, "new", "knowledge", PATH) as ada:
        ada.answers(("[Gardening]:", ""), ("[ada]:", ""), ("[documents/roses.md]:", ""), ("Outline [Roses]:", ""))
        ada.answers(
            *(("]:", "") for _ in range(4)), ("Choose passages now?", ""), ("1 of them you kept last time", "s")
        )
        ada.answers(("questions now?", "no"))
        assert ada.ends()[0] == 0, ada.screen
    assert contexts(root)[0] == PARAGRAPHS[1]
    assert contexts(root)[1].startswith("TODO")


def test_results_alone_on_stdout(root: Path) -> None:
    with person(root, "new", "skill", "compositional_skills/x", *FLAGS[2:], piped=True) as ada:
        ada.answers(("Task:", "Shorten it"), ("such a text?", "no"))
        code, out = ada.ends()
    names = ("qna.yaml", "heldout.yaml", "attribution.txt")
    assert (code, out.splitlines()) == (0, [f"taxonomy/compositional_skills/x/{name}" for name in names])


def test_nothing_is_asked_where_all_is_given(root: Path) -> None:
    with person(root, "new", "knowledge", PATH, *FLAGS, "--document", "documents/roses.md") as ada:
        assert ada.ends()[0] == 0, ada.screen
    assert contexts(root) == PARAGRAPHS[:5]


BRED = "Who bred the Bride rose?"
CHOOSE = ("new", "knowledge", PATH, *FLAGS, "--from", "documents/roses.md")


def pairs(root: Path) -> list[Pair]:
    """Every pair that is no TODO as a whole."""
    return [pair for seed in leaf(root).seeds for pair in seed.pairs if not pair.question.startswith("TODO")]


def stopped_after(root: Path, *more: tuple[str, str]) -> None:
    """Five passages are kept, one question is written; `more`, and Ctrl-C."""
    with person(root, *CHOOSE) as ada:
        ada.answers(*(("[keep]", "k") for _ in range(5)), ("questions now?", ""))
        ada.answers(("Question 1 (empty: later):", BRED), *more)
        assert ada.ends()[0] == 130, ada.screen
        assert "your answers are kept" in ada.screen


def drafts(root: Path) -> list[Path]:
    return [path for path in (root / ".labci/new").rglob("*") if path.is_file()]


@pytest.mark.slow
def test_questions_typed_before_are_written_by_who_does_not_choose_again(root: Path) -> None:
    stopped_after(root, ("Answer 1:", "Ida Garrow"), ("Question 2", CTRL_C))
    with person(root, "new", "knowledge", PATH) as ada:
        ada.answers(*(("]:", "") for _ in range(8)))
        ada.answers(("you kept last time are taken in any case", "no"))
        assert ada.ends()[0] == 0, ada.screen
    assert pairs(root) == [Pair(question=BRED, answer="Ida Garrow")]
    assert contexts(root) == PARAGRAPHS[:5]
    assert drafts(root) == []


@pytest.mark.slow
def test_a_question_that_waits_for_its_answer_is_offered_again(root: Path) -> None:
    stopped_after(root, ("Answer 1:", CTRL_C))
    with person(root, *CHOOSE) as ada:
        ada.answers(("questions now?", ""), (f"Question 1 [{BRED}]:", ""), ("Answer 1:", "Ida Garrow"))
        ada.answers(*(("(empty: later)", "") for _ in range(5)))
        assert ada.ends()[0] == 0, ada.screen
    assert pairs(root) == [Pair(question=BRED, answer="Ida Garrow")]
    assert drafts(root) == []


@pytest.mark.slow
def test_a_question_that_waits_for_its_answer_is_written_with_a_todo(root: Path) -> None:
    stopped_after(root, ("Answer 1:", CTRL_C))
    with person(root, *CHOOSE) as ada:
        ada.answers(("questions now?", "no"))
        assert ada.ends()[0] == 0, ada.screen
    assert pairs(root) == [Pair(question=BRED, answer="TODO: its answer 1")]
    assert drafts(root) == []


@pytest.mark.slow
def test_questions_of_a_passage_that_the_document_lost_stay_in_the_draft(root: Path) -> None:
    stopped_after(root, ("Answer 1:", "Ida Garrow"), ("Question 2", "How tall is it?"), ("Answer 2:", CTRL_C))
    put(root, "documents/roses.md", DOCUMENT.replace("The Bride rose", "The rose Bride"))
    with person(root, *CHOOSE) as ada:
        ada.answers(("4 of them you kept last time", "k"), ("questions now?", ""))
        ada.answers(("Passage 1 of 5", "Where?"), ("Answer 1:", "Lindholt"), ("Question 2", CTRL_C))
        assert ada.ends()[0] == 130, ada.screen
    with person(root, *CHOOSE) as ada:
        ada.answers(("5 of them you kept last time", "no"))
        assert ada.ends()[0] == 0, ada.screen
        assert "2 questions that you typed before are not in the leaf" in ada.screen
        assert f".labci/new/{PATH}.json" in ada.screen
    assert pairs(root) == [Pair(question="Where?", answer="Lindholt")]
    (kept,) = drafts(root)
    assert all(text in kept.read_text("utf-8") for text in (BRED, "Ida Garrow", "How tall is it?"))
