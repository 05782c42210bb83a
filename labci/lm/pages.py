"""Keeps freed memory in the process: training asks for the same hundreds of megabytes at every step."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

# glibc's malloc.h. By default blocks over 32 MiB are unmapped when freed, and every page faults again.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
STEPS = 4  # between two calls of `give_back`: often enough to bound the peak, too rarely to cost much time


def keep() -> bool:
    """Tell glibc to reuse large blocks; returns whether it took effect (elsewhere nothing happens)."""
    libc = _libc()
    if libc is None:
        return False
    return bool(libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)) and bool(libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1))


def give_back() -> bool:
    """Return pages that are free now; whether there were any.

    Batches differ in size, so that blocks of one leave holes that those of the next don't fill: what is kept would
    grow over a whole training.
    """
    libc = _libc()
    return libc is not None and bool(libc.malloc_trim(0))


@cache
def _libc() -> Any:
    """glibc, None where it isn't (musl has neither mallopt nor malloc_trim)."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
    except OSError:
        return None
