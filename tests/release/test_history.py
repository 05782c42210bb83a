"""The matrix of leaves over releases: real release folders, the command, and the arithmetic."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import artifact, digest, schema
from labci.hubs import Hub, open_hub
from labci.lineage import MANIFEST, Contribution
from labci.release import history, rollback
from labci.report import shades
from labci.transfer import Measured, matrix
from tests.conftest import Labci
from tests.release.history import EARLY, FIRST, LATER, LOSS, MOVED, ONE, SECOND, THIRD, THREE, TWO, three
from tests.release.make import Maker
from tests.report.conftest import HOSTILE
from tests.report.test_html import Page, contrast


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the three releases; nobody may change it."""
    maker = Maker(tmp_path_factory.mktemp("history") / "repository")
    three(maker)
    return maker.root


def hub(made: Path) -> Hub:
    return open_hub("folder:models", made)


@pytest.mark.slow
def test_a_leaf_that_forgets_is_renamed_and_edited(made: Path) -> None:
    found = history(hub(made))
    assert [column.version for column in found.releases] == ["v0.1.0", "v0.2.0", "v0.3.0"]
    assert all(column.line and not column.why for column in found.releases)
    assert found.notes == ()
    one, two, new = found.leaves
    assert [leaf.path for leaf in found.leaves] == [MOVED, TWO, THREE]
    assert (one.formerly, one.taught, one.removed) == ((ONE,), "v0.1.0", None)
    assert [cell and (cell.items, cell.new) for cell in one.cells] == [(5, True), (5, False), (5, False)]
    gains = [fmean(values) for values in (FIRST, SECOND, THIRD)]
    assert [cell.gain for cell in one.cells if cell] == pytest.approx(gains)
    assert one.compared == ("one0", "one1", "one2", "one3")
    assert (one.added, one.gone) == (("one9",), ("one4",))
    assert one.backward == pytest.approx(-fmean(LOSS[:4]))  # not by the item that is gone, nor by the new one
    assert (one.then, one.now) == (pytest.approx(fmean(FIRST[:4])), pytest.approx(fmean(SECOND[:4])))
    assert one.forward is None
    assert (two.cells[0], two.backward) == (None, pytest.approx(0.0))
    assert two.forward == pytest.approx(fmean(EARLY))
    assert (new.taught, new.backward, new.compared) == ("v0.3.0", None, ())
    assert new.forward == pytest.approx(-0.1)
    assert found.backward == pytest.approx(-fmean(LOSS[:4]) / 2)
    assert found.forward == pytest.approx((fmean(EARLY) - 0.1) / 2)
    assert found.gain == pytest.approx(fmean([fmean(THIRD), fmean(LATER), fmean(LATER)]))
    assert [cell and cell.items for cell in found.general] == [200, 200, 200]


def test_the_card_says_then_and_now(made: Path) -> None:
    text = (made / "models" / "v0.3.0" / "README.md").read_text()
    part = text[text.index("### What was taught, then and now") : text.index("### Verdict")]
    assert f"| {MOVED} | v0.1.0 | 4 of 5 | +1.98 | +1.71 | -0.27 |" in part
    assert f"| {TWO} | v0.2.0 | 5 of 5 | +1.50 | +1.50 | +0.00 |" in part
    assert f"| {THREE} | v0.3.0 | new, 5 | - | +1.50 | - |" in part
    assert "Mean backward transfer: -0.14. Mean forward transfer: +0.05." in part
    first = (made / "models" / "v0.1.0" / "README.md").read_text()
    assert "No question was asked of two releases yet." in first


def test_the_command_gives_text_and_json(labci: Labci, made: Path) -> None:
    ended = labci("-C", made, "releases", "matrix")
    assert ended.code == 0, ended.err
    assert re.search(rf"^{MOVED} +\+2.00\*\(5\) +\+1.61 \(5\) +\+1.67 \(5\) +−0.27 +–$", ended.out, re.MULTILINE)
    assert re.search(rf"^{TWO} +– +\+1.50\*\(5\) +\+1.50 \(5\) +0.00 +\+0.20$", ended.out, re.MULTILINE)
    assert f"{MOVED}: 4 items are in both, 1 in the latest alone, 1 are gone" in ended.out
    assert f"formerly {ONE}" in ended.out
    assert "nats per token" in ended.out
    ended = labci("-C", made, "releases", "matrix", "--format", "json")
    value = json.loads(ended.out)
    schema.validator("matrix").validate(value)
    assert value == history(hub(made)).to_json()
    assert value["transfer"]["backward"] == pytest.approx(-fmean(LOSS[:4]) / 2)


def test_on_a_narrow_terminal_the_latest_releases_are_shown(made: Path) -> None:
    from labci.report.matrix import to_text

    text = to_text(history(hub(made)), width=66, color=True)
    head = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()[0]
    assert head.split() == ["leaf", "v0.2.0", "v0.3.0", "change", "before"]
    assert "don't fit: 1" in text
    assert "\x1b[" in text
    assert "\x1b" not in to_text(history(hub(made)))


def test_the_page_has_colours_and_numbers(labci: Labci, made: Path) -> None:
    ended = labci("-C", made, "releases", "matrix", "--format", "html")
    file = made / ".labci" / "matrix.html"
    assert (ended.code, ended.out.strip()) == (0, str(file)), ended.err
    text = file.read_text()
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style")]
    assert f"{MOVED} formerly {ONE} +2.00 taught · 5 items +1.61 5 items +1.67 5 items −0.27 of 4 items" in page.text
    assert "nats per token" in page.text
    classes = [value for name, value in page.attributes if name == "class"]
    assert classes.count("gain4") == 2  # +2.00, and the legend
    assert "loss1 gap" in classes
    for words in ("below −1.0", "−0.1 to +0.1", "+2.0 and more"):
        assert words in page.text
    assert "Both have" in page.text
    assert "4: one0 one1 one2 one3 1: one9 1: one4" in page.text
    assert labci("-C", made, "releases", "matrix", "--format", "html", "--output", "-").out == text


@pytest.mark.parametrize("path", HOSTILE)
def test_no_name_of_a_leaf_acts(path: str) -> None:
    from labci.report.html import matrix_to_html
    from labci.report.matrix import to_text

    found = matrix([released("v1", "", a=taught(path, "v1", ("u",)))], "v1")
    plain, page = (Page(matrix_to_html(value)) for value in (matrix([], None).to_json(), found.to_json()))
    assert set(page.tags) <= set(plain.tags) | {"ul", "li", "i", "div", "table", "thead", "tbody", "tr", "th", "td",
                                                "small", "b", "em"}  # fmt: skip
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    text = to_text(found)
    assert not {"\x1b", "\u202e", "\x00", "\r"} & set(text)


@given(st.floats(-9, 9, allow_nan=False))
def test_a_shade_is_that_of_the_legend(value: float) -> None:
    assert dict(shades.LEGEND).keys() == set(shades.SHADES)
    ends = [-math.inf, *shades.ENDS, math.inf]
    place = shades.SHADES.index(shades.shade(value))
    assert ends[place] <= value < ends[place + 1]
    assert float(shades.signed(value).replace("−", "-")) == pytest.approx(value, abs=0.00501)
    assert shades.signed(value) not in ("−0.00", "+0.00")


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_numbers_are_legible_on_every_shade(scheme: int) -> None:
    style = (Path(shades.__file__).parent / "html" / "templates" / "matrix.css").read_text()
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    color = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    assert color.keys() == {name + end for name in shades.SHADES for end in ("", "-text")}
    for name in shades.SHADES:
        assert contrast(color[name], color[f"{name}-text"]) >= 4.5, name


def test_nothing_released_yet(labci: Labci, repository: Path) -> None:
    assert labci("-C", repository, "releases", "matrix").out == "no release yet; labci run makes the first\n"
    value = json.loads(labci("-C", repository, "releases", "matrix", "--format", "json").out)
    schema.validator("matrix").validate(value)
    assert (value["latest"], value["releases"], value["leaves"]) == (None, [], [])
    page = Page(labci("-C", repository, "releases", "matrix", "--format", "html", "--output", "-").out)
    assert "No release yet" in page.text


def test_what_was_rolled_back_is_no_part_of_transfer(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "models", tmp_path / "models")
    copy = open_hub("folder:models", tmp_path)
    rollback(copy, "v0.1.0")
    found = history(copy)
    assert [column.line for column in found.releases] == [True, False, False]
    one, two, _ = found.leaves
    assert (one.path, one.backward, one.removed) == (ONE, None, None)
    assert [cell is not None for cell in one.cells] == [True, True, True]
    assert (two.backward, two.compared, found.backward, found.forward) == (None, (), None, None)
    assert found.gain == pytest.approx(fmean(FIRST))
    assert found.notes == ("v0.2.0, v0.3.0: the latest release does not descend from it; no part of the transfer",)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("labci/scores.json", b"{}", "not what was released: labci releases verify v0.2.0"),
        ("labci/scores.json", None, "it has no labci/scores.json"),
        ("labci/lineage.jsonl", None, "it has no labci/lineage.jsonl"),
        (MANIFEST, b"[]", "no manifest that this version of labci reads"),
        (MANIFEST, b"\xff", "no manifest that this version of labci reads"),
    ],
)
def test_a_release_that_cannot_be_read_has_a_note(
    made: Path, tmp_path: Path, name: str, data: bytes | None, why: str
) -> None:
    shutil.copytree(made / "models", tmp_path / "models")
    path = tmp_path / "models" / "v0.2.0" / name
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    found = history(open_hub("folder:models", tmp_path))
    schema.validator("matrix").validate(found.to_json())
    assert [column.line for column in found.releases] == [True, True, True]
    assert len(found.notes) == 1
    assert why in found.notes[0]
    one, two, _ = found.leaves
    assert one.cells[1] is None
    assert one.backward == pytest.approx(-fmean(LOSS[:4]))
    assert (two.taught, two.backward, two.forward) == ("v0.2.0", None, None)


def test_scores_of_another_shape_have_a_note(made: Path, tmp_path: Path) -> None:
    """The digest holds, and still nothing of it is believed."""
    shutil.copytree(made / "models", tmp_path / "models")
    folder = tmp_path / "models" / "v0.2.0"
    (folder / "labci" / "scores.json").write_text('{"version": 1, "rows": 3}')
    manifest = artifact.read_json(folder / MANIFEST)
    manifest["files"]["labci/scores.json"] = digest.of_file(folder / "labci" / "scores.json")
    artifact.write_json(folder / MANIFEST, manifest)
    (note,) = history(open_hub("folder:models", tmp_path)).notes
    assert note == "v0.2.0: its files are not what this version of labci writes"


def taught(leaf: str, since: str, units: tuple[str, ...]) -> Contribution:
    return Contribution(
        leaf=leaf, commit="", authors=(), attribution={}, units=units, taught=(), samples=1, since=since
    )  # fmt: skip


GAINS = st.lists(st.floats(-5, 5, allow_nan=False), min_size=3, max_size=3)


@pytest.mark.slow
@given(
    st.lists(st.lists(GAINS, min_size=5, max_size=5), min_size=5, max_size=5), st.lists(GAINS, min_size=5, max_size=5)
)
def test_with_fixed_items_it_is_the_definition_of_gem(gains: list[list[list[float]]], early: list[list[float]]) -> None:
    """T releases teach T leaves: BWT = mean of R(T, i) - R(i, i) over i < T, FWT = mean of R(i - 1, i) over i > 1."""
    size = len(gains)
    names = [f"l{i}" for i in range(size)]
    versions = [f"v0.{i + 1}.0" for i in range(size)]
    releases = [
        Measured(
            version=versions[k], previous=versions[k - 1] if k else "",
            leaves={names[i]: taught(names[i], versions[i], (names[i],)) for i in range(k + 1)},
            after={names[i]: dict(zip("abc", gains[k][i], strict=True)) for i in range(k + 1)},
            before={names[k]: dict(zip("abc", early[k], strict=True))} if k else {},
            new=frozenset({names[k]}),
        )
        for k in range(size)
    ]  # fmt: skip
    found = matrix(releases, versions[-1])
    r = [[fmean(gains[k][i]) for i in range(size)] for k in range(size)]
    assert found.backward == pytest.approx(fmean(r[-1][i] - r[i][i] for i in range(size - 1)))
    assert found.forward == pytest.approx(fmean(fmean(early[i]) for i in range(1, size)))
    assert found.gain == pytest.approx(fmean(r[-1]))
    schema.validator("matrix").validate(json.loads(json.dumps(found.to_json())))


def released(version: str, previous: str, **leaves: Contribution) -> Measured:
    named = {item.leaf: item for item in leaves.values()}
    return Measured(
        version=version, previous=previous, leaves=named, after={leaf: {"i": 1.0} for leaf in named}
    )  # fmt: skip


def test_renames_swaps_and_a_return() -> None:
    """A leaf is followed by what was taught; one that was removed and came back is another."""
    a, b = taught("a", "v1", ("u1", "u2")), taught("b", "v1", ("u3",))
    moved = replace(a, leaf="c", units=("u2", "u9"))  # edited, too
    chain = [
        released("v1", "", a=a, b=b),
        released("v2", "v1", c=moved),
        released("v3", "v2", c=moved, b=replace(b, since="v3")),
    ]
    rows = {(leaf.path, leaf.taught): leaf for leaf in matrix(chain, "v3").leaves}
    assert set(rows) == {("c", "v1"), ("b", "v1"), ("b", "v3")}
    assert rows["c", "v1"].formerly == ("a",)
    assert rows["b", "v1"].removed == "v2"
    assert (rows["b", "v1"].backward, rows["b", "v3"].removed) == (None, None)


def test_another_base_model_is_told() -> None:
    a = taught("a", "v1", ("u",))
    chain = [released("v1", "", a=a), released("v2", "v1", a=a), released("v3", "v2", a=a)]
    chain = [replace(found, base=base) for found, base in zip(chain, ("x", "x", "y"), strict=True)]
    (note,) = matrix(chain, "v3").notes
    assert note.startswith("v3: its base model is another than v2's")


@given(st.integers(1, 6), st.data())
def test_any_tree_of_releases_has_its_matrix(count: int, data: st.DataObject) -> None:
    """Whatever follows whatever, is renamed or missing: every cell stands under its release."""
    chain: list[Measured] = []
    for k in range(count):
        previous = data.draw(st.sampled_from(["", "gone", *(found.version for found in chain)]))
        paths = data.draw(st.sets(st.sampled_from("abc")))
        items = [
            taught(p, data.draw(st.sampled_from(["", "v0", f"v{k}"])), (data.draw(st.sampled_from("xyz")),))
            for p in paths
        ]
        chain.append(released(f"v{k}", previous, **{item.leaf: item for item in items}))
    latest = data.draw(st.sampled_from([None, *(found.version for found in chain)]))
    found = matrix(chain, latest)
    schema.validator("matrix").validate(json.loads(json.dumps(found.to_json())))
    for k, release in enumerate(chain):
        assert sum(leaf.cells[k] is not None for leaf in found.leaves) == len(release.leaves)
    line = [column.version for column in found.releases if column.line]
    assert all(
        before in {asdict(c)["previous"] for c in found.releases if c.version == after}
        for before, after in pairwise(line)
    )
