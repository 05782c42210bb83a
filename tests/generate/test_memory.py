"""What a leaf of many files holds in memory: one document's text at a time, from its first unit to its last."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labci.documents import Document
from labci.work import Opened, units_of, works
from tests.conftest import put
from tests.generate.conftest import Place
from tests.servers.chat import serving

FILES, SIZE = 40, 50_000
VALUE = {
    "version": 3, "domain": "mills", "created_by": "tess", "document_outline": "The mill",
    "seed_examples": [
        {"context": "The mill is red.", "questions_and_answers": [{"question": "What colour?", "answer": "Red"}]}
    ],
    "document": {"repo": ".", "commit": "HEAD", "patterns": ["documents/*.md"]},
}  # fmt: skip


def held() -> int:
    """Characters of all documents that somebody holds."""
    gc.collect()
    return sum(len(item.text) for item in gc.get_objects() if type(item) is Document)  # others warn when they are asked


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["knowledge-specialist", "knowledge-large"])
def test_documents_are_noted_without_their_text(
    repository: Path, git_commit: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    put(repository, "taxonomy/knowledge/mill/qna.yaml", json.dumps(VALUE))
    for number in range(FILES):
        code = f"```\n{'x' * SIZE}\n```"
        put(repository, f"documents/{number}.md", f"# The mill\n\nHouse {number} has {number} hens.\n\n{code}\n")
    git_commit(repository)
    with serving(lambda body: "") as chat:
        monkeypatch.setenv("OPENAI_BASE_URL", chat.url)
        job = Place(folder=repository, teacher=chat).job(flags={"flows.knowledge": flow})
    (work,) = works(job, Opened(job=job))
    read: list[Document] = []
    most, units = 0, 0
    for _ in units_of(job, work, read, placed=True):
        units += 1
        most = max(most, held())
    assert units >= FILES
    assert SIZE < most < 3 * SIZE
    assert len({document.path for document in read}) == FILES
    assert all(document.sha256 for document in read)
