"""A taxonomy repository as a maintainer would make it, with leaves of tests/leaves merged one by one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
LEAVES = ROOT / "tests" / "leaves"


def start(repository: Path) -> None:
    """A fresh taxonomy repository, as a maintainer would make it."""
    repository.mkdir(parents=True)
    labci(repository, "init")
    git(repository, "config", "user.name", "Bench")
    git(repository, "config", "user.email", "bench@example.org")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Start")


def configure(repository: Path, settings: Mapping[str, Mapping[str, object]]) -> None:
    """Commit settings to labci.yaml, unless they are there; what else it says of these sections is kept."""
    file = repository / "labci.yaml"
    found = yaml.safe_load(file.read_text("utf-8"))
    wanted = found | {section: found.get(section, {}) | values for section, values in settings.items()}
    if wanted == found:
        return
    file.write_text(yaml.safe_dump(wanted, sort_keys=False), "utf-8")
    git(repository, "commit", "-qam", "Settings of the bench")


def leaf_path(name: str) -> str:
    """A leaf's path below the taxonomy root."""
    knowledge = (LEAVES / name / "document.md").exists()
    return f"{'knowledge' if knowledge else 'compositional_skills'}/bench/{name}"


def leaf_files(name: str, heldout: int = 0) -> dict[str, str]:
    """The files of a leaf of tests/leaves by their paths in a repository, its document among them.

    heldout: how many of its questions in other words become its heldout.yaml, as labci advises a contributor.
    """
    folder = f"taxonomy/{leaf_path(name)}"
    found = {f"documents/{name}.md": LEAVES / name / "document.md"}
    found |= {f"{folder}/{file}": LEAVES / name / file for file in ("qna.yaml", "attribution.txt", "heldout.yaml")}
    files = {path: source.read_text("utf-8") for path, source in found.items() if source.exists()}
    if heldout:
        files[f"{folder}/heldout.yaml"] = heldout_file(name, heldout)
    return files


def heldout_file(name: str, count: int, answer_of: Callable[[str], str] = str) -> str:
    """A heldout.yaml of the first `count` questions in other words of a leaf; answer_of: what becomes of an answer."""
    return heldout_text(question_rows(name)[:count], answer_of)


def question_rows(name: str) -> list[dict[str, Any]]:
    """A leaf's questions in other words, with `answer` and `accept`; labci never reads that file."""
    rows: list[dict[str, Any]] = yaml.safe_load((LEAVES / name / "questions.yaml").read_text("utf-8"))
    return rows


def heldout_text(rows: Iterable[Mapping[str, Any]], answer_of: Callable[[str], str] = str) -> str:
    """A heldout.yaml of rows of a questions.yaml."""
    items = [{"question": row["question"], "answer": answer_of(str(row["answer"]))} for row in rows]
    return str(yaml.safe_dump({"items": items}, sort_keys=False, allow_unicode=True))


def merge(repository: Path, name: str, heldout: int = 0) -> None:
    """Commit a leaf of tests/leaves to main, unless it is there already; heldout: see `leaf_files`."""
    put(repository, name, leaf_files(name, heldout))


def put(repository: Path, name: str, files: Mapping[str, str]) -> None:
    """Commit a leaf by its files to main, unless it is there already."""
    if (repository / "taxonomy" / leaf_path(name)).exists():
        return
    for path, text in files.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text, "utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", f"Add {name}")


def repository_of(folder: Path, name: str) -> Path:
    """A repository below a folder with one leaf merged on top of its start, made if it is not there."""
    repository = folder / name / "repository"
    if not repository.exists():
        start(repository)
    merge(repository, name)
    return repository


def git(repository: Path, *arguments: str) -> None:
    """Run git quietly."""
    subprocess.run(["git", *arguments], cwd=repository, check=True, stdout=subprocess.DEVNULL)


def labci(repository: Path, *arguments: str) -> int:
    """Run a labci command with its output shown; its exit code."""
    command = [sys.executable, "-m", "labci", *arguments]
    return subprocess.run(command, cwd=repository, check=False).returncode


def newest_run(repository: Path) -> Path:
    """The run folder that was written last."""
    return max((repository / ".labci" / "runs").iterdir(), key=lambda path: path.stat().st_mtime)
