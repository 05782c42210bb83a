"""Stage: what generation and training of the changes would cost, without starting a teacher or torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from labci.artifact import write_json
from labci.blocks.variation import clean, trouble
from labci.english.reading import can_read
from labci.flows import skill
from labci.job import Job
from labci.request import Request, Response
from labci.units import Unit
from labci.work import (
    MAX_WORDS,
    Opened,
    Work,
    candidates,
    example,
    is_new,
    rate_key,
    settings_of,
    units_of,
    variations,
    wanted,
    works,
)  # fmt: skip

CHARS_PER_TOKEN = 4.2  # of English in SmolLM2's tokenizer, measured on the shipped leaves
TURN_TOKENS = 5  # what the chat template adds to a message
QUESTION_TOKENS = 16  # of a knowledge question
LONGER = 2.0  # what a small teacher writes, in lengths of its example (docs/generation.md)
YIELD = 0.55  # of the wanted samples, as the embedded teacher's runs gave (docs/generation.md)
TOKENS_PER_SECOND = 60.0  # that the embedded teacher writes on two cores, until a run has measured its calls
CALLS_PER_WORD = 1.1  # of a document, at three samples a span; where the parser is not installed
PROMPT_TOKENS = 60  # of a question's request
TRAIN_TOKENS = 29  # a sample's prompt and completion
VARIANT_TOKENS = 24  # another form of its question
GENERAL_TOKENS = 9_800  # of all general items that are shipped for training
TRAIN_TOKENS_PER_SECOND = 120.0  # full fine-tuning of 135M parameters in fp32 on two cores


@dataclass(slots=True, kw_only=True)
class Estimate:
    """What one leaf would cost. chunks: digests of its documents' chunks that no released model was taught."""

    path: str
    calls: int = 0
    cached: int = 0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0
    seconds: float = 0.0
    samples: float = 0.0
    chunks: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The leaf's entry in plan.json."""
        return {"path": self.path, "calls": self.calls, "calls_cached": self.cached, "chunks": self.chunks}


def plan(job: Job) -> dict[str, Any]:
    """Write plan.json and return it (schemas/plan.json). `calls` counts what the store already holds, too."""
    opened = Opened(job=job)
    try:
        todo = list(works(job, opened))
        estimates = [_estimate(job, work) for work in todo]
    finally:
        opened.close()
    names = sorted({work.teacher for work in todo}) or [job.config.teacher]
    value: dict[str, Any] = {
        "version": 1,
        "teacher": ", ".join(names),
        "calls": sum(item.calls for item in estimates),
        "calls_cached": sum(item.cached for item in estimates),
        "prompt_tokens": round(sum(item.prompt_tokens for item in estimates)),
        "completion_tokens": round(sum(item.completion_tokens for item in estimates)),
        "seconds": round(sum(item.seconds for item in estimates)),
        "train": _train(job, sum(item.samples for item in estimates)),
        "exact": can_read(),
        "leaves": [item.to_json() for item in estimates],
    }
    write_json(job.run / "plan.json", value)
    job.run.finish("plan", inputs=("changes.json",), outputs=("plan.json",), settings=settings_of(job))
    return value


def _estimate(job: Job, work: Work) -> Estimate:
    """Goes through the leaf's requests as generation will make them, unit by unit."""
    own = Estimate(path=work.leaf.path)
    spans: set[tuple[str, str | None, str]] = set()
    for unit in units_of(job, work):
        if not is_new(job, work, unit):
            continue
        own.samples += len(unit.seed.pairs) if unit.seed else 0
        own.chunks += [unit.digest] if unit.document else []
        if work.leaf.kind != "knowledge":
            own.samples += wanted(job, work) * YIELD
            _add_skill(job, work, unit, own)
            continue
        if not can_read():
            _guess(job, work, unit, own)
            continue
        for item in candidates(job, work, unit):
            spans.add((unit.digest, item.sample.context, item.sample.answer))
            _add(job, item.request, own)
    own.samples += len(spans) * wanted(job, work) * YIELD
    rate = job.store.get("rates", rate_key(work.model)) or {}
    missing = own.calls - own.cached
    if work.leaf.kind == "knowledge":
        own.completion_tokens = missing * QUESTION_TOKENS
    if "completion_tokens" in rate:
        own.completion_tokens = missing * float(rate["completion_tokens"])
    own.seconds = missing * rate["seconds"] if "seconds" in rate else own.completion_tokens / TOKENS_PER_SECOND
    return own


def _guess(job: Job, work: Work, unit: Unit, own: Estimate) -> None:
    """What a paragraph usually costs, for a core installation, which can't read it."""
    words = len(unit.chunk.text.split()) if unit.chunk else 0
    calls = round(words * CALLS_PER_WORD * wanted(job, work) / 3)
    own.calls += calls
    own.samples += calls * YIELD / 2
    own.prompt_tokens += calls * PROMPT_TOKENS


def _add(job: Job, request: Request, own: Estimate, like: str = "") -> dict[str, Any] | None:
    """Counts a request; returns the store's answer. like: an example of the answer, which tells its length."""
    entry = job.store.get("responses", request.digest)
    own.calls += 1
    own.cached += entry is not None
    if entry is None:
        own.prompt_tokens += sum(_tokens(item["content"]) + TURN_TOKENS for item in request.messages)
        own.completion_tokens += min(request.sampling.max_tokens, LONGER * _tokens(like))
    return entry


def _tokens(text: str) -> float:
    return len(text) / CHARS_PER_TOKEN


def _add_skill(job: Job, work: Work, unit: Unit, own: Estimate) -> None:
    """Answers can be counted exactly only where the variation that they answer is in the store.

    Until then the example stands for it: as long, and of use.
    """
    for item in variations(job, work, unit):
        entry, text = _add(job, item.request, own, example(item)), example(item)
        if entry is not None:
            response = Response(**entry)
            text = clean(response.text)
            if response.finish == "length" or trouble(text, example(item), max_words=MAX_WORDS)[0]:
                continue
        made = skill.attempts(work.leaf, unit, work.flow, skill.varied(item, text), model=work.model)
        for request in made.requests:
            _add(job, request, own, item.pair.answer)


def _train(job: Job, samples: float) -> dict[str, int]:
    """Replay and general data as the mixture draws them, by tokens."""
    settings, taught = job.config.train, sum(item.samples for item in job.released.contributions)
    new = round(samples)
    tokens = new * (TRAIN_TOKENS + settings.variants * VARIANT_TOKENS)
    replay = min(taught, round(tokens * settings.replay / TRAIN_TOKENS))
    share = settings.general_replay if taught else settings.general
    general = min(GENERAL_TOKENS, share * (new + replay) * TRAIN_TOKENS)
    whole = tokens + replay * TRAIN_TOKENS + general
    seconds = whole * settings.passes(tokens) / TRAIN_TOKENS_PER_SECOND
    return {"samples_new": new, "samples_replay": replay, "tokens": round(whole), "seconds": round(seconds)}
