"""`labci new`: the files of a leaf, filled in as far as the answers go, marked TODO where they don't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from labci import config, digest
from labci.artifact import write_text
from labci.contribute.answers import PAIRS, SEEDS, Answers, Seeds
from labci.contribute.document import Shelf, reference
from labci.contribute.passages import passages, spread
from labci.contribute.place import checked_path
from labci.contribute.writing import dump, wrapped
from labci.leaf import ATTRIBUTION_FILE, HELDOUT_FILE, HERE, LEAF_FILE, DocumentRef, Pair
from labci.taxonomy import FolderSource

HELDOUT = 5


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
    _write_all(root / folder, files)
    return tuple(folder / name for name in files)


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    """All or none: half a leaf would be in the way of the next try."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            write_text(folder / name, text)
            written.append(folder / name)
    except BaseException:
        for file in written:
            file.unlink()
        raise


def _knowledge(root: Path, answers: Answers) -> dict[str, Any]:
    ref = reference(root, root, answers.document)
    given = answers.seeds or tuple((context, ()) for context in _contexts(root, ref, answers.document))
    seeds = [
        {"context": wrapped(context), "questions_and_answers": [_row(pair) for pair in pairs]}
        for context, pairs in _filled(given)
    ]
    about = {"version": 3, "domain": answers.about, "created_by": answers.created_by}
    document = {"repo": ref.repo, "commit": ref.commit, "patterns": list(ref.patterns)}
    return about | {"document_outline": answers.outline, "seed_examples": seeds, "document": document}


def _contexts(root: Path, ref: DocumentRef, document: str) -> Iterator[str]:
    if ref.repo != HERE:
        return
    shelf = Shelf(root=root, here=root, source=FolderSource(root), settings=config.read(b"").documents)
    text = shelf.find(document).text or ""
    yield from (passage.text for passage in islice(spread(list(passages(text))), SEEDS))


def _filled(seeds: Seeds) -> Iterator[tuple[str, tuple[Pair, ...]]]:
    """Contexts with their pairs, TODO for what is missing of either."""
    for number in range(1, max(SEEDS, len(seeds)) + 1):
        context, pairs = seeds[number - 1] if number <= len(seeds) else (None, ())
        todo = f"TODO: passage {number} of the document, about a paragraph, copied word for word."
        yield context or todo, _pairs(pairs, number)


def _pairs(given: tuple[Pair, ...], number: int) -> tuple[Pair, ...]:
    missing = range(len(given) + 1, PAIRS + 1)
    return given + tuple(
        Pair(question=f"TODO: question {n} that passage {number} answers?", answer=f"TODO: its answer {n}")
        for n in missing
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


def _attribution(answers: Answers) -> str:
    lines = {
        "Title of work": answers.title,
        "Link to work": answers.link,
        "Revision": answers.revision,
        "License of the work": answers.license,
        "Creator names": answers.creators,
    }
    return "".join(f"{key}: {digest.fold(value)}\n" for key, value in lines.items())
