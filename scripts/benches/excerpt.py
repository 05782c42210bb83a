"""A leaf of tests/leaves cut down to what its seed examples ask for: small leaves, where a bench wants several."""

from __future__ import annotations

import re
from typing import Any

import yaml

from scripts.benches.repository import LEAVES, heldout_text, leaf_path, question_rows

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")


def excerpt_files(name: str) -> dict[str, str]:
    """The files of the leaf by their paths in a repository, its document among them.

    Of each context stand the sentences that its answers are from, at most one for each; the document is those contexts
    one after the other, and held out are the questions in other words whose answer is left.
    """
    folder = LEAVES / name
    value = yaml.safe_load((folder / "qna.yaml").read_text("utf-8"))
    for seed in value["seed_examples"]:
        seed["context"] = _cut(seed["context"], [pair["answer"] for pair in seed["questions_and_answers"]])
    title = (folder / "document.md").read_text("utf-8").partition("\n")[0]
    document = "\n\n".join([title, *(seed["context"] for seed in value["seed_examples"])]) + "\n"
    own = f"taxonomy/{leaf_path(name)}"
    return {
        f"documents/{name}.md": document,
        f"{own}/qna.yaml": yaml.safe_dump(value, sort_keys=False, allow_unicode=True),
        f"{own}/heldout.yaml": heldout_text(_left(question_rows(name), document)),
        f"{own}/attribution.txt": (folder / "attribution.txt").read_text("utf-8"),
    }


def _cut(context: str, answers: list[str]) -> str:
    sentences = SENTENCE.split(" ".join(context.split()))
    best = {max(range(len(sentences)), key=lambda at: _shared(sentences[at], answer)) for answer in answers}
    return " ".join(sentences[at] for at in sorted(best))


def _shared(sentence: str, answer: str) -> int:
    """Characters of the answer's words that the sentence has."""
    return sum(len(word) for word in _words(answer) & _words(sentence))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _left(rows: list[dict[str, Any]], document: str) -> list[dict[str, Any]]:
    text = document.lower()
    return [row for row in rows if any(str(part).lower() in text for part in row["accept"])]
