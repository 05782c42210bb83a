"""The child process of the embedded teacher: `python -m labci.teachers.llama_server`.

It reads its settings as one JSON line on stdin, opens llama.cpp's native server on a free loopback port,
writes the address as one JSON line on stdout, and ends when stdin closes: a parent that was killed takes
its server with it. A process of its own, because llama.cpp's threads spin for a while after each batch and
would halve the speed of a torch that shares the cores (two cores: 106 to 25 tokens/s of training).
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until stdin ends."""
    settings = json.loads(sys.stdin.readline())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp writes to both; the parent keeps stderr for the error message only
    server = _server(settings)
    json.dump({"address": server.listening_address}, answers)
    answers.write("\n")
    answers.flush()
    sys.stdin.read()
    os._exit(0)  # at once: requests that are under way are nobody's any more


def _server(settings: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["context"] * settings["slots"]
    params.cache_prompt = settings["reuse"]
    params.cache_ram_mib = 0
    params.n_gpu_layers = 0
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    if settings["key"]:
        params.api_keys = [settings["key"]]
    params.ui = False
    params.fit_params = False
    params.verbosity = 1  # errors
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
