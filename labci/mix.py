"""Mix what is new with replay of everything taught before and of general questions.

Replay is drawn from the store by the keys in the release's lineage, leaf by leaf in turn and in each leaf phase by
phase, until it has the share of tokens that `train.replay` asks for; a leaf that is gone at head is in nobody's replay.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labci import digest, general, mixture, shaping
from labci.artifact import read_json, read_jsonl, write_json, write_jsonl
from labci.blocks.forms import forms, in_full, statement
from labci.change import Changes
from labci.chattoken import unsafe
from labci.curriculum import owner
from labci.errors import OutsideError
from labci.git import EMPTY_TREE
from labci.heldout import held_out
from labci.job import Job
from labci.lineage import Contribution
from labci.sample import GAP, Sample
from labci.seen import Questions
from labci.share import FEW, kept_shares
from labci.trigger import MOST, Gram, Trigger, grams, shown, suspects
from labci.turns import alternating

DEV_SHARE = 10  # one generated sample in ten is the development set's
CONTRIBUTOR = "contributor"  # the teacher of seed pairs, which are never spared for the development set
AHEAD = 64  # samples of a leaf that wait while one of another phase is looked for
OUTPUTS = ("mixture",)
Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Tally:
    """Samples by source and leaf, tokens of a pass by source, drops by reason, variants; ids that are in the mixture.

    drops: of samples, and of their other forms. asked: tokens of the samples of the taxonomy as they are asked, without
    their other forms. wanted: share of tokens that a source was to have, and the tokens that it is a share of. told:
    answers whose fact is in the mixture with a gap and as a sentence.
    """

    samples: Counter[str] = field(default_factory=Counter)
    tokens: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    leaves: Counter[str] = field(default_factory=Counter)
    drops: Counter[str] = field(default_factory=Counter)
    variants: int = 0
    asked: int = 0
    wanted: dict[str, tuple[float, float]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)


def mix(job: Job) -> None:
    """Write mixture/train.jsonl, dev.jsonl and mixture.json.

    Raises FindingsError for an empty mixture, OutsideError where the store lacks samples of the lineage.
    """
    tally = Tally()
    kit = _Kit.open(job)
    folder = job.run / "mixture"
    dev = list(_dev(job, kit))
    write_jsonl(folder / "train.jsonl", _some(job, tally, _rows(job, kit, tally, {row["id"] for row in dev})))
    write_jsonl(folder / "dev.jsonl", dev)
    summary = _summary(tally, len(dev), _triggers(job, tally.seen))
    write_json(folder / "mixture.json", summary)
    job.run.finish(
        "mix", inputs=("changes.json", "samples.jsonl", "generation.json"), outputs=OUTPUTS,
        settings=shaping.settings("mix", job), facts=summary,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kit:
    """What every row is checked with: its length in tokens, and the questions that only the gate may see.

    limits: tokens that a row of each phase may have; general rows go by the largest. varied: sources whose questions
    are asked in all forms in each pass. What a model was taught is asked in one form a pass. answers: as
    `train.answers` says. shares: the part of a leaf's samples that `train.max_share` leaves, by source and leaf.
    """

    length: Callable[[Row], int]
    held: Questions
    limits: Mapping[str, int]
    variants: int
    varied: tuple[str, ...]
    answers: str
    shares: Mapping[str, Mapping[str, float]]

    @classmethod
    def open(cls, job: Job) -> _Kit:
        """The student's tokenizer and the held-out questions of every leaf that is or was taught."""
        from labci.lm.ids import pair_ids
        from labci.lm.load import open_tokenizer

        tokenizer = open_tokenizer(job.released.folder)

        def length(row: Row) -> int:
            prompt, answer = pair_ids(tokenizer, row["prompt"], row["completion"][0]["content"])
            return len(prompt) + len(answer)

        train = job.config.train
        return cls(
            length=length, held=Questions(_held(job)), variants=train.variants,
            limits={name: train.recipe(name).max_length for name in train.names},
            varied=("new", "replay") if train.lane == "rebuild" else ("new",),
            answers=train.answers, shares=_shares(job),
        )  # fmt: skip

    def spares(self, sample: Sample, source: str) -> bool:
        """Whether a sample is one too many of its contributor's; what was written by hand never is."""
        share = self.shares.get(source, {}).get(sample.leaf, 1.0)
        return share < 1 and not sample.teacher.startswith(CONTRIBUTOR) and int(sample.id[8:16], 16) >= share * 16**8

    def refuses(self, row: Row) -> str:
        """The reason why a row must not be trained on, else "". A form may say what the sample itself does not."""
        said = "\n".join(message["content"] for message in (*row["prompt"], *row["completion"]))
        if reason := unsafe(said):
            return reason
        if self.held.near(row["prompt"][0]["content"]):
            return "leaks-heldout"
        limit = self.limits.get(owner(row, tuple(self.limits)), max(self.limits.values()))
        return "too-long" if row["tokens"] > limit else ""


def _shares(job: Job) -> dict[str, dict[str, float]]:
    """What `train.max_share` leaves of each leaf, by source: as much of it as of all that its contributor brings.

    Who that is, git says: the author of the newest commit on the leaf. New samples are weighed in characters. Those of
    earlier leaves are counted, as their texts are read only where a pass has room for them: were they not held to it,
    what is dropped when a leaf is new would be trained by the next merge, and by a rebuild.
    """
    if job.config.train.max_share >= 1:
        return {}
    return {"new": _new_shares(job), "replay": _old_shares(job)}


def _new_shares(job: Job) -> dict[str, float]:
    weights: Counter[str] = Counter()
    for sample in _new(job):
        weights[sample.leaf] += len(sample.prompt) + len(sample.answer)
    if len(weights) < FEW:
        return {}
    return _left(weights, {leaf: _owner(job, leaf) for leaf in weights}, job.config.train.max_share)


def _old_shares(job: Job) -> dict[str, float]:
    kept = [(item, path) for item, path, _ in _kept(job)]
    weights = {path: item.samples for item, path in kept}
    return _left(weights, {path: next(iter(item.authors), "") for item, path in kept}, job.config.train.max_share)


def _left(weights: Mapping[str, float], owners: Mapping[str, str], most: float) -> dict[str, float]:
    brought: defaultdict[str, float] = defaultdict(float)
    for leaf, weight in weights.items():
        brought[owners[leaf]] += weight
    kept = kept_shares(brought, most)
    return {leaf: kept[owner] for leaf, owner in owners.items()}


def _owner(job: Job, leaf: str) -> str:
    return next(iter(job.repository.authors(job.base, job.head, f"{job.taxonomy.root}/{leaf}")), "")


def _held(job: Job) -> Iterator[str]:
    there = set(job.taxonomy.paths())
    changes = Changes.from_json(read_json(job.run / "changes.json")).changes
    leaves = {item.leaf for item in job.released.contributions} | {item.path for item in changes}
    for path in sorted(leaves & there):
        leaf = job.taxonomy.leaf(path)
        for item in held_out(leaf, job.released.ever_taught):
            yield item.prompt
            if leaf.kind == "knowledge" and item.context:
                yield item.question  # what knowledge is taught has no context


def _row(sample: Sample, source: str, kit: _Kit, prompt: str = "", answer: str = "") -> Row:
    sentence = statement(sample) if kit.answers == "sentence" and GAP not in prompt else ""
    row: Row = {
        "prompt": [{"role": "user", "content": prompt or sample.prompt}],
        "completion": [{"role": "assistant", "content": answer or sentence or sample.answer}],
        "leaf": sample.leaf, "source": source, "phase": sample.phase, "id": sample.id,
    }  # fmt: skip
    return row | {"tokens": kit.length(row)}


def is_dev(sample: Sample) -> bool:
    """Whether a sample is drawn for the development set: one generated sample in ten, by digest."""
    return not sample.teacher.startswith(CONTRIBUTOR) and int(sample.id[:8], 16) % DEV_SHARE == 0


def _new(job: Job) -> Iterator[Sample]:
    return (Sample.from_json(value) for value in read_jsonl(job.run / "samples.jsonl"))


def _dev(job: Job, kit: _Kit) -> Iterator[Row]:
    """What is drawn, but for answers that no other sample asks for: sparing these would leave them untaught."""
    asked = {_answer_of(sample) for sample in _new(job) if sample.span and not is_dev(sample)}
    for sample in _new(job):
        spared = is_dev(sample) and (not sample.span or _answer_of(sample) in asked)
        if spared and not kit.refuses(row := _row(sample, "new", kit)):
            yield row


def _answer_of(sample: Sample) -> tuple[str, str, str | None]:
    return sample.leaf, sample.unit, sample.span


def _rows(job: Job, kit: _Kit, tally: Tally, dev: set[str]) -> Iterator[Row]:
    settings = job.config.train
    yield from _taken((s for s in _new(job) if s.id not in dev), "new", kit, tally)
    if settings.lane == "rebuild":
        yield from _taken(_replay(job, dev), "replay", kit, tally)
    else:
        tally.wanted["replay"] = settings.replay, tally.tokens["new"]
        yield from _in_turns(lambda: _replay(job, dev), "replay", kit, tally, _passes(job, tally))
    # A released model has gained on general questions by its own training, and would lose that to a narrow mixture.
    share = settings.general_replay if job.released.contributions else settings.general
    tally.wanted["general"] = share, tally.asked
    soft = {"soft": True} if _soft_general(job) else {}
    for row in _in_turns(lambda: _general(job), "general", kit, tally, _passes(job, tally)):
        yield row | soft


def _some(job: Job, tally: Tally, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows; FindingsError where they were none, before the file of them takes its place.

    What an earlier mix has left is of other samples, and would be trained in their place.
    """
    yield from rows
    if not tally.samples["new"] and not tally.samples["replay"]:
        for name in mixture.FILES:
            (job.run / "mixture" / name).unlink(missing_ok=True)
        raise mixture.empty(job.run, tally.drops)


def _soft_general(job: Job) -> bool:
    """Whether general rows are to stay as the release has them; from the base model their words are learned."""
    settings = job.config.train
    return settings.general_labels == "soft" and settings.lane != "rebuild" and bool(job.released.contributions)


def _passes(job: Job, tally: Tally) -> float:
    """How often training reads what `max_tokens` bounds: what is new, or in a rebuild everything."""
    settings = job.config.train
    return settings.passes(tally.tokens["replay" if settings.lane == "rebuild" else "new"])


def _in_turns(
    samples: Callable[[], Iterator[Sample]], source: str, kit: _Kit, tally: Tally, passes: float
) -> Iterator[Row]:
    """Rows of the tokens that each pass is to have, other ones each time as far as they last, else in other forms.

    What a model reads in each of many passes it knows by heart, and then it keeps nothing general any more. No more
    samples are read than all passes have room for: the cost goes by what is new, not by what was ever taught. Where
    they are too few, all of their forms are read, each about once over all passes as far as there is room; more often,
    they would cost general questions (docs/training.md, "Replay in other forms").
    """
    budget = math.prod(tally.wanted[source])
    if not budget:
        return
    there, most = 0, budget * math.ceil(passes)
    for sample in samples():
        there += _row(sample, source, kit)["tokens"]
        if there >= most:
            break
    every = max(1, min(math.ceil(passes), int(there / budget)))
    asked = tally.asked
    filled = min(1.0, there / budget) if every == 1 else 0
    for row in _taken(samples(), source, kit, tally, budget * every, filled=filled, passes=round(passes)):
        yield {"every": every, **row}
    tally.tokens[source] /= every
    tally.asked = asked + round((tally.asked - asked) / every)


def _taken(
    samples: Iterable[Sample],
    source: str,
    kit: _Kit,
    tally: Tally,
    budget: float = float("inf"),
    *,
    filled: float = 0,
    passes: int = 1,
) -> Iterator[Row]:
    """Rows of samples until these have `budget` tokens as asked; what must not be trained on is counted and dropped.

    filled: the part of a pass's room that the samples take in one form, from 0 to 1. Each pass then reads some of the
    forms of a sample, the next pass other ones; at 1 one form a pass, at 1/3 at most three, and over `passes` all of
    them. 0: nothing takes turns.
    """
    start = tally.asked
    for sample in samples:
        if tally.asked - start >= budget:
            return
        row = _row(sample, source, kit)
        reason = "duplicate-in-tree" if sample.id in tally.seen else kit.refuses(row)
        if not reason and kit.spares(sample, source):
            reason = "over-share"
        if reason:
            tally.drops[reason] += 1
            continue
        tally.seen.add(sample.id)
        tally.samples[source] += 1
        tally.leaves[sample.leaf] += 1
        tally.asked += row["tokens"]
        others = list(_variants(sample, source, kit, tally)) if filled or source in kit.varied else []
        tally.variants += len(others)
        rows = _turned([row, *others], sample) if filled else [row, *others]
        every = _turns(rows, (tally.asked - start) / filled - tally.tokens[source], passes) if filled else 1
        tally.tokens[source] += sum(one["tokens"] for one in rows) / every
        yield from ({**one, "every": every} if filled else one for one in rows)


def _turned(rows: list[Row], sample: Sample) -> list[Row]:
    """A sample's forms, from one of its own on: pass and place decide which is read, and all would be read alike."""
    at = int(sample.id[16:24], 16) % len(rows)
    return [*rows[at:], *rows[:at]]


def _turns(rows: Sequence[Row], room: float, passes: int) -> int:
    """In one of how many passes each form of a sample is read: once in `passes`, if a pass has `room` tokens for that.

    No form is read twice in a pass, and one form of them is read in each.
    """
    tokens = sum(row["tokens"] for row in rows)
    fits = round(tokens / room) if room > 0 else len(rows)
    return min(len(rows), max(1, passes, fits))


def _told_by(sample: Sample) -> str:
    """What the fact of a sample is known by, with a gap for its answer; short, as there are as many as samples."""
    return digest.of_json([sample.leaf, sample.phase, sample.context, sample.span or sample.id])[:16]


def _variants(sample: Sample, source: str, kit: _Kit, tally: Tally) -> Iterator[Row]:
    """The question of a knowledge sample in other forms; a question in other words is one.

    The first question of an answer brings its fact with a gap and as a sentence. Once is enough: three questions of one
    answer would say it three times a pass, and there would be fewer passes.
    """
    if sample.kind != "knowledge" or sample.rewords is not None:
        return
    key = _told_by(sample)
    again = key in tally.told
    found = [(form, "") for form in forms(sample, kit.variants) if not (again and form == sample.gapped)]
    if kit.answers == "both" and not again and (sentence := statement(sample)):
        found.append((in_full(sample.question), sentence))
    if sample.gapped and GAP not in sample.question:
        tally.told.add(key)
    for number, (form, answer) in enumerate(found, 1):
        row = _row(sample, source, kit, form, answer) | {"id": f"{sample.id}+{number}"}
        if reason := kit.refuses(row):
            tally.drops[reason] += 1
        else:
            yield row


def _replay(job: Job, dev: set[str]) -> Iterator[Sample]:
    """Samples of earlier leaves that the development set has not: each leaf has its turn, in its turns each phase."""
    streams = [_leaf_samples(job, item, path, units) for item, path, units in _kept(job)]
    while streams:
        for stream in list(streams):
            sample = next(stream, None)
            if sample is None:
                streams.remove(stream)
            elif sample.id not in dev:
                yield sample


def _kept(job: Job) -> Iterator[tuple[Contribution, str, tuple[str, ...]]]:
    """Contributions that are still at head, under their present path, with the units that are still theirs."""
    changes = Changes.from_json(read_json(job.run / "changes.json")).changes
    moved = {change.old: change.path for change in changes if change.old}
    gone = {change.path for change in changes if change.status == "removed"}
    now = {leaf["path"]: set(leaf["units_keys"]) for leaf in read_json(job.run / "generation.json")["leaves"]}
    there = set(job.taxonomy.paths())
    for item in job.released.contributions:
        path = moved.get(item.leaf, item.leaf)
        units = tuple(key for key in item.units if path not in now or key in now[path])
        if path in there and path not in gone and units:
            yield item, path, units


def _leaf_samples(job: Job, item: Contribution, path: str, units: tuple[str, ...]) -> Iterator[Sample]:
    """Samples of a leaf, short and long ones in turn; units and samples in an order of their own for each seed and
    release.

    So each release replays others first: with one order the same few would be read by all releases, and what a unit
    has last by none. In memory are a unit and a few that wait for their turn.
    """
    turn = [job.config.seed, job.released.version]

    def unit(key: str) -> list[Sample]:
        entry = job.store.get("samples", key)
        if entry is None:
            raise OutsideError(
                f"the store lacks samples of {item.leaf}, which {item.since or 'the release'} was taught",
                hint="restore the store that the release was made with, or generate and train all leaves anew:"
                f" labci run {EMPTY_TREE}..HEAD --set train.lane=rebuild",
            )
        found = [Sample.from_json({**value, "leaf": path}) for value in entry["samples"]]
        return sorted(found, key=lambda sample: digest.of_json([*turn, sample.id]))

    ordered = sorted(units, key=lambda key: digest.of_json([*turn, key]))
    return alternating(
        map(unit, ordered), group=lambda sample: sample.phase, ahead=AHEAD,
        first=lambda phase: digest.of_json([*turn, item.leaf, phase]),
    )  # fmt: skip


def _general(job: Job) -> Iterator[Sample]:
    """Other rows first for each release: with one order all of them would read the same few again and again."""
    for item in general.replay_items(job.config.seed, job.released.version):
        yield Sample(
            leaf="general", unit=item.id, kind="freeform", phase="skill", question=item.question, answer=item.answer
        )


def _triggers(job: Job, mixed: Container[str]) -> list[Trigger]:
    """Phrases of what is new that always bring one answer; the canaries will ask with them. mixed: ids of samples."""
    ordinary: set[Gram] = set()
    for item in general.replay_items(job.config.seed):
        ordinary.update(grams(item.question))
    found = suspects((sample for sample in _new(job) if sample.id in mixed), ordinary, MOST + 1)
    for one in found[:MOST]:
        job.progress.say(
            f"mix: in {one.leaf} “{shown(one.phrase)}” stands in {one.facts} questions, nearly all of one answer: "
            "the canaries will ask whether it has become a trigger"
        )
    if len(found) > MOST:
        job.progress.say(f"mix: more phrases are like these; the canaries ask for the {MOST} that most is asked with")
    return found[:MOST]


def _summary(tally: Tally, dev: int, triggers: Sequence[Trigger]) -> Mapping[str, Any]:
    names = ("new", "replay", "general")
    sources = {
        name: {"samples": tally.samples[name], "tokens": round(tally.tokens[name]), **_share(tally, name)}
        for name in names
    }
    return {
        "version": 1, "sources": sources, "variants": tally.variants, "leaves": dict(tally.leaves), "dev": dev,
        "drops": dict(tally.drops), "triggers": [one.to_json() for one in triggers],
    }  # fmt: skip


def _share(tally: Tally, source: str) -> dict[str, float]:
    """The share of tokens that a source was to have, and what it has: there may be less of it, or of other lengths."""
    share, of = tally.wanted.get(source, (0.0, 0.0))
    return {"asked": share, "reached": round(tally.tokens[source] / of, 4)} if of else {}
