"""Why a candidate was dropped, and what whoever wrote the leaf can do, in words; one row a reason of `REASONS`."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """what: it means, after the reason's name. todo: what a contributor or maintainer can do."""

    what: str
    todo: str


NOTHING = "Nothing to do."
SURPLUS = "surplus"  # no fault: the limit was reached
WORDS = {
    "unparsable": Words(
        "What the teacher wrote is no usable question or answer: empty, too short, two questions, or a repetition.",
        "Nothing is wrong with the leaf. A larger teacher does this less often.",
    ),
    "truncated": Words(
        "What the teacher wrote was cut off at its limit of tokens.",
        "Shorter seed answers lead to shorter ones.",
    ),
    "duplicate-in-leaf": Words(
        "A sample of this leaf that was kept asks the same.",
        f"{NOTHING} If this is most of it, the leaf says little that is new: add facts, or seeds that differ.",
    ),
    "duplicate-in-tree": Words(
        "A sample of another leaf asks the same.",
        "See whether the two leaves cover the same ground; one of them may be enough.",
    ),
    "echoes-seed": Words(
        "It repeats one of the leaf’s own examples, which are samples already.",
        "Seeds that differ more from each other leave the teacher more room.",
    ),
    "leaks-heldout": Words(
        "It asks what a held-out question asks. The gate’s questions must stay unseen, or its verdict means nothing.",
        NOTHING,
    ),
    "not-grounded": Words(
        "Question, answer and passage don’t belong together: the answer is given away, the question names what the"
        " document does not, or the passage answers it differently.",
        "Sentences with one fact each, that name things in full, are asked about best.",
    ),
    "judged-low": Words(
        "The judge rated it below the leaf’s threshold, or the teacher’s own answers to it disagree.",
        "Read the examples: where good ones are dropped, more seeds calibrate the judge better.",
    ),
    "not-self-contained": Words(
        "It can’t be understood without the text beside it: it points at the text, or doesn’t say what it is about.",
        "Name the subject in every paragraph of the document, in place of “it”, “she” or “the island”.",
    ),
    "injected": Words(
        "It holds an instruction to a model, such as “ignore the above”.",
        "Look for such text in the document and the seeds, and take it out.",
    ),
    "special-token": Words(
        "It holds a control token of a chat template.",
        "Look for such tokens in the document and the seeds, and take them out.",
    ),
    "too-long": Words(
        "It is longer than the flow allows.",
        "Shorter seed examples lead to shorter texts.",
    ),
    SURPLUS: Words(
        "It is good, but a limit of samples was reached: no fault.",
        "To keep more, raise generate.samples_per_span or generate.samples_per_seed.",
    ),
}  # fmt: skip


def words_of(reason: str) -> Words:
    """The row of a reason; one that this version doesn’t know stands for itself."""
    return WORDS.get(reason, Words(f"{reason} (unknown to this version of labci).", NOTHING))
