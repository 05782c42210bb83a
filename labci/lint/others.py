"""What the leaves beside those that are linted ask: a change is compared with the whole tree, and costs little.

Each other file is read, but hardly one is parsed: a text that nearly repeats a question has one of the few rarest
of its trigrams (`labci.seen`), and its file has those words one after another, however they are wrapped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from labci.heldout import words
from labci.leaf import HELDOUT_FILE, LEAF_FILE, LeafError, read_leaf
from labci.linttree import Asked, LintTree, question_keys, whole_question
from labci.node import MAX_BYTES, parse, pointer
from labci.seen import Gram, signature
from labci.taxonomy import Source, Taxonomy

JOIN = 2  # trigrams that stand in no file: those across the end of a skill's context and its question


def remember(linted: Iterable[Asked], others: Source, root: str, tree: LintTree) -> None:
    """Tell `tree` what other leaves below `root` ask, as far as a linted question may nearly repeat it."""
    wanted, leaves = _Wanted(), set[str]()
    for asked in linted:
        wanted.add(asked.question)
        leaves.add(asked.leaf)
    for asked in _asked(Taxonomy(others, root), leaves, wanted) if leaves else ():
        tree.meet(asked)


class _Wanted:
    """Words one after another, of which a file must have some to hold a question that is looked for."""

    def __init__(self) -> None:
        self._grams: dict[int, set[Gram]] = {}  # by their number of words
        self._longest: set[str] = set()  # a word of each
        self._tiny = False

    def add(self, question: str) -> None:
        grams = signature(question, spare=JOIN)
        self._tiny = self._tiny or ("\n\n" in question and len(grams) <= JOIN + 1)  # perhaps all across that end
        for gram in grams:
            self._grams.setdefault(len(gram), set()).add(gram)
            self._longest.add(max(gram, key=len, default=""))

    def may_be_in(self, data: bytes) -> bool:
        text = data.decode("utf-8", "replace")
        if self._tiny or "\\" in text:  # YAML's escapes may hide any word
            return True
        lower = text.lower()
        if text.isascii() and not any(word in lower for word in self._longest):
            return False
        found = words(text)
        for count, grams in self._grams.items():
            if not grams.isdisjoint(zip(*(found[at:] for at in range(count)), strict=False)):
                return True
        return False


def _asked(taxonomy: Taxonomy, leaves: Collection[str], wanted: _Wanted) -> Iterator[Asked]:
    for path in taxonomy.paths():
        folder = f"{taxonomy.root}/{path}"
        if folder in leaves:
            continue
        data, held = (_read(taxonomy.source, f"{folder}/{name}") for name in (LEAF_FILE, HELDOUT_FILE))
        if wanted.may_be_in(data) or wanted.may_be_in(held):
            try:
                yield from _questions(folder, data, held)
            except LeafError:
                continue  # it is told when that leaf is linted


def _read(source: Source, path: str) -> bytes:
    """A file that lint would read; nothing of one that is over the limit."""
    size = source.size(path)
    return b"" if size is None or size > MAX_BYTES else source.read(path) or b""


def _questions(folder: str, data: bytes, held: bytes) -> Iterator[Asked]:
    leaf = read_leaf(folder, data, held or None)
    beside = parse(held) if held else leaf.node

    for name, way, pair, context in leaf.questions():
        at = (beside if name == HELDOUT_FILE else leaf.node).position_of(*way)
        question = whole_question(pair.question, context)
        yield Asked(
            leaf=folder, path=f"{folder}/{name}", position=at, pointer=pointer(way), held=name == HELDOUT_FILE,
            question=question, answer=pair.answer, keys=question_keys(question),
        )  # fmt: skip
