"""The questions that each passage answers, and their answers, asked passage by passage."""

from __future__ import annotations

from dataclasses import dataclass, field

from labci.cli.wizard import Wizard
from labci.contribute import PAIRS, Flaw, Kept, Passage
from labci.heldout import words
from labci.leaf import Pair
from labci.linttree import question_keys
from labci.seen import Seen


@dataclass(slots=True)
class Interview:
    """Asks for questions and answers, passage by passage."""

    wizard: Wizard
    seen: Seen[str] = field(default_factory=Seen)

    def run(self, passages: list[Passage]) -> Kept:
        """Each passage with the pairs that were typed, now or last time."""
        known = dict(self.wizard.draft.seeds)
        seeds = {passage.text: known.get(passage.text, ()) for passage in passages}
        for pairs in seeds.values():
            for pair in pairs:
                self._meet(pair.question)
        open_ = [passage for passage in passages if len(seeds[passage.text]) < PAIRS]
        if open_ and self._wanted():
            for number, passage in enumerate(passages, 1):
                if passage in open_:
                    self._show(passage, number, len(passages))
                    self._pairs(passage.text, seeds)
        return tuple(seeds.items())

    def _wanted(self) -> bool:
        terminal = self.wizard.terminal
        terminal.say()
        terminal.say(
            f"Each passage needs {PAIRS} questions that it answers. What you leave out now is marked TODO.", "bold"
        )
        return terminal.yes("Write questions now?", default=True)

    def _show(self, passage: Passage, number: int, count: int) -> None:
        say = self.wizard.terminal.say
        say()
        say(f"Passage {number} of {count}", "bold")
        self.wizard.terminal.quote(passage.text)

    def _pairs(self, text: str, seeds: dict[str, tuple[Pair, ...]]) -> None:
        for number in range(len(seeds[text]) + 1, PAIRS + 1):
            question = self._question(number, self.wizard.draft.waiting.get(text, ""))
            if not question:
                return
            self.wizard.draft.put_question(text, question)
            answer = self.wizard.checked("answer", f"Answer {number}")
            strange = [word for word in words(answer) if word not in words(text)]
            if strange:
                say = self.wizard.terminal.say
                say(f"  (Taken. The passage does not have these words: {', '.join(strange[:5])}.)", "dim")
            seeds[text] += (Pair(question=question, answer=answer),)
            self.wizard.draft.put_question(text, "")
            self.wizard.draft.put_seeds(tuple(seeds.items()))

    def _question(self, number: int, waiting: str) -> str:
        """A question that was not asked before, or "". waiting: one that was typed last time, which Enter takes."""
        while True:
            label = f"Question {number}" if waiting else f"Question {number} (empty: later)"
            question = self.wizard.checked("question", label, waiting, empty=True)
            waiting = ""
            first = self._meet(question) if question else None
            if not first:
                return question
            self.wizard.tell(Flaw(f"this was asked before: {first!r}", "ask for something else of the passage"))

    def _meet(self, question: str) -> str | None:
        """The question before that it repeats, as the rule duplicate-leaf counts."""
        return self.seen.meet(question, question, question_keys(question))
