"""How fast something goes, and how long the rest will take."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 60.0  # seconds: what the store knows comes in a burst, and says nothing of the teacher
APART = 1.0  # seconds between what is remembered
TICK = 1e-3  # seconds: less tells no speed


@dataclass(slots=True, kw_only=True)
class Pace:
    """The speed of the last minute. marks: (seconds, done), some of them."""

    marks: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, done: int) -> None:
        """So much is done now."""
        if len(self.marks) > 1 and now - self.marks[-2][0] < APART:
            self.marks[-1] = now, done
        else:
            self.marks.append((now, done))
        while len(self.marks) > 2 and now - self.marks[1][0] >= WINDOW:
            self.marks.popleft()

    @property
    def rate(self) -> float:
        """So much a second; 0 while nobody knows."""
        if len(self.marks) < 2:
            return 0.0
        (began, before), (now, done) = self.marks[0], self.marks[-1]
        return (done - before) / (now - began) if now - began > TICK else 0.0

    def left(self, total: int) -> float | None:
        """Seconds until `total` is done, at this pace."""
        return (total - self.marks[-1][1]) / self.rate if self.marks and self.rate > 0 else None


def duration(seconds: float) -> str:
    """ "40 s", "3 min", "2 h 05 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
