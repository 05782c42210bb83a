"""What training needs of memory, and what the machine has."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from labci.lm.shape import Shape

# Python, torch, transformers and TRL: 0.5 GB after their imports, and 0.1 to 0.4 more that no tensor of the estimate
# explains (docs/training.md, "Memory").
PROGRAM = 0.9e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is in memory at once. tokens: of one forward pass of one process, padding included.

    completion: the share of them with loss. trainable: parameters that have gradients.
    """

    tokens: int
    completion: float
    trainable: int
    autocast: bool
    half: bool  # weights in bfloat16
    recompute: bool
    lora: bool
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Peak bytes of one process, by what holds them."""

    weights: int
    copies: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    program: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(asdict(self).values())


def estimate(shape: Shape, load: Load) -> Memory:
    """Peak memory of one process, in bytes, by counting tensors.

    Weights, gradients and Adam's two moments are 4 bytes each of a parameter in fp32 (Rajbhandari et al. 2020, ZeRO,
    section 3.1: 16 bytes of a parameter in all); weights that stand still may take 2. Autocast keeps a bfloat16 copy
    of fp32 weights for the backward pass; processes that share out a batch have a second copy of the gradients (DDP's
    buckets). Activations follow Korthikanti et al. 2022 (arXiv 2205.05198, section 4.1), who list what each operation
    keeps, counted anew for a Llama block: RMS norms (in fp32), query, key, value and attention's output without a
    score matrix (SDPA), four tensors of the feed-forward layer. With recomputation one block's, and each block's input.
    Logits are there at completion tokens alone, with their softmax and gradient, all fp32.
    """
    moved = 4 * load.trainable
    return Memory(
        weights=(2 if load.half else 4) * shape.parameters + (4 * load.trainable if load.lora else 0),
        copies=2 * shape.parameters if load.autocast and not load.half else 0,
        gradients=moved * (2 if load.processes > 1 else 1),
        optimizer=2 * moved,
        activations=_activations(shape, load),
        logits=round(load.tokens * load.completion * shape.vocabulary * (16 if load.autocast else 12)),
        program=round(PROGRAM),
    )


def _activations(shape: Shape, load: Load) -> int:
    h, i = shape.hidden, shape.intermediate
    width = 2 if load.autocast or load.half else 4
    norms = 6 * h * 4 + (2 * h * 2 if load.autocast else 0)
    block = norms + (2 * shape.attention + h + 2 * shape.keys + 4 * i) * width
    block += (6 * h + i) * 4 if load.lora else 0  # adapters read their inputs in fp32
    kept = shape.layers * 4 * h + block if load.recompute else shape.layers * block
    return load.tokens * kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where training would run. available: bytes that are free for one process; None where nothing tells."""

    device: str
    available: int | None
    gpus: int


def machine() -> Machine:
    """The GPUs that torch sees, else the processor. Loads torch only where there is a graphics card."""
    card = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists() or Path("/dev/kfd").exists()
    if card and find_spec("torch") is not None:
        import torch

        if torch.cuda.is_available():
            free, _ = torch.cuda.mem_get_info()
            return Machine(device=torch.cuda.get_device_name(), available=int(free), gpus=torch.cuda.device_count())
    return Machine(device="processor", available=_free(), gpus=0)


def _free() -> int | None:
    """Linux's estimate of what a new program can have, and at most a container's limit."""
    try:
        text = Path("/proc/meminfo").read_text("ascii")
        free = int(re.findall(r"MemAvailable:\s+(\d+)", text)[0]) * 1024
    except (OSError, IndexError):
        return None
    try:
        limit, used = (int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current"))
        cached = re.findall(r"^inactive_file (\d+)", Path("/sys/fs/cgroup/memory.stat").read_text("ascii"), re.M)
    except (OSError, ValueError):  # no limit is "max"
        return free
    return min(free, max(0, limit - used + sum(map(int, cached))))  # files that were read give way
