"""Rows from merged leaves: their seed pairs turned round, each with its source, licence and contributor.

What may not be taught never gets here: held-out questions of any leaf, leaves whose licence is not accepted,
questions of labci's own held-out facts. What generation's cheap filters would drop teaches nothing good.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from labci import attribution, digest
from labci.blocks.agreement import f1
from labci.blocks.corrupt import closest
from labci.blocks.question import UNCLEAR, check, names_topic
from labci.blocks.spans import spans
from labci.blocks.topics import LEADING, referent, replace_pronoun, topic_of
from labci.chattoken import CHAT_TOKEN
from labci.english.lexicon import FUNCTION, tokens
from labci.english.sentences import sentences
from labci.heldout import held_out, training_pairs
from labci.leaf import ATTRIBUTION_FILE, Leaf, Pair, Seed
from labci.models.specialist import Row, Turn
from labci.models.specialist.conversations import MOST_TURNS
from labci.models.specialist.heldout import items
from labci.models.specialist.pattern_check import ARTICLE
from labci.rules.attribution_license import trouble
from labci.seen import Seen
from labci.taxonomy import Taxonomy

ALIKE = 0.6  # token F1 of a contributor's answer and a span of the fact that says the same
MOST_TOPIC = 6  # words; a longer outline is a sentence, not a name
MOST_GRAM = 4
LICENSE = "License of the work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What a taxonomy's leaves teach. leaves: knowledge leaves read. left: pairs, or leaves, that don't, by reason."""

    rows: tuple[Row, ...]
    leaves: int
    left: Counter[str]


def harvest(
    taxonomy: Taxonomy,
    taught: Collection[str],
    licences: Collection[str],
    *,
    most: int | None = None,
    note: Callable[[int, int], None] | None = None,
) -> Harvest:
    """Rows of all knowledge leaves of a taxonomy. taught: question keys of the released lineage.

    licences: SPDX ids that may be taught (`lint.licenses`). most: rows at most, spread over the leaves. note: told
    (done, total) after each leaf. Raises LeafError for a leaf that can't be read, OutsideError without the extra
    that reads English.
    """
    found: list[Row] = []
    left: Counter[str] = Counter()
    held = Seen[str]()
    for item in items():
        held.add(item.question, "")
    leaves, paths = 0, list(taxonomy.paths())
    for number, leaf in enumerate(map(taxonomy.leaf, paths), 1):
        if note is not None:
            note(number, len(paths))
        for own in held_out(leaf, taught):
            held.add(own.question, leaf.path)
        if leaf.kind != "knowledge":
            continue
        leaves += 1
        licence = _licence(taxonomy, leaf)
        if not licence or any(trouble(name, licences) for name in licence):
            left["leaf without an accepted licence"] += 1
        else:
            found += _rows(leaf, " AND ".join(licence), taught, left)
    rows = list(_clean(found, held, left))
    kept = _spread(rows, len(rows) if most is None else most)
    if len(kept) < len(rows):
        left["row beyond specialist.max_rows"] += len(rows) - len(kept)
    return Harvest(rows=tuple(kept), leaves=leaves, left=left)


def _spread(rows: list[Row], most: int) -> list[Row]:
    """So many rows, in turns from all leaves; which ones follows from their content, so few change as leaves come."""
    turn: Counter[str] = Counter()
    order: list[tuple[int, str, Row]] = []
    for key, row in sorted(((digest.of_json(row.content), row) for row in rows), key=lambda item: item[0]):
        order.append((turn[row.leaf], key, row))
        turn[row.leaf] += 1
    return [row for _, _, row in sorted(order, key=lambda item: item[:2])[:most]]


def _licence(taxonomy: Taxonomy, leaf: Leaf) -> list[str]:
    """The licence of each work that attribution.txt names; empty if one has none."""
    data = taxonomy.source.read(f"{taxonomy.root}/{leaf.path}/{ATTRIBUTION_FILE}") or b""
    entries = [work.value(LICENSE) for work in attribution.read(data.decode("utf-8", "replace"))]
    names = [entry.value for entry in entries if entry is not None and entry.value]
    return list(dict.fromkeys(names)) if len(names) == len(entries) else []


def _rows(leaf: Leaf, licence: str, taught: Collection[str], left: Counter[str]) -> Iterator[Row]:
    topic = _topic(leaf)
    by_fact: dict[str, list[tuple[int, Turn]]] = defaultdict(list)
    for seed in leaf.seeds:
        facts = _facts(seed, topic)
        for pair in training_pairs(leaf, seed, taught):
            fact = closest(facts[0] if facts else "", pair.question, pair.answer, facts)
            answer = in_words_of(fact, pair.answer, topic)
            if not answer:
                left["answer not in one sentence"] += 1
            elif reason := _trouble(pair.question, answer, fact, topic, seed.context or ""):
                left[reason] += 1
            else:
                by_fact[fact].append((fact.find(answer), _turn(seed, pair, answer)))
    for fact, turns in by_fact.items():
        ordered = tuple(turn for _, turn in sorted(turns, key=lambda item: (item[0], item[1].question)))
        for at in range(0, len(ordered), MOST_TURNS):
            yield Row(
                topic=topic, fact=fact, turns=ordered[at : at + MOST_TURNS], leaf=leaf.path, licence=licence,
                contributor=leaf.created_by,
            )  # fmt: skip


def _trouble(question: str, answer: str, fact: str, topic: str, context: str) -> str:
    """Why generation would drop such a question; "" if it would not. A topic may have no capital, as tools do."""
    detail = check(question, answer, fact, topic=topic, known=[context])[1]
    if detail == UNCLEAR and names_topic(question, topic):
        return ""
    if detail.startswith("names "):
        return "question has a name that its context has not"
    return f"question {detail}" if detail else ""


def _turn(seed: Seed, pair: Pair, answer: str) -> Turn:
    key = digest.of_json([digest.fold(text) for text in (seed.context or "", pair.question, pair.answer)])
    return Turn(answer=answer, question=digest.fold(pair.question), pair=key[:16])


def _facts(seed: Seed, topic: str) -> list[str]:
    """The sentences of a context, each self-contained as generation makes them."""
    found: list[str] = []
    for sentence, _, _ in sentences(digest.fold(seed.context or "")):
        match = LEADING.match(sentence)
        found.append(replace_pronoun(sentence, referent(match.group(), found, topic)) if match else sentence)
    return found


def in_words_of(fact: str, answer: str, topic: str = "") -> str:
    """The part of a fact that an answer says, or "": itself, without its first little word, or the span most like it.

    Generation asks for spans of the fact, so that is what the specialist is to learn from.
    """
    plain = digest.fold(answer).rstrip(".!")
    for text in (plain, ARTICLE.sub("", plain)):
        if found := re.search(rf"(?<!\w){re.escape(text)}(?!\w)", fact, re.IGNORECASE) if text else None:
            return found.group()
    best = max(spans(fact, topic=topic), key=lambda span: f1(span.text, plain), default=None)
    return best.text if best is not None and f1(best.text, plain) >= ALIKE else ""


def _topic(leaf: Leaf) -> str:
    """What a leaf's questions are about: its outline's name, else the words that most of its questions share."""
    text = " ".join(seed.context or "" for seed in leaf.seeds)
    topic = topic_of(digest.fold(leaf.outline), digest.fold(text), leaf.asked)
    return topic if len(topic.split()) <= MOST_TOPIC else _shared(leaf) or digest.fold(leaf.about)


def _shared(leaf: Leaf) -> str:
    """The longest run of words, of no function word at its ends, that half of the questions have."""
    questions = leaf.asked
    counts: Counter[tuple[str, ...]] = Counter()
    for question in questions:
        words = [word for word, _, _ in tokens(question)]
        runs = {tuple(words[at : at + size]) for size in range(1, MOST_GRAM + 1) for at in range(len(words) - size + 1)}
        counts.update(run for run in runs if not {run[0].casefold(), run[-1].casefold()} & FUNCTION)
    often = [(len(run), count, run) for run, count in counts.items() if count * 2 >= len(questions)]
    return " ".join(max(often)[2]) if often else ""


def _clean(rows: list[Row], held: Seen[str], left: Counter[str]) -> Iterator[Row]:
    """Rows without turns that leak a held-out question of any leaf, repeat one another, or bear a control token."""
    seen = Seen[str]()
    for row in sorted(rows, key=lambda item: (item.leaf, item.fact)):
        turns = []
        for turn in row.turns:
            if held.find(turn.question) is not None:
                left["question is held out"] += 1
            elif CHAT_TOKEN.search(f"{row.topic} {row.fact} {turn.answer} {turn.question}"):
                left["control token"] += 1
            elif seen.meet(turn.question, "") is not None:
                left["question asked before"] += 1
            else:
                turns.append(turn)
        if turns:
            yield replace(row, turns=tuple(turns))
