"""The contexts of a knowledge leaf: passages of its document, shown one by one to be kept or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from labci import contribute, digest
from labci.cli.interview import Interview
from labci.cli.wizard import Wizard
from labci.contribute import MAX_WORDS, MIN_WORDS, PAIRS, SEEDS, Draft, Kept, Passage, Seeds
from labci.leaf import LEAF_FILE, Pair
from labci.printable import printable

KEEP, DROP, STOP = "keep", "drop", "stop"
NONE: Seeds = ((None, ()),)  # no context yet: each is written as TODO


def seeds(text: str, tell: Callable[[str], None], draft: Draft, wizard: Wizard | None) -> Seeds:
    """Contexts from a document's text: with a wizard as the person chooses, without those of the draft and the first
    that are proposed."""
    every = list(_once(filter(_clean, contribute.passages(text))))
    _tell_few(len(every), tell)
    proposed = contribute.spread(every)
    if wizard is None or not every:
        found = _kept(text, draft, proposed)
    else:
        found = Interview(wizard).run(choose(wizard, proposed, len(every)))
    return tuple((context, _with_waiting(pairs, draft.waiting.get(context))) for context, pairs in found) or NONE


def _kept(text: str, draft: Draft, proposed: Iterable[Passage]) -> Kept:
    """What the draft has of this text, and proposals up to the number that a leaf needs."""
    folded = digest.fold(text)
    before = tuple(seed for seed in draft.seeds if digest.fold(seed[0]) in folded)
    known = {digest.fold(context) for context, _ in before}
    more = (passage.text for passage in proposed if digest.fold(passage.text) not in known)
    return (*before, *((context, ()) for context in islice(more, max(0, SEEDS - len(before)))))


def _with_waiting(pairs: tuple[Pair, ...], question: str | None) -> tuple[Pair, ...]:
    """With the question whose answer was never typed."""
    if not question or len(pairs) >= PAIRS:
        return pairs
    return (*pairs, Pair(question=question, answer=f"TODO: its answer {len(pairs) + 1}"))


def wanted(wizard: Wizard) -> bool:
    """Whether the person wants to choose."""
    wizard.terminal.say()
    wizard.terminal.say("The leaf shows passages of the document. You can look at them, and keep or drop each.", "dim")
    if count := len(wizard.draft.seeds):
        wizard.terminal.say(f"The {count} that you kept last time are taken in any case.", "dim")
    return wizard.terminal.yes("Choose passages now?", default=True)


def _once(found: Iterable[Passage]) -> Iterator[Passage]:
    """Without repetitions: lint warns of two equal contexts."""
    seen: set[str] = set()
    for passage in found:
        key = digest.of_json(digest.fold(passage.text))
        if key not in seen:
            seen.add(key)
            yield passage


def _clean(passage: Passage) -> bool:
    """Whether lint would take it as a context."""
    return not any(flaw.serious for flaw in contribute.of_text(passage.text, LEAF_FILE, "context"))


def _tell_few(count: int, tell: Callable[[str], None]) -> None:
    if count < SEEDS:
        have = "no passage" if count == 0 else f"only {count} passage{'s' if count > 1 else ''}"
        tell(
            f"note: the document has {have} of {MIN_WORDS} to {MAX_WORDS} words (headings, lists, tables and"
            f" code don't count); the leaf needs {SEEDS} and says TODO where one is missing"
        )


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
