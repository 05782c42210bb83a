"""Requests repeated until they are answered, the server is dead, or one alone turns out to have no answer."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from labci.teachers.openai import refusal
from labci.teachers.openai.attempt import HANG, Answer, Trouble, attempt
from labci.teachers.openai.limit import Limit
from labci.teachers.openai.pulse import Pulse

ATTEMPTS = 6  # of a request while nobody is answered, or while others are
LONGEST_PAUSE = 60.0  # seconds between attempts where the server asks for no more
JITTER = 1.25  # a pause is up to so many times as long, as not all are to come back at the same moment
SILENCE = 2  # time-outs in which nobody was answered
SPARED, SHARE = 3, 10  # requests that may be lost: so many, and one in so many that are answered
KNOCK = 30.0  # seconds for a word from a server that seems dead
TOLD = 1.0  # seconds that a failure costs before it is worth a line


@dataclass(slots=True)
class _Tally:
    """The failed attempts of one request. seen: answers of the server when the last one failed.

    alone: those since anybody was answered. own: those while others were.
    """

    seen: int
    failures: int = 0
    alone: int = 0
    own: int = 0

    def add(self, weight: int, answers: int) -> None:
        self.failures += 1
        if answers == self.seen:
            self.alone += weight
        else:
            self.own, self.alone, self.seen = self.own + weight, 0, answers

    def lives(self, answers: int) -> None:
        """The server is well after all, so it was the request."""
        self.own, self.alone, self.seen = self.own + max(self.alone, HANG), 0, answers


@dataclass(slots=True, kw_only=True)
class Line:
    """The way to a server for one call of the client. knock: asks it for a word. say: a line for the user."""

    place: refusal.Place
    limit: Limit
    pulse: Pulse
    first_wait: float
    knock: Callable[[], Awaitable[object]]
    say: Callable[[str], None]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one knocks for all
    told_until: float = 0.0

    async def reach(self, ask: Callable[[], Awaitable[Answer]], *, seconds: float) -> Answer | Trouble:
        """What `ask` finds, each attempt within so many seconds; what was wrong, for a request that is given up.

        Whoever calls has a place of `limit`, which is held only while an attempt is under way. Raises OutsideError
        for a server that is dead, refuses, or asks for more peace than a run can wait for.
        """
        tally = _Tally(self.pulse.answers)
        with self.pulse.waiting():
            while True:
                if tally.failures:
                    await self.limit.enter()
                began, good = time.monotonic(), False
                try:
                    found = await attempt(ask, seconds=seconds, place=self.place)
                    good = not isinstance(found, Trouble)
                finally:  # a refusal, too, gives its place back
                    self.limit.leave(good=good)
                if not isinstance(found, Trouble):
                    self.pulse.beat()
                    return found
                pause = max(found.wait * random.uniform(1.0, JITTER), own_pause(self.first_wait, tally.failures + 1))
                self._hush(found, pause, alone=self.pulse.answers == tally.seen)
                tally.add(found.weight, self.pulse.answers)
                if await self._is_lost(tally, found, seconds):
                    return found
                await self._pause(pause, found, began)

    async def _is_lost(self, tally: _Tally, trouble: Trouble, seconds: float) -> bool:
        """Whether this request alone is given up; OutsideError where it is the server."""
        if tally.alone >= ATTEMPTS or self.pulse.silence > SILENCE * (seconds + trouble.wait):
            if not await self._lives(tally, seconds):
                raise refusal.dead(self.place, tally.failures, self.pulse.silence, trouble.says)
            tally.lives(self.pulse.answers)
        if tally.own < ATTEMPTS:
            return False
        lost, answers = self.pulse.lose(), self.pulse.answers
        if lost > SPARED + answers // SHARE:
            raise refusal.failing(self.place, lost, answers, trouble.says)
        self.say(f"{self.place}: {trouble.says}, {tally.failures} times; that request goes without an answer")
        return True

    async def _lives(self, tally: _Tally, seconds: float) -> bool:
        """Whether the server has answered somebody meanwhile, or says a word now."""
        words = self.pulse.words
        async with self.lock:
            if (self.pulse.answers, self.pulse.words) != (tally.seen, words):
                return True
            found = await attempt(self.knock, seconds=min(KNOCK, seconds), place=self.place)
            if not isinstance(found, Trouble):
                self.pulse.live()
            return not isinstance(found, Trouble)

    def _hush(self, trouble: Trouble, pause: float, *, alone: bool) -> None:
        """Keep new requests back as well, unless it may be this one's own trouble. alone: nobody was answered since."""
        no_room = self.first_wait if trouble.weight == 0 else 0.0  # not longer: others are answered
        self.limit.pace.quiet(trouble.wait or (pause if alone else no_room))

    async def _pause(self, pause: float, trouble: Trouble, began: float) -> None:
        now = time.monotonic()
        if now - began + pause >= TOLD and now >= self.told_until:  # one line for all that wait
            self.told_until = now + pause
            self.say(f"{self.place}: {trouble.says}; asked again in {math.ceil(pause)} s")
        await asyncio.sleep(pause)


def own_pause(first_wait: float, failures: int) -> float:
    """Seconds before the next attempt where the server asks for no more, by chance somewhat longer."""
    return min(LONGEST_PAUSE, first_wait * 2.0 ** min(failures - 1, 30) * random.uniform(1.0, JITTER))
