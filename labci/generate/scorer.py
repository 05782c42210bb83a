"""Log-likelihoods by one model, each kept in the store, and what a server could not score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

from labci import digest, teachers
from labci.blocks.corrupt import Row
from labci.blocks.likelihood import NEUTRAL, VERSION, asked, contrasts
from labci.errors import OutsideError
from labci.job import Job
from labci.request import Continuation, Scored, Unscored
from labci.teachers import Teacher

CHUNK = 256  # likelihoods that are computed, and then stored, together
SPARED, SHARE = 3, 10  # texts that a server may fail at for no reason of theirs: so many, and one in so many it scores
NO_VALUE = (math.nan, 0)


class Scorer:
    """Log-likelihoods by one model, each kept in the store (area "scores"). name: what people read.

    The model is a teacher that scores, else the one in `folder`. weights: what tells them apart in the store, where
    that is known; "" for the digest of what is in the folder: another model may stand there under the same name.
    missed: rows without a contrast, by why.
    """

    def __init__(self, job: Job, name: str, folder: Path, teacher: Teacher | None = None, *, weights: str = "") -> None:
        self.job, self.name, self.folder, self.teacher = job, name, folder, teacher
        self.model: object | None = None
        self.seconds = 0.0
        self.missed: Counter[str] = Counter()
        self._weights = weights
        self._why: dict[str, str] = {}  # of texts that have no likelihood, by key
        self._good = 0  # texts that have one
        self._doubtful: list[str] = []  # keys of texts that this run could not score, maybe by the server's fault

    def close(self) -> None:
        """Let go of the weights."""
        self.model = None

    def __call__(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        """(sum of log probabilities, tokens) of each item; the store's first. (nan, 0) for what can't be scored.

        Raises OutsideError for a server that is dead, refuses, or fails at too many items.
        """
        keys = [self._key(item) for item in items]
        found: dict[str, Scored] = {}
        missing: dict[str, Continuation] = {}
        for key, item in zip(keys, items, strict=True):
            if (value := _value(self.job.store.get("scores", key))) is not None:
                found[key] = value
            else:
                missing[key] = item
        self._good += sum(not isinstance(value, Unscored) for value in found.values())
        found |= self._computed(missing)
        self._why |= {key: value.why for key, value in found.items() if isinstance(value, Unscored)}
        return [NO_VALUE if isinstance(value := found[key], Unscored) else value for key in keys]

    def contrasts(self, rows: Sequence[Row]) -> list[tuple[float, str]]:
        """The contrast of each row, with "", or nan with why it has none."""
        values = contrasts(self, rows) if rows else []
        whys = [self._why_none(row) if math.isnan(value) else "" for row, value in zip(rows, values, strict=True)]
        self.missed.update(filter(None, whys))
        return list(zip(values, whys, strict=True))

    def _why_none(self, row: Row) -> str:
        fact, question, answer = row
        keys = (self._key(asked(fact, said, answer)) for said in (question, NEUTRAL))
        return next((self._why[key] for key in keys if key in self._why), "the model gave no number")

    def _key(self, item: Continuation) -> str:
        messages = [dict(message) for message in item.messages]
        return digest.of_json([VERSION, self.weights, messages, item.text])

    @property
    def weights(self) -> str:
        """What tells the weights apart in the store; files are read when it is first asked for."""
        from labci.lm.ids import tokenizer_digest
        from labci.lm.load import weights_digest

        if not self._weights:
            self._weights = digest.of_json([weights_digest(self.folder), tokenizer_digest(self.folder)])
        return self._weights

    def _computed(self, missing: Mapping[str, Continuation]) -> dict[str, Scored]:
        """By key; each chunk is written at once, so that a killed run loses no other."""
        if missing and not self.seconds:
            self.job.progress.say(f"generate: judging with {self.name}")
        began, values, rest = monotonic(), dict[str, Scored](), iter(missing)
        with self._forgetting():
            while keys := list(islice(rest, CHUNK)):
                some = dict(zip(keys, self._some([missing[key] for key in keys]), strict=True))
                self._keep(some)
                values |= some
                self.job.progress.step("likelihoods", len(values), len(missing))
        self.seconds += monotonic() - began
        return values

    def _some(self, items: list[Continuation]) -> Sequence[Scored]:
        from labci.lm.likelihood import log_likelihood
        from labci.lm.load import LanguageModel, open_model
        from labci.lm.outside import clear_errors

        if self.teacher is not None:
            found = teachers.score(self.teacher, items)
            if found is None:
                self.job.store.put("scores", ability_key(self.name), False)
                raise OutsideError(f"teacher {self.teacher.name} no longer scores", hint="run the same command again")
            return found
        with clear_errors("judging", less="end other programs, then run the same command: what is judged is kept"):
            if not isinstance(self.model, LanguageModel):
                self.model = open_model(self.folder)
            return log_likelihood(self.model, items)

    def _keep(self, some: Mapping[str, Scored]) -> None:
        """Write a chunk; OutsideError where the server fails at so much that it can't be the texts."""
        lost = {key: value for key, value in some.items() if isinstance(value, Unscored)}
        for key, value in some.items():
            if not isinstance(value, Unscored):
                self.job.store.put("scores", key, list(value))
        self._good += len(some) - len(lost)
        self._doubtful += [key for key, value in lost.items() if not value.own]
        if len(self._doubtful) > SPARED + self._good // SHARE:
            why = listed(Counter(value.why for value in lost.values()))
            raise OutsideError(
                f"teacher {self.name} scored {self._good} texts and could not score {len(self._doubtful)} ({why})",
                hint="what is done is kept; see the server's log, and when it is well run the same command again",
            )
        for key, value in lost.items():
            self.job.store.put("scores", key, value.to_json())

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """A server that ends the run was to blame for what it could not score, too: the next run asks that again."""
        try:
            yield
        except OutsideError:
            for key in self._doubtful:
                if self.job.store.has("scores", key):
                    self.job.store.put("scores", key, None)  # counts as missing
            raise


def ability_key(name: str) -> str:
    """Where the store keeps whether a teacher scores."""
    return digest.of_json([VERSION, name, "scores"])


def listed(found: Mapping[str, int]) -> str:
    """ "3 too long for the server, 1 HTTP 400", most frequent first."""
    return ", ".join(f"{count} {why}" for why, count in sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _value(entry: Any) -> Scored | None:
    """A stored likelihood, or why there is none; None for no entry, and for one that is neither."""
    if (lost := Unscored.of_entry(entry)) is not None:
        return lost
    try:
        value, count = entry
        return float(value), int(count)
    except (TypeError, ValueError):
        return None
