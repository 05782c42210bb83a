"""Profiles: settings that belong together, by the model and the machine they are for.

Each file is a partial labci.yaml (schemas/labci.json) that `profile: NAME` puts in place of the defaults. A profile
of one's own is a .yaml file beside labci.yaml; `profile: my/profile.yaml` names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Samples of each phase of a published recipe, and where they are published."""

    samples: dict[str, int]
    source: str


_LAB = Published(
    samples={"short": 630_000, "long": 230_000, "skills": 550_000}, source="arXiv 2403.01081, Table 2, about"
)
PUBLISHED = {"labradorite-13b": _LAB, "merlinite-7b": _LAB}


def names() -> list[str]:
    """The shipped profiles."""
    return sorted(path.stem for path in _folder().glob(f"*{SUFFIX}"))


def is_file(name: str) -> bool:
    """Whether a profile's name is that of a file of the repository."""
    return name.endswith(SUFFIX)


def shipped(name: str) -> bytes | None:
    """The text of a shipped profile; None if there is none of that name."""
    return (_folder() / f"{name}{SUFFIX}").read_bytes() if name in names() else None


def _folder() -> Path:
    return Path(str(resources.files("labci"))) / "profiles"
