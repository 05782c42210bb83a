"""What came of a merge, as Markdown for the job's summary page and for the issue; and of a scheduled release."""

from __future__ import annotations

from labci.blame import Blame
from labci.printable import printable
from labci.report import blame as blames
from labci.report import verdict as verdicts
from labci.report.excerpt import markdown
from labci.verdict import Verdict

MARKER = "<!-- labci: the gate -->"  # by which the issue is found again
LABEL = "gate"
TITLE = "labci: the gate refused what was merged"


def passed(verdict: Verdict, commit: str, released: str) -> str:
    """PASS: there is a candidate."""
    what = f"A release candidate is kept. {_stays(released)} until the next release, which publishes it."
    return _page("PASS", commit, what, verdicts.to_markdown(verdict))


def undecided(verdict: Verdict, commit: str, released: str) -> str:
    """INCONCLUSIVE: what is missing."""
    what = f"It can't be told yet whether the new model is better; what is missing stands below. {_stays(released)}."
    return _page("INCONCLUSIVE", commit, what, verdicts.to_markdown(verdict))


def failed(verdict: Verdict, commit: str, released: str, found: Blame | None, why: str = "") -> str:
    """FAIL: who is to blame; without `found`, why that is not known."""
    unknown = f"Which contribution is to blame could not be told: {markdown(printable(why))}"
    what = f"{_stays(released)}.\n\n{blames.to_markdown(found) if found else unknown}"
    return _page("FAIL", commit, what, verdicts.to_markdown(verdict))


def nothing(why: str) -> str:
    """Nothing was to be done."""
    return f"**labci: nothing to do.** {markdown(printable(why[:1].upper() + why[1:]))}\n"


def published(version: str, commit: str, hub: str) -> str:
    """A release."""
    return f"**labci: {version} is released** to {markdown(printable(hub))}, taught up to {commit[:12]}.\n"


def settled(commit: str) -> str:
    """What the issue is told when it is closed."""
    return f"What is merged up to {commit[:12]} has passed the gate."


def _stays(released: str) -> str:
    return f"The released model stays {released or 'the base model'}"


def _page(word: str, commit: str, what: str, checks: str) -> str:
    return f"**labci: {word}** for what is merged up to {commit[:12]}\n\n{what}\n\n{checks}\n"
