"""Whether a server still answers anybody: what tells a dead server from a request that it can't answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pulse:
    """The answers of one server, to all who ask it. Safe between threads.

    answers: so far. words: what it said only to show that it lives. lost: requests that were given up while it did.
    """

    def __init__(self) -> None:
        self.answers = self.words = self.lost = 0
        self._waiting, self._since = 0, time.monotonic()
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """For as long as somebody waits for an answer: when nobody does, silence means nothing."""
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1

    def beat(self) -> None:
        """There was an answer."""
        with self._lock:
            self.answers += 1
            self._since = time.monotonic()

    def live(self) -> None:
        """It said a word: that breaks the silence, and answers nobody."""
        with self._lock:
            self.words += 1
            self._since = time.monotonic()

    def lose(self) -> int:
        """A request is given up; how many are by now."""
        with self._lock:
            self.lost += 1
            return self.lost

    @property
    def silence(self) -> float:
        """Seconds for which somebody has waited, and nobody had an answer."""
        return time.monotonic() - self._since
