"""The rule privacy-secret."""

from __future__ import annotations

import re

from labci.diagnostic import Severity
from labci.rules import PatternRule

# Each key's own prefix and length, from the issuers' documentation: no guess from randomness alone.
KINDS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[0-9A-Za-z]{36,255}\b|\bgithub_pat_\w{82}\b",
    "a GitLab token": r"\bglpat-[\w-]{20,}\b",
    "a Hugging Face token": r"\bhf_[0-9A-Za-z]{34,}\b",
    "an OpenAI or Anthropic key": r"\bsk-[\w-]{32,}",
    "a Google API key": r"\bAIza[\w-]{35}\b",
    "a Slack token": r"\bxox[abeoprs]-[\w-]{10,}",
    "a Stripe key": r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{24,}\b",
    "a JSON web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
}
SECRET = re.compile("|".join(f"({pattern})" for pattern in KINDS.values()))


class PrivacySecret(PatternRule):
    """No key or token stands in a leaf.

    Why: a leaf is public, and what it says is taught: a key in it is given to everybody. Masked
    wherever labci shows it.

    Bad:
        answer: Log in with ghp_ and the 36 characters of a real token.

    Good:
        answer: Log in with your token.
    """

    id = "privacy-secret"
    group = "privacy"
    severity: Severity = "error"
    pattern = SECRET
    hint = "revoke it where it was made, and take it out of the branch's history, too"

    def problem(self, found: re.Match[str]) -> str:
        """The key's kind and length; never the key itself."""
        return f"{list(KINDS)[(found.lastindex or 1) - 1]} of {len(found.group())} characters"
