"""No memory and a full disk, for which torch and safetensors have no errors of their own."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from labci import artifact
from labci.errors import LabciError, OutsideError

# What torch and safetensors say, in errors without a number, of a full disk or quota, and of memory.
FULL = ("no space left", "quota exceeded", "file too large", "file write failed", "unexpected pos")
NO_MEMORY = (
    "out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "alloc_failed",
    "bad_alloc",
)  # fmt: skip
# For what only opens a model, and does not train it.
HALF = "end other programs; train.weights: bfloat16 (with train.method: lora) opens models in half as much"


@contextmanager
def clear_errors(doing: str, *, less: str = HALF) -> Iterator[None]:
    """OutsideError for no memory and for a full disk, anything else as it is.

    doing: such as "training". less: what to do about memory.
    """
    try:
        yield
    except LabciError:
        raise
    except Exception as error:
        if no_memory(error):
            raise OutsideError(f"not enough memory while {doing}", hint=less) from error
        if _full(error):
            raise OutsideError(
                f"no space left on the disk while {doing}", hint="free some space, then run the same command again"
            ) from error
        raise


def first_line(error: Exception) -> str:
    """What an error of a library says, or its name where it says nothing; the rest is a stack or advice."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def is_outside(error: Exception) -> bool:
    """Whether an error is of no memory or of a full disk, so that nothing else is to blame."""
    return no_memory(error) or _full(error)


def no_memory(error: Exception) -> bool:
    """Whether an error says that there was no memory."""
    return isinstance(error, MemoryError) or _is(error, (errno.ENOMEM,), NO_MEMORY)


def _full(error: Exception) -> bool:
    return _is(error, artifact.FULL, FULL)


def _is(error: Exception, numbers: tuple[int, ...], words: tuple[str, ...]) -> bool:
    """By the number of an OSError that has one, else by what it says."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in numbers
    text = str(error).lower()
    return any(word in text for word in words)
