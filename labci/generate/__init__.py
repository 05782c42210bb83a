"""Stage: samples for what is new, into the run folder, every candidate accounted for."""

from labci.generate.stage import generate

__all__ = ["generate"]
