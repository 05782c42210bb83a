"""Passages of a document, shown one by one to be kept or dropped, and the questions that each kept one answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from labci.cli.wizard import Wizard
from labci.contribute import PAIRS, SEEDS, Flaw, Kept, Passage
from labci.heldout import words
from labci.leaf import Pair
from labci.linttree import numbers_in
from labci.report.excerpt import printable
from labci.seen import Seen

KEEP, DROP, STOP = "keep", "drop", "stop"


def choose(wizard: Wizard, proposed: Iterable[Passage], count: int) -> list[Passage]:
    """The passages that the person keeps, in the order of the document. count: how many there are in all."""
    before = {context for context, _ in wizard.draft.seeds}
    proposals = sorted(proposed, key=lambda passage: passage.text not in before)  # those that were kept come first
    kept = [passage for passage in proposals if passage.text in before][:SEEDS]
    say = wizard.terminal.say
    say()
    say(f"The document has {count} passages that could be shown to the model, and {SEEDS} are needed.", "bold")
    if kept:
        say(f"{len(kept)} of them you kept last time.")
    for number, passage in enumerate(proposals[len(kept) :], len(kept) + 1):
        if len(kept) >= SEEDS:
            break
        say()
        say(f"{_title(passage, number, count)}, {len(kept)} of {SEEDS} kept so far", "bold")
        wizard.terminal.quote(passage.text)
        choice = _choice(wizard)
        if choice == STOP:
            break
        if choice == KEEP:
            kept.append(passage)
            pairs = dict(wizard.draft.seeds)
            wizard.draft.put_seeds(tuple((item.text, pairs.get(item.text, ())) for item in kept))
    if len(kept) < SEEDS:
        say(f"{len(kept)} of {SEEDS} kept; the rest is marked TODO, for you to copy from the document.", "bold")
    return sorted(kept, key=lambda passage: passage.start)


def _title(passage: Passage, number: int, count: int) -> str:
    below = f' from "{printable(passage.heading)}"' if passage.heading else ""
    return f"Passage {number} of {count}{below}, {passage.words} words"


def _choice(wizard: Wizard) -> str:
    while True:
        typed = wizard.terminal.line("keep, drop or stop [keep]").casefold()
        found = next((name for name in (KEEP, DROP, STOP) if name.startswith(typed)), None)
        if found:
            return found
        wizard.terminal.say("  Type k to keep it, d to drop it, s to stop looking; Enter keeps it.", "red")


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
            question = self._question(number)
            if not question:
                return
            answer = self.wizard.checked("answer", f"Answer {number}")
            strange = [word for word in words(answer) if word not in words(text)]
            if strange:
                say = self.wizard.terminal.say
                say(f"  (Taken. The passage does not have these words: {', '.join(strange[:5])}.)", "dim")
            seeds[text] += (Pair(question=question, answer=answer),)
            self.wizard.draft.put_seeds(tuple(seeds.items()))

    def _question(self, number: int) -> str:
        while True:
            question = self.wizard.checked("question", f"Question {number} (empty: later)", empty=True)
            first = self._meet(question) if question else None
            if not first:
                return question
            self.wizard.tell(Flaw(f"this was asked before: {first!r}", "ask for something else of the passage"))

    def _meet(self, question: str) -> str | None:
        """The question before that it repeats, as the rule duplicate-leaf counts."""
        return self.seen.meet(question, question, numbers_in(question))
