"""Whether training fits into memory and on the disk, told before it starts: what the kernel ends says nothing."""

from __future__ import annotations

from collections.abc import Sequence

from labci import crew
from labci.job import Job
from labci.lm.memory import machine
from labci.lm.shape import shape_of
from labci.train.forecast import amount_of, disk, peak
from labci.train.phases import Phase
from labci.train.settings import tune_settings
from labci.train.start import start_folder


def shortages(job: Job, todo: Sequence[Phase]) -> list[str]:
    """What to tell of memory and disk where an estimate is above what is free; neither stops a training."""
    return [told for told in (shortage(job, todo), disk_shortage(job, todo)) if told]


def disk_shortage(job: Job, todo: Sequence[Phase]) -> str:
    """The same of the disk that the run is on. What a killed training has left there counts as taken."""
    shape = shape_of(start_folder(job), job.config.model)
    need = disk(job, [amount_of(phase) for phase in todo], shape) if shape else None
    if need is None or need.available is None or need.total <= need.available:
        return ""
    return (
        f"note: training may need {need.total / 1e9:.1f} GB of disk at its fullest, and {need.available / 1e9:.1f} GB "
        f"are free where {job.run.path} is; make room there, or take another folder: labci run --run DIR"
    )


def shortage(job: Job, todo: Sequence[Phase]) -> str:
    """What to tell where the estimate of a phase is above the memory that is free, with what to lower; else "".

    The processes that train together on a processor share its memory.
    """
    from labci.lm.free import free
    from labci.lm.tune import less_memory

    free()  # what earlier stages of this process are done with is not in use
    here, shape = machine(), shape_of(start_folder(job), job.config.model)
    if shape is None or here.available is None:
        return ""
    sharing = 1 if here.gpus else crew.here()
    needs = [sharing * peak(job.config.train, amount_of(phase), shape, here, crew.size()).total for phase in todo]
    most = max(needs)
    if most <= here.available:
        return ""
    phase = todo[needs.index(most)]
    return (
        f"note: phase {phase.name} may need {most / 1e9:.1f} GB of memory, and {here.available / 1e9:.1f} GB are free; "
        f"if it ends without a word: {less_memory(tune_settings(job, phase))}"
    )
