"""Units of work: what generation does once. A seed, or a paragraph of a document (docs/design.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import PurePosixPath

from labci import digest, quote
from labci.blocks import Chunk
from labci.blocks.chunks import chunks, joined
from labci.blocks.topics import life_of, topic_of
from labci.documents import Document
from labci.english.sentences import sentences
from labci.leaf import Leaf, Pair, Seed
from labci.sample import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit. A chunk has a document; a seed of a knowledge leaf has a chunk for what no document says.

    topic: what a document is about, as questions should name it; empty for skills. life: "She" or "He" where the
    document tells the topic's life. style: pairs of the leaf that show how questions are to be asked; who sets them
    puts them into the digest. within: digest of the first seed in whose context the chunk lies; no part of the unit's
    own, as nothing that is made of the chunk depends on it.
    """

    digest: str
    topic: str = ""
    life: str = ""
    chunk: Chunk | None = None
    document: Passage | None = None
    seed: Seed | None = None
    style: tuple[Pair, ...] = ()
    within: str | None = None

    def key(self, flow: str, teacher: str) -> str:
        """Where the store keeps the unit's samples (area "samples")."""
        return digest.of_json([self.digest, flow, teacher])


def units(
    leaf: Leaf,
    documents: Iterable[Document],
    note: Callable[[Document], None] | None = None,
    *,
    size: int = 0,
    placed: bool = False,
) -> Iterator[Unit]:
    """The units of a leaf: the chunks of its documents, one document in memory at a time, then its seeds.

    What stands twice in documents, such as a warning in each chapter of a manual, is one unit, where it stands first.
    note: told of each document as it is read. size: characters up to which paragraphs of one heading are taken
    together; 0 for each on its own. placed: whether chunks say in whose context they lie, which takes time.
    """
    contexts = {seed.digest: _sentences(seed) for seed in leaf.seeds}
    folded = [quote.fold(seed.context or "") for seed in leaf.seeds] if placed else []
    asked = leaf.asked
    topic, known = "", set[str]()
    for document in documents:
        if note is not None:
            note(document)
        pieces = list(joined(chunks(document.text, title=_title(document)), size))
        body = "\n".join(piece.text for piece in pieces)
        topic = topic or topic_of(pieces[0].title if pieces else leaf.outline, body, asked)
        own = topic_of(pieces[0].title, body, asked) if pieces else topic
        life = life_of(own, body)
        holders = _holders(leaf, folded, document, pieces) if placed else repeat(None, len(pieces))
        for piece, within in zip(pieces, holders, strict=True):
            yield from _first(replace(_chunk_unit(piece, own, life, document), within=within), known)
        contexts = {key: [text for text in texts if text not in body] for key, texts in contexts.items()}
    for seed in leaf.seeds:
        yield from _first(_seed_unit(leaf, seed, topic, contexts[seed.digest]), known)


def _first(unit: Unit, known: set[str]) -> Iterator[Unit]:
    """The unit, unless it is known; then it is."""
    if unit.digest not in known:
        known.add(unit.digest)
        yield unit


def _chunk_unit(piece: Chunk, topic: str, life: str, document: Document) -> Unit:
    place = Passage(repo=document.repo, commit=document.commit, path=document.path, start=piece.start, end=piece.end)
    said = [topic, piece.title, piece.heading, digest.fold(piece.text), *([life] if life else [])]
    return Unit(digest=digest.of_json(["chunk", *said]), topic=topic, life=life, chunk=piece, document=place)


def _holders(
    leaf: Leaf, contexts: Sequence[Sequence[str]], document: Document, pieces: Sequence[Chunk]
) -> Iterator[str | None]:
    """The digest of the first seed in whose context each chunk lies. contexts: folded words of each seed's."""
    for number in quote.holders(contexts, document.text, [(piece.start, piece.end) for piece in pieces]):
        yield None if number is None else leaf.seeds[number].digest


def _seed_unit(leaf: Leaf, seed: Seed, topic: str, new: list[str]) -> Unit:
    if leaf.kind != "knowledge" or not new:
        return Unit(digest=seed.digest, topic=topic, seed=seed)
    text = " ".join(new)
    piece = Chunk(title=leaf.outline, heading="", text=text, start=0, end=len(text))
    return Unit(digest=seed.digest, topic=topic or topic_of(leaf.outline, text), chunk=piece, seed=seed)


def _sentences(seed: Seed) -> list[str]:
    text = digest.fold(seed.context or "")
    return [sentence for sentence, _, _ in sentences(text)]


def _title(document: Document) -> str:
    return PurePosixPath(document.path).stem.replace("_", " ").replace("-", " ")
