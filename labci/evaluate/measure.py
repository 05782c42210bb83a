"""Measures of one model on one suite; what the store already holds is never computed again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
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

VERSION = 3  # of what is measured and how; another version, another key
ANSWER_TOKENS = 32
BATCH = 48  # answers at once: a step of decoding reads all weights, however many share it
ARTICLES = frozenset({"a", "an", "the"})
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Thai to Han
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
Open = Callable[[], Any]


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
    contrast: bool,
    store: Store,
    progress: Progress,
    name: str,
    weights: str = "float32",
) -> list[Measure]:
    """Measures of every item, in order. model: digest of the weights in `folder`, which is opened only if needed.

    Of the folder's tokenizer and chat template the store knows, too: with others the model is asked something else.
    weights: their type in memory (`train.weights`): a model that is trained in bfloat16 may not fit as float32. A store
    may be shared by machines that compute in other types: what one of them measured is none of another's business, as
    the gate would compare the two. What is measured is kept batch by batch. Raises OutsideError for no memory.
    """
    from labci.lm import load
    from labci.lm.ids import tokenizer_digest

    how = [weights, *load.computing(), tokenizer_digest(folder)]
    wrong = [rivals(item, items) if contrast else () for item in items]
    keys = [
        digest.of_json([VERSION, model, item.prompt, item.answer, groups, *how])
        for item, groups in zip(items, wrong, strict=True)
    ]
    found = {key: store.get("evaluations", key) for key in keys}
    todo = [index for index, key in enumerate(keys) if found[key] is None]
    todo.sort(key=lambda index: len(items[index].prompt))  # of like length in a batch
    for at in range(0, len(todo), BATCH):
        batch = todo[at : at + BATCH]
        with clear_errors("evaluating"):
            fresh = _compute(_opened(folder, weights), [items[i] for i in batch], [wrong[i] for i in batch])
        for index, value in zip(batch, fresh, strict=True):
            store.put("evaluations", keys[index], value)
            found[keys[index]] = value
        progress.step(name, at + len(batch), len(todo))
    return [Measure(**found[key]) for key in keys]  # type: ignore[arg-type]


def _compute(lm: Any, items: Sequence[Item], wrong: Sequence[Rivals]) -> list[dict[str, Any]]:
    from labci.lm.answer import greedy
    from labci.lm.likelihood import log_likelihood

    chats = [[{"role": "user", "content": item.prompt}] for item in items]
    wanted = [
        Continuation(messages=tuple(chat), text=text)
        for item, chat, groups in zip(items, chats, wrong, strict=True)
        for text in (item.answer, *(text for group in groups for text in group))
    ]
    means = iter([-total / max(1, tokens) for total, tokens in log_likelihood(lm, wanted)])
    texts = greedy(lm, chats, ANSWER_TOKENS, batch=BATCH)
    return [
        _value(item, next(means), [[next(means) for _ in group] for group in groups], text)
        for item, groups, text in zip(items, wrong, texts, strict=True)
    ]


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


def _value(item: Item, nll: float, wrong: Sequence[Sequence[float]], text: str) -> dict[str, Any]:
    contrast = min(sum(group) / len(group) for group in wrong) - nll if wrong else None
    return {
        "nll": nll, "contrast": contrast, "f1": token_f1(text, item.answer), "exact": exact(text, item.answer),
        "answer": text,
    }  # fmt: skip


def normal(text: str) -> list[str]:
    """Words as SQuAD compares them (Rajpurkar et al. 2016): lower case, no punctuation, no articles.

    Characters of scripts without spaces count as words, as MLQA has it (Lewis et al. 2020, arXiv 1910.07475), and an
    answer that is nothing but an article, such as the letter of a choice, is one.
    """
    found = WORD.findall(text.casefold())
    return [word for word in found if word not in ARTICLES] or found


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of the precision and recall of the reference's words, 0 to 1."""
    got, want = normal(answer), normal(reference)
    common = sum((Counter(got) & Counter(want)).values())
    return 2 * common / (len(got) + len(want)) if common else 0.0


def exact(answer: str, reference: str) -> int:
    """1 if the words are the same."""
    return int(normal(answer) == normal(reference))
