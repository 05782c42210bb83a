"""Whether a question repeats a held-out one: the index says what comparing with each of them says."""

from __future__ import annotations

import time
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from labci.heldout import LEAK_JACCARD, jaccard, leaks, trigrams
from labci.seen import Questions

WORDS = ["how", "many", "trams", "go", "to", "the", "harbour", "on", "Sundays", "?"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(st.lists(TEXT, max_size=12), TEXT)
@example(["a b c d e f g h i j k l m n o p q"], "a b c d e f g h i j k l m n o p x")  # 15 trigrams
@example(["?"], "")
def test_the_index_says_what_comparing_with_each_says(held: list[str], question: str) -> None:
    near = any(jaccard(trigrams(question), trigrams(other)) >= LEAK_JACCARD for other in held)
    assert Questions(held).near(question) == near == leaks(question, held)


def test_many_held_out_questions_cost_little() -> None:
    """A mixture compares each of its rows with the held-out questions of all leaves."""
    held = [f"How many trams of line {n} go to the harbour on Sunday number {n * 7}?" for n in range(2_000)]
    asked = [f"How many trams of line {n} go to the market on Monday number {n * 3}?" for n in range(20)]
    index = Questions(held)

    def seconds(ask: Callable[[str], bool]) -> float:
        began = time.perf_counter()
        assert not any(ask(question) for question in asked)
        return time.perf_counter() - began

    assert 20 * seconds(index.near) < seconds(lambda question: leaks(question, held))
