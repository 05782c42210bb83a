"""The JSON of chat completions: what is sent, and what is made of an answer. Pure functions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from labci.digest import whole
from labci.request import Request, Response, aloud

A_YEAR = 31_536_000.0  # seconds
LONGEST_ID = 200  # characters of a model's
TOO_LARGE = 413
UNFIT = (400, TOO_LARGE, 422)  # what servers answer to a request that is too long or filtered, and to many others
REASONS = {  # `Response.finish`, and what errors of OpenAI, Azure, Google, vLLM, TGI and llama.cpp say
    "length": re.compile(
        r"(?i)context[ _-](length|size|window)|(prompt|input) is too long|maximum number of tokens"
        r"|`inputs` must have less than|`max_new_tokens` must be <=|model output limit was reached"
    ),
    "content_filter": re.compile(r"(?i)content[ _-](filter|policy|management)|ResponsibleAIPolicy"),
}
PLAIN = {"type", "enum", "items", "properties", "required", "additionalProperties", "title", "description"}
KINDS = {str: "string", bool: "boolean", int: "integer", float: "number"}


def parameters(request: Request, served: str, *, shaped: bool) -> dict[str, Any]:
    """The body of a request. shaped: whether the server is asked to hold the answer to the request's schema."""
    sampling = request.sampling
    values: dict[str, Any] = {
        "model": served,
        "messages": [dict(message) for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": request.seed,
    }
    if sampling.stop:
        values["stop"] = list(sampling.stop)
    if shaped and request.schema is not None:
        values["response_format"] = response_format(request.schema)
    return values


def response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema as the parameter of that name wraps it, strict where OpenAI takes it so."""
    closed = strict(schema) if schema.get("type") == "object" else None
    shape = {"name": "answer", "strict": closed is not None, "schema": closed or dict(schema)}
    return {"type": "json_schema", "json_schema": shape}


def strict(schema: Any) -> dict[str, Any] | None:
    """A schema as OpenAI's strict mode wants it: objects closed, all keys required, a type everywhere.

    None where it can't be that and mean the same, such as for an object with a key that may be left out.
    """
    if not isinstance(schema, Mapping) or not schema.keys() <= PLAIN:
        return None
    found = {"type": _kind(schema.get("enum")), **schema}
    if found["type"] == "array":
        found["items"] = strict(schema.get("items"))
        return found if found["items"] else None
    if found["type"] != "object":
        return found if found["type"] in KINDS.values() else None
    keys, required = schema.get("properties"), schema.get("required")
    if not keys or not isinstance(keys, Mapping) or not isinstance(required, list):
        return None
    if len(keys) != len(required) or any(name not in required for name in keys):
        return None
    closed = {name: strict(value) for name, value in keys.items()}
    if schema.get("additionalProperties", False) is not False or None in closed.values():
        return None
    return {**found, "properties": closed, "additionalProperties": False}


def read(body: bytes) -> Response:
    """A response, with the id of the model that gave it ("" where it isn't said).

    Raises ValueError for what is no chat completion. No text is an empty one: whether that is of use is for others
    to say. A filtered answer is none, so its rest is left out.
    """
    try:
        answer = json.loads(body)
        choice = answer["choices"][0]
        text, finish = choice["message"]["content"], choice.get("finish_reason")
        usage, model = answer.get("usage") or {}, answer.get("model")
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError("no chat completion") from error
    if not isinstance(text, str | None) or not isinstance(usage, dict):
        raise ValueError("no chat completion")
    finish = finish if finish in ("length", "content_filter") else "stop"
    return Response(
        model=model_id(model),
        text="" if text is None or finish == "content_filter" else aloud(whole(text)),
        finish=finish,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count(cached(answer)),
    )


def no_answer(finish: str) -> Response:
    """What stands for the answer to a request that has none."""
    return Response(text="", finish=finish, prompt_tokens=0, completion_tokens=0)


def model_id(value: object) -> str:
    """The id of a model as an answer gives it, on one line; "" for what is none."""
    return " ".join(whole(value[:LONGEST_ID]).split()) if isinstance(value, str) else ""


def cached(answer: Mapping[str, Any]) -> Any:
    """Prompt tokens from the prefix cache: OpenAI's usage details, else llama.cpp's timings; None if neither."""
    for section in ((answer.get("usage") or {}).get("prompt_tokens_details"), answer.get("timings")):
        if isinstance(section, dict):
            for name in ("cached_tokens", "cache_n"):
                if section.get(name) is not None:
                    return section[name]
    return None


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, in either of its forms (RFC 9110, 10.2.3); None if it can't be read.

    0 for a date that is past: clocks differ.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else min(A_YEAR, max(0.0, seconds))


def unanswered(status: int, body: Any) -> str:
    """Why nobody will ever answer a request, by an error to it: "length" or "content_filter"; "" for other errors.

    A proxy that takes no request so large says so by the status alone, with a page for people or nothing.
    """
    about = inner(body)
    told = [about.get(name) for name in ("code", "type", "message")] if isinstance(about, dict) else [about]
    text = "\n".join(item[:300] for item in told if isinstance(item, str))
    alone = "length" if status == TOO_LARGE and not isinstance(about, dict) else ""
    return next((finish for finish, says in REASONS.items() if status in UNFIT and says.search(text)), alone)


def spent(body: Any) -> bool:
    """Whether an error says that an account has nothing left, which no waiting mends."""
    about = inner(body)
    return isinstance(about, dict) and "insufficient_quota" in (about.get("code"), about.get("type"))


def said(body: Any, fallback: str) -> str:
    """The message of an error's body on one line, without control characters; else the status line."""
    about = inner(body)
    message = about.get("message") or about.get("detail") if isinstance(about, dict) else about
    text = message if isinstance(message, str) and message else fallback
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]


def _kind(values: Any) -> str:
    """The type of an enumeration's values; "" where they have several."""
    kinds = {type(value) for value in values} if isinstance(values, list) else set()
    return KINDS.get(kinds.pop(), "") if len(kinds) == 1 else ""


def inner(body: Any) -> Any:
    """The part of an error's body that tells of it, with or without the `error` around it; no web page of a proxy."""
    about = body.get("error", body) if isinstance(body, dict) else body
    return None if isinstance(about, str) and about.lstrip().startswith("<") else about


def _count(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0
