"""`transformers:MODEL`: a model folder, a known name or a Hugging Face id that is already pulled, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from labci import digest
from labci.errors import UsageError
from labci.request import Continuation, Message, Request, Response, aloud
from labci.teachers import Options

if TYPE_CHECKING:
    from labci.lm.load import LanguageModel
    from labci.lm.write import Asked, Row

WINDOW = 512  # requests in memory: enough to find some of like length, and flat over an endless iterator
TOKENS = {"cpu": 2048, "cuda": 65536}  # of one batch when all is written; more is no faster
SMALLER = "end other programs, set --jobs 1, or name a smaller teacher"


class Transformers:
    """Satisfies `Teacher`, with `score`. Each row of a batch draws under its own seed: company changes no answer.

    jobs: requests under way at once, at most; 1 is the deterministic mode, where not even rounding depends on company.
    A batch that is too large for the memory is written in halves, and so are those after it.
    """

    def __init__(self, options: Options, *, folder: Path | None = None, name: str = "", digest: str = "") -> None:
        from labci import models

        self.spec = name or options.argument
        self.folder = folder or models.student_folder(options.argument)
        self.lm: LanguageModel | None = None
        self.most = options.jobs  # rows of a batch; 0 for as many as have room
        self.folds = False  # whether the chat template knows no system turn
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
        from labci.lm.write import batches

        lm = self._open()
        asked = [self._asked(lm, request) for request in window]
        for batch in batches(asked, TOKENS[lm.device]):
            left: Sequence[Asked] = batch
            while left:
                some, left = left[: self.most or None], left[self.most :] if self.most else ()
                written: set[int] = set()
                for row in self._written(lm, some):
                    written.add(id(row.asked))
                    yield row.asked.key, _response(row)
                left = [*(item for item in some if id(item) not in written), *left]

    def _written(self, lm: LanguageModel, batch: Sequence[Asked]) -> Iterator[Row]:
        """The rows of a batch, or those that were done when there was no more memory: then the next is half of it."""
        from labci.lm.free import free
        from labci.lm.outside import no_memory
        from labci.lm.write import write

        try:
            yield from write(lm, batch)
        except (MemoryError, RuntimeError) as error:
            if len(batch) == 1 or not no_memory(error):
                raise
        else:
            return
        free()  # the error held what was there
        self.most = len(batch) // 2

    def _asked(self, lm: LanguageModel, request: Request) -> Asked:
        from labci.lm.ids import prompt_ids
        from labci.lm.write import Asked

        prompt = prompt_ids(lm.tokenizer, self._told(request.messages))
        return Asked(key=request, prompt=prompt, sampling=request.sampling, seed=request.seed)

    def _told(self, messages: Sequence[Message]) -> Sequence[Message]:
        """A conversation as the chat template takes it."""
        return folded(messages) if self.folds else messages

    def score(self, items: Sequence[Continuation]) -> list[tuple[float, int]]:
        """See `labci.teachers.Scoring`; never None."""
        from labci.lm.likelihood import log_likelihood
        from labci.lm.outside import clear_errors

        with clear_errors(f"teacher {self.spec} reads", less=SMALLER):
            lm = self._open()
            return log_likelihood(lm, [replace(item, messages=tuple(self._told(item.messages))) for item in items])

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
            self.folds = _refuses_system(self.lm)
        return self.lm


def folded(messages: Sequence[Message]) -> list[Message]:
    """The conversation with what the system says at its beginning above what the user says first."""
    told = [message["content"] for message in takewhile(lambda message: message["role"] == "system", messages)]
    rest = list(messages[len(told) :])
    if not told:
        return rest
    if rest and rest[0]["role"] == "user":
        told.append(rest.pop(0)["content"])
    return [{"role": "user", "content": "\n\n".join(told)}, *rest]


def _refuses_system(lm: LanguageModel) -> bool:
    """Gemma 2 and early Mistral have templates that raise an error for a system turn."""
    from labci.lm.ids import prompt_ids

    try:
        prompt_ids(lm.tokenizer, [{"role": "system", "content": "."}, {"role": "user", "content": "."}])
    except UsageError:  # of a template that takes nothing the first prompt says so
        return True
    return False


def _response(row: Row) -> Response:
    return Response(
        text=aloud(row.text).strip(), finish=row.finish, prompt_tokens=len(row.asked.prompt),
        completion_tokens=len(row.ids),
    )  # fmt: skip
