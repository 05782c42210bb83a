"""Take Markdown's inline markup out of a paragraph: what is left is what people read.

All patterns are bounded: a paragraph of brackets alone must not take longer than one of words.
"""

from __future__ import annotations

import re

from labci.digest import fold
from labci.listing import markers

# Code is text as it stands: `git tag -a <name>` keeps its <name>. While the rest is worked on, a number stands for it.
CODE = re.compile(r"(?<!`)(`{1,8})(?!`)(.{1,2000}?)(?<!`)\1(?!`)")
KEPT = re.compile("\0([0-9]{1,6})\0")
TARGET = r"\((?:[^()]|\([^()]{0,500}\)){0,500}\)"  # of a link; an address may hold a pair of parentheses
# Elements that documents are written with. What else stands between < and > is text: "below < 6 bar", "<name>".
ELEMENTS = (
    "a|abbr|b|big|blockquote|br|center|cite|code|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|ins"
    "|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|var"
)
MARKUP = (
    (re.compile(rf"!\[[^\[\]]{{0,500}}\]{TARGET}"), ""),
    (re.compile(rf"\[([^\[\]]{{0,500}})\]{TARGET}"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)[*_](?=\S)([^*_]{1,500}?)(?<=\S)[*_](?!\w)"), r"\1"),
    (re.compile(r"<!--.{0,2000}?-->"), ""),
    (re.compile(rf"(?i)</?(?:{ELEMENTS})(?:\s[^<>]{{0,500}})?/?>"), ""),
    (re.compile(r"<((?:https?|ftp)://[^\s<>]{1,500}|mailto:[^\s<>]{1,200})>"), r"\1"),
)


def plain(text: str) -> str:
    """A paragraph without its bullet or number and without inline markup, white space folded."""
    first, *others = text.splitlines() or [""]
    text = " ".join(line.rstrip() for line in (first[next(markers([first])) :], *others)).replace("\0", "")
    codes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        codes.append(found[2])
        return f"\0{len(codes) - 1}\0"

    text = CODE.sub(keep, text)
    for pattern, into in MARKUP:
        text = pattern.sub(into, text)
    return fold(KEPT.sub(lambda found: codes[int(found[1])], text))
