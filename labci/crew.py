"""The processes that train together, as `accelerate launch` or `torchrun` started them; usually one.

The first of them is the one that writes. What it does alone, the others wait for (`shared`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from labci.errors import LabciError, UsageError

SHARDED = {"ACCELERATE_USE_FSDP": "FSDP", "ACCELERATE_USE_DEEPSPEED": "DeepSpeed"}
PATIENCE = timedelta(hours=12)  # while the first process measures and writes, the others wait
LINGER = 10.0  # seconds: more than the first process needs to come to the same error
T = TypeVar("T")


def size() -> int:
    """How many processes there are. torchrun's variables tell it; `WORLD_SIZE` alone is some cluster's."""
    return int(os.environ["WORLD_SIZE"]) if {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= set(os.environ) else 1


def here() -> int:
    """How many of them are on this machine."""
    return max(1, int(os.environ.get("LOCAL_WORLD_SIZE", 1))) if size() > 1 else 1


def first() -> bool:
    """Whether this process is the one that writes."""
    return size() == 1 or os.environ["RANK"] == "0"


def join() -> None:
    """Meet the others; on GPUs each process takes its own. Nothing to do for one process.

    Raises UsageError where the model is to be cut up: each process has the whole of it.
    """
    for variable, what in SHARDED.items():
        if os.environ.get(variable, "").lower() == "true":
            raise UsageError(f"labci does not train with {what}", hint="launch without it: each process has the model")
    if size() == 1:
        return
    import torch
    from accelerate import PartialState

    PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)


def leave() -> None:
    """Go on alone, when all have come here."""
    if size() > 1:
        import torch

        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


def end(code: int) -> None:
    """End a process of several at once; nothing to do for one.

    Threads of gloo may outlive its group, and then the interpreter that tears down around them aborts ("terminate
    called without an active exception"): a training that was done, and that the launcher took for failed. It ends all
    of them as soon as one has failed, so that those that say nothing let the first, which says why, go before.
    """
    if size() > 1:
        if code and not first():
            time.sleep(LINGER)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def shared(make: Callable[[], T]) -> T:
    """What `make` gives in the first process, in every process. A LabciError there stops all of them."""
    if size() == 1:
        return make()
    from accelerate.utils import broadcast_object_list

    box: list[Any] = [None, None]
    if first():
        try:
            box[0] = make()
        except LabciError as error:
            box[1] = (type(error), error.message, error.hint)
            broadcast_object_list(box)
            raise
    broadcast_object_list(box)
    if box[1] is not None:
        kind, message, hint = box[1]
        raise kind(message, hint=hint)
    return box[0]  # type: ignore[no-any-return]
