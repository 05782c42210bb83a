"""How many requests may be under way at once."""

from __future__ import annotations

import asyncio
import time

START, CEILING = 4, 64  # concurrent requests where the user sets no number


class Limit:
    """Grows by one per round of answers, halves on trouble (AIMD, as TCP does it: RFC 5681). jobs: 0 to find out."""

    def __init__(self, jobs: int) -> None:
        self.ceiling = jobs or CEILING
        self.allowed = float(jobs or START)
        self.running = 0
        self.quiet_until = 0.0
        self.changed = asyncio.Event()

    async def enter(self) -> None:
        """Wait for a place, and for the end of a pause that the server asked for."""
        while True:
            if self.running >= int(self.allowed):
                self.changed.clear()
                await self.changed.wait()
            elif (pause := self.quiet_until - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            else:
                break
        self.running += 1

    def leave(self, *, good: bool) -> None:
        """Give the place back; `good` says whether there was an answer."""
        self.running -= 1
        step = 1 / self.allowed if good else -self.allowed / 2
        self.allowed = min(float(self.ceiling), max(1.0, self.allowed + step))
        self.changed.set()

    def quiet(self, seconds: float) -> None:
        """No new request for so long: the server said so."""
        self.quiet_until = max(self.quiet_until, time.monotonic() + seconds)
