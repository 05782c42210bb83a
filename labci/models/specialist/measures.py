"""What a written question is measured by: pure functions of a held-out item and a question.

None reads the specialist's own likelihoods but `choice`, which asks it about the reference questions, not about
its own: a model that judges what it wrote agrees with itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labci.blocks.question import ANOTHER_KIND, UNCLEAR, check, understandable, unknown_names
from labci.english.lexicon import FUNCTION, tokens
from labci.english.stems import stems
from labci.models.specialist.heldout import Item

RESAMPLES, SHARE = 1000, 0.95
# What a question can ask for, by its words; more than one may hold, and none is open: "what", "which", "how".
ASKS = {
    "time": re.compile(
        r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:years?|days?|dates?|months?|times?|seasons?|age)\b|\bby when\b"
        r"|\bhow (?:often|long|soon|early|late|old|frequently)\b",
        re.IGNORECASE,
    ),
    "place": re.compile(r"\bwhere\b", re.IGNORECASE),
    "person": re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE),
    "reason": re.compile(r"\bwhy\b|\breason\b|\bpurpose\b", re.IGNORECASE),
    "amount": re.compile(r"\bhow (?:many|much|far|long|high|tall|deep|wide|large|big|old|heavy|often|fast|strong|"
                         r"warm|hot|cold|low|late|early|thick|steep|soon)\b", re.IGNORECASE),
}  # fmt: skip


def names_copied(question: str, item: Item) -> bool:
    """Whether every name and number of a question stands in topic or fact, letter for letter."""
    words = [word for word, _, _ in tokens(question)]
    named = [word for at, word in enumerate(words) if at == 0 or word.casefold() not in FUNCTION]
    return not unknown_names(named, f"{item.fact} {item.topic}")


def well_formed(question: str, item: Item) -> bool:
    """One question of 4 to 40 words that neither gives its answer away nor points at a text nor repeats itself."""
    reason, detail = check(question, item.answer, item.fact, topic=item.topic, known=[question])
    return not reason or detail in (ANOTHER_KIND, UNCLEAR)


def stands_alone(question: str, item: Item) -> bool:
    """Whether a question says what it is about."""
    return understandable(question, item.fact, item.topic)


def same_kind(question: str, reference: str) -> bool:
    """Whether two questions may have the same answer by their question words; "what" and "which" leave it open."""
    asked, wanted = _asks(question), _asks(reference)
    return not asked or not wanted or bool(asked & wanted)


def _asks(question: str) -> set[str]:
    return {kind for kind, words in ASKS.items() if words.search(question)}


def recall(question: str, item: Item) -> float:
    """Share of the reference's content words, without the topic's, that a question has too; 0 to 1."""
    wanted = stems(item.question) - stems(item.topic)
    return len(wanted & stems(question)) / len(wanted) if wanted else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over items, with its 95 % interval by bootstrap over facts: items of one fact are alike."""

    value: float
    low: float
    high: float
    items: int

    def to_json(self) -> dict[str, float]:
        """Rounded to what the interval tells."""
        return {
            "value": round(self.value, 3), "low": round(self.low, 3), "high": round(self.high, 3), "items": self.items,
        }  # fmt: skip


def estimate(values: Sequence[float], facts: Sequence[str]) -> Estimate:
    """The mean of values; facts: the cluster of each. The same values give the same interval."""
    clusters: dict[str, list[float]] = {}
    for value, fact in zip(values, facts, strict=True):
        clusters.setdefault(fact, []).append(value)
    sums = [(sum(group), len(group)) for group in clusters.values()]
    rng = random.Random(0)
    means = sorted(_mean([rng.choice(sums) for _ in sums]) for _ in range(RESAMPLES)) if sums else [0.0]
    tail = int((1 - SHARE) / 2 * len(means))
    return Estimate(value=_mean(sums), low=means[tail], high=means[-1 - tail], items=len(values))


def _mean(sums: Sequence[tuple[float, int]]) -> float:
    count = sum(size for _, size in sums)
    return sum(total for total, _ in sums) / count if count else 0.0


def by_kind(values: Sequence[float], items: Sequence[Item]) -> Mapping[str, float]:
    """The mean of each kind of fact."""
    groups: dict[str, list[float]] = {}
    for value, item in zip(values, items, strict=True):
        groups.setdefault(item.kind, []).append(value)
    return {kind: round(sum(group) / len(group), 3) for kind, group in sorted(groups.items())}
