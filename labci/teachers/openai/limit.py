"""How many requests may be under way at once."""

from __future__ import annotations

import asyncio
import time

START, CEILING = 4, 64  # concurrent requests where the user sets no number


class Pace:
    """What a run has learned of how much its server takes; one call of the client goes on from the last. jobs: 0 to
    find out.

    allowed: requests under way at once. quiet_until: seconds of the monotonic clock, as the server asked for peace.
    """

    def __init__(self, jobs: int) -> None:
        self.ceiling = jobs or CEILING
        self.allowed = float(jobs or START)
        self.quiet_until = 0.0

    def note(self, *, good: bool) -> None:
        """Grows by one per round of answers, halves on trouble (AIMD, as TCP does it: RFC 5681)."""
        step = 1 / self.allowed if good else -self.allowed / 2
        self.allowed = min(float(self.ceiling), max(1.0, self.allowed + step))

    def quiet(self, seconds: float) -> None:
        """No new request for so long: the server said so."""
        self.quiet_until = max(self.quiet_until, time.monotonic() + seconds)


class Limit:
    """The places of one event loop, as many as the pace allows."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.running = 0
        self.changed = asyncio.Event()

    async def enter(self) -> None:
        """Wait for a place, and for the end of a pause that the server asked for."""
        while True:
            if self.running >= int(self.pace.allowed):
                self.changed.clear()
                await self.changed.wait()
            elif (pause := self.pace.quiet_until - time.monotonic()) > 0:
                await asyncio.sleep(pause)
            else:
                break
        self.running += 1

    def leave(self, *, good: bool) -> None:
        """Give the place back; `good` says whether there was an answer."""
        self.running -= 1
        self.pace.note(good=good)
        self.changed.set()
