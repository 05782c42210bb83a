"""`python -m scripts.benches NAME`: run one bench; no NAME lists them."""

from __future__ import annotations

import sys
from importlib import import_module

from scripts.benches import TABLES

MODULES = {"main": "main_job"}  # a module called main would shadow the function


def main(arguments: list[str]) -> int:
    """Exit code of the bench; 2 for an unknown one."""
    if not arguments or arguments[0] not in TABLES:
        print("usage: scripts/bench NAME", *(f"  {name:<10} {what}" for name, what in TABLES.items()), sep="\n")
        return 0 if not arguments else 2
    return int(import_module(f"scripts.benches.{MODULES.get(arguments[0], arguments[0])}").main())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
