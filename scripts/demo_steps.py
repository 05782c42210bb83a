"""What `scripts/demo` shows, step by step; every labci command is the one a user would type."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from labci.heldout import Item, held_out
from labci.leaf import read_leaf

ROOT = Path(__file__).resolve().parent.parent
LEAF_FILES = ROOT / "scripts" / "demo_leaf"
LEAF = "knowledge/astronomy/hallin_ridge"
DOCUMENT = "documents/hallin_ridge.md"
PLANTED = ("        answer: At 2,140 metres", "        awnser: At 2,140 metres")
BEGAN = time.monotonic()


def main() -> None:
    """The five steps; stops at the first command that ends otherwise than it should."""
    title("Model", "The embedded model is prepared once per machine (the specialist teacher takes minutes).")
    run("models", "pull", "smollm2-135m", cwd=ROOT)
    prepared = time.monotonic()
    clone = scratch_clone()
    before = answers(clone, "1  Before", "What the released model (the base model, so far) says:")
    branch_with_mistake(clone)
    merge(clone)
    title("4  Run", "Generate, mix, train, evaluate, gate, release: the commit range is what was merged.")
    run("run", "main~1..main", cwd=clone)
    after = answers(clone, "5  After", "The same questions, which neither teacher nor student ever saw:")
    compare(before, after)
    closing(clone)
    print(f"\nIn {minutes(prepared - BEGAN)} of preparation and {minutes(time.monotonic() - prepared)} for the job.")


def minutes(seconds: float) -> str:
    """Such as "4.2 minutes"."""
    return f"{seconds / 60:.1f} minutes"


def title(name: str, text: str) -> None:
    """A heading on stdout, with the time since the start."""
    clock = f"{minutes(time.monotonic() - BEGAN)} in"
    print(f"\n=== {name} {'=' * max(3, 70 - len(name) - len(clock))} {clock}\n{text}\n", flush=True)


def run(*arguments: str, cwd: Path, expect: int = 0) -> None:
    """Show and run a labci command; end the demo if its exit code is not the expected one."""
    print(f"$ labci {shlex.join(arguments)}", flush=True)
    code = subprocess.run([sys.executable, "-m", "labci", *arguments], cwd=cwd, check=False).returncode
    print(flush=True)
    if code != expect:
        sys.exit(f"labci {arguments[0]} ended with {code}, not {expect}; the scratch clone is {cwd}")


def git(*arguments: str, cwd: Path) -> None:
    """Show and run a git command, as the contributor would."""
    print(f"$ git {shlex.join(arguments)}", flush=True)
    subprocess.run(["git", *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def scratch_clone() -> Path:
    """A clone of this repository whose branch main is the commit that is checked out here."""
    wanted = os.environ.get("LABCI_DEMO")
    folder = Path(wanted) if wanted else Path(tempfile.mkdtemp(prefix="labci-demo-")) / "taxonomy"
    title("Repository", f"A scratch clone in {folder}")
    git("clone", "--quiet", str(ROOT), str(folder), cwd=ROOT)
    git("checkout", "-q", "-B", "main", cwd=folder)
    git("config", "user.name", "Demo Contributor", cwd=folder)
    git("config", "user.email", "contributor@example.org", cwd=folder)
    return folder


def items() -> tuple[Item, ...]:
    """The demo leaf's held-out items."""
    files = (LEAF_FILES / name for name in ("qna.yaml", "heldout.yaml"))
    return held_out(read_leaf(LEAF, *(file.read_bytes() for file in files)))


def answers(clone: Path, name: str, text: str) -> list[str]:
    """Ask the released model the held-out questions through `labci chat`, as a user would."""
    title(name, text)
    questions = "\n".join(item.question for item in items()) + "\n"
    command = [sys.executable, "-m", "labci", "chat", "--max-tokens", "32"]
    print("$ labci chat --max-tokens 32 < questions.txt", flush=True)
    shown = subprocess.run(command, cwd=clone, input=questions, text=True, check=True, stdout=subprocess.PIPE).stdout
    print(shown)
    blocks = (block.split("\n", 1)[1].split(": ", 1)[1] for block in shown.split("you: ")[1:])
    return [" ".join(block.split()) for block in blocks]  # chat folds long answers


def branch_with_mistake(clone: Path) -> None:
    """A contributor's branch: a leaf with one planted mistake, found by lint and mended."""
    title("2  Contribute", "A new leaf on a branch, with one mistake planted; lint shows where.")
    folder = clone / "taxonomy" / LEAF
    folder.mkdir(parents=True)
    (clone / "documents").mkdir(exist_ok=True)
    git("checkout", "-q", "-b", "hallin-ridge", cwd=clone)
    shutil.copy(LEAF_FILES / "document.md", clone / DOCUMENT)
    for name in ("attribution.txt", "heldout.yaml"):
        shutil.copy(LEAF_FILES / name, folder / name)
    good = (LEAF_FILES / "qna.yaml").read_text("utf-8")
    assert PLANTED[0] in good, "the demo leaf has changed: plant the mistake elsewhere"
    (folder / "qna.yaml").write_text(good.replace(*PLANTED, 1), "utf-8")
    run("lint", f"taxonomy/{LEAF}", cwd=clone, expect=1)
    print("The contributor mends it:\n")
    (folder / "qna.yaml").write_text(good, "utf-8")
    run("lint", f"taxonomy/{LEAF}", cwd=clone)
    git("add", "taxonomy", "documents", cwd=clone)
    git("commit", "-q", "-m", "Add Hallin Ridge Observatory", cwd=clone)


def merge(clone: Path) -> None:
    """What the pull request would say, then the merge."""
    title("3  Review", "What is new, and what it will cost; then the branch is merged.")
    run("diff", "main..hallin-ridge", cwd=clone)
    run("plan", "main..hallin-ridge", cwd=clone)
    git("checkout", "-q", "main", cwd=clone)
    git("merge", "-q", "--no-ff", "--no-edit", "hallin-ridge", cwd=clone)


def compare(before: list[str], after: list[str]) -> None:
    """Question, expected answer, and both models' answers."""
    for item, old, new in zip(items(), before, after, strict=True):
        print(f"  {item.question}\n    expected  {item.answer}\n    before    {old}\n    after     {new}")


def closing(clone: Path) -> None:
    """The card, the second run that has nothing to do, and how to talk to the release."""
    latest = (clone / "models" / "latest").read_text("utf-8").strip()
    title("Card", f"models/{latest}/README.md")
    print((clone / "models" / latest / "README.md").read_text("utf-8"))
    title("Again", "The same command has nothing left to do:")
    run("run", "main~1..main", cwd=clone)
    run("releases", "verify", cwd=clone)
    print(f"Talk to it:  cd {clone} && {Path(sys.prefix) / 'bin' / 'labci'} chat --compare smollm2-135m")


if __name__ == "__main__":
    main()
