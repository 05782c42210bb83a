"""Stretches of time: "from April to the middle of June", "between 7 and 9"."""

from __future__ import annotations

import re

from labci.english.lexicon import DAYS, MONTHS

MONTH = "(?:" + "|".join(sorted(MONTHS)) + ")"
DAY = "(?:" + "|".join(sorted(DAYS)) + ")"
HOUR = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
# "from April to the middle of June", "between 7 and 9", "open from 10:00 to 17:30": when something holds. Of what
# "sails from 7 until 9" the hours are two answers.
DAYS_END = (
    rf"(?:(?:(?:the )?(?:beginning|middle|end) of )?(?:\d{{1,2}} {MONTH}|{MONTH}(?: \d{{1,2}})?|{DAY}s?)"
    r"|spring|summer|autumn|winter)"
)
HOURS_END = (
    r"(?:midnight|noon|dawn|dusk|sunrise|sunset|(?:half past |(?:a )?quarter (?:past|to) )?"
    rf"(?:\d{{1,2}}(?:[.:]\d{{2}})?|{HOUR})(?: in the (?:morning|afternoon|evening)| at night)?)"
)
STRETCH = re.compile(
    rf"\b(?:from {DAYS_END} (?:to|until|till) {DAYS_END}\b|between {DAYS_END} and {DAYS_END}\b"
    rf"|from {HOURS_END} (?:to|until|till) {HOURS_END}(?=[.,;:]|$| (?:and|each|every|in|on|when)\b)"
    rf"|between {HOURS_END} and {HOURS_END}(?=[.,;:]|$| (?:and|each|every|in|on|when)\b))",
    re.IGNORECASE,
)
HOURS = re.compile(rf"from {HOURS_END} ", re.IGNORECASE)  # a stretch of hours, behind "open" alone
