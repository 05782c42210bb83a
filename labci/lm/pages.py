"""Keeps freed memory in the process: training asks for the same hundreds of megabytes at every step."""

from __future__ import annotations

import ctypes
import sys

# glibc's malloc.h. By default blocks over 32 MiB are unmapped when freed, and every page faults again.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


def keep() -> bool:
    """Tell glibc to reuse large blocks; returns whether it took effect (elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # musl has no mallopt
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, 1 << 30)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
