"""Ctrl-C that is heard while a line is read, also in the instant before Python listens for keys."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.1  # seconds


@contextmanager
def heard() -> Iterator[None]:
    """Raises KeyboardInterrupt within `AGAIN` of a Ctrl-C, in the main thread.

    A signal that comes between the prompt and the wait for keys only sets a flag, which is looked at after the
    next key. So it is sent again until it is heard: it then ends the wait.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    over, main = threading.Event(), threading.get_ident()

    def hear(number: int, frame: FrameType | None) -> None:
        if not over.is_set():  # once is enough
            over.set()
            raise KeyboardInterrupt

    def repeat() -> None:
        while (number := os.read(read, 1)) and number[0] != signal.SIGINT:
            pass
        while number and not over.wait(AGAIN):
            signal.pthread_kill(main, signal.SIGINT)

    handler, wakeup = signal.signal(signal.SIGINT, hear), signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(wakeup)
        os.close(write)
        thread.join()
        os.close(read)
        signal.signal(signal.SIGINT, handler)
