"""Any model of the Hugging Face Hub by its id: safetensors only, never code."""

from __future__ import annotations

import os
from pathlib import Path

from labci.errors import OutsideError
from labci.models import ModelRef, locked
from labci.progress import Progress

FILES = [
    "*.safetensors",
    "*.safetensors.index.json",
    "*.json",
    "*.jinja",
    "tokenizer.model",
    "vocab.txt",
    "merges.txt",
]


def pull(ref: ModelRef, progress: Progress) -> Path:
    """Fetch a snapshot into the cache, unless it is there; honours HF_ENDPOINT and HF_TOKEN.

    Raises OutsideError for an unknown id, no access or no network, and for a model without safetensors.
    """
    with locked(ref.folder.parent):
        if not ref.folder.exists():
            part = ref.folder.with_name(".student.part")  # kept when cut off: the Hub's client goes on in it
            progress.say(f"fetching {ref.name} from the Hugging Face Hub")
            _snapshot(ref, part)
            if not any(part.glob("*.safetensors")):
                raise OutsideError(f"{ref.name} has no safetensors weights", hint="choose a model that has")
            part.replace(ref.folder)
    return ref.folder


def _snapshot(ref: ModelRef, folder: Path) -> None:
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # plain HTTP works with every mirror
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    try:
        snapshot_download(
            ref.source, revision=ref.revision, local_dir=folder, allow_patterns=FILES,
            endpoint=os.environ.get("HF_ENDPOINT"),  # as it is now, not as it was at the client's import
        )  # fmt: skip
    except Exception as error:  # its client raises errors of many libraries
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise OutsideError(
            f"{ref.name} can't be fetched: {reason}",
            hint="check the id, HF_TOKEN, HF_ENDPOINT and the network",
        ) from error
