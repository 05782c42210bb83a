"""The repository with a tiny student and a teacher on loopback, as the pipeline's tests have it."""

from tests.pipeline.conftest import place, teacher

__all__ = ["place", "teacher"]
