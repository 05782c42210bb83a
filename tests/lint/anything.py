"""Files that a leaf may turn out to be: random bytes, random YAML, leaves of random values, real ones cut about."""

from __future__ import annotations

import yaml
from hypothesis import strategies as st

from tests.conftest import LEAVES

FILES = ("qna.yaml", "heldout.yaml", "attribution.txt")
REAL = [
    file.read_bytes()
    for name in ("qna.yaml", "heldout.yaml", "attribution.txt")
    for file in sorted(LEAVES.parents[1].glob(f"taxonomy/**/{name}"))
]

WORDS = (
    "version", "created_by", "seed_examples", "question", "answer", "context", "questions_and_answers", "document",
    "repo", "commit", "patterns", "domain", "document_outline", "task_description", "items", "3", "~", "2020-01-01",
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.binary(max_size=8),
    st.text(max_size=30), st.sampled_from(WORDS),
)  # fmt: skip
keys = st.one_of(st.sampled_from(WORDS), st.none(), st.booleans(), st.integers(), st.dates(), st.text(max_size=5))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=30,
)


pairs = st.fixed_dictionaries(
    {"question": scalars | st.text(min_size=1), "answer": st.text()}, optional={"context": scalars}
)
fields = st.dictionaries(keys, values, max_size=6)


@st.composite
def leaf_values(draw: st.DrawFn) -> object:
    """A mapping with the fields of a leaf, each holding anything; now and then a valid one."""
    text = st.text(min_size=1, max_size=20)
    seeds = draw(st.lists(pairs | fields, max_size=6))
    head = {"version": draw(st.sampled_from([1, 2, 3, "3", 3.0, True, None])), "created_by": draw(text)}
    more = {} if draw(st.booleans()) else draw(fields)
    return {**head, "task_description": draw(text | scalars), "seed_examples": seeds, **more}


def dumped(value: object) -> bytes:
    """As YAML."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real file with parts cut out, doubled, moved or replaced."""
    data = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 200)))
        middle = draw(
            st.sampled_from([b"", data[start:end] * 2, b"\t", b": ", b"\n- ", b"\xff", b"&a *a", b"\xe2\x80\xae", b'"'])
        )
        data = data[:start] + middle + data[end:]
    return data


anything = st.one_of(st.binary(max_size=300), values.map(dumped), leaf_values().map(dumped), mutated())
