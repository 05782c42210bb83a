"""Measures of one model on one suite; what the store already holds is never computed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labci import digest
from labci.evaluate.rivals import Rivals, rivals
from labci.heldout import Item
from labci.lm.outside import clear_errors
from labci.progress import Progress
from labci.request import Continuation
from labci.store import Store
from labci.words import words

VERSION = 4  # of what is measured and how; another version, another key
ANSWER_TOKENS = 32
BATCH = 48  # answers at once: a step of decoding reads all weights, however many share it
ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What one model makes of one item; see `labci.scores.Row`."""

    nll: float
    contrast: float | None
    f1: float
    exact: int
    answer: str


def measure(
    model: str,
    folder: Path,
    items: Sequence[Item],
    *,
    among: Sequence[Item],
    store: Store,
    progress: Progress,
    name: str,
    weights: str = "float32",
) -> list[Measure]:
    """Measures of every item, in order. model: digest of the weights in `folder`, which is opened only if needed.

    among: whose answers an item's own is told apart from, those of its leaf; without any, and without wrong answers of
    its own, there is no contrast.
    Of the folder's tokenizer and chat template the store knows, too: with others the model is asked something else.
    weights: their type in memory (`train.weights`): a model that is trained in bfloat16 may not fit as float32. A store
    may be shared by machines that compute in other types: what one of them measured is none of another's business, as
    the gate would compare the two. What is measured is kept batch by batch. Raises OutsideError for no memory.
    """
    from labci.lm import load
    from labci.lm.ids import tokenizer_digest

    how = [weights, *load.computing(), tokenizer_digest(folder)]
    asked = [_Asked(item=item, wrong=rivals(item, among) if among or item.wrong else ()) for item in items]
    keys = [one.keys(model, how) for one in asked]
    found = {key: store.get("evaluations", key) for pair in keys for key in pair if key}
    todo = [index for index, pair in enumerate(keys) if any(key and found[key] is None for key in pair)]
    todo.sort(key=lambda index: len(items[index].prompt))  # of like length in a batch
    for at in range(0, len(todo), BATCH):
        batch = todo[at : at + BATCH]
        lacking = [[bool(key) and found[key] is None for key in keys[index]] for index in batch]
        with clear_errors("evaluating"):
            fresh = _compute(_opened(folder, weights), [asked[index] for index in batch], lacking)
        for index, values in zip(batch, fresh, strict=True):
            for key, value in zip(keys[index], values, strict=True):
                if value is not None:
                    store.put("evaluations", key, value)
                    found[key] = value
        progress.step(name, at + len(batch), len(todo))
    return [_measure(found[plain], found.get(apart)) for plain, apart in keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """An item, and the groups of wrong answers that its own is told apart from."""

    item: Item
    wrong: Rivals

    def keys(self, model: str, how: Sequence[str]) -> tuple[str, str]:
        """Of what the model makes of the item, and of the wrong answers, "" for none: a leaf that gets another item
        has other wrong answers, and nothing else of it is measured again."""
        known = [VERSION, model, self.item.prompt]
        plain = digest.of_json([*known, self.item.answer, *how])
        return plain, digest.of_json([*known, self.wrong, *how]) if self.wrong else ""

    def likelihoods(self, lacking: Sequence[bool]) -> list[str]:
        """The texts whose likelihood is to be computed: the answer, the wrong ones, or all of them."""
        plain, apart = lacking
        return [*([self.item.answer] if plain else []), *(text for group in self.wrong for text in group if apart)]


def _compute(
    lm: Any, asked: Sequence[_Asked], lacking: Sequence[Sequence[bool]]
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """What is lacking of each item, None for what is not. lacking: whether its own measures, its wrong answers'."""
    from labci.lm.answer import greedy
    from labci.lm.likelihood import log_likelihood

    chats = [[{"role": "user", "content": one.item.prompt}] for one in asked]
    wanted = [
        Continuation(messages=tuple(chat), text=text)
        for one, chat, which in zip(asked, chats, lacking, strict=True)
        for text in one.likelihoods(which)
    ]
    means = iter([-total / max(1, tokens) for total, tokens in log_likelihood(lm, wanted)])
    fresh = [chat for chat, (plain, _) in zip(chats, lacking, strict=True) if plain]
    texts = iter(greedy(lm, fresh, ANSWER_TOKENS, batch=BATCH) if fresh else [])
    return [_values(one, which, means, texts) for one, which in zip(asked, lacking, strict=True)]


def _values(
    asked: _Asked, lacking: Sequence[bool], means: Iterator[float], texts: Iterator[str]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    plain, apart = lacking
    own = _own(asked.item, next(means), next(texts)) if plain else None
    if not apart:
        return own, None
    groups = [[next(means) for _ in group] for group in asked.wrong]
    return own, {"wrong": min(sum(group) / len(group) for group in groups)}


_OPEN: dict[Path, Any] = {}


def _opened(folder: Path, weights: str) -> Any:
    """The model of a folder; only the last one is kept, so that three models never fill the memory."""
    from labci.lm.load import open_model

    if folder not in _OPEN:
        _OPEN.clear()
        _OPEN[folder] = open_model(folder, weights=weights)  # type: ignore[arg-type]
    return _OPEN[folder]


def close() -> None:
    """Let go of the last model."""
    _OPEN.clear()


def _own(item: Item, nll: float, text: str) -> dict[str, Any]:
    return {"nll": nll, "f1": token_f1(text, item.answer), "exact": exact(text, item.answer), "answer": text}


def _measure(own: Any, wrong: Any) -> Measure:
    """wrong: the mean NLL of the harder group of wrong answers, None for none."""
    return Measure(**own, contrast=None if wrong is None else wrong["wrong"] - own["nll"])


def normal(text: str) -> list[str]:
    """Words as SQuAD compares them (Rajpurkar et al. 2016): lower case, no punctuation, no articles.

    Characters of scripts without spaces count as words, as MLQA has it (Lewis et al. 2020, arXiv 1910.07475), and an
    answer that is nothing but an article, such as the letter of a choice, is one.
    """
    found = words(text)
    return [word for word in found if word not in ARTICLES] or found


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of the precision and recall of the reference's words, 0 to 1."""
    got, want = normal(answer), normal(reference)
    common = sum((Counter(got) & Counter(want)).values())
    return 2 * common / (len(got) + len(want)) if common else 0.0


def exact(answer: str, reference: str) -> int:
    """1 if the words are the same."""
    return int(normal(answer) == normal(reference))
