"""Python, git, cores, memory, and what training will compute with."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from labci.cores import usable_cores
from labci.doctor.finding import Finding, State
from labci.errors import OutsideError

PYTHON = (3, 11)
TRAINING_GB = 4.0  # labci train on smollm2-135m took 3.1 to 3.6 at most
found = partial(Finding, section="machine")


def look(folder: Path) -> Iterator[Finding]:
    """Findings about the machine."""
    recent = sys.version_info >= PYTHON
    yield _found("Python", recent, platform.python_version(), "install Python 3.11")
    yield from _git(folder)
    yield found(name="cores", state="ok", value=f"{usable_cores()} of {os.cpu_count()} may be used")
    yield _memory()
    yield from _processor()


def _found(name: str, good: bool, value: str, fix: str, *, bad: State = "missing") -> Finding:
    return found(name=name, state="ok" if good else bad, value=value, fix="" if good else fix)


def _git(folder: Path) -> Iterator[Finding]:
    from labci.git.installed import installed

    try:
        git = installed(folder)
    except OutsideError as error:
        yield found(name="git", state="missing", value="not installed", fix=error.hint)
        return
    yield _found("git", git.recent, git.version, "install git 2.31 or later")
    value = "can fetch documents" if git.https else "git-remote-https is missing: documents can't be fetched"
    yield _found("git over https", git.https, value, "install git with curl")
    fix = "git config --global user.name NAME && git config --global user.email ADDRESS"
    value = git.identity or "no name or no address, which labci submit signs off with"
    yield _found("git identity", bool(git.identity), value, fix, bad="note")


def _memory() -> Finding:
    """Of the machine, as Linux tells it; labci needs no package for it."""
    try:
        text = Path("/proc/meminfo").read_text("ascii")
        total, free = (int(re.findall(rf"{name}:\s+(\d+)", text)[0]) / 1e6 for name in ("MemTotal", "MemAvailable"))
    except (OSError, IndexError):
        return found(name="memory", state="note", value="unknown")
    short = free < TRAINING_GB
    fix = f"training takes about {TRAINING_GB:.0f} GB: end other programs" if short else ""
    value = f"{total:.1f} GB, {free:.1f} GB of it free"
    return found(name="memory", state="note" if short else "ok", value=value, fix=fix)


def _processor() -> Iterator[Finding]:
    """Loads torch, which takes seconds, only where a graphics card makes a difference."""
    card = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists() or Path("/dev/kfd").exists()
    if find_spec("torch") is None or not card:
        value = "none that torch could use: training runs on the processor" if not card else "there, but torch is not"
        yield found(name="GPU", state="note", value=value)
        yield found(name="training in", state="ok", value="bfloat16" if _fast_bfloat16() else "float32")
        return
    import torch

    from labci.lm.load import use_bfloat16

    seen = torch.cuda.is_available()
    value = torch.cuda.get_device_name() if seen else "there, but this torch can't use it"
    fix = "" if seen else "install a torch for it: https://pytorch.org/get-started"
    yield found(name="GPU", state="ok" if seen else "note", value=value, fix=fix)
    yield found(name="training in", state="ok", value="bfloat16" if use_bfloat16("auto") else "float32")


def _fast_bfloat16() -> bool:
    """What `use_bfloat16` asks torch, as Linux tells it."""
    try:
        flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        return False
    return flags is not None and bool({"avx512_bf16", "amx_tile"} & set(flags[1].split()))
