"""The plain way to generate: ask the instruct model for pairs about each paragraph, and take what it says.

A baseline for `generate` and `teach`: the same weights as the embedded teacher's, the same store, no filter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import yaml

from labci import digest
from labci.leaf import Kind
from labci.request import Request, Sampling
from labci.sample import Phase, Sample
from labci.store import Store
from labci.teachers import cached, open_teacher
from labci.teachers.stored import Counts
from scripts.benches.repository import LEAVES, leaf_path

TEACHER = "one-prompt"
PAIRS = 8  # asked of a paragraph in one answer
DRAWS = 3  # answers a paragraph
MAX_TOKENS = 400
PROMPT = (
    "Here is a text about {title}.\n\n{text}\n\nWrite {pairs} questions about this text, each with its short answer. "
    "Each question names what it is about. Write one question a line as Q: and its answer on the next line as A:"
)
SKILL = (
    "{task}.\n\nQ: {question}\nA: {answer}\n\nWrite {pairs} more examples of the same kind, each about something else, "
    "one line as Q: and the next line as A:"
)
LABEL = re.compile(
    r"^[\s*#>-]*(?:\d+\s*[.):]\s*)?[\s*]*(?:(?P<label>q|question|a|answer)\s*\d*\s*[.):]+)?[\s*]*", re.IGNORECASE
)
ANSWER = re.compile(r"^(?:a|answer)\s*[.):]+\s*", re.IGNORECASE)  # on the question's line


def paragraphs(document: str) -> Iterator[str]:
    """Paragraphs of a Markdown text, folded, without headings."""
    for block in re.split(r"\n\s*\n", document):
        if (text := digest.fold(block)) and not text.startswith("#"):
            yield text


def pairs(text: str) -> list[tuple[str, str]]:
    """(question, answer) pairs in an answer, read leniently: with or without labels and numbers, on one line or two."""
    found, question = list[tuple[str, str]](), ""
    for line in text.splitlines():
        mark = LABEL.match(line)
        label = (mark["label"] or "")[:1].lower() if mark else ""
        said = digest.fold(line[mark.end() :] if mark else line).strip("* ")
        asked, sign, rest = said.partition("?")
        if label == "q" or (not label and sign):
            question, said = (
                (asked + sign).strip(),
                re.sub(r"^(?:a|answer)\s*[.):]+\s*", "", rest.strip(" *"), flags=re.I),
            )
        if question and said:
            found.append((question, said))
            question = ""
    return found


def requests(name: str, model: str) -> list[Request]:
    """Requests for a leaf of tests/leaves: for each paragraph of its document, or each seed of a skill."""
    sampling = Sampling(temperature=0.7, top_p=0.95, max_tokens=MAX_TOKENS)
    return [
        Request(
            model=model, messages=({"role": "user", "content": content},), sampling=sampling, seed=seed, flow=TEACHER
        )
        for content in prompts(LEAVES / name)
        for seed in range(DRAWS)
    ]  # fmt: skip


def prompts(leaf: Path) -> Iterator[str]:
    """What the model is told."""
    if (leaf / "document.md").exists():
        document = (leaf / "document.md").read_text("utf-8")
        title = document.splitlines()[0].lstrip("# ")
        yield from (PROMPT.format(title=title, text=text, pairs=PAIRS) for text in paragraphs(document))
        return
    value = yaml.safe_load((leaf / "qna.yaml").read_text("utf-8"))
    for seed in value["seed_examples"]:
        yield SKILL.format(task=value["task_description"], pairs=PAIRS, **seed)


def samples(repository: Path, name: str) -> tuple[list[Sample], Counts]:
    """What the instruct model makes of a leaf's document, and what was asked of it; exact repetitions once."""
    counts, store = Counts(), Store(str(repository / ".labci" / "store"))
    found: dict[str, Sample] = {}
    about = _about(name)
    with closing(open_teacher("embedded", role="instruct")) as opened:
        teacher = cached(opened, store, counts)
        asked = requests(name, opened.digest)
        texts = {request.digest: response.text for request, response in teacher.complete(asked)}
    for request in asked:
        for question, answer in pairs(texts[request.digest]):
            sample = replace(about, unit=request.digest, question=question, answer=answer, requests=(request.digest,))
            found.setdefault(sample.id, sample)
    return list(found.values()), counts


def _about(name: str) -> Sample:
    """What all samples of a leaf have in common."""
    kind: Kind = "knowledge" if (LEAVES / name / "document.md").exists() else "freeform"
    phase: Phase = "short" if kind == "knowledge" else "skill"
    return Sample(
        leaf=leaf_path(name), unit="", kind=kind, phase=phase, question="", answer="", teacher=TEACHER, flow=TEACHER
    )
