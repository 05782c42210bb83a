"""What a run's generation came to, as one value (schemas/report.json) that every rendering reads."""

from labci.report.generation.collect import DETAILED, read

__all__ = ["DETAILED", "read"]
