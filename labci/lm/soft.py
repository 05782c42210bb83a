"""Soft labels: a row that a model is to keep is trained towards that model's own probabilities, not its words.

Learning without forgetting (Li and Hoiem, arXiv 1606.09282). Words of a general answer that is read again for each
release are known by heart soon, and then all other general questions are lost; the probabilities of the model that
training starts from can't be learned by heart, as it has them already. Of each place of the completion the TOP
likeliest tokens are kept, and one class for all others: the loss is a cross-entropy over TOP + 1 classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labci.lm.likelihood import BATCH_TOKENS, Note
from labci.lm.load import LanguageModel
from labci.lm.logits import check_logits, logits_of
from labci.lm.rows import IGNORED, Encoded

TOP = 32
LEAST = 1e-6  # a probability, so that its logarithm is finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a model says at each of n places: tokens (n, TOP) and their probabilities (n, TOP), likeliest first."""

    tokens: Any
    probabilities: Any


SoftLabels = Mapping[tuple[int, ...], Places]  # by the ids of a row


def soft_labels(lm: LanguageModel, data: Encoded, note: Note | None = None) -> dict[tuple[int, ...], Places]:
    """The probabilities of `lm` at the labels of the rows that are soft. note: told (done, total) after each pass.

    Raises UsageError for a model whose logits labci can't make.
    """
    import torch

    check_logits(lm)
    found: dict[tuple[int, ...], Places] = {}
    rows = [index for index, soft in enumerate(data.soft) if soft]
    for batch in _batches(sorted(rows, key=lambda index: len(data.ids[index])), data):
        with torch.no_grad(), torch.autocast(lm.device, torch.bfloat16, enabled=lm.autocast):
            places = _read(lm, [data.ids[i] for i in batch], [data.labels[i] for i in batch])
        found.update(zip((tuple(data.ids[index]) for index in batch), places, strict=True))
        if note is not None:
            note(len(found), len(rows))
    return found


def loss_sum(logits: Any, labels: Any, ids: list[tuple[int, ...]], counts: list[int], soft: SoftLabels) -> Any:
    """Summed cross-entropy in nats, of each row against its soft labels where it has some, else against its words.

    logits (n, vocabulary) and labels (n) of all rows one after the other; ids: of each row; counts: its labels.
    """
    from torch.nn.functional import cross_entropy

    total = logits.new_zeros((), dtype=logits.float().dtype)
    for own, words, row in zip(logits.split(counts), labels.split(counts), ids, strict=True):
        places = soft.get(row)
        total = total + (cross_entropy(own.float(), words, reduction="sum") if places is None else _soft(own, places))
    return total


def _soft(logits: Any, places: Places) -> Any:
    import torch

    tokens, wanted = places.tokens.to(logits.device), places.probabilities.to(logits.device)
    said = logits.float().log_softmax(-1).gather(-1, tokens)
    others = torch.log((1 - said.exp().sum(-1)).clamp_min(LEAST))
    return -(wanted * said).sum() - ((1 - wanted.sum(-1)).clamp_min(0) * others).sum()


def _batches(rows: list[int], data: Encoded) -> Iterator[list[int]]:
    """Rows that come shortest first, in batches of at most BATCH_TOKENS padded tokens."""
    batch: list[int] = []
    for index in rows:
        if batch and (len(batch) + 1) * len(data.ids[index]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _read(lm: LanguageModel, ids: list[list[int]], labels: list[list[int]]) -> list[Places]:
    """Padding is on the right and attention causal, so that no token sees it."""
    import torch

    longest = max(map(len, ids))
    padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids], device=lm.device)
    wanted = torch.tensor([row[1:] + [IGNORED] * (longest - len(row)) for row in labels], device=lm.device)
    kept = wanted != IGNORED
    hidden = lm.model.base_model(input_ids=padded, use_cache=False).last_hidden_state
    logits = logits_of(lm.model, hidden[:, :-1][kept])
    top = logits.float().softmax(-1).topk(min(TOP, logits.shape[-1]), dim=-1)
    counts = kept.sum(1).tolist()
    pairs = zip(top.indices.cpu().split(counts), top.values.cpu().split(counts), strict=True)
    return [Places(tokens=tokens.clone(), probabilities=values.clone()) for tokens, values in pairs]
