"""Training rows (`mixture/train.jsonl`) as token ids with labels on the completion only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labci.errors import FindingsError
from labci.lm.ids import pair_ids

IGNORED = -100  # torch's ignore_index: no loss at this position


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Token ids of all rows: of `ids[i]` the first `prompts[i]` bear no loss."""

    names: list[str]
    ids: list[list[int]]
    prompts: list[int]

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(ids) for ids in self.ids]

    def labels(self, index: int) -> list[int]:
        """Ids with the prompt's places ignored."""
        ids, prompt = self.ids[index], self.prompts[index]
        return [IGNORED] * prompt + ids[prompt:]


def encode_row(tokenizer: Any, row: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Prompt and completion ids of a row with `prompt` and `completion` messages."""
    return pair_ids(tokenizer, row["prompt"], row["completion"][0]["content"])


def encode(tokenizer: Any, rows: Iterable[Mapping[str, Any]], max_length: int) -> Encoded:
    """Encode rows. Nothing is ever cut: FindingsError names the rows of more than `max_length` tokens."""
    encoded = Encoded(names=[], ids=[], prompts=[])
    too_long: list[str] = []
    for number, row in enumerate(rows, 1):
        name = str(row.get("id") or f"row {number}")
        prompt, completion = encode_row(tokenizer, row)
        if len(prompt) + len(completion) > max_length:
            too_long.append(f"{name[:16]} ({len(prompt) + len(completion)} tokens)")
            continue
        encoded.names.append(name)
        encoded.ids.append(prompt + completion)
        encoded.prompts.append(len(prompt))
    if too_long:
        raise FindingsError(
            f"{len(too_long)} samples are longer than max_length {max_length}: {', '.join(too_long[:5])}",
            hint="raise train.max_length, or run: labci mix (it rejects them as too-long)",
        )
    if not encoded.ids:
        raise FindingsError("nothing to train on: no rows", hint="labci generate says what it rejected")
    return encoded
