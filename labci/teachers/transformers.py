"""`transformers:MODEL`: a model folder, a known name or a Hugging Face id that is already pulled, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labci import digest
from labci.request import Continuation, Request, Response, aloud
from labci.teachers import Options

if TYPE_CHECKING:
    from labci.lm.load import LanguageModel
    from labci.lm.write import Row

WINDOW = 512  # requests in memory: enough to find some of like length, and flat over an endless iterator
TOKENS = {"cpu": 2048, "cuda": 65536}  # of one batch when all is written; more is no faster
SMALLER = "end other programs, set --jobs 1, or name a smaller teacher"


class Transformers:
    """Satisfies `Teacher`, with `score`. Each row of a batch draws under its own seed: company changes no answer.

    jobs 1 is the deterministic mode: one request at a time, so that not even rounding depends on company.
    """

    def __init__(self, options: Options, *, folder: Path | None = None, name: str = "", digest: str = "") -> None:
        from labci import models

        self.spec, self.jobs = name or options.argument, options.jobs
        self.folder = folder or models.student_folder(options.argument)
        self.lm: LanguageModel | None = None
        self._digest = digest  # of a specialist: known before there are weights

    @property
    def name(self) -> str:
        """The model as it was named."""
        return self.spec

    @property
    def digest(self) -> str:
        """Digest of the weights, and of what makes ids of a conversation."""
        from labci.lm.ids import tokenizer_digest
        from labci.lm.load import check_folder, weights_digest

        if not self._digest:
            check_folder(self.folder)
            self._digest = digest.of_json([weights_digest(self.folder), tokenizer_digest(self.folder)])
        return self._digest

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers as they are finished, a window of requests after the other; the model is loaded with the first."""
        from labci.lm.outside import clear_errors

        rest = iter(requests)
        while window := list(islice(rest, WINDOW)):
            with clear_errors(f"teacher {self.spec} writes", less=SMALLER):
                yield from self._answers(window)

    def _answers(self, window: Sequence[Request]) -> Iterator[tuple[Request, Response]]:
        from labci.lm.write import batches, write

        lm = self._open()
        asked = [_asked(lm, request) for request in window]
        for batch in batches(asked, 1 if self.jobs == 1 else TOKENS[lm.device]):
            for row in write(lm, batch):
                yield row.asked.key, _response(row)

    def score(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        """See `labci.teachers.Scoring`; never None."""
        from labci.lm.likelihood import log_likelihood
        from labci.lm.outside import clear_errors

        with clear_errors(f"teacher {self.spec} reads", less=SMALLER):
            return log_likelihood(self._open(), items)

    def close(self) -> None:
        """Let go of the weights."""
        from labci.lm.free import free

        if self.lm is not None:
            self.lm = None
            free()

    def _open(self) -> LanguageModel:
        """The model, with weights in bfloat16 where the device computes in it."""
        import torch

        from labci.lm.load import open_model

        if self.lm is None:
            self.lm = open_model(self.folder)
            if self.lm.autocast:
                self.lm.model.to(torch.bfloat16)
        return self.lm


def _asked(lm: LanguageModel, request: Request) -> Any:
    from labci.lm.ids import prompt_ids
    from labci.lm.write import Asked

    prompt = prompt_ids(lm.tokenizer, request.messages)
    return Asked(key=request, prompt=prompt, sampling=request.sampling, seed=request.seed)


def _response(row: Row) -> Response:
    return Response(
        text=aloud(row.text).strip(), finish=row.finish, prompt_tokens=len(row.asked.prompt),
        completion_tokens=len(row.ids),
    )  # fmt: skip
