"""The parsers of git's output, against what git's manual says it prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.errors import UsageError
from labci.git import FileChange, raw

ZERO, ONE, TWO = b"0" * 40, b"1" * 40, b"2" * 40
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
modes = st.sampled_from([b"000000", b"100644", b"100755", b"120000", b"160000"])


def head(before: bytes, after: bytes, letter: bytes) -> bytes:
    return b":%s %s %s %s %s" % (before, after, ONE, TWO, letter)


def test_statuses() -> None:
    records = [
        head(b"000000", b"100644", b"A"), b"new.md",
        head(b"100644", b"100644", b"M"), b"a b\tc\n.md",
        head(b"100644", b"000000", b"D"), b"old.md",
        head(b"100644", b"100755", b"R087"), b"from.md", b"to.md",
        head(b"100644", b"100644", b"C100"), b"source.md", b"copy.md",
    ]  # fmt: skip
    assert list(raw.changes(records)) == [
        FileChange("added", "new.md"),
        FileChange("modified", "a b\tc\n.md"),
        FileChange("removed", "old.md"),
        FileChange("renamed", "to.md", "from.md"),
        FileChange("added", "copy.md"),
    ]


def test_links_and_submodules_are_no_files() -> None:
    records = [
        head(b"100644", b"120000", b"T"), b"became-link",
        head(b"120000", b"100644", b"T"), b"was-link",
        head(b"000000", b"160000", b"A"), b"submodule",
        head(b"120000", b"120000", b"R100"), b"link", b"moved-link",
    ]  # fmt: skip
    assert list(raw.changes(records)) == [
        FileChange("removed", "became-link"),
        FileChange("added", "was-link"),
    ]


@given(st.lists(st.tuples(modes, modes, names), max_size=20))
def test_every_change_is_of_a_file_and_keeps_its_name(rows: list[tuple[bytes, bytes, str]]) -> None:
    records = [part for old, new, name in rows for part in (head(old, new, b"M"), name.encode())]
    found = list(raw.changes(records))
    files = [row for row in rows if raw.is_file(row[0].decode()) or raw.is_file(row[1].decode())]
    assert [change.path for change in found] == [name for _, _, name in files]


@given(st.dictionaries(names.filter(lambda n: "/" not in n), st.tuples(modes, st.binary(min_size=20, max_size=20))))
def test_tree_objects_round_trip(nodes: dict[str, tuple[bytes, bytes]]) -> None:
    data = b"".join(mode + b" " + name.encode() + b"\0" + node for name, (mode, node) in nodes.items())
    assert raw.tree(data) == {
        name.encode(): raw.Node(mode.decode(), node.hex()) for name, (mode, node) in nodes.items()
    }


def test_listing_leaves_links_out() -> None:
    records = [
        b"100644 blob " + ONE + b"\ta b.md",
        b"120000 blob " + TWO + b"\tlink",
        b"160000 commit " + TWO + b"\tm",
    ]
    assert list(raw.listing(records)) == [("a b.md", raw.Node("100644", ONE.decode()))]


def test_a_name_that_is_no_utf8_is_named() -> None:
    with pytest.raises(UsageError, match=r"caf\\xe9\.md"):
        raw.text(b"caf\xe9.md")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("Ann", ["Ann"]),
        ("Ann\x1fBob C <bob@example.org>\x1fEve <e@x.y>", ["Ann", "Bob C", "Eve"]),
        ("someone@example.org\x1f<only@example.org>\x1f", ["someone"]),
    ],
)
def test_people_have_no_addresses(record: str, expected: list[str]) -> None:
    assert raw.people(record) == expected


@given(st.text())
def test_no_address_ever_gets_through(record: str) -> None:
    assert not any("@" in name for name in raw.people(record))
