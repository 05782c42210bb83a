"""`transformers:MODEL`: a model folder, a known name or a Hugging Face id that is already pulled, in this process."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from typing import Any

from labci.request import Request, Response
from labci.teachers import Options


class Transformers:
    """Satisfies `Teacher`. One request at a time under its own seed, so that answers don't depend on company."""

    def __init__(self, options: Options) -> None:
        from labci import models

        self.spec = options.argument
        self.folder = models.student_folder(options.argument)
        self.lm: Any = None
        self._digest = ""

    @property
    def name(self) -> str:
        """The model as it was named."""
        return self.spec

    @property
    def digest(self) -> str:
        """Digest of the weights."""
        from labci.lm.load import check_folder, weights_digest

        if not self._digest:
            check_folder(self.folder)
            self._digest = weights_digest(self.folder)
        return self._digest

    def complete(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Response]]:
        """Answers in the order of the requests; the model is loaded with the first."""
        for request in requests:
            yield request, self._answer(request)

    def _answer(self, request: Request) -> Response:
        import torch

        from labci.lm.ids import prompt_ids
        from labci.lm.load import open_model

        self.lm = self.lm or open_model(self.folder)
        prompt = prompt_ids(self.lm.tokenizer, request.messages)
        torch.manual_seed(request.seed)
        with torch.inference_mode(), torch.autocast(self.lm.device, torch.bfloat16, enabled=self.lm.autocast):
            found = self.lm.model.generate(
                input_ids=torch.tensor([prompt], device=self.lm.device),
                attention_mask=torch.ones((1, len(prompt)), dtype=torch.long, device=self.lm.device),
                max_new_tokens=request.sampling.max_tokens,
                eos_token_id=self.lm.tokenizer.eos_token_id,
                pad_token_id=self.lm.tokenizer.pad_token_id,
                **_drawing(request),
            )
        ids = found[0].tolist()[len(prompt) :]
        stopped = self.lm.tokenizer.eos_token_id in ids
        text = self.lm.tokenizer.decode(ids, skip_special_tokens=True).strip()
        return Response(
            text=text, finish="stop" if stopped else "length", prompt_tokens=len(prompt), completion_tokens=len(ids)
        )

    def close(self) -> None:
        """Let go of the weights."""
        self.lm = None
        gc.collect()


def _drawing(request: Request) -> dict[str, Any]:
    sampling = request.sampling
    if sampling.temperature == 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
