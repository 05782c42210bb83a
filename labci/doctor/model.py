"""The model cache: room in it, and what is there of the configured model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from labci import models
from labci.doctor.finding import Finding
from labci.errors import UsageError
from labci.models.specialist import Specialist

NEEDED_GB = 2.0  # the default model, as it comes and converted, and its specialist
found = partial(Finding, section="models")


def look(name: str, specialist: Specialist) -> Iterator[Finding]:
    """Findings about the cache, a base model, and the specialist that the embedded teacher asks about knowledge."""
    folder = models.cache_folder()
    ready = {known: here for known, _, here in models.list_models()}
    free = shutil.disk_usage(_there(folder)).free / 1e9
    short = free < NEEDED_GB and not ready.get(models.DEFAULT)
    fix = f"free {NEEDED_GB:.0f} GB there, or set LABCI_CACHE to a folder with more" if short else ""
    value = f"{folder}, {free:.1f} GB free"
    yield found(name="cache", state="missing" if short else "ok", value=value, fix=fix)
    yield weights(name, partial(found, name=name), "to train and to judge")
    if models.specialist_gguf(specialist).exists():
        yield found(name="specialist teacher", state="ok", value="built")
    else:
        value = "not built; needed to generate knowledge with the embedded teacher"
        yield found(
            name="specialist teacher",
            state="missing",
            value=value,
            fix="labci teachers build" if specialist.file else "labci models pull",
        )


def weights(name: str, row: Callable[..., Finding], what: str) -> Finding:
    """Whether a model's files are here. row: the finding, which lacks state, value and fix. what: needs them."""
    from labci.lm.files import check_files

    try:
        folder = models.student_folder(name)
        if (folder / "config.json").is_file() and any(folder.glob("*.safetensors")):
            check_files(folder)  # they may be pointers of Git LFS, or cut off
            return row(state="ok", value="ready")
    except UsageError as error:
        return row(state="missing", value=error.message, fix=error.hint)
    fix = f"labci models pull {name}" if models.resolve(name).kind != "folder" else "name a folder with a model"
    return row(state="missing", value=f"not in {folder}; needed {what}", fix=fix)


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
