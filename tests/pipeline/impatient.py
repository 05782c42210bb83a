"""labci as a process of its own that tries again soon: the pauses of the client double from a hundredth of a second."""

from __future__ import annotations

from labci.cli import main
from labci.teachers import openai

if __name__ == "__main__":
    openai.FIRST_WAIT = 0.01
    main()
