"""The processes that train together, as `accelerate launch` or `torchrun` started them; usually one.

The first of them is the one that writes. What it does alone, the others wait for (`shared`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from labci.errors import LabciError, OutsideError, UsageError

SHARDED = {"ACCELERATE_USE_FSDP": "FSDP", "ACCELERATE_USE_DEEPSPEED": "DeepSpeed"}
PATIENCE = timedelta(hours=12)  # while the first process measures and writes, the others wait
LINGER = 10.0  # seconds: more than the first process needs to come to the same error
GONE = ("closed by peer", "reset by peer", "broken pipe", "remote process exited")  # what gloo and NCCL say of others
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


def name() -> str:
    """What a process is called in its messages: "process 1" is the second of them. "" for the first, or for one."""
    return "" if first() else f"process {os.environ['RANK']}"


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


@contextmanager
def together() -> Iterator[None]:
    """OutsideError in place of what torch says where another process has ended, and this one waits for it."""
    try:
        yield
    except RuntimeError as error:
        if size() == 1 or not any(text in str(error).lower() for text in GONE):
            raise
        hint = (
            "what it said, if anything, stands above; the launcher tells its exit code (-9: killed, often for memory)"
        )
        raise OutsideError("another process of this training has ended", hint=hint) from error


def leave() -> None:
    """Go on alone, when all have come here."""
    if size() > 1:
        import torch

        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


def end(code: int, last: Callable[[], object] = lambda: None) -> None:
    """End a process of several at once; nothing to do for one. last: what it says if it is the only one that failed.

    Threads of gloo may outlive its group, and then the interpreter that tears down around them aborts ("terminate
    called without an active exception"): a training that was done, and that the launcher took for failed. It ends all
    of them as soon as one has failed, so that the others let the first, which says why, go before; who is still there
    then has failed alone.
    """
    if size() > 1:
        if code and not first():
            time.sleep(LINGER)
            last()
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
        same: LabciError = kind.__new__(kind)
        LabciError.__init__(same, message, hint=hint)  # a kind may be made from other things than its message
        same.said = True
        raise same
    return box[0]  # type: ignore[no-any-return]
