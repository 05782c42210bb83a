"""A large taxonomy: the leaves of this one again and again, each time in other words, with their documents."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from labci import config

ROOT = Path(__file__).parents[2]
WORD = re.compile(r"[a-z]{4,}")


def fill(root: Path, count: int) -> list[Path]:
    """Write `count` leaves and their documents below `root`; returns their files."""
    taxonomy = config.load(ROOT / config.FILE).taxonomy
    shutil.copy(ROOT / config.FILE, root / config.FILE)
    leaves = [file.parent for file in sorted((ROOT / taxonomy).rglob("qna.yaml"))]
    for number in range(count):
        source = leaves[number % len(leaves)]
        below = source.relative_to(ROOT)
        target = root / below.with_name(f"{below.name}_{number}")
        target.mkdir(parents=True)
        for file in sorted(source.iterdir()):
            text = file.read_text("utf-8")
            (target / file.name).write_text(text if file.suffix == ".txt" else _varied(text, number, root), "utf-8")
    return sorted(root.rglob("qna.yaml"))


def _varied(text: str, number: int, root: Path) -> str:
    """The file with every word of its texts changed, and its document's."""
    value = yaml.load(text, yaml.CSafeLoader)
    for key in ("seed_examples", "items"):
        if key in value:
            value[key] = _other_words(value[key], _letters(number))
    document = value.get("document")
    if document is not None:
        document.update(repo=".", commit="HEAD")
        names = [path for pattern in document["patterns"] for path in sorted(ROOT.glob(pattern))]
        document["patterns"] = [f"documents/{number}_{path.name}" for path in names]
        for path, name in zip(names, document["patterns"], strict=True):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(_other_words(path.read_text("utf-8"), _letters(number)), "utf-8")
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100)


def _other_words(value: Any, ending: str) -> Any:
    if isinstance(value, str):
        return WORD.sub(lambda found: found.group() + ending, value)
    if isinstance(value, list):
        return [_other_words(item, ending) for item in value]
    return {key: _other_words(item, ending) for key, item in value.items()}


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))
