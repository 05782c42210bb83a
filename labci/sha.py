"""Full ids of git commits."""

from __future__ import annotations

import re

FULL_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # SHA-1 or SHA-256
