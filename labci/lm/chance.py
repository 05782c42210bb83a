"""Whether a model finds ordinary text as unlikely as chance: with another model's tokenizer it does."""

from __future__ import annotations

import math

from labci import general
from labci.lm.likelihood import log_likelihood
from labci.lm.load import LanguageModel
from labci.request import Continuation

ITEMS = 16  # general development questions: all that is asked is how many nats, not how many tenths
# Of chance, which is ln(vocabulary). SmolLM2-135M has 3.4 nats with its own tokenizer and 11.7 to 14.4 with its ids
# shifted by a hundred, shuffled or turned round; chance is 10.8.
NEAR = 0.75


def suspicion(lm: LanguageModel) -> str:
    """What to tell where answers to general questions are nearly as unlikely as random tokens, or more so; else "".

    A tokenizer of the same size, or a smaller one, has no id that the model lacks, and so no error tells of it.
    """
    items = [Continuation.of_turn(item.question, item.answer) for item in general.dev_items()[:ITEMS]]
    found = [-total / max(1, tokens) for total, tokens in log_likelihood(lm, items)]
    nll, chance = sum(found) / len(found), math.log(lm.model.get_input_embeddings().num_embeddings)
    if nll < NEAR * chance:
        return ""
    return (
        f"note: the model finds ordinary text as unlikely as chance ({nll:.1f} nats a token, chance is {chance:.1f}): "
        f"is the tokenizer in {lm.folder} its own?"
    )
