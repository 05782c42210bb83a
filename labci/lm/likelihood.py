"""Log-likelihoods of continuations: what prompts share is computed once, logits only where they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from labci.lm.ids import pair_ids
from labci.lm.load import LanguageModel
from labci.lm.logits import check_logits, logits_of
from labci.request import Continuation

Note = Callable[[int, int], None]
BATCH_TOKENS = 1024  # of one forward pass, padding included: more is no faster on a CPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One prompt with its continuations side by side. `answers` has (index of the item, ids)."""

    prompt: list[int]
    answers: list[tuple[int, list[int]]] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Tokens of the row."""
        return len(self.prompt) + sum(len(ids) for _, ids in self.answers)


def log_likelihood(
    lm: LanguageModel,
    items: Sequence[Continuation],
    batch_tokens: int = BATCH_TOKENS,
    note: Note | None = None,
) -> list[tuple[float, int]]:
    """(sum of natural log probabilities, number of tokens) of each continuation as the assistant's turn.

    The turn-end token is left out: how a model ends a turn tells nothing about what it knows, and short
    answers would be judged by it. note: told (done, total) after each forward pass. Raises UsageError for a model whose
    logits labci can't make.
    """
    if items:
        check_logits(lm)
    found: dict[int, tuple[float, int]] = {}
    rows = sorted(_rows(lm.tokenizer, items, batch_tokens), key=lambda row: row.length)
    for batch in _batches(rows, batch_tokens):
        found.update(_score(lm, batch))
        if note is not None:
            note(len(found), len(items))
    return [found[index] for index in range(len(items))]


def _rows(tokenizer: Any, items: Sequence[Continuation], most: int) -> Iterator[Row]:
    open_rows: dict[tuple[int, ...], Row] = {}
    for index, item in enumerate(items):
        prompt, answer = pair_ids(tokenizer, item.messages, item.text)
        row = open_rows.get(tuple(prompt))
        if row is None or (row.answers and row.length + len(answer) > most):
            if row is not None:
                yield row
            row = open_rows[tuple(prompt)] = Row(prompt=prompt)
        row.answers.append((index, answer[:-1]))
    yield from open_rows.values()


def _batches(rows: Sequence[Row], most: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:  # shortest first, so the next row sets the batch's width
        if batch and (len(batch) + 1) * row.length > most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _score(lm: LanguageModel, batch: Sequence[Row]) -> dict[int, tuple[float, int]]:
    import torch

    width = max(row.length for row in batch)
    ids = torch.zeros((len(batch), width), dtype=torch.long)
    places = torch.zeros((len(batch), width), dtype=torch.long)
    segment = torch.full((len(batch), width), -1)  # -1 padding, 0 prompt, n the n-th answer
    reads: list[tuple[int, int, int, int]] = []  # item, row, place whose logits predict, id
    for number, row in enumerate(batch):
        _lay_out(row, number, ids, places, segment, reads)
    with torch.inference_mode(), torch.autocast(lm.device, torch.bfloat16, enabled=lm.autocast):
        hidden = lm.model.base_model(
            input_ids=ids.to(lm.device),
            position_ids=places.to(lm.device),
            attention_mask=_mask(segment, lm.model.dtype).to(lm.device),
            use_cache=False,
        ).last_hidden_state
        at = torch.tensor([(row, place) for _, row, place, _ in reads], dtype=torch.long, device=lm.device).reshape(
            -1, 2
        )
        logits = logits_of(lm.model, hidden[at[:, 0], at[:, 1]]).float()
        wanted = torch.tensor([token for *_, token in reads], dtype=torch.long, device=lm.device)
        values = torch.log_softmax(logits, -1).gather(1, wanted[:, None])[:, 0].tolist()
    sums = {index: (0.0, 0) for row in batch for index, _ in row.answers}
    for (index, *_), value in zip(reads, values, strict=True):
        total, count = sums[index]
        sums[index] = (total + value, count + 1)
    return sums


def _lay_out(
    row: Row, number: int, ids: Any, places: Any, segment: Any, reads: list[tuple[int, int, int, int]]
) -> None:
    import torch

    start = len(row.prompt)
    ids[number, :start] = torch.tensor(row.prompt)
    places[number, :start] = torch.arange(start)
    segment[number, :start] = 0
    for turn, (index, answer) in enumerate(row.answers, 1):
        end = start + len(answer)
        ids[number, start:end] = torch.tensor(answer, dtype=torch.long)
        places[number, start:end] = torch.arange(len(row.prompt), len(row.prompt) + len(answer))
        segment[number, start:end] = turn
        for offset, token in enumerate(answer):
            before = start + offset - 1 if offset else len(row.prompt) - 1
            reads.append((index, number, before, token))
        start = end


def _mask(segment: Any, dtype: Any) -> Any:
    """Additive mask (rows, 1, width, width): each place sees the prompt and its own answer before it."""
    import torch

    width = segment.shape[1]
    earlier = torch.ones((width, width), dtype=torch.bool).tril()
    same = segment[:, :, None] == segment[:, None, :]
    seen = earlier & (same | (segment == 0)[:, None, :])
    return torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)[:, None]
