"""Scores made by hand: what a test says about effects, in the shape that the gate reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from labci.config import GateSettings
from labci.scores import Role, Row, Scores, Suite

POLICY = GateSettings(alpha=0.05, margin_nll=0.1, min_gain_nll=0.2)
LEAF = "knowledge/science/x"
QUIET = [0.01 * ((i * 7) % 11 - 5) for i in range(200)]  # general effects: small, mean about 0


def rows(
    suite: Suite, leaf: str, effects: Sequence[float], *, contrasts: Sequence[float] | None = None,
    clusters: Sequence[str] | None = None,
) -> list[Row]:  # fmt: skip
    """Released and candidate rows whose NLL and contrast differ by `effects`, each item its own cluster."""
    found = []
    contrasts = effects if contrasts is None else contrasts
    clusters = [f"c{i}" for i in range(len(effects))] if clusters is None else clusters
    for number, (effect, contrast, cluster) in enumerate(zip(effects, contrasts, clusters, strict=True)):
        found.append(_row("released", suite, leaf, number, cluster, 3.0, 0.0))
        found.append(_row("candidate", suite, leaf, number, cluster, 3.0 - effect, contrast))
    return found


def _row(model: Role, suite: Suite, leaf: str, number: int, cluster: str, nll: float, contrast: float) -> Row:
    return Row(
        model=model, suite=suite, item=f"i{number}", leaf=leaf, cluster=cluster, nll=nll, contrast=contrast,
        f1=0.5, exact=0, answer="An answer in words.",
    )  # fmt: skip


def base_rows(released: Iterable[Row], gain: float) -> list[Row]:
    """Rows of a base model that is worse than the released one by `gain`."""
    return [replace(row, model="base", nll=row.nll + gain) for row in released if row.model == "released"]


def scores(new: dict[str, list[Row]], old: dict[str, list[Row]] | None = None, *more: Row) -> Scores:
    """Scores with a quiet general suite, unless `more` brings rows of its own."""
    old = old or {}
    listed = [row for part in (*new.values(), *old.values()) for row in part]
    general = [] if any(row.suite == "general" for row in more) else rows("general", "", QUIET)
    return Scores(
        models={name: {"digest": name * 4} for name in ("base", "released", "candidate")},
        new_leaves=tuple(new), taught_leaves=tuple(old), rows=(*listed, *general, *more),
    )  # fmt: skip


def one(
    effects: Sequence[float],
    *,
    contrasts: Sequence[float] | None = None,
    clusters: Sequence[str] | None = None,
) -> Scores:
    """One new knowledge leaf with these effects, nothing taught before."""
    return scores({LEAF: rows("new", LEAF, effects, contrasts=contrasts, clusters=clusters)})
