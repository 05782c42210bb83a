"""TRL's SFTTrainer, set up for short conversations: a given order, logits only where there is loss."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from labci import crew
from labci.lm import checkpoints, pages
from labci.lm.best import Best
from labci.lm.load import LanguageModel
from labci.lm.logits import check_logits, logits_of
from labci.lm.order import passes_of
from labci.lm.rows import IGNORED, Encoded
from labci.lm.settings import SFT, TuneSettings
from labci.lm.soft import SoftLabels, loss_sum
from labci.lm.watch import Watch

SHORT = 64  # places of a sample, up to which attention is computed by plain products


def build(
    lm: LanguageModel,
    data: Encoded,
    order: list[int],
    settings: TuneSettings,
    watch: Watch,
    best: Best | None,
    work: Path,
    key: str,
    soft: SoftLabels,
) -> Any:
    """An SFTTrainer that reads `data` in `order` and seals its checkpoints in `work` with `key`.

    soft: labels of the rows that are to stay as a model has them.

    Of several processes each has its share of every batch; accelerate fills up a short last one with the first samples.
    Raises UsageError for a model whose logits labci and TRL can't make.
    """
    from datasets import Dataset
    from transformers import PrinterCallback

    check_logits(lm)
    rows = {"input_ids": data.ids, "labels": data.labels}
    trainer = _trainer_class()(
        model=lm.model,
        args=_config(lm, data, order, settings, work),
        train_dataset=Dataset.from_dict(rows),
        processing_class=lm.tokenizer,
        peft_config=_lora(settings),
    )
    trainer.labci_order, trainer.labci_watch, trainer.labci_key = order, watch, key
    trainer.labci_best, trainer.labci_soft = best, soft
    trainer.labci_tokens = settings.micro_tokens
    trainer.remove_callback(PrinterCallback)  # it prints losses to stdout
    trainer.add_callback(_callback(watch, best))
    return trainer


def attention(places: int, device: str) -> Any:
    """How torch computes attention for samples of so many places, padding included: for a whole pass, as backward
    recomputes it where activations aren't kept.

    On a processor its fused kernel takes three milliseconds back for a layer of short samples, where plain matrix
    products take one; of long ones their scores would take more memory than all else.
    """
    if device != "cpu" or places > SHORT:
        return nullcontext()
    from torch.nn.attention import SDPBackend, sdpa_kernel

    return sdpa_kernel(SDPBackend.MATH)


def micro_batch(batch_size: int, longest: int, tokens: int) -> int:
    """The largest divisor of `batch_size` whose padded batch has at most `tokens` tokens.

    For several processes, which sum their gradients once a pass and so must make equally many. One process cuts each
    batch up by its own lengths (`order.passes_of`).
    """
    return next((n for n in range(batch_size, 0, -1) if batch_size % n == 0 and n * longest <= tokens), 1)


def passes(inputs: dict[str, Any], tokens: int) -> Iterator[dict[str, Any]]:
    """A batch of (samples, places) tensors, padded on the right, cut into passes of at most so many tokens."""
    lengths = inputs["attention_mask"].sum(1).tolist()
    for indices in passes_of(lengths, tokens):
        longest = max(lengths[index] for index in indices)
        yield {name: value[indices, :longest] for name, value in inputs.items()}


def _config(lm: LanguageModel, data: Encoded, order: list[int], settings: TuneSettings, work: Path) -> Any:
    from trl.trainer.sft_config import SFTConfig

    steps = -(-len(order) // settings.batch_size)
    share = settings.batch_size // crew.size()
    micro = share if crew.size() == 1 else micro_batch(share, max(data.lengths), settings.micro_tokens)
    config = SFTConfig(
        **SFT,
        output_dir=str(work),
        num_train_epochs=1,  # the order holds all passes
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=share // micro,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear" if settings.schedule == "linear" else "constant_with_warmup",
        warmup_steps=settings.warmup_steps(steps),
        optim=settings.optimizer,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        seed=settings.seed,
        data_seed=settings.seed,
        bf16=lm.autocast,
        use_cpu=lm.device == "cpu",
        gradient_checkpointing=settings.recompute,
        gradient_checkpointing_kwargs={"use_reentrant": False} if settings.recompute else None,
        save_strategy="no",  # by time, see Watch
        logging_strategy="no",
        logging_nan_inf_filter=False,
        ddp_find_unused_parameters=False,  # every one is used; the search would cost a walk over the graph each step
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=lm.device != "cpu",
    )
    # Of several graphics cards one process has the first. transformers takes all of them for DataParallel, which TRL
    # refuses, and has no argument for it: `n_gpu` is counted while the configuration is made.
    config._n_gpu = min(1, config.n_gpu)
    return config


def _lora(settings: TuneSettings) -> Any:
    arguments = settings.arguments()["lora"]
    if arguments is None:
        return None
    from peft import LoraConfig

    return LoraConfig(**arguments, task_type="CAUSAL_LM")


def _callback(watch: Watch, best: Best | None) -> Any:
    from transformers import TrainerCallback

    class Save(TrainerCallback):
        """Asks for a checkpoint when it is time, and for the end where no better one is to come; returns memory."""

        def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> Any:
            if state.global_step % pages.STEPS == 0:
                pages.give_back()
            if best is not None and best.end_of_step(state.global_step):
                control.should_training_stop = True
            control.should_save = crew.shared(watch.wants_checkpoint)
            return control

    return Save()


def _trainer_class() -> Any:
    from trl.trainer import sft_trainer

    base: Any = sft_trainer.SFTTrainer

    class Trainer(base):  # type: ignore[misc]
        """SFTTrainer with the given order, compact logits on CPU, and sealed checkpoints."""

        labci_order: list[int]
        labci_watch: Watch
        labci_key: str
        labci_best: Best | None
        labci_soft: SoftLabels
        labci_tokens: int

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return self.labci_order

        def create_model_card(self, *args: Any, **rest: Any) -> None:
            """Checkpoints need no card."""

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
            """One pass forward and back, or several where the batch has more tokens than one may have."""
            if crew.size() > 1:
                loss = super().training_step(model, inputs, num_items_in_batch)
            else:
                loss = self._in_passes(model, inputs, num_items_in_batch)
            self.labci_loss = getattr(self, "labci_loss", 0.0) + float(loss)
            if self.accelerator.sync_gradients:
                self.labci_watch.end_of_step(self._of_all(self.labci_loss))
                self.labci_loss = 0.0
            return loss

        def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
            """What transformers asks for once a step, after the last pass and before the weights change."""
            norm = super()._get_grad_norm(model, grad_norm=grad_norm)
            self.labci_watch.before_update(float(norm))
            return norm

        def _in_passes(self, model: Any, inputs: Any, num_items_in_batch: Any) -> Any:
            """The loss of the batch, its gradients added up; attention is the same when a pass is recomputed."""
            count = num_items_in_batch
            if count is None:
                count = (inputs["labels"][:, 1:] != IGNORED).sum()
            parts = list(passes(inputs, self.labci_tokens))
            # The loss is one of the whole batch's tokens; what TRL divides besides is a router's loss, by the passes.
            self.loss_is_scaled_for_ga, self.current_gradient_accumulation_steps = True, len(parts)
            loss: Any = 0.0
            for part in parts:
                with attention(part["input_ids"].shape[1], self.args.device.type):
                    loss += super().training_step(model, part, count)
            return loss

        def _of_all(self, loss: float) -> float:
            """The mean over processes: each one's loss is its share of the sum, times their number."""
            if crew.size() == 1:
                return loss
            import torch

            own = torch.tensor(loss, device=self.args.device)
            return float(self.accelerator.reduce(own, reduction="mean"))

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            """Mean nats per completion token.

            TRL 1.16 computes logits only at completion positions where Triton is there, and at every position
            elsewhere; on a CPU the head over the whole vocabulary is a third of the work. Padding is on the
            right and attention is causal, so no real token sees it and no mask is needed. Several processes
            take TRL's way: theirs is the forward pass that sums their gradients. Soft labels are unknown to it.
            """
            compact = self.args.device.type == "cpu" and crew.size() == 1
            if return_outputs or not (compact or self.labci_soft):
                return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
            labels = inputs["labels"][:, 1:]
            kept = labels != IGNORED
            logits = self._logits(model, inputs, kept)
            lengths = inputs["attention_mask"].sum(1).tolist()
            ids = [tuple(row[:n]) for row, n in zip(inputs["input_ids"].tolist(), lengths, strict=True)]
            loss = loss_sum(logits, labels[kept], ids, kept.sum(1).tolist(), self.labci_soft)
            total = kept.sum() if num_items_in_batch is None else num_items_in_batch
            return loss * crew.size() / total  # the gradients of processes are averaged

        def _logits(self, model: Any, inputs: Any, kept: Any) -> Any:
            """(kept places, vocabulary); only several processes need the wrapped model's own forward pass."""
            with self.accelerator.autocast():
                if crew.size() > 1:
                    whole = {name: inputs[name] for name in ("input_ids", "attention_mask")}
                    return model(**whole, use_cache=False).logits[:, :-1][kept]
                plain = self.accelerator.unwrap_model(model)
                plain = plain.get_base_model() if hasattr(plain, "get_base_model") else plain
                hidden = plain.base_model(input_ids=inputs["input_ids"], use_cache=False).last_hidden_state
                return logits_of(plain, hidden[:, :-1][kept])

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            began = time.monotonic()
            super()._save_checkpoint(model, trial)
            folder = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
            self.accelerator.wait_for_everyone()
            best = self.labci_best
            if crew.first():
                checkpoints.seal(folder, self.labci_key, self.labci_watch.losses, best.curve if best else ())
            if best is not None:
                best.sweep()
            self.labci_watch.checkpoint_saved(time.monotonic() - began)

    return Trainer
