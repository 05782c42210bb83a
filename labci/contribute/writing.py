"""Writes YAML as a reviewer wants to read it: block scalars, short lines, keys in the order given."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import yaml

WIDTH = 100  # lint warns above 120, and block scalars are indented
MARK = re.compile(r" (?=(?:#{1,6}|[-*+]|\d{1,9}[.)])(?: |$)|>)")
GLUE = "\0"  # no space for the wrapper, and in no text
FOLDED = 80  # PyYAML breaks a folded line after the word that passes the width, not before it


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key; long texts become block scalars."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never the indentless lists that are PyYAML's default."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if "\n" in value and max(map(len, value.split("\n"))) <= WIDTH:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|")
    long = len(value) > FOLDED
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=">" if long else None)


_Dumper.add_representer(str, _text)


def dump(value: dict[str, Any]) -> str:
    """YAML text of plain data."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=FOLDED)


def wrapped(text: str) -> str:
    """A text with every paragraph in lines of at most `WIDTH`: white space is folded in digests anyway.

    No line begins with what would be the mark of a list, such as the end of "… in 1871. He …".
    """
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(_filled(" ".join(paragraph.split())) for paragraph in paragraphs) + "\n"


def _filled(paragraph: str) -> str:
    fill = textwrap.TextWrapper(width=WIDTH, break_long_words=False, break_on_hyphens=False).fill
    return fill(MARK.sub(GLUE, paragraph)).replace(GLUE, " ")
