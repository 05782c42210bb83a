"""What an answer must be told apart from: the leaf's other answers, and itself with other numbers.

Why both: docs/gate.md, "Contrast".
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from labci import digest
from labci.english.lexicon import NUMBER_WORDS
from labci.heldout import Item

MOST = 8  # of each group
SPELT = tuple(sorted(NUMBER_WORDS - {"half", "dozen", "hundred", "thousand", "million"}))
NUMBER = re.compile(rf"(?<![\w.,])(?:\d+(?:[.,:]\d+)*|{'|'.join(SPELT)})(?!\w)", re.IGNORECASE)
Rivals = tuple[tuple[str, ...], ...]


def rivals(item: Item, items: Sequence[Item]) -> Rivals:
    """Groups of wrong answers to an item's question, none empty: other answers, and the own with other numbers.

    Of an item that brings its wrong answers each is a group of its own, as the hardest group counts: the right answer
    is the model's choice where the contrast is above zero (acc_norm of a multiple choice, by tokens).
    """
    if item.wrong:
        return tuple((text,) for text in item.wrong)
    answers = others(item, items)
    return tuple(group for group in (answers, altered(item.answer, answers)) if group)


def others(item: Item, items: Sequence[Item]) -> tuple[str, ...]:
    """The leaf's other held-out answers, at most `MOST` by digest, none that says the same."""
    found = {other.answer for other in items if other.leaf == item.leaf and not _same(other.answer, item.answer)}
    return tuple(sorted(found, key=lambda answer: digest.of_json([item.id, answer]))[:MOST])


def altered(answer: str, answers: Sequence[str]) -> tuple[str, ...]:
    """The answer with other numbers, at most `MOST`: those of `answers` first, then any of as many digits.

    Without a number there is none: words can't be exchanged blindly and still make a phrase.
    """
    known = [number for text in answers for number in NUMBER.findall(text)]
    texts = (_with_others(answer, known, turn) for turn in range(MOST))
    return tuple(dict.fromkeys(text for text in texts if not _same(text, answer)))


def _with_others(answer: str, known: Sequence[str], turn: int) -> str:
    return NUMBER.sub(lambda found: _other(found.group(), known, turn), answer)


def _other(number: str, known: Sequence[str], turn: int) -> str:
    """The turn-th other number, written as this one is: "5,200" gives "8,140", "Twelve" gives "Forty"."""
    pool = [other for other in dict.fromkeys(known) if _shape(other) == _shape(number) and not _same(other, number)]
    other = pool[turn] if turn < len(pool) else _drawn(number, turn)
    return other.capitalize() if number[0].isupper() else other.lower()


def _shape(number: str) -> str:
    """What stands between a number's digits, "" for a whole one; "a" for one in letters."""
    return re.sub(r"\d+", "", number) if number[0].isdigit() else "a"


def _drawn(number: str, turn: int) -> str:
    """A number of as many digits at the same places, or another number word, by digest."""
    chance = random.Random(digest.of_json([number.lower(), turn]))
    if not number[0].isdigit():
        return chance.choice(SPELT)
    digits = [str(chance.randint(0, 9)) if char.isdigit() else char for char in number[1:]]
    return "".join([str(chance.randint(1, 9)), *digits])


def _same(left: str, right: str) -> bool:
    return digest.fold(left).casefold() == digest.fold(right).casefold()
