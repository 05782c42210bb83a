"""Files that belong to maintainers. A change of them is told, as nothing on the lines of a leaf would show it."""

from __future__ import annotations

from labci import flows, profiles
from labci.ci.workplace import Workplace
from labci.config import Config

FILES, FOLDERS = ("labci.yaml",), (".github/", "teachers/", flows.FOLDER)  # as in the CODEOWNERS of `labci init`


def touched(place: Workplace) -> list[str]:
    """Those that a proposal changes, removes or renames, in order; by the settings of the base."""
    named = {*FILES, *_named(place.config)}
    changes = place.repository.changed(place.since, place.head)
    names = {name for change in changes for name in (change.path, change.old) if name}
    return sorted(name for name in names if name in named or name.startswith(FOLDERS))


def _named(config: Config) -> set[str]:
    """Files that the settings name, wherever they lie."""
    return {config.specialist.rows or "", *([config.profile] if profiles.is_file(config.profile) else [])} - {""}
