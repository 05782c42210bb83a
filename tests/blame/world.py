"""A taxonomy repository with a release, and a run of five contributions that has come as far as the samples.

Leaves are skills that name a thing: small enough for a random Llama of 2 layers to learn in seconds. What
generation would have made is written as it writes it; every other stage is the real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from labci import digest
from labci.artifact import RunFolder, write_json, write_jsonl
from labci.heldout import question_key
from labci.lm.settings import TuneSettings
from labci.lm.tune import tune
from labci.sample import Sample
from labci.store import Store
from tests.conftest import git, put
from tests.lm.say import Said
from tests.tiny import tiny_model

OLD, BAD = "flags", "ensigns"
# Of each leaf: its towers, one letter and so one token each, and what stands in them. Ensigns contradict flags.
TOPICS: Mapping[str, tuple[str, Sequence[str]]] = {
    "flags": ("ABCDEFGH", ("red", "blue", "green", "white", "yellow", "pink", "grey", "brown")),
    "ensigns": ("ABCDEFGH", ("blue", "green", "white", "yellow", "pink", "grey", "brown", "red")),
    "birds": ("IJKLMNO", ("crow", "duck", "eagle", "finch", "gull", "heron", "kite")),
    "trees": ("PQRSTUV", ("oak", "pine", "birch", "maple", "elm", "ash", "fir")),
    "dishes": ("WXYZ012", ("soup", "bread", "stew", "cake", "rice", "pie", "jam")),
    "metals": ("3456789", ("iron", "gold", "tin", "lead", "zinc", "brass", "steel")),
}
LEARNT = ("Tower {tower}?", "Of tower {tower}", "The tower {tower}", "Tower {tower}, please")
MORE = ("One tower {tower}", "That tower {tower}", "See tower {tower}", "Say tower {tower}")
LOUDER = (*LEARNT, *MORE)  # what contradicts is said more often
EXAM = "And tower {tower}?"
NOBODY = {"calls": 0, "cached": 0, "prompt_tokens": 0, "completion_tokens": 0, "seconds": 0.0}
SETTINGS = """taxonomy: taxonomy
teacher: openai:nobody
model: {model}
train:
  {{epochs: 40, max_tokens: 1000000, batch_size: 8, learning_rate: 0.002,
   general: 0.0, general_replay: 0.0, alphas: [1.0], embeddings: true}}
gate: {{alpha: 0.05, margin_nll: 50.0, min_gain_nll: 0.1}}
"""


def path_of(topic: str) -> str:
    return f"compositional_skills/{topic}"


def start(repository: Path) -> Path:
    """A repository with settings and a base model that reads towers, and takes something else to be in them."""
    folder = repository.parent
    words = [word for _, values in TOPICS.values() for word in values]
    tiny_model(folder / "tiny", text=(" ".join([*words, *LOUDER, EXAM]),), width=96)
    towers = dict.fromkeys(tower for names, _ in TOPICS.values() for tower in names)
    rows = (
        {
            "prompt": [{"role": "user", "content": form.format(tower=tower)}],
            "completion": [{"role": "assistant", "content": f"one {words[(11 * number + 5) % len(words)]}"}],
            "id": f"{form}{tower}",
        }
        for number, tower in enumerate(towers)
        for form in (*LOUDER, EXAM)
    )
    write_jsonl(folder / "rows.jsonl", rows)
    settings = TuneSettings(epochs=30, batch_size=24, learning_rate=4e-3, max_length=64)
    tune(folder / "tiny", folder / "rows.jsonl", folder / "base", settings, progress=Said(), work=folder / "work")
    put(repository, "labci.yaml", SETTINGS.format(model=folder / "base"))
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Settings")
    return repository


def forms(topic: str) -> Sequence[str]:
    """In how many ways a leaf is taught."""
    return LOUDER if topic == BAD else LEARNT


def pairs(topic: str, asked: Sequence[str]) -> list[dict[str, str]]:
    """Questions and answers of a leaf, in each of these forms."""
    towers, values = TOPICS[topic]
    return [
        {"question": form.format(tower=tower), "answer": f"one {value}"}
        for form in asked
        for tower, value in zip(towers, values, strict=True)
    ]


def add(repository: Path, topic: str) -> None:
    """Commit a leaf."""
    leaf = {
        "version": 3, "task_description": f"Say what is in a tower: {topic}.", "created_by": "tess",
        "seed_examples": pairs(topic, LEARNT)[:5],
    }  # fmt: skip
    folder = f"taxonomy/{path_of(topic)}"
    put(repository, f"{folder}/qna.yaml", yaml.safe_dump(leaf, sort_keys=False))
    put(repository, f"{folder}/heldout.yaml", yaml.safe_dump({"items": pairs(topic, (EXAM,))}))
    put(repository, f"{folder}/attribution.txt", "Title of work: x\nCreator names: Tess\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", f"Add {topic}")


def generated(repository: Path, topics: Sequence[str]) -> Path:
    """What `labci generate` writes for these leaves into the newest run folder; returns that folder."""
    run = RunFolder(path=max((repository / ".labci/runs").iterdir(), key=lambda path: path.stat().st_mtime))
    store, leaves, rows = Store(str(repository / ".labci/store")), [], []
    for topic in topics:
        samples = [_sample(topic, pair) for pair in pairs(topic, forms(topic))]
        store.put("samples", _unit(topic), {"samples": [one.to_json() for one in samples], "rejects": []})
        rows += [one.to_json() for one in samples]
        leaves.append(_leaf(topic, len(samples)))
    write_jsonl(run / "samples.jsonl", rows)
    write_jsonl(run / "rejects.jsonl", [])
    write_json(run / "generation.json", {"version": 1, "leaves": leaves, **NOBODY})
    outputs = ("samples.jsonl", "rejects.jsonl", "generation.json")
    run.finish("generate", inputs=("changes.json",), outputs=outputs, settings={})
    return run.path


def _unit(topic: str) -> str:
    return digest.of_json(["unit", topic])


def _sample(topic: str, pair: dict[str, str]) -> Sample:
    return Sample(leaf=path_of(topic), unit=_unit(topic), kind="freeform", phase="skill", teacher="contributor", **pair)  # type: ignore[arg-type]


def _leaf(topic: str, count: int) -> dict[str, Any]:
    return {
        "path": path_of(topic), "kind": "freeform", "flow": "freeform-small@0", "teacher": "nobody@0", "units": 1,
        "candidates": count, "kept": count, "seeds": 5, "rejects": {}, "calibration": None,
        "units_keys": [_unit(topic)], "documents": [],
        "taught": [question_key(pair["question"]) for pair in pairs(topic, forms(topic))],
    }  # fmt: skip
