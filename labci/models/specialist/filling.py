"""Chooses values for the slots of a pattern and fills them into its texts."""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from labci.models.specialist import names
from labci.models.specialist.names import Flavour, NameParts

SLOT = re.compile(r"\{(\w+)\}")
ARTICLE_BEFORE_SLOT = re.compile(r"\b([Aa])n? (?='?\{)")
MARKED_ARTICLE = re.compile(r"\b([Aa])\x00 (\S+)")
FIRST_YEAR, MODERN_YEAR, LAST_YEAR = 1400, 1800, 2049
OLD_YEAR_SHARE = 0.4
DAY_PARTS = (("in the morning", 5, 11), ("in the afternoon", 1, 5), ("in the evening", 6, 11))
CONSONANT_SOUND = ("uni", "use", "usu", "uti", "eu", "ewe", "one", "once", "ura", "uto")
VOWEL_SOUND = ("hour", "honest", "heir", "honour")
VOWEL_LETTERS = "AEFHILMNORSX"
TRIES = 200

Words = Mapping[str, Sequence[str]]
Maker = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLists:
    """The word lists and the name parts of slots.yaml."""

    words: Words
    parts: NameParts


@cache
def slot_lists() -> SlotLists:
    """Return the packaged global slot lists."""
    data = load_yaml("slots.yaml")
    flavours = [Flavour(**{k: v for k, v in f.items() if k != "name"}) for f in data["flavours"]]
    parts = NameParts(flavours=flavours, org=data["org"], thing=data["thing"])
    return SlotLists(words=data["words"], parts=parts)


def load_yaml(*path: str) -> Any:
    """Return the contents of one packaged YAML file."""
    text = resources.files("labci.models.specialist").joinpath(*path).read_text("utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)


def slots_in(texts: Iterable[str]) -> list[str]:
    """Return the slot names of the texts, each once, in order of appearance."""
    return list(dict.fromkeys(name for text in texts for name in SLOT.findall(text)))


def is_known(slot: str, local: Words) -> bool:
    """Say whether the slot has a local list, a global list or a maker."""
    return any(base in local or base in _sources() for base in (slot, base_name(slot)))


def base_name(slot: str) -> str:
    """Return the slot's name without a number behind it: 'person2' gives 'person'."""
    return slot.rstrip("0123456789")


def choose(slots: Sequence[str], local: Words, rng: random.Random) -> dict[str, str]:
    """Return a value for every slot; slots with the same base name get distinct values."""
    values: dict[str, str] = {}
    for slot in slots:
        values[slot] = _fresh(_maker(slot, local), set(values.values()), rng)
    _sort_family(values, "year")
    _sort_family(values, "n")
    return values


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its slots filled and 'a' or 'an' agreeing before each slot."""
    marked = ARTICLE_BEFORE_SLOT.sub("\\1\x00 ", text)
    filled = SLOT.sub(lambda found: values[found.group(1)], marked)
    return MARKED_ARTICLE.sub(_article, filled)


def takes_an(word: str) -> bool:
    """Say whether 'an' stands before this word, roughly by its sound."""
    plain = word.strip("'\"(")
    if plain[:1].isdigit():
        return plain.startswith("8") or bool(re.match(r"1[18](?!\d|,\d)|1[18],", plain))
    if re.match(r"[A-Z]{1,3}(-|\b)", plain):
        return plain[0] in VOWEL_LETTERS
    lower = plain.lower()
    if lower.startswith(CONSONANT_SOUND):
        return False
    return lower.startswith(VOWEL_SOUND) or lower[:1] in "aeiouáéíöü"


def _article(found: re.Match[str]) -> str:
    article, word = found.groups()
    return f"{article}n {word}" if takes_an(word) else f"{article} {word}"


def _fresh(make: Maker, used: set[str], rng: random.Random) -> str:
    for _ in range(TRIES):
        value = make(rng)
        if value not in used:
            return value
    raise ValueError("a slot has too few values to be distinct")


def _maker(slot: str, local: Words) -> Maker:
    for base in (slot, base_name(slot)):
        if base in local:
            return _choice(local[base])
        if base in _sources():
            return _sources()[base]
    raise KeyError(slot)


def _sort_family(values: dict[str, str], base: str) -> None:
    """Put the numbers of one family into rising order, so that 'from n to n2' makes sense."""
    family = sorted(slot for slot in values if base_name(slot) == base)
    numbers = sorted((values[slot] for slot in family), key=int)
    values.update(zip(family, numbers, strict=True))


def _choice(options: Sequence[str]) -> Maker:
    return lambda rng: rng.choice(options)


@cache
def _sources() -> Mapping[str, Maker]:
    lists = slot_lists()
    words = {name: _choice(options) for name, options in lists.words.items()}
    return words | _names(lists.parts) | _numbers()


def _names(parts: NameParts) -> dict[str, Maker]:
    return {
        "Place": lambda rng: names.place(parts, rng),
        "River": lambda rng: names.river(parts, rng),
        "Name": lambda rng: names.surname(parts, rng),
        "person": lambda rng: names.person(parts, rng),
        "Org": lambda rng: names.organisation(parts, rng),
        "Thing": lambda rng: names.thing(parts, rng),
    }


def _numbers() -> dict[str, Maker]:
    return {
        "year": _year,
        "n": lambda rng: str(rng.randint(2, 30)),
        "hund": lambda rng: str(rng.randint(11, 98) * 10),
        "big": lambda rng: f"{rng.randint(1, 98)},{rng.randint(0, 19) * 50:03d}",
        "dec": lambda rng: f"{rng.randint(1, 29)}.{rng.randint(1, 9)}",
        "pct": lambda rng: f"{rng.randint(2, 95)} percent",
        "date": _date,
        "time": _time,
    }


def _date(rng: random.Random) -> str:
    return f"{rng.randint(1, 28)} {rng.choice(slot_lists().words['month'])}"


def _year(rng: random.Random) -> str:
    first = FIRST_YEAR if rng.random() < OLD_YEAR_SHARE else MODERN_YEAR
    return str(rng.randint(first, LAST_YEAR))


def _time(rng: random.Random) -> str:
    part, first, last = rng.choice(DAY_PARTS)
    return f"{rng.randint(first, last)}:{rng.choice(('00', '15', '30', '45'))} {part}"
