"""Settings with where each came from (`-v`)."""

from __future__ import annotations

from labci.config import Config


def to_text(config: Config) -> str:
    """One aligned line per setting: name, value, origin."""
    rows = []
    for name in sorted(config.origin):
        value: object = config
        for part in name.split("."):
            value = getattr(value, part)
        rows.append((name, ", ".join(map(str, value)) if isinstance(value, tuple) else str(value), config.origin[name]))
    wide = max(len(name) for name, _, _ in rows)
    wider = max(len(value) for _, value, _ in rows)
    return "\n".join(f"{name:<{wide}}  {value:<{wider}}  {origin}" for name, value, origin in rows)
