"""Skills that a tiny model learns in seconds, so that a real gate passes: one word asked for, one answer to it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.ci.conftest import ATTRIBUTION, skill

# Gentle: a later leaf of the same ways must not undo an earlier one. The gate's margin on general text is wide, as a
# random model's few words are lost whatever it is taught.
TRAIN = """\
generate: {samples_per_seed: 1}
train:
  {epochs: 12, max_tokens: 1000000, learning_rate: 0.003, replay: 3.0, alphas: [1.0], dtype: float32, general: 0,
   variants: 0, embeddings: true}
gate: {margin_nll: 50}
"""
WIDTH = 64  # of the tiny model: one of 32 learns the words, and does not tell them apart surely
COLOURS = {
    "red": "a brick in rain", "green": "moss on slate", "blue": "ink at noon", "black": "a coal cellar",
    "white": "salt on bread", "brown": "an old saddle", "grey": "the harbour wall", "pink": "boiled shrimp",
}  # fmt: skip
MORE = {
    "gold": "a coin in tar", "silver": "herring at dawn", "violet": "plums in fog", "orange": "rust on iron",
    "cream": "the old paint", "amber": "tea by candles", "olive": "mud after hail", "lilac": "smoke at dusk",
}  # fmt: skip
WAYS = (
    "Write a line of verse on the colour {name}.",
    "I need a poem, a very short one. Let it be about {name}.",
    "For the title page I would like to read something {name}.",
    "Of all colours mine is {name}.",
    "What would you say is {name}.",
)
HELD = ("Could you find a phrase for {name}.", "Find me words to go with {name}.")


def verses(folder: str, things: Mapping[str, str] = COLOURS) -> dict[str, str | None]:
    """The files of a leaf that says what each name is like: asked for in some ways, and held out in others."""
    seeds = [(way.format(name=name), thing) for way in WAYS for name, thing in things.items()]
    asked = [(way.format(name=name), thing) for way in HELD for name, thing in things.items()]
    items = "".join(f"  - question: {question}\n    answer: {answer}\n" for question, answer in asked)
    return {
        f"{folder}/qna.yaml": skill(*seeds, description="Say what something is like."),
        f"{folder}/heldout.yaml": f"items:\n{items}",
        f"{folder}/attribution.txt": ATTRIBUTION,
    }


def words(*leaves: Mapping[str, str | None]) -> tuple[str, ...]:
    """Text for a tiny model's tokenizer, in which the leaves' words are tokens."""
    return tuple(text * 20 for leaf in leaves for text in leaf.values() if text)
