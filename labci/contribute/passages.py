"""Passages of a document that could be the contexts of a knowledge leaf."""

from __future__ import annotations

import re

MIN_WORDS = 25  # a shorter paragraph seldom answers three questions
MAX_WORDS = 250  # the teacher and the student read a context in a few hundred tokens


def passages(text: str, count: int) -> tuple[str, ...]:
    """At most `count` paragraphs of prose, spread evenly over a Markdown or plain text.

    Headings, lists, tables, quotes and code are no prose; the paragraphs are copied as they stand.
    """
    plain = re.sub(r"^(```|~~~).*?^\1\s*$", "\n", text, flags=re.MULTILINE | re.DOTALL)
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", plain)]
    prose = [part for part in paragraphs if not re.match(r"[#|>\-*+<=]|\d+[.)]\s", part)]
    fitting = [part for part in prose if MIN_WORDS <= len(part.split()) <= MAX_WORDS]
    if len(fitting) <= count:
        return tuple(fitting)
    return tuple(fitting[number * len(fitting) // count] for number in range(count))
