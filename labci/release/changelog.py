"""CHANGELOG.md of a release: this version's changes above those of the versions before."""

from __future__ import annotations

from collections.abc import Iterator

from labci.lineage import Contribution, Released
from labci.release.facts import Facts
from labci.release.markdown import escaped

TITLE = "# Changelog"


def changelog(facts: Facts, released: Released) -> str:
    """Markdown, newest version first."""
    entry = [f"## {facts.version} - {facts.created[:10]}", "", f"Taxonomy commit `{facts.commit}`.", ""]
    if facts.override:
        entry += [escaped(str(facts.override)).replace("released", "Released", 1), ""]
    lines = list(_changes(facts.before, facts.contributions)) or ["- no change of what is taught"]
    earlier = _earlier(released)
    return "\n".join([TITLE, "", *entry, *lines, "", *([earlier] if earlier else [])])


def _changes(before: tuple[Contribution, ...], after: tuple[Contribution, ...]) -> Iterator[str]:
    old, new = {item.leaf: item for item in before}, {item.leaf: item for item in after}
    gone = {leaf: item for leaf, item in old.items() if leaf not in new}
    for leaf, item in new.items():
        moved = next((name for name, was in gone.items() if was.units == item.units and item.units), None)
        if leaf in old and old[leaf] != item:
            yield f"- changed: {_line(item)}"
        elif leaf not in old and moved:
            del gone[moved]
            yield f"- renamed: {escaped(moved)} to {escaped(leaf)}"
        elif leaf not in old:
            yield f"- taught: {_line(item)}"
    for leaf in gone:
        yield f"- removed: {escaped(leaf)}"


def _line(item: Contribution) -> str:
    by = f", by {escaped(', '.join(item.authors))}" if item.authors else ""
    return f"{escaped(item.leaf)}{by} ({item.samples} samples)"


def _earlier(released: Released) -> str:
    path = released.folder / "CHANGELOG.md"
    if released.manifest is None or not path.is_file():
        return ""
    return path.read_text("utf-8").removeprefix(TITLE).lstrip("\n")
