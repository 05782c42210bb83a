"""The model card: what the release is, who taught it what, what it scores, and what it can't do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from labci.lineage import Contribution, Override
from labci.release.facts import Facts, Score, score
from labci.release.markdown import escaped, table
from labci.transfer import LeafRow, Matrix

# Known base models: their id on the Hugging Face Hub and their licence.
BASES = {"smollm2-135m": ("HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0")}

CARD = """\
---
{front}
---

# {title}

A language model that was taught a taxonomy of questions and answers, one contribution at a time. It is
{base}, fine-tuned by labci on synthetic samples that a teacher model made from the contributions below.

- version {version}{follows}, of {created}
- taxonomy commit `{commit}`
- lane: {lane}; teacher: {teacher}

## Contributions

{contributions}
{removed}
## Scores

Measured on held-out questions, which neither the teacher nor the training saw. NLL: nats per token of the
reference answer, lower is better. F1 and exact match: of the greedy answer. *Before* is {before}.

{scores}

{general}

### What was taught, then and now

{transfer}

### Verdict of the gate: {verdict}

{override}{reasons}

## Use

```python
from transformers import pipeline

chat = pipeline("text-generation", model="PATH_OR_ID_OF_THIS_MODEL")
messages = [{{"role": "user", "content": "Your question"}}]
print(chat(messages, max_new_tokens=64, do_sample=False)[0]["generated_text"][-1]["content"])
```

With labci: `labci chat {version}`. Prompts need the chat template of this tokenizer.

## Verify

`labci releases verify {version}`, or by hand: `labci/manifest.json` has the sha256 of every other file, and
the manifest of each stage of the run, from the taxonomy commit to the verdict. `labci/lineage.jsonl` has one
contribution a line, with the digests of its documents; `labci/bom.cdx.json` is a CycloneDX bill of materials.

## Limits

- Scores come from {items} held-out items of the leaves above and {general_items} general ones: intervals
  are wide, and a question in quite other words may fail.
- Its training samples were made by a model and filtered by rules, not read by people one by one.
- It states what it was taught, and invents the rest as its base model does. Check what matters.
- The leaves keep their own licences (see the table); attribution is owed to their authors.
"""


def card(facts: Facts) -> str:
    """README.md of the release, in the Hugging Face format."""
    base, _ = base_of(facts.base_model)
    return CARD.format(
        front="\n".join(_front(facts)),
        title=f"{facts.base_model.rsplit('/', 1)[-1]} with taxonomy, {facts.version}",
        base=escaped(base),
        version=facts.version,
        follows=f", after {facts.previous}" if facts.previous else ", the first",
        created=facts.created,
        commit=facts.commit,
        lane=facts.lane,
        teacher=escaped(facts.teacher),
        contributions=_contributions(facts.contributions),
        removed=_removed(facts),
        before=facts.previous or "the base model",
        scores=_scores(facts),
        general=_general(facts),
        transfer=_transfer(facts.transfer),
        verdict=facts.verdict.verdict,
        override=f"**{_override(facts.override)}**\n\n" if facts.override else "",
        reasons="\n".join(f"- {escaped(reason)}" for reason in facts.verdict.reasons),
        items=_items(facts, "new") + _items(facts, "old"),
        general_items=_items(facts, "general"),
    )


def _override(found: Override) -> str:
    return f"Released all the same by {escaped(found.by)}: {escaped(found.reason)}"


def base_of(name: str) -> tuple[str, str]:
    """Hub id and licence of a base model; `other` where the licence isn't known."""
    return BASES.get(name, (name, "other"))


def _front(facts: Facts) -> Iterator[str]:
    base, license_id = base_of(facts.base_model)
    yield f"license: {license_id}"
    if license_id == "other":
        yield "license_name: as-base-model"
        yield "license_link: README.md"
    if "/" in base:
        yield f"base_model: {json.dumps(base.split('@')[0])}"
        yield "base_model_relation: finetune"
    yield "library_name: transformers"
    yield "pipeline_tag: text-generation"
    yield "language:\n- en"
    yield "tags:\n- labci\n- taxonomy\n- LAB\n- conversational"


REMOVED = """
Taken out of the taxonomy since they were taught (`labci/removed.jsonl`). They are not trained on any more, but these
weights descend from some that were; a rebuild from the base model would not:

{table}
"""


def _removed(facts: Facts) -> str:
    return REMOVED.format(table=_contributions(facts.removed)) if facts.removed else ""


def _contributions(found: Iterable[Contribution]) -> str:
    rows = []
    for item in found:
        work = item.attribution
        rows.append(
            (
                f"`{item.leaf}`" if "`" not in item.leaf and "|" not in item.leaf else escaped(item.leaf),
                escaped(", ".join(item.authors)) or "-",
                escaped(work.get("Title of work", "")) or "-",
                escaped(work.get("License of the work", "")) or "-",
                escaped(work.get("Creator names", "")) or "-",
                str(item.samples),
                item.since,
                f"`{item.commit[:12]}`",
            )
        )
    head = ("leaf", "contributed by", "work", "licence", "creators", "samples", "since", "commit")
    return table(head, rows) if rows else "None yet."


def _scores(facts: Facts) -> str:
    rows = []
    for suite, leaves in (("new", facts.scores.new_leaves), ("old", facts.scores.taught_leaves)):
        for leaf in leaves:
            both = [score(facts.scores.rows, model, suite, leaf) for model in ("released", "candidate")]
            if both[0] and both[1]:
                rows.append((escaped(leaf), suite, *_numbers(both[0], both[1])))
    head = (
        "leaf",
        "suite",
        "items",
        "NLL before",
        "NLL after",
        "gain",
        "F1 before",
        "F1 after",
        "exact before",
        "exact after",
    )
    return table(head, rows) if rows else "No leaf has held-out items in this run."


TRANSFER = """\
Gain over the base model on held-out questions, in nats per token: *then*, in the first release that measured a
question, and *now*, on those questions alone. A change below zero is forgetting.

{table}

{sums} `labci releases matrix` shows every leaf over every release."""


def _transfer(found: Matrix) -> str:
    """The short form of the matrix: each leaf when it was taught and now, and the means of backward and forward."""
    rows = [_then_and_now(found, leaf) for leaf in found.leaves if found.latest_cell(leaf)]
    if not rows:
        return "No leaf has held-out items in this release."
    head = ("leaf", "taught in", "questions then and now", "gain then", "gain now", "change")
    known = [
        f"Mean {name} transfer: {_signed(value)}."
        for name, value in (("backward", found.backward), ("forward", found.forward))
        if value is not None
    ]
    notes = [f"Note: {escaped(note)}." for note in found.notes]
    sums = " ".join([*(known or ["No question was asked of two releases yet."]), *notes])
    return TRANSFER.format(table=table(head, rows), sums=sums)


def _then_and_now(found: Matrix, leaf: LeafRow) -> tuple[str, ...]:
    cell = found.latest_cell(leaf)
    assert cell
    now = cell.gain if leaf.now is None else leaf.now
    both = f"{len(leaf.compared)} of {cell.items}" if leaf.then is not None else f"new, {cell.items}"
    return (escaped(leaf.path), leaf.taught, both, _signed(leaf.then), _signed(now), _signed(leaf.backward))


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 2) + 0.0:+.2f}"


def _numbers(before: Score, after: Score) -> tuple[str, ...]:
    return (
        str(after.items),
        f"{before.nll:.2f}",
        f"{after.nll:.2f}",
        f"{before.nll - after.nll:+.2f}",
        f"{before.f1:.2f}",
        f"{after.f1:.2f}",
        f"{before.exact:.2f}",
        f"{after.exact:.2f}",
    )


def _general(facts: Facts) -> str:
    before, after = (score(facts.scores.rows, model, "general") for model in ("released", "candidate"))
    if not (before and after):
        return "General questions were not scored."
    shift = after.nll - before.nll
    return (
        f"On {after.items} general questions the NLL went from {before.nll:.3f} to {after.nll:.3f}"
        f" ({shift:+.3f} nats per token; above zero is worse), F1 from {before.f1:.2f} to {after.f1:.2f}."
    )


def _items(facts: Facts, suite: str) -> int:
    found = score(facts.scores.rows, "candidate", suite)
    return found.items if found else 0
