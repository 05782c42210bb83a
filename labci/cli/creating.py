"""What `labci new` does once its options are read: check, ask, write, say what comes next."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from labci import contribute
from labci.cli import choosing
from labci.cli import wizard as questions
from labci.cli.terminal import Stopped, Terminal, present
from labci.cli.wizard import Question, Wizard
from labci.contribute import Answers, Checks, Draft, Found, Seeds, Shelf
from labci.errors import UsageError
from labci.session import Session

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of the command. given: answers by their name in `Answers`. choosing: --from was given.

    labci: how the person called labci, for the commands that are told.
    """

    kind: str
    path: str | None
    given: dict[str, str]
    grounded: bool | None
    choosing: bool
    here: Path
    labci: str


def new_command(session: Session, wish: Wish, tell: Tell) -> tuple[Path, ...]:
    """Write the leaf; returns its files, relative to the repository."""
    if session.repository.bare:
        raise UsageError(f"{session.root} is a bare repository", hint="run labci new in a clone of it")
    terminal = Terminal() if present() else None
    try:
        return _Scaffold(session, wish, tell, terminal).run()
    except (KeyboardInterrupt, EOFError) as error:
        if terminal:
            terminal.say()
        raise Stopped("stopped; no leaf was written", hint="the same command begins anew") from error


class _Scaffold:
    """One new leaf."""

    def __init__(self, session: Session, wish: Wish, tell: Tell, terminal: Terminal | None) -> None:
        self.session, self.wish, self.tell, self.terminal = session, wish, tell, terminal
        self.knowledge = wish.kind == "knowledge"
        self.questions = questions.KNOWLEDGE if self.knowledge else questions.SKILL
        settings = session.config.documents
        self.shelf = Shelf(root=session.root, here=wish.here, source=session.repository.worktree(), settings=settings)
        self.find = cache(self._find)  # a PDF is read once
        self.checks = Checks(session.config.lint.licenses, self.find)

    def run(self) -> tuple[Path, ...]:
        if not self.knowledge and "document" in self.wish.given:
            hint = "leave it out; a text to work on goes into a seed example's context (--grounded)"
            raise UsageError("a skill is not taught from a document", hint=hint)
        path = self._path()
        for note in questions.check_given(self.checks, self.wish.given):
            self.tell(note)
        draft = contribute.draft(self.session.root, path)
        try:
            answers = self._answers(draft)
            files = contribute.new_leaf(self.session.root, self.session.config.taxonomy, self.wish.kind, path, answers)
        except (KeyboardInterrupt, EOFError) as error:
            if not (self.terminal and draft.file.is_file()):
                raise
            self.terminal.say()
            hint = f"your answers are kept: {self.wish.labci} new {self.wish.kind} {path} offers them again"
            raise Stopped("stopped; no leaf was written", hint=hint) from error
        self._put_away(draft, answers)
        return files

    def _put_away(self, draft: Draft, answers: Answers) -> None:
        """The draft goes once all of it is in the leaf."""
        lost = draft.lost(answers.seeds)
        if not lost:
            draft.remove()
            return
        count = "1 question that you typed before is" if lost == 1 else f"{lost} questions that you typed before are"
        file = draft.file.relative_to(self.session.root)
        self.tell(f"note: {count} not in the leaf, as its passage is not in the document: see {file}")

    def _find(self, given: str) -> Found:
        if given.lower().endswith(".pdf"):
            self.tell(f"reading {given} …")  # a long one takes seconds
        found = self.shelf.find(given)
        if found.text is None and self.wish.choosing:
            hint = "give it by --document, and copy passages from it yourself"
            raise UsageError("--from takes a document of this repository", hint=hint)
        return found

    def _path(self) -> str:
        """The leaf's folder, checked before anything is asked; asked for where there is none."""
        if self.wish.path is not None:
            return self._checked_path(self.wish.path)
        if self.terminal is None:
            raise UsageError(
                "the leaf's PATH is missing", hint=f"such as: labci new {self.wish.kind} {self._example()}"
            )
        wizard = Wizard(self.terminal, self.checks, Draft(file=Path()))
        return wizard.ask_path(self._example(), self._checked_path)

    def _example(self) -> str:
        return "knowledge/local_history/bridges" if self.knowledge else "compositional_skills/writing/thank_you_letter"

    def _checked_path(self, path: str) -> str:
        root, taxonomy = self.session.root, self.session.config.taxonomy
        return contribute.checked_path(root / taxonomy, taxonomy, self.wish.kind, path)

    def _answers(self, draft: Draft) -> Answers:
        given = dict(self.wish.given)
        lacking = [question for question in self.questions if question.name not in given]
        if lacking and self.terminal is None:
            raise questions.missing(self.questions, given)
        wizard = Wizard(self.terminal, self.checks, draft) if self.terminal else None
        if wizard and lacking:
            self._greet(wizard, draft)
        if wizard:
            draft.answers |= given  # so that what is kept is whole, whatever flags come next time
            given |= {question.name: wizard.ask(question) for question in lacking}
        grounded = self.wish.grounded
        if wizard and lacking and grounded is None and not self.knowledge:
            grounded = self._grounded(wizard)
        seeds = self._seeds(draft, wizard, lacking, given["document"]) if self.knowledge else ()
        if self.knowledge:
            given["document"] = self.find(given["document"]).name
        texts: dict[str, Any] = given
        return Answers(**texts, grounded=bool(grounded), seeds=seeds)

    def _greet(self, wizard: Wizard, draft: Draft) -> None:
        say = wizard.terminal.say
        say("A few questions about the new leaf. Ctrl-C stops; your answers are kept for the next time.", "bold")
        if draft.answers:
            say("What you typed last time stands in [brackets]: Enter takes it.")

    def _grounded(self, wizard: Wizard) -> bool:
        wizard.terminal.say()
        wizard.terminal.say("Some tasks work on a text that the user gives, such as a letter to be shortened.", "dim")
        return wizard.terminal.yes("Does each question come with such a text?", default=False)

    def _seeds(self, draft: Draft, wizard: Wizard | None, lacking: list[Question], document: str) -> Seeds:
        text = self.find(document).text
        if text is None:
            return choosing.NONE
        asked = any(question.name == "document" for question in lacking)
        if wizard and not self.wish.choosing and not (asked and choosing.wanted(wizard)):
            wizard = None
        return choosing.seeds(text, self.tell, draft, wizard)


def next_steps(root: Path, files: tuple[Path, ...], wish: Wish) -> list[str]:
    """What the person does after `new`. Files are told as seen from the current folder, labci's own paths from -C."""
    todo = sum((root / file).read_text("utf-8").count("TODO") for file in files)
    place = (root / files[0]).parent
    folder = os.path.relpath(place, wish.here)
    fill = [f"replace each TODO in {os.path.relpath(place)} ({todo} of them)"] if todo else []
    return [*fill, f"{wish.labci} lint {shlex.quote(folder)}", f"{wish.labci} diff --worktree"]
