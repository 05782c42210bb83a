"""A child process that continues prompts with a GGUF in llama.cpp: `python -m labci.lm.llama_child`.

Reads one JSON object on stdin ({"model", "prompts": [[ids]], "tokens", "threads"}) and writes one on stdout
({"continuations": [[ids]]}). Greedy. A process of its own, because llama.cpp prints what it likes and its
threads spin.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

START_SECONDS = 120


def main() -> None:
    """Answer all prompts, then end."""
    request = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what llama.cpp prints goes to stderr
    server = _serve(request)
    _await_health(server.listening_address)
    found = [_continue(server.listening_address, ids, request["tokens"]) for ids in request["prompts"]]
    json.dump({"continuations": found}, answers)
    answers.flush()
    os._exit(0)  # its threads need no farewell


def _serve(request: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = request["model"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = request["threads"]
    params.n_parallel = 1
    params.n_ctx = 1024
    params.n_gpu_layers = 0
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.ui = False
    params.fit_params = False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


def _await_health(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310 (loopback)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    sys.exit("llama.cpp did not become ready")


def _continue(address: str, ids: list[int], tokens: int) -> list[int]:
    body = {
        "prompt": ids,
        "n_predict": tokens,
        "temperature": 0.0,
        "return_tokens": True,
        "cache_prompt": False,
    }
    request = urllib.request.Request(  # noqa: S310 (loopback)
        f"{address}/completion", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 (loopback)
        return [int(token) for token in json.load(answer)["tokens"]]


if __name__ == "__main__":
    main()
