"""However a file is indented, it is set evenly without another value, and once only."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from labci import indent
from labci.node import parse

TEXT = st.sampled_from(
    ["plain", "'two\n\n  lines'", '"a \\\n   b"', "|\n{pad}block\n{pad}  deeper", ">-\n{pad}folded\n{pad}on"]
)
VALUES = st.recursive(TEXT, lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple), max_leaves=12)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A mapping of mappings, lists and scalars of every style, each block with an indentation of its own."""

    def write(value: object, column: int, *, mapping: bool) -> list[str]:
        """The lines of a tuple as mapping or list at a column."""
        assert isinstance(value, tuple)
        lines = []
        for number, item in enumerate(value):
            head = " " * column + (f"key{number}:" if mapping else "-")
            if isinstance(item, str):
                lines.append(f"{head} {item.format(pad=' ' * (column + draw(st.integers(1, 4))))}")
                continue
            inner = draw(st.booleans())
            least = 0 if mapping and not inner else 1
            rows = write(item, column + draw(st.integers(least, 4)), mapping=inner)
            lines += [head, *([" " * column + "# about"] if draw(st.booleans()) else []), *rows]
        return lines

    return "\n".join(write(draw(VALUES.filter(lambda v: isinstance(v, tuple))), 0, mapping=True)) + "\n"


@given(files())
@example("key0:\n -\n  - plain\n -\n  - plain\nkey1:\n key0: plain\nkey2:\n- plain\n")
def test_the_value_stays_and_the_second_time_nothing_moves(text: str) -> None:
    node = parse(text.encode())
    even = indent.evened(text.encode(), node)
    again = parse(even)
    assert repr(again.value) == repr(node.value)
    found = list(indent.blocks(again))
    wanted = indent.steps(again, found)
    assert all(block.step == wanted[block.kind] for block in found)
    assert indent.evened(even, again) == even


def test_most_of_the_file_is_right() -> None:
    text = "a:\n    b: 1\nc:\n    d: 2\ne:\n  f: 3\n"
    assert indent.evened(text.encode(), parse(text.encode())).decode() == text.replace("  f", "    f")
