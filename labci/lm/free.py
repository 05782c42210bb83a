"""Lets go of models that nothing uses any more, before the next one needs their memory."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from labci.lm import pages

P = ParamSpec("P")
T = TypeVar("T")


def free() -> None:
    """Collect what only names itself, and give its memory back.

    A model that was trained is such a cycle: TRL binds its `forward` anew, to itself. Python looks for cycles when
    many objects were made since, and a model is few.
    """
    torch: Any = sys.modules.get("torch")  # where it was not loaded there is nothing of it
    gc.collect()
    pages.give_back()
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def frees(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator: models that a function is done with are gone when it has ended."""

    @wraps(function)
    def freeing(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return function(*arguments, **named)
        finally:
            free()

    return freeing
