"""The rule yaml-documents."""

from __future__ import annotations

from labci.rules import YamlRule


class YamlDocuments(YamlRule):
    """The file holds one YAML document.

    Why: what follows a second `---` would be lost in silence.

    Bad:
        version: 3
        ---
        created_by: octocat

    Good:
        version: 3
        created_by: octocat
    """

    id = "yaml-documents"
