"""What training would do (`labci train --dry-run`) as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

GIB = 2**30
KNOWN = {
    "weights": "counted in its files", "config.json": "by its config.json", "name": "by its name: the model is not here"
}  # fmt: skip
BASES = {"mixture": "the run's mixture", "plan": "the plan's estimate; nothing is mixed yet"}
PARTS = ("weights", "copies", "gradients", "optimizer", "activations", "logits", "program")


def to_text(value: Mapping[str, Any]) -> str:
    """Model and machine, then each estimate with its phases, memory and disk, then the commands."""
    return "\n".join([*_head(value), *_estimates(value), "", "commands", *_commands(value)])


def _head(value: Mapping[str, Any]) -> Iterator[str]:
    yield "train: nothing was trained (--dry-run)"
    if value["profile"]:
        yield f"  profile   {value['profile']}"
    yield f"  model     {value['model']} ({value['origin']['model']}), {_parameters(value)}"
    yield f"  method    {value['method']}, lane {value['lane']}, phases by {value['origin']['train.phases']}"
    machine = value["machine"]
    free = f"{_gib(machine['available'])} free" if machine["available"] is not None else "free memory unknown"
    yield f"  machine   {machine['device']}, {free}; {_many(value['processes'], 'process')}"


def _parameters(value: Mapping[str, Any]) -> str:
    if value["parameters"] is None:
        return "of unknown size: neither its config.json nor its name tells; memory is not estimated"
    return (
        f"{value['parameters'] / 1e6:,.0f} million parameters ({KNOWN[value['known_from']]}),"
        f" {value['trainable'] / 1e6:,.1f} million of them trained"
    )


def _estimates(value: Mapping[str, Any]) -> Iterator[str]:
    if value["problem"]:
        yield f"\nno estimate for this repository: {value['problem']}"
    for found in value["estimates"]:
        yield f"\nby {BASES.get(found['basis'], found['basis'])}"
        yield _row("phase", "samples", "tokens", "passes", "steps", "warm-up", "rate", "schedule", "context")
        for phase in found["phases"]:
            yield _row(
                phase["name"], f"{phase['samples']:,}", f"{phase['tokens']:,}", f"{phase['epochs']:g}",
                f"{phase['steps']:,}", f"{phase['warmup_steps']:,}", f"{phase['learning_rate']:g}", phase["schedule"],
                f"{phase['max_length']:,}",
            )  # fmt: skip
        limit = "at most " if found["basis"].startswith("published") else ""
        yield f"  {found['steps']:,} steps, {limit}{found['tokens']:,} tokens"
        yield from _batches(found["phases"])
        yield from _memory(value, found)
        yield from _disk(found)


def _row(name: str, *cells: str) -> str:
    widths = (10, 17, 7, 8, 8, 8, 9, 8)
    return f"  {name:<10}" + "".join(f" {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _batches(phases: list[Mapping[str, Any]]) -> Iterator[str]:
    for phase in phases:
        batch = phase["batch"]
        if not batch["whole"]:
            shares = f"batches of {batch['size']} can't be shared out over {batch['processes']} processes"
            yield f"  {phase['name']}: {shares}"
            continue
        parts = f"{_many(batch['processes'], 'process')} x {batch['micro']} x {batch['accumulation']} accumulated"
        yield f"  {phase['name']}: batches of {batch['size']:,} = {parts}, rows of at most {phase['longest']:,} tokens"
        if phase["warmup_steps"] > phase["steps"]:
            share = f"{phase['warmup_steps']:,} steps of warm-up are more than its {phase['steps']:,}"
            yield f"  {phase['name']}: {share}: the rate never reaches its peak"
        if phase["checkpoint"] == "best":
            early = f", early after {phase['patience']} without a lower one" if phase["patience"] else ""
            yield f"  {phase['name']}: ends with the pass of the lowest development NLL{early}"


def _memory(value: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    memory = found["memory"]
    if memory is None:
        return
    parts = ", ".join(f"{name} {memory[name] / GIB:.1f}" for name in PARTS if memory[name])
    yield f"  memory of a process, estimated: {_gib(memory['total'])} ({parts})"
    if found["fits"] is False:
        most = _gib(value["machine"]["available"])
        yield f"  that is more than the {most} that are free here; labci does not cut a model up over devices"
        yield f"  less needs: {', '.join(_less(value))}"


def _disk(found: Mapping[str, Any]) -> Iterator[str]:
    disk = found["disk"]
    if disk is None:
        return
    yield f"  disk, estimated: {_gib(disk['total'])} at its fullest; a checkpoint has {_gib(disk['checkpoint'])}"
    if disk["available"] is not None and disk["total"] > disk["available"]:
        yield f"  that is more than the {_gib(disk['available'])} that are free where the run is"


def _less(value: Mapping[str, Any]) -> Iterator[str]:
    """Settings that would need less memory, the strongest first."""
    if value["method"] == "full":
        yield "train.method lora with train.weights bfloat16"
    if not value["recompute"]:
        yield "train.recompute true"
    yield "a smaller train.micro_tokens or train.max_length"


def _commands(value: Mapping[str, Any]) -> Iterator[str]:
    for row in value["commands"]:
        otherwise = row.get("processes", value["processes"]) != value["processes"]
        yield f"  {row['for']}{', which cuts batches up otherwise than is told above' if otherwise else ''}:"
        yield f"    {row['command']}"


def _gib(size: int) -> str:
    return f"{size / GIB:,.1f} GiB"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}es"
