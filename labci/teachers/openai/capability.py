"""What a server can do beyond writing text, found out by asking it; a few small requests."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from labci.errors import OutsideError
from labci.teachers.openai import refusal
from labci.teachers.openai.dialect import Dialect
from labci.teachers.openai.guard import UnreadableError, connect
from labci.teachers.openai.wire import cached, response_format, said

if TYPE_CHECKING:
    from openai import AsyncOpenAI

SECONDS = 20.0  # for one answer
COLOUR = {"colour": {"enum": ["blue"]}}
SCHEMA = {"type": "object", "properties": COLOUR, "required": ["colour"], "additionalProperties": False}
TEXT = "The sky is blue"
Body = dict[str, Any]
PromptLogprobs = Literal["", "echo", "chat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """models: ids that the server lists, None where it has no list; chat: whether the served one answers, else why not.

    json_schema: whether `response_format` holds an answer to a schema. logprobs: of an answer's tokens.
    prompt_logprobs: those of a prompt, "chat" by `prompt_logprobs`, else "echo" by /completions, both as vLLM has
    them. prefix_cache: whether answers count prompt tokens from the cache. seed: whether the same seed drew the same
    text twice. refused: parameters that it doesn't take, and that are left out.
    """

    models: tuple[str, ...] | None
    trouble: str = ""
    json_schema: bool = False
    logprobs: bool = False
    prompt_logprobs: PromptLogprobs = ""
    prefix_cache: bool = False
    seed: bool = False
    refused: tuple[str, ...] = ()


def probe(place: refusal.Place) -> Capabilities:
    """Ask the server; OutsideError if it isn't there or refuses the key."""
    return asyncio.run(_Probe(place).all())


class _Probe:
    def __init__(self, place: refusal.Place) -> None:
        self.place, self.dialect = place, Dialect(shapes=True)

    async def all(self) -> Capabilities:
        async with connect(self.place.url, self.place.key) as client:
            models = await self._models(client)
            first = await self._chat(client, TEXT, temperature=1.0, seed=7)
            if "choices" not in first:
                return Capabilities(models=models, trouble=str(first.get("trouble") or self._unsaid(first)))
            again = await self._chat(client, TEXT, temperature=1.0, seed=7)
            shaped = await self._chat(client, "Write a poem.", response_format=response_format(SCHEMA))
            likely = await self._chat(client, TEXT, logprobs=True)
            return Capabilities(
                models=models,
                json_schema=_fits(_text(shaped)),
                logprobs=bool(_at(likely, "choices", 0, "logprobs", "content")),
                prompt_logprobs=await self._prompt_logprobs(client),
                prefix_cache=cached(again) is not None,
                seed=bool(_text(first)) and _text(first) == _text(again),
                refused=tuple(self.dialect.dropped),
            )

    def _unsaid(self, body: Body) -> str:
        """What an answer is that holds none; some gateways send their errors with status 200."""
        message = self.place.without_secrets(said(body, "")) if "error" in body else ""
        return f"no answer{f': {message}' if message else ''}"

    async def _models(self, client: AsyncOpenAI) -> tuple[str, ...] | None:
        found = await self._ask(client, "GET", "/models")
        rows = found.get("data")
        return tuple(str(row.get("id")) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else None

    async def _prompt_logprobs(self, client: AsyncOpenAI) -> PromptLogprobs:
        chat = await self._chat(client, TEXT, prompt_logprobs=0)
        if isinstance(chat.get("prompt_logprobs"), list):
            return "chat"
        values = {"model": self.place.served, "prompt": TEXT, "max_tokens": 1, "echo": True, "logprobs": 1}
        found = await self._ask(client, "POST", "/completions", values)
        tokens = _at(found, "choices", 0, "logprobs", "token_logprobs")
        told = isinstance(tokens, list) and len(tokens) > 2
        return "echo" if told and str(_at(found, "choices", 0, "text")).startswith(TEXT) else ""

    async def _chat(self, client: AsyncOpenAI, text: str, **more: Any) -> Body:
        messages = [{"role": "user", "content": text}]
        values = {"model": self.place.served, "messages": messages, "max_tokens": 16, "temperature": 0.0, **more}
        spoken = self.dialect
        while True:
            found = await self._ask(client, "POST", "/chat/completions", spoken.worded(values))
            other = spoken.after(found.get("status", 0), found.get("said"), values, shaped=False)
            if "trouble" not in found or other is None:
                break
            spoken = other
        if "trouble" not in found:
            self.dialect = spoken
        return found

    async def _ask(self, client: AsyncOpenAI, verb: str, path: str, values: Body | None = None) -> Body:
        """The JSON of an answer, or {"trouble": …} where the server doesn't have what was asked for.

        That comes with the status and with what the server said, where it did.
        """
        import openai
        from httpx2 import Response

        try:
            async with asyncio.timeout(SECONDS):
                ask = client.get(path, cast_to=Response) if verb == "GET" else client.post(
                    path, cast_to=Response, body=values
                )  # fmt: skip
                found = json.loads((await ask).content)
        except openai.APIStatusError as error:
            if error.status_code in (401, 403):
                raise refusal.refused(self.place, error.status_code, "") from None
            message = self.place.without_secrets(said(error.body, ""))
            trouble = f"HTTP {error.status_code}{f': {message}' if message else ''}"
            return {"trouble": trouble, "status": error.status_code, "said": error.body}
        except (TimeoutError, openai.APITimeoutError):
            return {"trouble": f"no answer within {SECONDS:.0f} s"}
        except (openai.APIConnectionError, OSError):
            raise OutsideError(
                f"{self.place} is not there: no connection", hint="start it, or set OPENAI_BASE_URL"
            ) from None
        except (UnreadableError, openai.APIError, ValueError, RecursionError):
            return {"trouble": "an answer that is no JSON"}
        return found if isinstance(found, dict) else {"trouble": "an answer that is no object"}


def _at(value: Any, *way: str | int) -> Any:
    """What lies there, else None: servers leave out what they like."""
    for step in way:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _text(body: Body) -> str:
    text = _at(body, "choices", 0, "message", "content")
    return text if isinstance(text, str) else ""


def _fits(text: str) -> bool:
    try:
        return bool(json.loads(text) == {"colour": "blue"})
    except ValueError:
        return False
