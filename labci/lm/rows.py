"""Training rows (`mixture/train.jsonl`) as token ids with labels on what the assistant says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labci.errors import FindingsError
from labci.lm.ids import pair_ids

IGNORED = -100  # torch's ignore_index: no loss at this position


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Names, token ids and labels of all rows; a label is the id itself, or IGNORED.

    every: in one of how many passes a row is read. soft: whether its labels are a model's probabilities (lm/soft.py).
    """

    names: list[str]
    ids: list[list[int]]
    labels: list[list[int]]
    every: list[int]
    soft: list[bool]

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(ids) for ids in self.ids]


def encode_row(tokenizer: Any, row: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Ids and labels of a row with `prompt` and `completion` messages.

    Every assistant turn of the completion bears loss, the turn-end token included; user turns between them
    (several questions about one text in one row) don't.
    """
    messages, ids, labels = list(row["prompt"]), list[int](), list[int]()
    for message in row["completion"]:
        if message["role"] == "assistant":
            prompt, answer = pair_ids(tokenizer, messages, message["content"])
            kept = labels if prompt[: len(ids)] == ids else []
            labels = kept + [IGNORED] * (len(prompt) - len(kept)) + answer
            ids = prompt + answer
        messages.append(message)
    return ids, labels


def encode(tokenizer: Any, rows: Iterable[Mapping[str, Any]], max_length: int) -> Encoded:
    """Encode rows. Nothing is ever cut: FindingsError names the rows of more than `max_length` tokens."""
    encoded = Encoded(names=[], ids=[], labels=[], every=[], soft=[])
    too_long: list[str] = []
    for number, row in enumerate(rows, 1):
        name = str(row.get("id") or f"row {number}")
        ids, labels = encode_row(tokenizer, row)
        if len(ids) > max_length:
            too_long.append(f"{name[:16]} ({len(ids)} tokens)")
            continue
        encoded.names.append(name)
        encoded.ids.append(ids)
        encoded.labels.append(labels)
        encoded.every.append(row.get("every", 1))
        encoded.soft.append(bool(row.get("soft")))
    if too_long:
        raise FindingsError(
            f"{len(too_long)} samples are longer than max_length {max_length}: {', '.join(too_long[:5])}",
            hint="raise train.max_length, or run: labci mix (it rejects them as too-long)",
        )
    if not encoded.ids:
        raise FindingsError("nothing to train on: no rows", hint="labci generate says what it rejected")
    return encoded
