"""The words of a text, in scripts with spaces and without."""

from __future__ import annotations

import re

UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Thai to Han
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")


def words(text: str) -> list[str]:
    """Words in lower case, without punctuation; a character of a script without spaces is one (Lewis et al. 2020,
    MLQA, arXiv 1910.07475)."""
    return WORD.findall(text.casefold())
