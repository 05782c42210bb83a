"""Likelihoods from a server that returns the log-probabilities of a prompt's tokens, as vLLM does.

A continuation is sent as the assistant's turn, not ended (`continue_final_message`), with `prompt_logprobs: 0`; the
answer has one entry per token of the prompt. The same conversation without it, open for an answer, tells where the
continuation begins. llama.cpp's server ignores all this (seen with xllamacpp 2026.10), and other servers refuse it.

A server that does it may still refuse one conversation, such as one that is too long: that one has no likelihood then.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from labci.errors import OutsideError
from labci.request import Continuation, Message, Scored, Unscored

Post = Callable[[Mapping[str, Any]], Awaitable[Any]]
Posting = Callable[[Collection[int]], AbstractAsyncContextManager[Post]]
Check = Callable[[object], None]

JOBS = 8  # requests under way where the user sets no number
UNKNOWN = (400, 404, 405, 413, 422, 501)  # what servers answer to parameters that they don't have, or to one text
UNUSABLE = Unscored(why="an answer without usable log-probabilities")
PROBE = Continuation(messages=({"role": "user", "content": "The sky is"},), text="blue today")
Token = tuple[str, float]  # id and natural log of its probability


class UnsupportedError(Exception):
    """The server returns no log-probabilities of a prompt."""


class PromptLogprobs:
    """Scores continuations by one served model. posting: a way to send the body of a chat completion, again and again
    until it is answered; Unscored where the status is one of those it is given, or the server answers others alone.

    check: told of the model that each answer names; raises OutsideError for another one than before.
    """

    def __init__(self, posting: Posting, *, served: str, check: Check, jobs: int = 0) -> None:
        self.posting, self.served, self.check, self.jobs = posting, served, check, jobs or JOBS
        self.works: bool | None = None  # None: not tried yet

    def __call__(self, items: Sequence[Continuation]) -> list[Scored] | None:
        """(sum of natural logs, tokens) of each item without the turn's end; None where the server can't.

        That is found out once, by a small request. Unscored for items that it can't score while it can others.
        Raises OutsideError for a server that is dead, refuses, or could and no longer can.
        """
        return asyncio.run(self._all(items)) if self.works is not False else None

    async def _all(self, items: Sequence[Continuation]) -> list[Scored] | None:
        async with self.posting(UNKNOWN) as post:
            if self.works is None:
                self.works = await self._probe(post)
            if not self.works:
                return None
            found = await _Scoring(post, self.served, self.check, self.jobs).all(items)
            if found and all(isinstance(one, Unscored) for one in found) and not await self._probe(post):
                raise trouble(self.served, "it could, and no longer does")
            return found

    async def _probe(self, post: Post) -> bool:
        (found,) = await _Scoring(post, self.served, self.check, 1).all([PROBE])
        return not isinstance(found, Unscored) and found[1] > 0 and found[0] < 0


class _Scoring:
    """One call's requests; the tokens of prompts that items share are asked for once."""

    def __init__(self, post: Post, served: str, check: Check, jobs: int) -> None:
        self.post, self.served, self.check = post, served, check
        self.places = asyncio.Semaphore(jobs)
        self.prompts: dict[str, asyncio.Task[list[Token] | Unscored]] = {}

    async def all(self, items: Sequence[Continuation]) -> list[Scored]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(group, item)) for item in items]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _one(self, group: asyncio.TaskGroup, item: Continuation) -> Scored:
        if not item.text:
            return 0.0, 0
        key = json.dumps([dict(message) for message in item.messages])
        if key not in self.prompts:
            self.prompts[key] = group.create_task(self._tokens(item.messages))
        turn = {"role": "assistant", "content": item.text}
        whole = await self._tokens([*item.messages, turn], add_generation_prompt=False, continue_final_message=True)
        begun = await self.prompts[key]
        if isinstance(whole, Unscored):
            return whole
        if isinstance(begun, Unscored):
            return begun
        rest = whole[_common(begun, whole) :]
        return sum(value for _, value in rest), len(rest)

    async def _tokens(self, messages: Sequence[Message], **how: bool) -> list[Token] | Unscored:
        """The prompt's tokens; the first, which nothing comes before, with 0."""
        chat = [dict(message) for message in messages]
        sampling = {"max_tokens": 1, "temperature": 0.0}
        values = {"model": self.served, "messages": chat, **sampling, "extra_body": {"prompt_logprobs": 0, **how}}
        async with self.places:
            found = await self.post(values)
        if isinstance(found, Unscored):
            return found
        if not isinstance(found, dict):
            return UNUSABLE
        self.check(found.get("model"))
        try:
            return tokens(found.get("prompt_logprobs"))
        except UnsupportedError:
            return UNUSABLE


def trouble(served: str, what: str) -> OutsideError:
    """What stops a run; without what the server said, which may hold the key."""
    return OutsideError(
        f"teacher {served} gave no likelihoods: {what}",
        hint="what is done is kept; when the server is well, run the same command again",
    )


def tokens(found: Any) -> list[Token]:
    """vLLM's `prompt_logprobs`: null for the first token, then {"ID": {"logprob": …}}, the token itself first.

    Raises UnsupportedError for anything else, and for what is no number.
    """
    if not isinstance(found, list) or len(found) < 2:
        raise UnsupportedError
    try:
        first = next(iter(found[0] or {"": None}))
        entries = [next(iter(entry.items())) for entry in found[1:]]
        values = [(first, 0.0), *((token, float(value["logprob"])) for token, value in entries)]
    except (AttributeError, KeyError, OverflowError, StopIteration, TypeError, ValueError):
        raise UnsupportedError from None
    if not all(math.isfinite(value) for _, value in values):
        raise UnsupportedError
    return values


def _common(left: Sequence[Token], right: Sequence[Token]) -> int:
    """How many ids are the same before the first difference."""
    pairs = zip(left, right, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one[0] != other[0]), min(len(left), len(right)))
