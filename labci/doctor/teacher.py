"""The teacher: whether it answers, and what the server behind it can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from labci.doctor.finding import Finding
from labci.doctor.model import weights
from labci.errors import LabciError
from labci.extras import MissingExtraError
from labci.request import Request, Sampling

if TYPE_CHECKING:
    from labci.teachers.openai.capability import Capabilities

HELLO = ({"role": "user", "content": "Say hello."},)
found = partial(Finding, section="teacher")


def look(spec: str, model: str, *, probe: bool) -> Iterator[Finding]:
    """Findings about the configured teacher. probe: ask it something."""
    kind, _, argument = spec.partition(":")
    row = partial(found, name=spec)
    try:
        if kind == "openai" and probe and argument:
            yield from _served(spec)
        elif kind == "embedded" and probe:
            yield _answering(spec, model)
        elif kind == "transformers" and argument:
            yield weights(argument, row, "to write samples")
        else:
            from labci.teachers import open_teacher

            open_teacher(spec, model=model).close()
            yield row(state="ok", value="not asked")
    except MissingExtraError as error:
        yield row(state="missing", value=error.message, fix=error.hint)
    except LabciError as error:
        yield row(state="missing", value=error.message, fix=error.hint)


def _answering(spec: str, model: str) -> Finding:
    """Starts the embedded teacher for one word; not where that would fetch or build a model first."""
    from labci import models
    from labci.teachers import open_teacher

    if not models.gguf_path(model).exists():
        return found(name=spec, state="missing", value="its model is not pulled", fix="labci models pull")
    request = Request(model="", messages=HELLO, sampling=Sampling(max_tokens=1), seed=0, flow="")
    with closing(open_teacher(spec, model=model, jobs=1)) as teacher:
        list(teacher.complete([request]))
        return found(name=spec, state="ok", value=f"{teacher.name} answers")


def _served(spec: str) -> Iterator[Finding]:
    from labci.extras import need
    from labci.teachers import open_teacher, openai, score

    need("an OpenAI-compatible teacher", "openai")
    client = open_teacher(spec)
    if not isinstance(client, openai.Client):
        return
    if "OPENAI_BASE_URL" not in os.environ and not client.place.key:
        fix = "set OPENAI_BASE_URL to a server of your own, or OPENAI_API_KEY"
        yield found(name=spec, state="missing", value="neither an address nor a key is set", fix=fix)
        return
    can = client.capabilities()
    if can.trouble:
        listed = f"; it serves {', '.join(can.models[:5])}" if can.models else ""
        fix = "check the model's name: --teacher openai:MODEL"
        yield found(name=spec, state="missing", value=f"{client.place}: {can.trouble}{listed}", fix=fix)
        return
    yield found(name=spec, state="ok", value=f"{client.place} answers")
    scores = can.prompt_logprobs == "chat" and score(client, []) is not None
    yield from _abilities(can, client.name, scores=scores)


def _abilities(can: Capabilities, served: str, *, scores: bool) -> Iterator[Finding]:
    """What the server can do beyond text; labci works without each. scores: as generation finds it out."""
    local = "a local model scores instead (extra 'train')"
    other = "by echo alone, which is not asked for" if can.prompt_logprobs == "echo" else "none"
    if can.models is not None and served not in can.models:
        yield found(name="model list", state="note", value=f"answers, but is not among {', '.join(can.models[:5])}")
    if can.refused:
        yield found(name="parameters", state="note", value=f"refused, and left out: {', '.join(can.refused)}")
    yes_no = {
        "JSON Schema": (can.json_schema, "answers are held to a schema", "none: answers are read tolerantly"),
        "log-probabilities": (can.logprobs, "of answers", "none of answers"),
        "prompt scores": (scores, "by prompt_logprobs", f"{other}: {local}"),
        "prefix cache": (can.prefix_cache, "counted", "not counted: reports can't say what it saved"),
        "seed": (can.seed, "the same seed drew the same text", "of no effect: only the store makes runs alike"),
    }  # fmt: skip
    for name, (there, good, bad) in yes_no.items():
        yield found(name=name, state="ok" if there else "note", value=good if there else bad)
