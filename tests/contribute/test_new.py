"""Scaffolded leaves: lint-clean but for what is left to write, readable, and only where lint would have them."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labci import contribute, node
from labci.contribute.passages import passages, spread
from labci.contribute.writing import dump, wrapped
from labci.digest import fold
from labci.errors import OutsideError, UsageError
from labci.leaf import Leaf, Pair
from labci.taxonomy import FolderSource, Taxonomy
from tests.contribute.test_init import findings

ANSWERS = contribute.Answers(
    about="gardening",
    created_by="ada",
    title="Roses: a guide",
    link="https://example.org/roses",
    license="MIT",
    creators="Ada, Bea",
    outline="How roses grow",
    document="documents/leaf_rules.md",
)
LONG = "A sentence that goes on: " + "and on, " * 40 + "# to the end."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    contribute.init(tmp_path)
    return tmp_path


def leaf(root: Path, path: str) -> Leaf:
    return Taxonomy(FolderSource(root), "taxonomy").leaf(path)


def test_a_knowledge_leaf_takes_its_contexts_from_the_document(root: Path) -> None:
    files = contribute.new_leaf(root, "taxonomy", "knowledge", "knowledge/garden/roses", ANSWERS)
    assert [file.name for file in files] == ["qna.yaml", "attribution.txt"]
    found = leaf(root, "knowledge/garden/roses")
    text = fold((root / "documents/leaf_rules.md").read_text())
    assert [fold(seed.context or "") in text for seed in found.seeds] == [True] * 5
    assert found.document is not None
    assert (found.kind, str(found.document)) == ("knowledge", ".@HEAD:documents/leaf_rules.md")
    assert (found.about, found.outline, found.created_by) == ("gardening", "How roses grow", "ada")
    assert {found.rule for found in findings(root)} == {"content-unfinished"}


@pytest.mark.parametrize(("grounded", "kind"), [(False, "freeform"), (True, "grounded")])
def test_a_skill_gets_held_out_items(root: Path, grounded: bool, kind: str) -> None:
    path = "compositional_skills/letters/thanks"
    files = contribute.new_leaf(root, "taxonomy", "skill", path, replace(ANSWERS, grounded=grounded))
    assert [file.name for file in files] == ["qna.yaml", "heldout.yaml", "attribution.txt"]
    found = leaf(root, path)
    assert (found.kind, len(found.seeds), len(found.heldout)) == (kind, 5, 5)
    assert {found.rule for found in findings(root)} == {"content-unfinished"}


def test_every_answer_can_be_given(root: Path) -> None:
    """Awkward texts come back as they were given, in lines that lint accepts."""
    texts = (
        "yes",
        "83",
        "a: b",
        "- x",
        "'quoted' \"twice\"",
        "# no comment",
        LONG,
        "null",
        "Ümläut – ñ",
        "@ad",
        "x \\n y",
    )
    pairs = tuple(Pair(question=f"{text} {number}", answer=text) for number, text in enumerate(texts))
    items = tuple((LONG, Pair(question=f"Item {word}?", answer=word)) for word in ("oak", "elm", "ash", "fir"))
    answers = replace(ANSWERS, seeds=tuple((LONG, (pair,)) for pair in pairs), heldout=items, about=LONG)
    contribute.new_leaf(root, "taxonomy", "skill", "foundational_skills/all", answers)
    found = leaf(root, "foundational_skills/all")
    assert [seed.pairs for seed in found.seeds] == [(pair,) for pair in pairs]
    assert {fold(seed.context or "") for seed in found.seeds} == {LONG}
    assert [(pair, fold(context or "")) for pair, context in found.heldout] == [(pair, LONG) for _, pair in items]
    assert [found for found in findings(root) if found.group in ("yaml", "style", "schema")] == []


def test_knowledge_with_all_its_questions_holds_no_todo(root: Path) -> None:
    seeds = tuple(
        (
            f"The {tree} is tall. " * 9,
            tuple(Pair(question=f"{q} the {tree}?", answer=tree) for q in ("Who is", "Where is", "What is")),
        )
        for tree in ("oak", "elm", "ash", "fir", "yew")
    )
    contribute.new_leaf(root, "taxonomy", "knowledge", "knowledge/trees", replace(ANSWERS, seeds=seeds))
    assert "TODO" not in (root / "taxonomy/knowledge/trees/qna.yaml").read_text()
    assert [seed.pairs for seed in leaf(root, "knowledge/trees").seeds] == [pairs for _, pairs in seeds]


def test_a_document_elsewhere_is_pinned(root: Path) -> None:
    name = f"https://example.org/x.git@{'a' * 40}:docs/*.md"
    contribute.new_leaf(root, "taxonomy", "knowledge", "knowledge/x", replace(ANSWERS, document=name))
    assert str(leaf(root, "knowledge/x").document) == name
    assert {found.rule for found in findings(root)} == {"content-unfinished"}


def test_attribution_stays_one_line_a_key(root: Path) -> None:
    answers = replace(ANSWERS, title="Two\nLicense of the work: CC0-1.0")
    contribute.new_leaf(root, "taxonomy", "skill", "foundational_skills/x", answers)
    lines = (root / "taxonomy/foundational_skills/x/attribution.txt").read_text().splitlines()
    assert lines[0] == "Title of work: Two License of the work: CC0-1.0"
    assert [line.partition(":")[0] for line in lines] == [
        "Title of work",
        "Link to work",
        "Revision",
        "License of the work",
        "Creator names",
    ]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("knowledge", "compositional_skills/x"),
        ("skill", "knowledge/x"),
        ("skill", "x"),
        ("knowledge", "knowledge"),
        ("knowledge", "knowledge/Big Name"),
        ("skill", "foundational_skills/../../x"),
        ("skill", ""),
        ("knowledge", "knowledge/contributing/leaf_rules"),
        ("knowledge", "knowledge/contributing/leaf_rules/below"),
        ("knowledge", "knowledge/contributing"),
        ("knowledge", "knowledge/notes/x"),
        ("knowledge", "/etc/x"),
        ("skill", "foundational_skills//x"),
    ],
)
def test_places_that_are_refused(root: Path, kind: str, path: str) -> None:
    (root / "taxonomy/knowledge/notes").write_text("a file")
    before = sorted(root.rglob("*"))
    with pytest.raises(UsageError) as caught:
        contribute.new_leaf(root, "taxonomy", kind, path, ANSWERS)
    assert caught.value.hint
    assert sorted(root.rglob("*")) == before


def test_all_files_or_none(root: Path) -> None:
    blocked = root / "taxonomy/foundational_skills/x/heldout.yaml"
    blocked.mkdir(parents=True)
    with pytest.raises(OutsideError, match="Is a directory"):
        contribute.new_leaf(root, "taxonomy", "skill", "foundational_skills/x", ANSWERS)
    assert list(blocked.parent.iterdir()) == [blocked]


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[]", b'{"answers": {}}', b'{"answers": {}, "seeds": [{"context": "x", "pairs": [["a"]]}]}']
)
def test_a_draft_that_is_none_is_an_empty_one(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / ".labci/new/knowledge/x.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    assert contribute.draft(tmp_path, "knowledge/x") == contribute.Draft(file=file)


def test_a_draft_comes_back(tmp_path: Path) -> None:
    first = contribute.draft(tmp_path, "knowledge/x/y")
    first.put("about", "Größe")
    first.put_seeds((("A text", (Pair(question="Q", answer="A"),)), ("Another", ())))
    first.put_question("Another", "Q2")
    assert contribute.draft(tmp_path, "knowledge/x/y") == first
    first.remove()
    assert contribute.draft(tmp_path, "knowledge/x/y").answers == {}


def test_the_path_may_start_with_the_root_folder(root: Path) -> None:
    files = contribute.new_leaf(root, "taxonomy", "skill", "taxonomy/foundational_skills/x/", ANSWERS)
    assert files[0] == Path("taxonomy/foundational_skills/x/qna.yaml")


@pytest.mark.parametrize("document", ["", "documents/none.md", "../outside.md", "/etc/hostname", "documents"])
def test_documents_that_are_not_there(root: Path, document: str) -> None:
    (root.parent / "outside.md").write_text("x")
    with pytest.raises(UsageError, match="no document"):
        contribute.new_leaf(root, "taxonomy", "knowledge", "knowledge/x", replace(ANSWERS, document=document))


def test_passages_are_prose_and_spread() -> None:
    prose = [f"Paragraph {number} " + "says something of use to everybody who reads it, " * 4 for number in range(12)]
    other = [
        "# Heading",
        "- a list\n- of things",
        "| a | table |",
        "> quoted",
        "Too short.",
        "```\ncode\n\nmore\n```",
    ]
    text = "\n\n".join(part for pair in zip(prose, other * 2, strict=True) for part in pair)
    found = list(spread(list(passages(text))))
    assert [part.text.split()[1] for part in found[:5]] == ["0", "2", "4", "7", "9"]
    assert sorted(int(part.text.split()[1]) for part in found) == list(range(12))
    assert list(passages("\n\n".join(other))) == []


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
texts = st.lists(words, min_size=1, max_size=60).map(" ".join)


@given(texts)
def test_written_text_reads_back(text: str) -> None:
    value = {"items": [{"question": text, "context": wrapped(text)}]}
    written = dump(value)
    assert yaml.safe_load(written) == value
    assert node.parse(written.encode()).value == value


@given(st.lists(st.text(string.ascii_letters, min_size=1, max_size=20), min_size=1, max_size=80).map(" ".join))
def test_no_line_is_long(text: str) -> None:
    value = {"a": [{"b": [{"question": text, "context": wrapped(text)}]}]}
    assert max(map(len, dump(value).splitlines())) <= 120
    assert fold(wrapped(text)) == fold(text)
