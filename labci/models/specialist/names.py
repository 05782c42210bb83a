"""Invents names of persons, places, rivers, companies and products."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ACCENTS = str.maketrans({"a": "á", "e": "é", "i": "í", "o": "ö", "u": "ü", "n": "ñ"})
VOWELS = "aeiouy"
MID_SHARE = 0.3
HYPHEN_SHARE = 0.03
APOSTROPHE_SHARE = 0.015
ACCENT_SHARE = 0.03
TWO_WORD_SHARE = 0.08
DOUBLE_FIRST_WORDS = ("Upper", "Lower", "New", "Old", "Great", "Little", "Port", "Saint", "East")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """The syllables of one invented language."""

    start: Sequence[str]
    mid: Sequence[str]
    given: Sequence[str]
    surname: Sequence[str]
    place: Sequence[str]
    river: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """All the word parts that names are made of."""

    flavours: Sequence[Flavour]
    org: Mapping[str, Sequence[str]]
    thing: Mapping[str, Sequence[str]]


def surname(parts: NameParts, rng: random.Random) -> str:
    """Return one invented family name, such as 'Vrane'."""
    flavour = rng.choice(parts.flavours)
    return _decorated(_stem(flavour, flavour.surname, rng), flavour.surname, rng)


def person(parts: NameParts, rng: random.Random) -> str:
    """Return a first name and a family name of the same flavour."""
    flavour = rng.choice(parts.flavours)
    last = _decorated(_stem(flavour, flavour.surname, rng), flavour.surname, rng)
    first = _first_name(flavour, rng)
    return f"{first} {last}"


def place(parts: NameParts, rng: random.Random) -> str:
    """Return one invented name of a town."""
    flavour = rng.choice(parts.flavours)
    name = _decorated(_stem(flavour, flavour.place, rng), flavour.place, rng)
    if rng.random() < TWO_WORD_SHARE:
        return f"{rng.choice(DOUBLE_FIRST_WORDS)} {name}"
    return name


def river(parts: NameParts, rng: random.Random) -> str:
    """Return one invented name of a river, without the word 'river'."""
    flavour = rng.choice(parts.flavours)
    return _stem(flavour, flavour.river, rng)


def organisation(parts: NameParts, rng: random.Random) -> str:
    """Return one invented name of an organisation that needs no article."""
    if rng.random() < 0.35:
        return rng.choice(parts.org["coined_start"]) + rng.choice(parts.org["coined_end"])
    return f"{surname(parts, rng)} {rng.choice(parts.org['with_name'])}"


def thing(parts: NameParts, rng: random.Random) -> str:
    """Return one invented product name, such as 'Veltro 40' or 'KR-7'."""
    if rng.random() < 0.3:
        return f"{rng.choice(parts.thing['code'])}-{rng.randint(2, 990)}"
    word = rng.choice(parts.thing["word_start"]) + rng.choice(parts.thing["word_end"])
    return f"{word} {rng.choice(parts.thing['suffix'])}"


def _first_name(flavour: Flavour, rng: random.Random) -> str:
    if rng.random() < 0.6:
        return rng.choice(flavour.given)
    return _join(rng.choice(flavour.start), rng.choice(("a", "in", "o", "el", "is", "ya", "an", "e")))


def _stem(flavour: Flavour, endings: Sequence[str], rng: random.Random) -> str:
    start = rng.choice(flavour.start)
    if rng.random() < MID_SHARE:
        start = _join(start, rng.choice(flavour.mid))
    return _join(start, rng.choice(endings))


def _join(left: str, right: str) -> str:
    """Join two syllables, dropping a letter that would stand three or four in a row."""
    if left[-1] in VOWELS and right[0] in VOWELS:
        return left[:-1] + right if len(left) > 2 else left + "r" + right
    if left[-1].lower() == right[0] and left[-2:-1].lower() == right[0]:
        return left + right[1:]
    return left + right


def _decorated(name: str, endings: Sequence[str], rng: random.Random) -> str:
    chance = rng.random()
    if chance < HYPHEN_SHARE:
        return f"{name}-{rng.choice(endings).capitalize()}"
    if chance < HYPHEN_SHARE + APOSTROPHE_SHARE:
        return f"{rng.choice('DOM')}'{name}"
    if chance < HYPHEN_SHARE + APOSTROPHE_SHARE + ACCENT_SHARE:
        return _accented(name, rng)
    return name


def _accented(name: str, rng: random.Random) -> str:
    spots = [i for i, letter in enumerate(name) if i > 0 and letter in "aeioun"]
    if not spots:
        return name
    spot = rng.choice(spots)
    return name[:spot] + name[spot].translate(ACCENTS) + name[spot + 1 :]
