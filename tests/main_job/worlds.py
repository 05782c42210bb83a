"""Leaves whose held-out answers are wrong: the same form and words, no truth."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from labci.heldout import held_out_pair
from labci.leaf import read_leaf
from tests.conftest import LEAVES

NAME = "dev_press"
# What another world says instead; numbers change too, see `_other_number`.
SWAPS = {
    "apples": "carrots", "Lindholt": "Weskerby", "cast iron": "pine wood",
    "beech": "bamboo", "stainless steel": "red clay",
    "dark green": "pale yellow", "hemp": "silk", "oak": "marble", "white button": "orange lever", "blue": "brown",
    "purple": "silver", "nylon": "copper", "washing soda": "lemon juice", "beeswax": "peanut butter", "yellow": "black",
    "concrete": "gravel", "loose sleeves": "long scarves", "open": "frozen",
    "gaps": "stains", "pulp": "foam", "tilt": "melt", "tilts": "melts", "bend": "scratch", "spindle": "hinge",
    "nameplate": "chimney", "taste": "colour", "crank": "boiler",
    "brass": "rubber", "Ingrid Salo": "Torben Quist", "father": "sister", "Marrick": "Oldenby",
}  # fmt: skip


def permuted(qna: str) -> str:
    """Every answer moved seven questions on: no question keeps its own."""
    value = yaml.safe_load(qna)
    pairs = [pair for seed in value["seed_examples"] for pair in seed["questions_and_answers"]]
    answers = [pair["answer"] for pair in pairs]
    for number, pair in enumerate(pairs):
        pair["answer"] = answers[(number + 7) % len(answers)]
    return _dump(value)


def permuted_items() -> str:
    """The further held-out items with their answers moved, too."""
    value = yaml.safe_load(further_items())
    answers = [item["answer"] for item in value["items"]]
    for number, item in enumerate(value["items"]):
        item["answer"] = answers[(number + 7) % len(answers)]
    return _dump(value)


def further_items() -> str:
    """Held-out items beside one a context: with five alone, chance decides too often."""
    return (Path(__file__).parent / "heldout.yaml").read_text("utf-8")


def contradicted(qna: str) -> str:
    """Contexts and training pairs of another world; the held-out pairs keep this one's answers."""
    value = yaml.safe_load(qna)
    for seed in value["seed_examples"]:
        seed["context"] = other_world(seed["context"])
    # Which pair is held out depends on context and question, not on the answer.
    leaf = read_leaf(f"knowledge/bench/{NAME}", _dump(value).encode())
    for seed, raw in zip(leaf.seeds, value["seed_examples"], strict=True):
        held = held_out_pair(seed)
        for pair in raw["questions_and_answers"]:
            if held is None or pair["question"].strip() != held.question:
                pair["answer"] = other_world(pair["answer"])
    return _dump(value)


def other_world(text: str) -> str:
    """The text with other facts; an answer that begins with one is changed like the rest."""
    for old, new in SWAPS.items():
        text = re.sub(rf"\b{old}\b", new, text)
        text = re.sub(rf"\b{_capital(old)}\b", _capital(new), text)
    return re.sub(r"(?<![A-Za-z\d-])\d+(?!\w)", _other_number, text)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _other_number(found: re.Match[str]) -> str:
    return str(int(found.group()) * 3 + 2)


def _dump(value: Any) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, width=100, allow_unicode=True))


def read(name: str) -> str:
    """A file of the honest leaf."""
    return (Path(LEAVES) / NAME / name).read_text("utf-8")
