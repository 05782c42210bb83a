"""The rule privacy-secret."""

from __future__ import annotations

import re

from labci.diagnostic import Severity
from labci.lintfile import Search
from labci.rules import PatternRule

# Each key's own prefix, the whole key's form, and its name, from the issuers' documentation: no guess from
# randomness alone.
KEYS = (
    ("-----BEGIN ", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----", "a private key"),
    ("AKIA", r"\bAKIA[0-9A-Z]{16}\b", "an AWS access key"),
    ("ASIA", r"\bASIA[0-9A-Z]{16}\b", "an AWS access key"),
    ("gh", r"\bgh[pousr]_[0-9A-Za-z]{36,255}\b", "a GitHub token"),
    ("github_pat_", r"\bgithub_pat_\w{82}\b", "a GitHub token"),
    ("glpat-", r"\bglpat-[\w-]{20,}\b", "a GitLab token"),
    ("hf_", r"\bhf_[0-9A-Za-z]{34,}\b", "a Hugging Face token"),
    ("sk-", r"\bsk-[\w-]{32,}", "an OpenAI or Anthropic key"),
    ("AIza", r"\bAIza[\w-]{35}\b", "a Google API key"),
    ("xox", r"\bxox[abeoprs]-[\w-]{10,}", "a Slack token"),
    ("k_live_", r"\b[rs]k_live_[0-9A-Za-z]{24,}\b", "a Stripe key"),
    ("k_test_", r"\b[rs]k_test_[0-9A-Za-z]{24,}\b", "a Stripe key"),
    ("eyJ", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", "a JSON web token"),
)
SEARCHES = {Search(re.compile(form), sign=sign, spaced=" " in form): name for sign, form, name in KEYS}
NAMES = {search.pattern: name for search, name in SEARCHES.items()}


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
    searches = tuple(SEARCHES)
    hint = "revoke it where it was made, and take it out of the branch's history, too"

    def problem(self, found: re.Match[str]) -> str:
        """The key's kind and length; never the key itself."""
        return f"{NAMES[found.re]} of {len(found.group())} characters"
