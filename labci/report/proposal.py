"""The text of a pull request: the contributor's words, and a section that labci keeps up to date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from labci.printable import printable
from labci.report import changes
from labci.report.excerpt import block

START, END = "<!-- labci: what is new -->", "<!-- labci: end -->"
TEMPLATE = ".github/pull_request_template.md"
MAX_TEXT = 30_000  # characters; GitHub takes 65,536 for a body


def section(value: Mapping[str, Any], questions: Mapping[str, str] | None = None) -> str:
    """`changes.json` as text (`changes.to_text`) between markers, in a fence: nothing that contributors wrote acts."""
    text = "\n".join(map(printable, changes.to_text(value, questions).splitlines()))
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rpartition("\n")[0] + "\n…"
    return f"{START}\n{block(text)}\n{END}"


def body(news: str, message: str, template: str) -> str:
    """Message and section, in the place of the template's first comment; without one, the template comes after."""
    text = "\n\n".join(filter(None, [message.strip(), news]))
    filled, count = re.subn(r"<!--.*?-->", lambda _: text, template, count=1, flags=re.DOTALL)
    return (filled if count else f"{text}\n\n{template}").strip() + "\n"


def refreshed(old: str, news: str) -> str:
    """A body with its section replaced; what people wrote around it stays. Without a section it is as it was."""
    start, end = old.find(START), old.find(END)
    return old[:start] + news + old[end + len(END) :] if 0 <= start < end else old
