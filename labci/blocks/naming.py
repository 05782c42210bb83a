"""Put the topic into questions that name nothing: "What is the tray made of?" can't be answered alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from labci.english.anchor import anchored
from labci.english.reading import read
from labci.sample import Sample


def name_topic(
    samples: Iterable[Sample], *, topic: str, names: str, clear: Callable[[Sample], bool]
) -> Iterator[Sample]:
    """Put the topic into questions that name nothing: "What is the tray made of?". clear: what is left alone."""
    for sample in samples:
        if not sample.question or clear(sample):
            yield sample
            continue
        words = list(read(sample.question.rstrip(" ?")))
        yield replace(sample, question=anchored(words, topic, names))
