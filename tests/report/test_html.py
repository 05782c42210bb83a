"""The HTML file: it says what generation.json says, acts in no way, and reads well."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci import schema
from labci.artifact import RunFolder, read_json
from labci.git import Repository
from labci.report.generation import read
from labci.report.html import charts, to_html
from labci.report.numbers import share
from tests.report.conftest import HOSTILE, made, row, some

VOID = {"meta", "br", "link", "img", "input", "hr"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Page(HTMLParser):
    """Tags, attributes and text of a page; an assertion that every tag is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.parts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def hostile(folder: Path) -> RunFolder:
    """A run in which everything that somebody else wrote is hostile."""
    texts = [f"{text} {number}" for number, text in enumerate(HOSTILE)]
    samples = [row(i, question=t, answer=t, context=f"Before {t} after.", span=t) for i, t in enumerate(texts)]
    names = {"leaf": HOSTILE[0], "teacher": HOSTILE[2], "flow": HOSTILE[1]}
    rejects = [
        row(50 + i, question=t, answer=t, context=t, span=t, stage=t, reason="not-grounded", detail=t, **names)
        for i, t in enumerate(texts)
    ]
    more = [row(80 + i, reason=t, stage=t, detail=t) for i, t in enumerate(texts)]
    return made(folder, [*samples, row(99, **names)], [*rejects, *more])


@pytest.mark.slow
def test_every_leaf_and_its_numbers_are_there(real: RunFolder) -> None:
    page = Page(to_html(read(real, [Repository.open(real.path)])))
    for leaf in read_json(real / "generation.json")["leaves"]:
        surplus = leaf["rejects"].pop("surplus", 0)
        rejected = sum(leaf["rejects"].values())
        kept = share(leaf["kept"], leaf["candidates"] - surplus)
        assert f"{leaf['path']} {leaf['kept']} {rejected} {surplus} {kept} seeds: {leaf['seeds']}" in page.text
        for reason, count in leaf["rejects"].items():
            assert f"{reason} {count}" in page.text
    assert page.tags.count("details") >= 2
    for part in ("What it cost", "Estimate Actual Ratio", "Rejected samples", "documents/quay.md, characters"):
        assert part in page.text


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    """By the file's own policy, too: it allows one style, by digest."""
    text = to_html(read(some(tmp_path / "run")))
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style", "srcset")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    ids = {value for name, value in page.attributes if name == "id"}
    assert {value[1:] for name, value in page.attributes if name == "href"} <= ids  # every link leads somewhere
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert ("content", policy) in page.attributes


def test_hostile_text_is_shown_as_text(tmp_path: Path) -> None:
    plain, page = Page(to_html(read(some(tmp_path / "some")))), Page(to_html(read(hostile(tmp_path / "hostile"))))
    assert set(page.tags) <= set(plain.tags) | {"a", "tfoot"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "<script>document.title='owned'</script> 0" in page.text
    assert "{{ report.run.id }} {% raw %} ${{ secrets.TOKEN }}" in page.text
    assert "\\x1b[31mred\\u202eltr \\x00" in page.text
    assert not {"\x1b", "\u202e", "\x00"} & set(page.text)


def test_spaces_of_any_width_are_spaces(tmp_path: Path) -> None:
    """Documents have them, and they hide nothing; other invisible characters are shown by their code."""
    run = made(tmp_path / "run", [row(1, question="Where\u00a0is\u202fit\tnow, soft\u00adly?")], [])
    assert "Where is it now, soft\\xadly?" in Page(to_html(read(run))).text


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_no_hostile_text_runs_in_a_browser(tmp_path: Path) -> None:
    def title(text: str, name: str) -> str:
        file = tmp_path / f"{name}.html"
        file.write_text(text, "utf-8")
        command = [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=2000", "--dump-dom", file.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
        found = re.search(r"<title>(.*?)</title>", done.stdout)
        assert found, done.stderr
        return found[1]

    text = to_html(read(hostile(tmp_path / "run")))
    assert title(text, "report").endswith("run run")
    unsafe = text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
    assert title(unsafe, "held-by-the-policy").endswith("run run")  # should an escape ever be missing
    assert title(re.sub(r"<meta http-equiv[^>]*>", "", unsafe), "control") == "owned"


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = some(tmp_path / "run", leaves=3)
    assert to_html(read(run)) == to_html(read(run))


def test_a_run_of_nothing_is_a_page(tmp_path: Path) -> None:
    assert "0 samples from 0 leaves" in Page(to_html(read(made(tmp_path / "run", [], [])))).text


CALIBRATION = {"auc": 0.83, "low": 0.74, "threshold": -0.25, "pairs": 3, "why": "", "pooled": False}


@pytest.mark.parametrize("used", [True, False])
def test_the_judge_is_shown_with_its_scores(tmp_path: Path, used: bool) -> None:
    run = some(tmp_path / "run")
    value = read_json(run / "generation.json")
    value["leaves"][0]["calibration"] = CALIBRATION | {
        "good": [0.5, 0.75], "bad": [-1, -0.5, 0.5], "used": used, "why": "" if used else "too poor",
    }  # fmt: skip
    (run / "generation.json").write_text(json.dumps(value))
    page = Page(to_html(read(run)))
    assert page.tags.count("circle") == 5
    assert "True seeds (2)" in page.text
    assert "Corrupted seeds (3)" in page.text
    assert "AUC 0.83 , at least 0.74 (one-sided 95 %), on 3 corrupted pairs" in page.text
    assert ("samples below −0.25 are dropped" in page.text) == used
    assert ("threshold −0.25" in page.text) == used
    assert ("Not used : too poor" in page.text) != used


@pytest.mark.parametrize(
    ("unit", "says", "axis"),
    [("nats per token", "samples below 2.00 are dropped", "Nats per token"),
     ("mark", "samples marked below 2 are dropped", "The teacher’s marks")],
)  # fmt: skip
def test_the_judge_is_shown_in_its_own_unit(tmp_path: Path, unit: str, says: str, axis: str) -> None:
    run = some(tmp_path / "run")
    value = read_json(run / "generation.json")
    value["leaves"][0]["calibration"] = CALIBRATION | {
        "good": [3.0] * 15, "bad": [1.0] * 25 + [2.0] * 10, "threshold": 2.0, "unit": unit, "used": True,
    }  # fmt: skip
    (run / "generation.json").write_text(json.dumps(value))
    found = read(run)
    schema.validator("report").validate(found)
    text = Page(to_html(found)).text
    assert says in text
    assert axis in text
    assert ("Nats" in text) == (unit == "nats per token")


SCORES = st.lists(st.floats(-50, 50, allow_nan=False), min_size=1, max_size=60)


@given(good=SCORES, bad=SCORES, threshold=st.floats(-50, 50))
def test_every_score_has_its_place_in_the_plot(good: list[float], bad: list[float], threshold: float) -> None:
    plot = charts.calibration({"good": good, "bad": bad, "used": True, "threshold": threshold})
    assert plot
    assert plot.threshold is not None
    assert 0 <= plot.threshold <= plot.width
    for strip, group in zip(plot.strips, (good, bad), strict=True):
        assert strip.count == len(group)
        assert len(strip.dots) in (0, len(group))
        assert strip.dots or strip.bars
        assert all(0 <= x <= plot.width and 0 <= y <= plot.strip for x, y in strip.dots)
        assert all(0 <= x < plot.width and y >= 0 and 0 < h <= plot.strip for x, y, h in strip.bars)
    places = [place for place, _ in plot.ticks]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, plot.width)
    assert 2 <= len(places) <= 9


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours, 1 to 21."""

    def luminance(color: str) -> float:
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(scheme: int) -> None:
    style = (Path(charts.__file__).parent / "templates" / "report.css").read_text()
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    color = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for name in ("text", "quiet", "link", "why", "pass", "fail", "unsure"):
        assert contrast(color[name], color["page"]) >= 4.5, name
    assert contrast(color["text"], color["soft"]) >= 4.5
    assert contrast(color["mark-text"], color["mark"]) >= 4.5
