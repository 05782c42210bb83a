"""The questions of `labci new`: each answer is checked when it is typed, and asked for again until it can be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labci import digest
from labci.cli.terminal import Terminal
from labci.contribute import Checks, Draft, Flaw
from labci.errors import UsageError
from labci.printable import printable


def flag_of(name: str) -> str:
    """The option for an answer of `Answers`."""
    return f"--{name.replace('_', '-')}"


class Question(NamedTuple):
    """One question. name: of `Answers`, and of the flag. label: the prompt. help: what is meant, with an example."""

    name: str
    label: str
    help: str

    @property
    def flag(self) -> str:
        """The option that answers it."""
        return flag_of(self.name)


DOMAIN = Question("about", "Domain", "The field of knowledge, in a word or two. Example: Local history")
TASK = Question("about", "Task", "What the model should learn to do, in a sentence. Example: Write a thank-you letter")
USER = Question("created_by", "Your user name", "The name that you sign in with on GitHub or your git server.")
DOCUMENT = Question(
    "document",
    "Document",
    "The file with the text that the questions are about: .md, .txt or .pdf, in this repository."
    " Example: documents/bridges.md",
)
OUTLINE = Question(
    "outline", "Outline", "What the document covers, in a sentence. Example: How the town built its bridges"
)
SOURCE = (
    Question("title", "Title of the work", "What the text is called; your own may have any name. Example: Old bridges"),
    Question(
        "link",
        "Link to the work",
        "Where it can be read; for a text of your own, the address of this repository."
        " Example: https://example.org/bridges",
    ),
    Question("license", "Licence", "The licence of the text, by its short name (SPDX). Example: CC-BY-4.0"),
    Question("creators", "Creators", "Who wrote it. Example: Ada Example, Ben Example"),
)
KNOWLEDGE = (DOMAIN, USER, DOCUMENT, OUTLINE, *SOURCE)
SKILL = (TASK, USER, *SOURCE)


@dataclass(frozen=True, slots=True)
class Wizard:
    """Asks what no flag has answered, and keeps what was typed in a draft."""

    terminal: Terminal
    checks: Checks
    draft: Draft

    def ask(self, question: Question) -> str:
        """A checked answer; what was typed last time is offered again."""
        self.terminal.say()
        self.terminal.say(question.help, "dim")
        answer = self.checked(question.name, question.label, self.draft.answers.get(question.name, ""))
        self.draft.put(question.name, answer)
        return answer

    def ask_path(self, example: str, check: Callable[[str], str]) -> str:
        """The new leaf's folder; `check` raises UsageError for one that can't be."""
        self.terminal.say(
            "The folder of the new leaf: a path of your own, in lower-case words with underscores.", "dim"
        )
        self.terminal.say(f"Example: {example}", "dim")
        while True:
            try:
                return check(self.terminal.line("Folder"))
            except UsageError as error:
                self.tell(Flaw(error.message, error.hint))

    def checked(self, name: str, label: str, default: str = "", *, empty: bool = False) -> str:
        """An answer that can be taken. What only looks wrong is offered again: Enter keeps it.

        empty: nothing is an answer, too.
        """
        warned = ""
        while True:
            offered = f" [{printable(default)}]" if default else ""
            answer = digest.fold(self.terminal.line(f"{label}{offered}")) or default
            if empty and not answer:
                return ""
            flaw = next(self.checks.flaws(name, answer), None)
            if flaw is None or (not flaw.serious and answer == warned):
                return answer
            self.tell(flaw)
            default = warned = "" if flaw.serious else answer

    def tell(self, flaw: Flaw) -> None:
        """Why an answer is not taken, and what to do."""
        self.terminal.say(f"  {flaw.message[:1].upper()}{printable(flaw.message[1:])}.", "red")
        more = "" if flaw.serious else " (or press Enter to keep it)"
        self.terminal.say(f"  {flaw.hint[:1].upper()}{printable(flaw.hint[1:])}{more}", "cyan")


def check_given(checks: Checks, given: dict[str, str]) -> Iterator[str]:
    """UsageError for the first flag that can't be taken; what only looks wrong is yielded as a note."""
    for name, value in given.items():
        for flaw in checks.flaws(name, value):
            flag = flag_of(name)
            if flaw.serious:
                document = name == "document"  # its messages name it
                raise UsageError(flaw.message if document else f"{flag}: {flaw.message}", hint=flaw.hint)
            yield f"note: {flag}: {flaw.message}; {flaw.hint}"


def missing(questions: tuple[Question, ...], given: dict[str, str]) -> UsageError:
    """The error where nobody can be asked."""
    flags = [question.flag for question in questions if question.name not in given]
    names = ", ".join(flags)
    return UsageError(
        f"{names} {'is' if len(flags) == 1 else 'are'} missing",
        hint=f"add {' '.join(f'{flag} …' for flag in flags)}; on a terminal labci asks",
    )
