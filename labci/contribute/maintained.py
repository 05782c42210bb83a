"""Files that belong to maintainers, as in the CODEOWNERS of `labci init`: no contribution is about them."""

from __future__ import annotations

from collections.abc import Iterable

from labci import flows

FILES, FOLDERS = ("labci.yaml",), (".github/", "teachers/", flows.FOLDER)


def maintained(names: Iterable[str], more: Iterable[str] = ()) -> list[str]:
    """Those of these paths that are maintainers', in order. more: files that settings name, wherever they lie."""
    own = {*FILES, *more}
    return sorted(name for name in names if name in own or name.startswith(FOLDERS))
