"""Stage: what generation and training of the changes would cost, without starting a teacher or torch."""

from labci.plan.stage import plan

__all__ = ["plan"]
