"""The comment of a preview: does the released model know it already, what would be taught, and what that cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labci import __version__
from labci.errors import LabciError
from labci.known import Known
from labci.printable import printable
from labci.report.excerpt import block, cell
from labci.report.pull_request import MAX_TEXT, table, to_markdown

MARKER = "<!-- labci: the preview -->"  # by which the comment is found again
MOST = MAX_TEXT - 12_000  # characters of the report, so that the questions find room, too
RULE = "An answer counts as known where at least half of the words are shared (F1)."


def tried(head: str, value: Mapping[str, Any], asked: Sequence[Known], *, limited: bool) -> str:
    """What a preview found. value: schemas/report.json. limited: whether a merge would generate more."""
    kept = value["totals"]["kept"]
    word = f"{kept:,} sample{'' if kept == 1 else 's'} kept" if kept else "nothing was kept"
    known = sum(item.known for item in asked)
    about = f", and the released model knows {known} of {len(asked)} answers already" if asked else ""
    more = "\n\nA merge generates more of each; what is generated here is not asked again." if limited else ""
    value = {**value, "stages": ()}  # what comes after is the merge's, not the contributor's
    report = to_markdown(value)
    if len(report) > MOST:
        report = f"{to_markdown({**value, 'leaves': _short(value['leaves'])})}\n\nThe samples are in the job's summary."
    return _page(head, f"{word}{about}.", "\n\n".join(filter(None, [_questions(asked), report])) + more)


def unread(head: str, errors: int) -> str:
    """Lint found errors."""
    count = f"{errors:,} error{'' if errors == 1 else 's'}"
    return _page(head, f"not made, as lint found {count}.", "The other comment names them; mend them and push again.")


def refused(head: str, why: str) -> str:
    """There was nothing to do, or too much."""
    return _page(head, "not made.", printable(why))


def failed(head: str, error: LabciError) -> str:
    """A stage ended with an error."""
    told = "\n".join(printable(line) for text in (error.message, error.hint) for line in text.splitlines())
    return _page(
        head, "it could not be made.", f"{block(told)}\n\nA maintainer looks at it; `/labci preview` tries again."
    )


def _short(leaves: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{**leaf, "examples": None} for leaf in leaves]


def _questions(asked: Sequence[Known]) -> str:
    if not asked:
        return ""
    rows = [(cell(item.question), cell(item.said), cell(item.wanted), "yes" if item.known else "no") for item in asked]
    head = ("Asked of the released model", "It says", "Yours", "Known")
    return f"### Does the model know it already?\n\n{table(head, rows)}\n\n{RULE}"


def _page(head: str, verdict: str, body: str) -> str:
    foot = f"<sub>of commit {head[:12]} · labci {__version__} · the next preview replaces this comment</sub>"
    return f"**labci preview: {verdict}**\n\n{body}\n\n{foot}\n\n{MARKER}\n"
