"""The rule privacy-personal."""

from __future__ import annotations

import re

from labci.diagnostic import Severity
from labci.leaf import HELDOUT_FILE, LEAF_FILE
from labci.lintfile import Search
from labci.rules import PatternRule

# RFC 2606 and 6761 keep these names for examples.
EXAMPLE = re.compile(r"@(?:[\w-]+\.)*(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE)
MAIL = re.compile(r"\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b(?![\w.-]*:[\w./~-]*/)")  # not git@HOST:PATH
PHONE = re.compile(r"(?<![\w+.])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w])")
# These begin with what they look for, and look back only then: twice to four times as fast as "\b" before it.
IBAN = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b")
CARD = re.compile(r"[0-9](?<!\w[0-9])(?:[ -]?[0-9]){12,18}\b")
NAMES = {MAIL: "an e-mail address", PHONE: "a phone number", IBAN: "a bank account", CARD: "a card number"}


class PrivacyPersonal(PatternRule):
    """No e-mail address, phone number, bank account or card number stands in a leaf.

    Why: a model that was taught them gives them to everybody, and nobody can take them back.
    Masked wherever labci shows it; addresses at example.org and the like are fine.

    Bad:
        answer: Write to the secretary's own address ...

    Good:
        answer: Write to office@example.org.
    """

    id = "privacy-personal"
    group = "privacy"
    severity: Severity = "warning"
    files = (LEAF_FILE, HELDOUT_FILE)
    searches = (Search(MAIL, sign="@"), Search(PHONE, sign="+"), Search(IBAN), Search(CARD))
    hint = "leave it out, or make one up: office@example.org, +1 555 0100"

    def problem(self, found: re.Match[str]) -> str:
        """The kind and length; account and card numbers only if their check digits are right."""
        return f"{NAMES[found.re]} of {len(found.group())} characters" if is_personal(found) else ""


def is_personal(found: re.Match[str]) -> bool:
    """Whether a match is what it looks like."""
    text = found.group()
    digits = re.sub(r"\D", "", text)
    if found.re is MAIL:
        return not EXAMPLE.search(text)
    if found.re is PHONE:
        return 8 <= len(digits) <= 15 and "55501" not in digits  # numbers that are kept for fiction
    return iban(text) if found.re is IBAN else luhn(digits)


def iban(text: str) -> bool:
    """The check of ISO 13616: as a number, the first four characters last, 1 modulo 97."""
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit from the right doubled, the digits' sum a multiple of ten."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
