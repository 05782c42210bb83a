"""`labci new`: the files of a leaf, filled in as far as the answers go, marked TODO where they don't."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci import digest
from labci.artifact import write_text
from labci.contribute.passages import passages
from labci.contribute.writing import dump, wrapped
from labci.documents import to_text
from labci.errors import UsageError
from labci.leaf import ATTRIBUTION_FILE, BRANCHES, HELDOUT_FILE, LEAF_FILE, DocumentRef, Pair

SEEDS = 5  # the fewest that the schemas take
PAIRS = 3  # of a knowledge context
HELDOUT = 5
MAX_DOCUMENT = 20_000_000
REMOTE = re.compile(r"(?P<repo>\S+)@(?P<commit>[0-9a-f]{40}|[0-9a-f]{64}):(?P<pattern>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a contributor says about a new leaf.

    about: domain (knowledge) or task description (skill). document: a file of this repository, or
    `REPO@COMMIT:PATTERN`. seeds: each a context (None for a freeform skill) with its pairs. heldout: items of
    heldout.yaml. What is left out is written as TODO, and contexts are taken from the document.
    """

    about: str
    created_by: str
    title: str
    link: str
    license: str
    creators: str
    revision: str = "1"
    outline: str = ""
    document: str = ""
    grounded: bool = False
    seeds: tuple[tuple[str | None, tuple[Pair, ...]], ...] = ()
    heldout: tuple[tuple[str | None, Pair], ...] = ()


def new_leaf(root: Path, taxonomy: str, kind: str, path: str, answers: Answers) -> tuple[Path, ...]:
    """Write a leaf of kind "knowledge" or "skill" and return its files, relative to `root`.

    `path` is below the taxonomy root, its branch first. UsageError, and nothing written: a path that lint
    would refuse, a leaf that is there, a document that isn't.
    """
    folder = Path(taxonomy) / checked_path(root / taxonomy, taxonomy, kind, path)
    files = {LEAF_FILE: dump(_knowledge(root, answers) if kind == "knowledge" else _skill(answers))}
    if kind != "knowledge" or answers.heldout:
        files[HELDOUT_FILE] = dump({"items": _heldout(answers)})
    files[ATTRIBUTION_FILE] = _attribution(answers)
    for name, text in files.items():
        write_text(root / folder / name, text)
    return tuple(folder / name for name in files)


def checked_path(root: Path, taxonomy: str, kind: str, path: str) -> str:
    """The leaf's folder below the taxonomy root, if a leaf of this kind may be made there."""
    parts = path.strip("/").removeprefix(f"{taxonomy}/").split("/")
    branches = [name for name in BRANCHES if (name == "knowledge") == (kind == "knowledge")]
    if parts[0] not in branches or len(parts) < 2:
        hint = f"start with {' or '.join(branches)}, then folders of your own"
        raise UsageError(f"{path!r} is no place for {kind}", hint=hint)
    for name in parts[1:]:
        if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
            better = "_".join(re.findall(r"[a-z0-9]+", name.casefold())) or "a_name"
            hint = f"lower-case words joined by underscores, such as {better}"
            raise UsageError(f"the folder name {name!r} is not allowed", hint=hint)
    clean = "/".join(parts)
    for parent in (root.joinpath(*parts[:end]) for end in range(2, len(parts) + 1)):
        if (parent / LEAF_FILE).exists():
            raise UsageError(f"there is a leaf at {parent.relative_to(root)}", hint="choose another folder")
    return clean


def _knowledge(root: Path, answers: Answers) -> dict[str, Any]:
    ref, text = _document(root, answers.document)
    contexts = [context or "" for context, _ in answers.seeds] or list(passages(text, SEEDS))
    contexts += [
        f"TODO: passage {number} of the document, about a paragraph, copied word for word."
        for number in range(len(contexts) + 1, SEEDS + 1)
    ]
    pairs = [pairs for _, pairs in answers.seeds]
    seeds = [
        {"context": wrapped(context), "questions_and_answers": [_row(pair) for pair in _pairs(pairs, number)]}
        for number, context in enumerate(contexts, 1)
    ]
    about = {"version": 3, "domain": answers.about, "created_by": answers.created_by}
    document = {"repo": ref.repo, "commit": ref.commit, "patterns": list(ref.patterns)}
    return about | {"document_outline": answers.outline, "seed_examples": seeds, "document": document}


def _pairs(given: list[tuple[Pair, ...]], number: int) -> tuple[Pair, ...]:
    if number <= len(given) and given[number - 1]:
        return given[number - 1]
    return tuple(
        Pair(question=f"TODO: question {n} that passage {number} answers?", answer=f"TODO: its answer {n}")
        for n in range(1, PAIRS + 1)
    )


def _skill(answers: Answers) -> dict[str, Any]:
    seeds = [_item(context, pair) for context, pairs in answers.seeds for pair in pairs]
    seeds += [_todo(f"example {number}", answers.grounded) for number in range(len(seeds) + 1, SEEDS + 1)]
    about = {"version": 3, "task_description": answers.about, "created_by": answers.created_by}
    return about | {"seed_examples": seeds}


def _heldout(answers: Answers) -> list[dict[str, str]]:
    items = [_item(context, pair) for context, pair in answers.heldout]
    fewest = HELDOUT if not items else 0
    return items + [_todo(f"held-out item {number}", answers.grounded) for number in range(1, fewest + 1)]


def _todo(name: str, grounded: bool) -> dict[str, str]:
    context = f"TODO: text for {name}\n" if grounded else None
    pair = Pair(question=f"TODO: what a user asks, {name}", answer=f"TODO: a good answer, {name}")
    return _item(context, pair)


def _item(context: str | None, pair: Pair) -> dict[str, str]:
    return ({"context": wrapped(context)} if context else {}) | _row(pair)


def _row(pair: Pair) -> dict[str, str]:
    return {"question": pair.question, "answer": pair.answer}


def _document(root: Path, given: str) -> tuple[DocumentRef, str]:
    """The reference, and the text where it can be read without the network."""
    remote = REMOTE.fullmatch(given)
    if remote:
        ref = DocumentRef(repo=remote["repo"], commit=remote["commit"], patterns=(remote["pattern"],))
        return ref, ""
    file = root / given
    if not given or not file.is_file() or not file.resolve().is_relative_to(root.resolve()):
        hint = "name a .md, .txt or .pdf file of this repository, or REPO@COMMIT:PATTERN"
        raise UsageError(f"there is no document {given!r}", hint=hint)
    name = file.resolve().relative_to(root.resolve()).as_posix()
    text = to_text(file.read_bytes(), name, name, MAX_DOCUMENT)
    return DocumentRef(repo=".", commit="HEAD", patterns=(name,)), text


def _attribution(answers: Answers) -> str:
    lines = {
        "Title of work": answers.title,
        "Link to work": answers.link,
        "Revision": answers.revision,
        "License of the work": answers.license,
        "Creator names": answers.creators,
    }
    return "".join(f"{key}: {digest.fold(value)}\n" for key, value in lines.items())
