"""Writes answers to many prompts at once: left padding, a cache, each row with its own sampling, length and stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from labci.lm.draw import draw, generator
from labci.lm.load import LanguageModel, quiet
from labci.request import Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A prompt and how to answer it. key: the caller's name for it."""

    key: Any
    prompt: Sequence[int]
    sampling: Sampling
    seed: int

    @property
    def length(self) -> int:
        """Tokens of the row when it is done, at most."""
        return len(self.prompt) + self.sampling.max_tokens


@dataclass(slots=True, kw_only=True)
class Row:
    """A row under way. ids: what it has written; finish: "stop" or "length", "" while it goes on."""

    asked: Asked
    most: int
    numbers: Any
    ids: list[int] = field(default_factory=list)
    text: str = ""
    finish: str = ""


def batches(asked: Sequence[Asked], tokens: int) -> Iterator[list[Asked]]:
    """Batches of like length, of at most `tokens` tokens when all is written; equal prompts stay neighbours."""
    batch: list[Asked] = []
    longest = 0
    for item in sorted(asked, key=lambda item: (len(item.prompt), item.prompt, item.sampling.max_tokens)):
        longest = max(longest, item.length)
        if batch and (len(batch) + 1) * longest > tokens:
            yield batch
            batch, longest = [], item.length
        batch.append(item)
    if batch:
        yield batch


def write(lm: LanguageModel, batch: Sequence[Asked]) -> Iterator[Row]:
    """The rows of a batch, each as soon as it is finished; a finished row costs nothing more.

    A row ends at the turn's end and before a stop string ("stop"), or after `max_tokens` and where the model's context
    ends ("length"). Equal prompts are read once.
    """
    room = getattr(lm.model.config, "max_position_embeddings", None)
    rows = [_row(item, room) for item in batch]
    yield from (row for row in rows if row.finish)
    rows = [row for row in rows if not row.finish]
    if rows:
        yield from _decode(lm, rows)


def _row(asked: Asked, room: int | None) -> Row:
    left = asked.sampling.max_tokens if room is None else min(asked.sampling.max_tokens, room - len(asked.prompt))
    return Row(asked=asked, most=left, numbers=generator(asked.seed), finish="" if left > 0 else "length")


def _decode(lm: LanguageModel, rows: list[Row]) -> Iterator[Row]:
    import torch

    ends = _ends(lm)
    state = _Batch(lm, [row.asked.prompt for row in rows])
    with quiet(), torch.inference_mode(), torch.autocast(lm.device, torch.bfloat16, enabled=lm.autocast):
        logits = state.read()
    while True:
        found = draw(logits, [row.asked.sampling for row in rows], [row.numbers for row in rows])
        for row, token in zip(rows, found, strict=True):
            _append(lm.tokenizer, row, token, ends)
        yield from (row for row in rows if row.finish)
        going = [index for index, row in enumerate(rows) if not row.finish]
        if not going:
            return
        with torch.inference_mode(), torch.autocast(lm.device, torch.bfloat16, enabled=lm.autocast):
            logits = state.step(going, [found[index] for index in going])
        rows = [rows[index] for index in going]


class _Batch:
    """The cache of a batch. Rows leave it; none come."""

    def __init__(self, lm: LanguageModel, prompts: Sequence[Sequence[int]]) -> None:
        from transformers import DynamicCache

        self.lm, self.prompts = lm, prompts
        self.cache: Any = DynamicCache(config=lm.model.config)
        self.mask: Any = None

    def read(self) -> Any:
        """Logits (rows, vocabulary) after each prompt."""
        import torch

        different = list(dict.fromkeys(map(tuple, self.prompts)))
        width = max(map(len, different))
        ids = torch.tensor([(0,) * (width - len(prompt)) + prompt for prompt in different], device=self.lm.device)
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in different], device=self.lm.device)
        logits = self._forward(ids, mask, (mask.cumsum(-1) - 1).clamp_min(0))
        number = {prompt: index for index, prompt in enumerate(different)}
        rows = torch.tensor([number[tuple(prompt)] for prompt in self.prompts], device=self.lm.device)
        if len(different) < len(self.prompts):
            self.cache.batch_select_indices(rows)
        self.mask = mask[rows]
        return logits[rows]

    def step(self, going: Sequence[int], ids: Sequence[int]) -> Any:
        """Logits of the rows `going`, in that order, after one more id of each; the other rows leave."""
        import torch

        if len(going) < len(self.mask):
            kept = torch.tensor(going, device=self.lm.device)
            self.cache.batch_select_indices(kept)
            self.mask = self.mask[kept]
        self.mask = torch.cat([self.mask, self.mask.new_ones((len(going), 1))], -1)
        places = self.mask.sum(-1, keepdim=True) - 1
        return self._forward(torch.tensor(ids, device=self.lm.device)[:, None], self.mask, places)

    def _forward(self, ids: Any, mask: Any, places: Any) -> Any:
        return self.lm.model(
            input_ids=ids, attention_mask=mask, position_ids=places, past_key_values=self.cache, use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]  # fmt: skip


def _append(tokenizer: Any, row: Row, token: int, ends: frozenset[int]) -> None:
    row.ids.append(token)
    sampling = row.asked.sampling
    ended = token in ends
    if ended or sampling.stop or len(row.ids) >= row.most:
        row.text = str(tokenizer.decode(row.ids, skip_special_tokens=True))
        cut = min((at for stop in sampling.stop if (at := row.text.find(stop)) >= 0), default=None)
        row.text = row.text[:cut]
        row.finish = "stop" if ended or cut is not None else "length" if len(row.ids) >= row.most else ""


def _ends(lm: LanguageModel) -> frozenset[int]:
    """Ids that end a turn: the tokenizer's, and those that the model's generation settings add."""
    more = getattr(lm.model.generation_config, "eos_token_id", None)
    found = [lm.tokenizer.eos_token_id, *(more if isinstance(more, list) else [more])]
    return frozenset(token for token in found if token is not None)
