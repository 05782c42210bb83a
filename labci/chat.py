"""Talk to a release, or to two models side by side: the same ids and greedy answers as in the evaluation."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from labci import models
from labci.errors import UsageError
from labci.printable import printable
from labci.session import Session

SPACE = re.compile(r"[^\S\n\t]")  # of any kind: a no-break space is no escape
Answer = Callable[[str], str]


def folder_of(session: Session, name: str) -> tuple[str, Path]:
    """A shown name and a model folder for "latest", a version, a known model, a Hugging Face id or a folder."""
    if Path(name).is_dir():
        return name, Path(name)
    hub = session.hub()
    latest = hub.latest()
    if name == "latest" and latest is None:
        return session.config.model, models.student_folder(session.config.model)
    if name == "latest" or name in hub.list():
        version = latest if name == "latest" and latest else name
        return version, hub.fetch(version)
    return name, models.student_folder(name)


def chat(session: Session, model: str, compare: str | None, max_tokens: int) -> None:
    """Read questions from stdin, one a line, and print each model's answer; no memory between questions."""
    named = [folder_of(session, name) for name in (model, compare) if name is not None]
    console = Console(highlight=False, markup=False, emoji=False)
    talkers = [(name, open_talker(folder, max_tokens)) for name, folder in named]
    if sys.stdin.isatty():
        names = " and ".join(name for name, _ in talkers)
        console.print(Text(f"Talking to {names}. An empty line ends.", style="dim"))
    for question in _questions(console):
        show(console, [(name, answer(question)) for name, answer in talkers])


def open_talker(folder: Path, max_tokens: int) -> Answer:
    """What answers a question with at most `max_tokens` tokens. Raises OutsideError for no memory."""
    from labci.lm.answer import greedy
    from labci.lm.load import open_model
    from labci.lm.outside import clear_errors

    with clear_errors("opening the model", less="end other programs"):
        lm = open_model(folder)

    @clear_errors("answering", less="end other programs")
    def answer(question: str) -> str:
        return greedy(lm, [[{"role": "user", "content": question}]], max_new_tokens=max_tokens)[0]

    return answer


def _questions(console: Console) -> Iterator[str]:
    for line in _typed(console) if sys.stdin.isatty() else _piped(console):
        if not line:
            return
        yield line


def _typed(console: Console) -> Iterator[str]:
    """Lines that a person types; one that can't be read is asked for again."""
    while True:
        try:
            line = console.input(Text("you: ", style="bold")).strip()
            line.encode()  # in some locales bytes that are no UTF-8 arrive as lone surrogates
        except EOFError:
            return
        except UnicodeError:
            console.print("That could not be read: the terminal sends no UTF-8. Type it anew.", style="red")
        else:
            yield line


def _piped(console: Console) -> Iterator[str]:
    """Lines of a file or a program, each read by itself, so that those before a bad one are answered."""
    encoding = sys.stdin.encoding
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode(encoding).strip()
        except UnicodeDecodeError as error:
            hint = f"convert it: iconv -f ISO-8859-1 -t {encoding} FILE | labci chat"
            raise UsageError(f"line {number} of what is piped in is not {encoding}", hint=hint) from error
        if text:
            console.print(Text(f"you: {text}"))
        yield text


def show(console: Console, answers: list[tuple[str, str]]) -> None:
    """Print each model's name and answer, letter by letter: what a model says is no markup, and moves no cursor."""
    answers = [(name, "\n".join(map(printable, SPACE.sub(" ", text).split("\n")))) for name, text in answers]
    if len(answers) == 1 or not console.is_terminal:
        for name, text in answers:
            console.print(Text(f"{name}: {text}"))
        return
    width = (console.width - 1) // 2
    console.print(Columns([Panel(Text(text), title=Text(name), width=width) for name, text in answers]))
