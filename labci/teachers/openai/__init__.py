"""Any server that speaks OpenAI's chat completions: bounded concurrency, back-off, no secret in an error.

`client` answers requests, `line` repeats them, `attempt` makes one attempt, `limit` says how many at once, `pulse`
whether the server lives, `dialect` which parameters it takes, by the `complaint` that an error is; `wire` writes and
reads the JSON, `refusal` is what stops a run, `guard` keeps answers small, `capability` finds out what the server can
do.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from labci.errors import ConfigError
from labci.teachers import Options
from labci.teachers.openai.client import FIRST_WAIT, Client, Extra
from labci.teachers.openai.pulse import Pulse

__all__ = ["FIRST_WAIT", "Client", "Extra", "Pulse", "from_environment"]

DEFAULT_URL = "https://api.openai.com/v1"


def from_environment(options: Options) -> Client:
    """A client for OPENAI_BASE_URL with OPENAI_API_KEY; the key is never printed."""
    url = os.environ.get("OPENAI_BASE_URL") or DEFAULT_URL
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as half an IPv6 address
        good = False
    if not good:
        raise ConfigError("OPENAI_BASE_URL is no http or https address", hint="such as http://localhost:8000/v1")
    key = os.environ.get("OPENAI_API_KEY", "")
    return Client(
        url=url, key=key, served=options.argument, jobs=options.jobs, first_wait=FIRST_WAIT, say=options.say,
    )  # fmt: skip
