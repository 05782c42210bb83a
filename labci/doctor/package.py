"""The packages of the core and of the extras: there, and of a version that works."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path

from labci.doctor.finding import Finding
from labci.extras import install

REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^]]*\])?\s*([^;]*)(?:;.*extra\s*==\s*['\"]([\w-]+)['\"])?")
USES = {
    "": "labci itself",
    "teacher": "generating samples",
    "train": "training, evaluating, and preparing models",
}
found = partial(Finding, section="packages")


def look() -> Iterator[Finding]:
    """A finding for the core and each extra that one machine needs."""
    wanted = requirements()
    for extra, use in USES.items():
        troubles = [trouble for name, spec in wanted.get(extra, {}).items() if (trouble := wrong(name, spec))]
        name = extra or "core"
        if troubles:
            fix = install(extra) if extra else "pip install --upgrade labci"
            value = f"{', '.join(troubles)}; needed for {use}"
            yield found(name=name, state="missing", value=value, fix=fix)
        else:
            yield found(name=name, state="ok", value=_versions(wanted.get(extra, {})))


def requirements() -> Mapping[str, Mapping[str, str]]:
    """Package to versions, by extra ("" is the core): of the installed labci, else of the clone that runs here."""
    clone = Path(__file__).parents[2] / "pyproject.toml"
    if clone.is_file():
        project = tomllib.loads(clone.read_text("utf-8"))["project"]
        lists = {"": project["dependencies"], **project["optional-dependencies"]}
        return {extra: dict(_split(row)[:2] for row in rows) for extra, rows in lists.items()}
    by_extra: dict[str, dict[str, str]] = {}
    for row in metadata.requires("labci") or []:
        name, spec, extra = _split(row)
        by_extra.setdefault(extra, {})[name] = spec
    return by_extra


def _split(row: str) -> tuple[str, str, str]:
    match = REQUIREMENT.match(row)
    return (match[1], match[2].strip(" ()"), match[3] or "") if match else (row, "", "")


def wrong(name: str, spec: str) -> str:
    """What is wrong with a package: "" for nothing. spec: such as ">=1.16,<1.17"."""
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed"
    return "" if fits(version, spec) else f"{name} {version} is not {spec}"


def fits(version: str, spec: str) -> bool:
    """Whether a version is within bounds; of the operators only those that labci's own requirements use."""
    have = _numbers(version)
    for bound in filter(None, (part.strip() for part in spec.split(","))):
        operator, limit = bound[:2] if bound[1:2] == "=" else bound[:1], _numbers(bound.lstrip("<>=!~"))
        wide = max(len(have), len(limit))
        left, right = (numbers + (0,) * (wide - len(numbers)) for numbers in (have, limit))
        if not {">=": left >= right, "<": left < right, "==": left == right, "<=": left <= right}.get(operator, True):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    """The release part: "2.13.0+cpu" is (2, 13, 0)."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, release[0].split("."))) if release else ()


def _versions(packages: Mapping[str, str]) -> str:
    shown = [f"{name} {metadata.version(name).partition('+')[0]}" for name in packages]
    return ", ".join(shown)
