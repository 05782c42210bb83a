"""No change of what shapes samples under a flow's old digest: the store would go on giving out the old ones."""

from __future__ import annotations

import json
from pathlib import Path

from labci.flow import BLOCKS
from tests.flows.version import NOTED, files, said, shaping


def test_code_that_shapes_samples_has_changed_only_with_a_look_at_its_version() -> None:
    noted = json.loads(NOTED.read_text("utf-8"))
    assert (noted["blocks"], noted["code"]) == (BLOCKS, shaping()), (
        "code that shapes samples has changed. If the same answers may become other samples, raise BLOCKS in"
        " labci/flow.py: units that are in the store are sifted again, and nothing is asked twice. Then, and also if"
        " they may not, note the code: python -m tests.flows.version"
    )


def test_what_counts_is_what_the_code_does() -> None:
    plain, file = "def f(x):\n    return x + 1\n", Path("f.py")
    assert said('"""M."""\n\n\ndef f(x):\n    """D."""\n    return x + 1  # why\n', file) == said(plain, file)
    assert said("def f(x):\n    return x + 2\n", file) != said(plain, file)
    names = {"lexicon.yaml", "sifting.py", "spans.py", "answer_first.py", "chattoken.py", "heldout.py", "structured.py"}
    assert names <= {found.name for found in files()}
    assert all(found.is_file() for found in files())
