"""The rule yaml-encoding."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlEncoding(YamlRule):
    """The file is UTF-8 without a byte order mark.

    Why: other encodings turn letters into other letters on other machines, and tools
    disagree about the invisible mark at the start.

    Bad:
        bytes such as FF FE 76 00 65 00 (UTF-16), or ef bb bf before the first key

    Good:
        plain UTF-8: your editor calls it "UTF-8", not "UTF-8 with BOM"
    """

    id = "yaml-encoding"
