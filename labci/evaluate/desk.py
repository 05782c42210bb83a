"""The models of an evaluation, and what a suite is measured with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labci.evaluate import measure as measures
from labci.evaluate.measure import Measure
from labci.heldout import Item
from labci.job import Job
from labci.scores import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Model folders of a job by role, with the digests of their weights."""

    job: Job
    folders: Mapping[Role, Path]
    digests: Mapping[Role, str]

    def measure(self, role: Role, suite: str, items: Sequence[Item], *, among: Sequence[Item] = ()) -> list[Measure]:
        """Measures of each item; what was measured before, in part or as a whole, comes from the store.

        among: whose answers an item's own is told apart from.
        """
        return measures.measure(
            self.digests[role], self.folders[role], items, among=among, store=self.job.store,
            progress=self.job.progress, name=f"evaluate {role} on {suite}",
            weights=self.job.config.train.weights,
        )  # fmt: skip
