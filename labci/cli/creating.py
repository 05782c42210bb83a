"""What `labci new` does once its options are read: check, ask, write, say what comes next."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from labci import contribute
from labci.cli import wizard as questions
from labci.cli.choosing import Interview, choose
from labci.cli.terminal import Stopped, Terminal, present
from labci.cli.wizard import Question, Wizard
from labci.contribute import MAX_WORDS, MIN_WORDS, SEEDS, Answers, Checks, Draft, Flaw, Passage, Seeds, Shelf
from labci.errors import UsageError
from labci.leaf import LEAF_FILE
from labci.session import Session

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of the command. given: answers by their name in `Answers`. choosing: --from was given."""

    kind: str
    path: str | None
    given: dict[str, str]
    grounded: bool | None
    choosing: bool
    here: Path


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
        shelf = Shelf(root=session.root, here=wish.here, source=session.repository.worktree(), settings=settings)
        self.find = cache(shelf.find)  # a PDF is read once
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
            if not draft.answers or not self.terminal:
                raise
            self.terminal.say()
            hint = f"your answers are kept: labci new {self.wish.kind} {path} offers them again"
            raise Stopped("stopped; no leaf was written", hint=hint) from error
        draft.remove()
        return files

    def _path(self) -> str:
        """The leaf's folder, checked before anything is asked; asked for where there is none."""
        if self.wish.path is not None:
            return self._checked_path(self.wish.path)
        if self.terminal is None:
            raise UsageError(
                "the leaf's PATH is missing", hint=f"such as: labci new {self.wish.kind} {self._example()}"
            )
        self.terminal.say(
            "The folder of the new leaf: a path of your own, in lower-case words with underscores.", "dim"
        )
        self.terminal.say(f"Example: {self._example()}", "dim")
        wizard = Wizard(self.terminal, self.checks, Draft(file=Path()))
        while True:
            try:
                return self._checked_path(self.terminal.line("Folder"))
            except UsageError as error:
                wizard.tell(Flaw(error.message, error.hint))

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
            given |= {question.name: wizard.ask(question) for question in lacking}
        grounded = self.wish.grounded
        if wizard and lacking and grounded is None and not self.knowledge:
            grounded = self._grounded(wizard)
        seeds = self._seeds(wizard, lacking, given["document"]) if self.knowledge else ()
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

    def _seeds(self, wizard: Wizard | None, lacking: list[Question], document: str) -> Seeds:
        found = self.find(document)
        every = (
            [] if found.text is None else [passage for passage in contribute.passages(found.text) if _clean(passage)]
        )
        if found.text is not None:
            self._count(len(every))
        proposed = contribute.spread(every)
        asked = any(question.name == "document" for question in lacking)
        if not wizard or not every or not (self.wish.choosing or (asked and self._choosing(wizard))):
            return tuple((passage.text, ()) for passage in islice(proposed, SEEDS)) or NONE
        return Interview(wizard).run(choose(wizard, proposed, len(every))) or NONE

    def _choosing(self, wizard: Wizard) -> bool:
        wizard.terminal.say()
        return wizard.terminal.yes("Look at the document's passages now, and choose?", default=True)

    def _count(self, count: int) -> None:
        if count < SEEDS:
            have = "no passage" if count == 0 else f"only {count} passage{'s' if count > 1 else ''}"
            self.tell(
                f"note: the document has {have} of {MIN_WORDS} to {MAX_WORDS} words (headings, lists, tables and"
                f" code don't count); the leaf needs {SEEDS} and says TODO where one is missing"
            )


NONE: Seeds = ((None, ()),)  # no context yet: each is written as TODO


def _clean(passage: Passage) -> bool:
    """Whether lint would take it as a context."""
    return not any(flaw.serious for flaw in contribute.of_text(passage.text, LEAF_FILE, "context"))


def next_steps(root: Path, files: tuple[Path, ...], here: Path) -> list[str]:
    """What the person does after `new`, with paths as seen from the folder `here`."""
    todo = sum((root / file).read_text("utf-8").count("TODO") for file in files)
    folder = os.path.relpath((root / files[0]).parent, here)
    fill = [f"replace each TODO in {folder} ({todo} of them)"] if todo else []
    return [*fill, f"labci lint {shlex.quote(folder)}", "labci diff --worktree"]
