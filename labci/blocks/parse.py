"""Read a question out of a teacher's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from labci.blocks import Sift
from labci.chattoken import CHAT_TOKEN, unsafe
from labci.digest import fold
from labci.request import Response
from labci.sample import Reject, Sample

LABEL = re.compile(r"^(?:question|q|\d+)\s*[:.)]\s*", re.IGNORECASE)


def question_parser(responses: Mapping[str, Response]) -> Sift:
    """The first line of each candidate's response becomes its question. responses: by request digest."""

    def block(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
        for sample in samples:
            response = responses[sample.requests[-1]]
            parsed = replace(sample, question=question_of(response.text))
            reason = trouble(response)
            if not reason and not parsed.question:
                reason = "unparsable"
            yield Reject(sample=parsed, stage="parse", reason=reason, detail=response.text[:200]) if reason else parsed

    return block


def question_of(text: str) -> str:
    """The first line that is not empty, without a label or quotes around it."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return fold(LABEL.sub("", first.strip())).strip('"“” ')


def trouble(response: Response) -> str:
    """Why a response is no data, whatever it says: cut off, a chat token, or an injected instruction; else ""."""
    if response.finish == "length":
        return "truncated"
    return unsafe(response.text)


def drop_special(samples: Iterable[Sample]) -> Iterator[Sample | Reject]:
    """Drop what bears a chat token, wherever it came from: a document's words are answers, too."""
    for sample in samples:
        found = CHAT_TOKEN.search(f"{sample.prompt} {sample.answer}")
        detail = f"has {found[0]!r}" if found else ""
        yield Reject(sample=sample, stage="special", reason="special-token", detail=detail) if found else sample
