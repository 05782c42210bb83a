"""Files that belong to maintainers. A change of them is told, as nothing on the lines of a leaf would show it."""

from __future__ import annotations

from labci import profiles
from labci.ci.workplace import Workplace
from labci.config import Config
from labci.contribute.maintained import maintained


def touched(place: Workplace) -> list[str]:
    """Those that a proposal changes, removes or renames, in order; by the settings of the base."""
    changes = place.repository.changed(place.since, place.head)
    names = {name for change in changes for name in (change.path, change.old) if name}
    return maintained(names, _named(place.config))


def _named(config: Config) -> set[str]:
    """Files that the settings name, wherever they lie."""
    return {config.specialist.rows or "", *([config.profile] if profiles.is_file(config.profile) else [])} - {""}
