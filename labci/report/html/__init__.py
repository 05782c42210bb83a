"""Reports as one HTML file each: no script, no network, no font; what contributors and teachers wrote is escaped.

A Content-Security-Policy in the file allows its own style, by digest, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from itertools import pairwise
from typing import Any

from labci import __version__
from labci.printable import printable
from labci.report import shades, verdict
from labci.report.frontier import candidates
from labci.report.html import charts
from labci.report.html.forest import forest
from labci.report.html.frontier import frontier
from labci.report.numbers import FILTERS

Filter = Callable[..., Any]


def to_html(value: Mapping[str, Any]) -> str:
    """The page of a run, for a value of schemas/report.json; the same bytes for the same value."""
    filters: dict[str, Filter] = {
        "plot": charts.calibration, "pieces": pieces, "candidates": candidates, "frontier": frontier, "forest": forest,
        "signed": shades.signed,
    }  # fmt: skip
    return _page("report", ("report",), filters, report=value, legend=verdict.LEGEND)


def matrix_to_html(value: Mapping[str, Any]) -> str:
    """The page of the releases, for a value of schemas/matrix.json; the same bytes for the same value."""
    filters: dict[str, Filter] = {"shade": shades.shade, "signed": shades.signed, "date": shades.date}
    return _page("matrix", ("report", "matrix"), filters, matrix=value, legend=shades.LEGEND)


def _page(template: str, styles: Sequence[str], filters: Mapping[str, Filter], **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("labci.report.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    environment.filters.update({**FILTERS, **filters})
    folder = resources.files("labci.report.html") / "templates"
    style = "".join((folder / f"{name}.css").read_text("utf-8") for name in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment.get_template(f"{template}.html.jinja")
    return page.render(**values, labci=__version__, style=style, style_digest=digest)


def _plain(value: Any) -> Any:
    """Nothing that a page shows reorders or hides text; template and style are left as they are."""
    if type(value) is not str:  # a number, or Markup
        return value
    lines = re.sub(r"[^\S\n]+", " ", value.replace("\r\n", "\n")).split("\n")
    return "\n".join(map(printable, lines))


def pieces(passage: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A passage cut at its marks: kind ("", "sentence" or "answer") and text of each piece, in order."""
    text = passage["text"]
    (start, end), answer = passage["sentence"], passage["answer"]
    cuts = sorted({0, len(text), start, end, *(answer or ())})
    found = []
    for left, right in pairwise(cuts):
        inside = answer is not None and answer[0] <= left and right <= answer[1]
        kind = "answer" if inside else "sentence" if start <= left and right <= end else ""
        found.append((kind, text[left:right]))
    return found
