"""The rules of lint: their contract, and the table of those that ship with labci.

To add a rule, write one file beside this one that holds a class like the others and name it in `BUILT_IN`.
`Rule` is the contract; `LeafRule`, `TextRule` and `PatternRule` carry what most rules on a text have in common,
`TreeRule` compares leaves with each other.
A package of its own joins by an entry point of the group `labci.rules`, with the rule's id as its name and
`module:Class` as its value: the table below is written in the same words.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from typing import NamedTuple, Protocol, runtime_checkable

from labci.config import Config
from labci.diagnostic import Diagnostic, Severity
from labci.errors import UsageError
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, LEAF_FILE, Leaf
from labci.lintfile import LintFile, Search
from labci.linttree import Asked, Met
from labci.node import Path

GROUP = "labci.rules"
MOST_ON_A_LINE = 20  # findings of one pattern: a line of nothing else is one mistake, not thousands


class Rule(Protocol):
    """One rule. The class's docstring is its documentation, which `labci explain` shows: a summary line,
    `Why:`, then `Bad:` and `Good:` with an indented example each.

    files: roles of the files that it looks at. after: groups and rules of which an error in the same file
    silences this rule, because what it assumes does not hold. One object serves many files of a run, so a rule
    may remember what is costly to learn; it must not matter, as several processes share the leaves of a run.
    A finding in a file beside the one looked at may be made from both: it is shown once.
    """

    id: str
    group: str
    severity: Severity = "error"
    files: tuple[str, ...] = (LEAF_FILE,)
    after: tuple[str, ...] = ()

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """What is wrong with the file."""
        ...

    def fix(self, file: LintFile) -> bytes:
        """The file with this rule's findings mended. Lint keeps it only if it loads to the same value."""
        return file.data


class YamlRule(Rule, Protocol):
    """A rule for one reason why `labci.node` refuses a file; `id` is the problem's code."""

    group: str = "yaml"
    files: tuple[str, ...] = (LEAF_FILE, HELDOUT_FILE)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """The file's reading problem."""
        return file.yaml_findings(self)


class SchemaRule(Rule, Protocol):
    """A rule for one keyword of the JSON Schemas; `id` is the violation's rule."""

    group: str = "schema"
    files: tuple[str, ...] = (LEAF_FILE, HELDOUT_FILE)
    after: tuple[str, ...] = ("yaml",)

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """The file's violations of that keyword."""
        return file.schema_findings(self)


class Remark(NamedTuple):
    """What a LeafRule has to say of one value of qna.yaml: the way to it, message, hint."""

    path: Path
    message: str
    hint: str


@runtime_checkable
class TreeRule(Rule, Protocol):
    """A rule on what earlier leaves ask; it comes after all that is to be said of a leaf by itself."""

    files: tuple[str, ...] = (LEAF_FILE, HELDOUT_FILE)
    after: tuple[str, ...] = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """Nothing: a file alone breaks no such rule."""
        return iter(())

    def compare(self, asked: Asked, met: Met) -> Diagnostic | None:
        """The finding at a question, beside what was met of it before."""
        found = self.remark(asked, met)
        if found is None:
            return None
        message, hint = found
        return Diagnostic(
            path=asked.path, position=asked.position, rule=self.id, group=self.group, severity=self.severity,
            message=message, hint=hint, pointer=asked.pointer,
        )  # fmt: skip

    def remark(self, asked: Asked, met: Met) -> tuple[str, str] | None:
        """Message and hint, or None if there is nothing to say."""
        ...


class LeafRule(Rule, Protocol):
    """A rule on the leaf as later stages read it: silent while one of its files is not valid."""

    after: tuple[str, ...] = ("yaml", "schema")

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """The rule's remarks, each at its value."""
        leaf = file.leaf.leaf
        if leaf is None:
            return
        for path, message, hint in self.remarks(leaf, file.leaf.config):
            yield file.found_at(self, path, message, hint=hint)

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """What is wrong with the leaf."""
        ...


@runtime_checkable
class TextRule(LeafRule, Protocol):
    """A LeafRule on each question, answer or context by itself; `fields` are those that it reads."""

    fields: tuple[str, ...] = ("context", "question", "answer")
    hint: str

    def remarks(self, leaf: Leaf, config: Config) -> Iterator[Remark]:
        """One remark for each text that has a problem."""
        for path, text in leaf.texts():
            problem = self.problem(str(path[-1]), text) if path[-1] in self.fields else ""
            if problem:
                yield Remark(path, problem, self.hint)

    def problem(self, field: str, text: str) -> str:
        """What is wrong with a text, "" for nothing."""
        ...


@runtime_checkable
class PatternRule(Rule, Protocol):
    """A rule on what regular expressions find, in the lines and in the values that YAML's escapes make."""

    files: tuple[str, ...] = (LEAF_FILE, HELDOUT_FILE, ATTRIBUTION_FILE)
    after: tuple[str, ...] = ("yaml",)
    searches: tuple[Search, ...]
    hint: str

    def check(self, file: LintFile) -> Iterator[Diagnostic]:
        """One finding for each match that has a problem; of a line with very many, the last tells how many more."""
        for search in self.searches:
            problems = ((at, problem) for at, found in file.matches(search) if (problem := self.problem(found)))
            for _, on_line in groupby(problems, key=lambda item: item[0].line):
                every = list(on_line)
                rest = len(every) - MOST_ON_A_LINE
                if rest > 0:  # the last of them stands for the others, and is masked to the end of theirs
                    at, problem = every[MOST_ON_A_LINE - 1]
                    whole = at._replace(end_line=every[-1][0].end_line, end_column=every[-1][0].end_column)
                    every[MOST_ON_A_LINE - 1 :] = [(whole, f"{problem}, and {rest} more on this line")]
                for at, problem in every:
                    yield file.found(self, at, problem, hint=self.hint)

    def problem(self, found: re.Match[str]) -> str:
        """What is wrong with a match, "" for nothing."""
        ...


def _table(*rows: str) -> Mapping[str, EntryPoint]:
    pairs = (row.split(" = ") for row in rows)
    return {name: EntryPoint(name, f"labci.rules.{value}", GROUP) for name, value in pairs}


# In the order in which they run: what others come `after` stands before them.
BUILT_IN = _table(
    "yaml-encoding = yaml_encoding:YamlEncoding",
    "yaml-too-large = yaml_too_large:YamlTooLarge",
    "yaml-tab = yaml_tab:YamlTab",
    "yaml-syntax = yaml_syntax:YamlSyntax",
    "yaml-documents = yaml_documents:YamlDocuments",
    "yaml-alias = yaml_alias:YamlAlias",
    "yaml-tag = yaml_tag:YamlTag",
    "yaml-duplicate-key = yaml_duplicate_key:YamlDuplicateKey",
    "yaml-empty = yaml_empty:YamlEmpty",
    "yaml-not-a-mapping = yaml_not_a_mapping:YamlNotAMapping",
    "schema-version = schema_version:SchemaVersion",
    "schema-unsupported = schema_unsupported:SchemaUnsupported",
    "schema-required = schema_required:SchemaRequired",
    "schema-unknown-key = schema_unknown_key:SchemaUnknownKey",
    "schema-type = schema_type:SchemaType",
    "schema-min-items = schema_min_items:SchemaMinItems",
    "schema-min-length = schema_min_length:SchemaMinLength",
    "schema-unique-items = schema_unique_items:SchemaUniqueItems",
    "style-trailing-space = style_trailing_space:StyleTrailingSpace",
    "style-end-of-line = style_end_of_line:StyleEndOfLine",
    "style-long-line = style_long_line:StyleLongLine",
    "style-indentation = style_indentation:StyleIndentation",
    "naming-file = naming_file:NamingFile",
    "naming-folder = naming_folder:NamingFolder",
    "naming-branch = naming_branch:NamingBranch",
    "naming-nested = naming_nested:NamingNested",
    "naming-case-clash = naming_case_clash:NamingCaseClash",
    "attribution-missing = attribution_missing:AttributionMissing",
    "attribution-encoding = attribution_encoding:AttributionEncoding",
    "attribution-key = attribution_key:AttributionKey",
    "attribution-empty = attribution_empty:AttributionEmpty",
    "attribution-license = attribution_license:AttributionLicense",
    "document-repo = document_repo:DocumentRepo",
    "document-commit = document_commit:DocumentCommit",
    "document-pattern = document_pattern:DocumentPattern",
    "document-unreadable = document_unreadable:DocumentUnreadable",
    "document-context = document_context:DocumentContext",
    "length-context = length_context:LengthContext",
    "length-text = length_text:LengthText",
    "length-training = length_training:LengthTraining",
    "content-empty = content_empty:ContentEmpty",
    "content-unfinished = content_unfinished:ContentUnfinished",
    "content-unknown-key = content_unknown_key:ContentUnknownKey",
    "content-no-context = content_no_context:ContentNoContext",
    "content-one-word = content_one_word:ContentOneWord",
    "content-same-answer = content_same_answer:ContentSameAnswer",
    "content-same-context = content_same_context:ContentSameContext",
    "unicode-bidi = unicode_bidi:UnicodeBidi",
    "unicode-invisible = unicode_invisible:UnicodeInvisible",
    "unicode-private = unicode_private:UnicodePrivate",
    "unicode-mixed-script = unicode_mixed_script:UnicodeMixedScript",
    "privacy-personal = privacy_personal:PrivacyPersonal",
    "privacy-secret = privacy_secret:PrivacySecret",
    "security-chat-token = security_chat_token:SecurityChatToken",
    "duplicate-leaf = duplicate_leaf:DuplicateLeaf",
    "duplicate-tree = duplicate_tree:DuplicateTree",
    "content-few-heldout = content_few_heldout:ContentFewHeldout",
    "leakage-heldout = leakage_heldout:LeakageHeldout",
    "leakage-tree = leakage_tree:LeakageTree",
)


@cache
def table() -> Mapping[str, EntryPoint]:
    """All rules by id, those of other packages last; a rule that ships with labci can't be replaced."""
    others = {point.name: point for point in entry_points(group=GROUP)}
    return {**BUILT_IN, **{name: point for name, point in others.items() if name not in BUILT_IN}}


def load() -> tuple[Rule, ...]:
    """A fresh object of every rule, in order."""
    return tuple(point.load()() for point in table().values())


def chosen(rules: Iterable[Rule], select: Iterable[str], ignore: Iterable[str]) -> frozenset[str]:
    """Ids of the rules that `select` names (all, if it is empty) less those of `ignore`; ids or groups.

    Raises UsageError for a name that is neither.
    """
    groups = {rule.id: {rule.id, rule.group} for rule in rules}
    known = sorted(set().union(*groups.values()))
    wanted, unwanted = set(select), set(ignore)
    for name in (*wanted, *unwanted):
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "labci explain lists the rules"
            raise UsageError(f"no lint rule or group {name!r}", hint=hint)
    return frozenset(rule for rule, names in groups.items() if (not wanted or names & wanted) and not names & unwanted)
