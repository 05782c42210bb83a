"""Word order of a question: question words, auxiliary, subject, verb, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from labci.english.inflection import SINGULAR, past, third
from labci.english.lexicon import DAYS, NARROWING, SEASONS, is_year
from labci.english.reading import SUBJECTS

Tokens = list[Any]
PARTLY = frozenset({"about", "around", "early", "just", "late", "only", "shortly"})
Rest = Literal["core", "most", "all"]  # what belongs to the verb; all but reasons; all
CORE = frozenset({"dobj", "attr", "oprd", "acomp", "dative", "xcomp", "ccomp", "prt", "agent", "advmod", "pobj"})
OWN = SUBJECTS | {"aux", "auxpass", "neg", "punct", "cc", "mark", "conj", "preconj"}  # have a place of their own
# A clause that begins so is not needed to understand a question.
REASONS = frozenset({"because", "since", "as", "so", "though", "although", "whereas"})
RATES = frozenset({"each", "every"})  # what so many are of: "90 drops in each night"
STATIVE = frozenset({"be", "have", "need", "contain", "include"})  # a phrase behind their object is the object's


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clause read around its answer. constituent: what hangs on the verb and holds the answer.

    moved: the tokens that the question words take the place of. top: the answer's noun.
    """

    verb: Any
    subject: Tokens  # empty for an imperative
    constituent: Any
    top: Any
    moved: Tokens

    @property
    def asks_subject(self) -> bool:
        """Whether the answer is what the clause says something of."""
        return self.constituent.dep_ in SUBJECTS

    @property
    def auxiliaries(self) -> Tokens:
        """Auxiliaries of the verb, in order."""
        return [child for child in self.verb.children if child.dep_ in ("aux", "auxpass")]

    def with_subject(self, subject: Tokens) -> Reading:
        """The same, and something else said to do it, such as "it"."""
        return replace(self, subject=subject)

    @property
    def negation(self) -> Tokens:
        """ "not", or the like."""
        return [child for child in self.verb.children if child.dep_ == "neg"]


def fronted(reading: Reading, words: str | Tokens, last: str, *, rest: Rest = "most") -> Tokens:
    """Words and tokens of the question. words: in front; tokens among them are of the phrase that the answer is in.

    last: a preposition at the end, or "". rest: what of the clause is repeated. Empty where the verb's form can't be
    told.
    """
    front = [words] if isinstance(words, str) else words
    if rest == "core" and _needed(reading):
        return []
    before, core, behind = _left(reading, rest)
    if last and core and core[-1].lower_ == last:
        return []  # "keep the lights on on"
    if rest == "core" and reading.asks_subject and not core:
        return []  # "how many people lived?"
    tail = [*core, *([last] if last else []), *behind]
    verb, auxiliaries = reading.verb, reading.auxiliaries
    if reading.asks_subject:
        verbs = [*auxiliaries, *reading.negation, *before, verb]
        asked = _agreeing(verbs, singular=not _many(reading, words)) if isinstance(words, str) else verbs
        return [*front, *asked, *tail]
    negation = ["not"] if reading.negation else []
    if not reading.subject:
        return [*front, "should you", *negation, *before, verb.lemma_.lower(), *tail]
    if verb.pos_ == "AUX" and not auxiliaries:
        return [*front, verb, *reading.subject, *negation, *before, *tail]
    if auxiliaries:
        return [*front, auxiliaries[0], *reading.subject, *negation, *auxiliaries[1:], *before, verb, *tail]
    helper = {"VBD": "did", "VBZ": "does", "VBP": "do"}.get(verb.tag_)
    return [*front, helper, *reading.subject, *negation, *before, verb.lemma_, *tail] if helper else []


def _many(reading: Reading, words: str) -> bool:
    """Whether a subject's question words are plural."""
    several = reading.top.tag_ in ("NNS", "NNPS")
    return words.startswith("how many") or (several and " kind of " in words)


def _needed(reading: Reading) -> bool:
    """Whether the answer hangs on what a short question leaves out: a case, a number, "only", "except", a weekday."""
    left_out = [child for child in reading.verb.children if _stays(reading, child, "most") and not _is_core(child)]
    words = [word for child in left_out if child != reading.constituent for word in child.subtree]
    counted = any(word.pos_ == "NUM" for word in reading.constituent.subtree)
    return any(
        word.dep_ in ("advcl", "neg")
        or (word.pos_ == "NUM" and not is_year(word.text))
        or word.lower_ in (NARROWING | RATES if counted else NARROWING)
        or word.text.removesuffix("s") in DAYS
        or (counted and word.lemma_ in SEASONS)
        for word in words
    )


def active(reading: Reading, words: str) -> Tokens:
    """Who did it, of a clause in the passive: "Who designed the press in 1998?"; empty where that can't be said."""
    verb, auxiliaries = reading.verb, reading.auxiliaries
    plain = len(auxiliaries) == 1 and auxiliaries[0].lower_ in ("is", "are", "was", "were") and not reading.negation
    if reading.constituent.dep_ != "agent" or not plain or verb.tag_ != "VBN":
        return []
    base = verb.lemma_.lower()
    form = third(base) if auxiliaries[0].lower_ in ("is", "are") else past(base, verb.lower_)
    before, core, behind = _left(reading, "most")
    return [words, *before, form, *reading.subject, *core, *behind] if form else []


def _agreeing(verbs: Sequence[Any], *, singular: bool) -> Tokens:
    """Auxiliaries and verb behind "what" or "who", which are singular whatever the answer is."""
    found: Tokens = list(verbs)
    if not singular or not found:
        return found
    finite = 0 if found[0].dep_ in ("aux", "auxpass") else len(found) - 1
    token = found[finite]
    if token.lower_ in SINGULAR:
        found[finite] = SINGULAR[token.lower_]
    elif token.tag_ in ("VBP", "VB"):  # the first verb is finite, though the parse may take it for an infinitive
        found[finite] = third(token.lemma_.lower())
    return found


def _left(reading: Reading, rest: Rest) -> tuple[Tokens, Tokens, Tokens]:
    """What stays of the clause: adverbs before the verb, what belongs to the verb, and the rest.

    What opened the clause comes last.
    """
    before: Tokens = []
    groups: list[tuple[bool, Tokens]] = []
    for child in reading.verb.children:
        own = [token for token in child.subtree if token not in reading.moved]
        if not own or not _stays(reading, child, rest):
            continue
        if child.lower_ in PARTLY and reading.moved and child.i + 1 == reading.moved[0].i:
            continue  # "late in September" is what is asked for
        if child.i < reading.verb.i and child.dep_ == "advmod":
            before += own
        else:
            groups.append((_is_core(child) or child == reading.constituent, own))
    groups.sort(key=lambda group: (group[1][0].i < reading.verb.i, group[1][0].i))
    split = next((n for n, (core, _) in enumerate(groups) if not core), len(groups))
    inner, outer = groups[:split], groups[split:]
    return before, _flat(inner), _flat(outer)


def _flat(groups: list[tuple[bool, Tokens]]) -> Tokens:
    """The tokens, without commas that set off what is gone."""
    found: Tokens = []
    for _, group in groups:
        kept = {token.i for token in group}
        found += [t for t in group if t.text not in ",;" or (t.i - 1 in kept and t.i + 1 in kept)]
    return found


def is_bare(child: Any) -> bool:
    """Whether a preposition is the "at" of "at most seven books", which the parse hangs on the verb."""
    after = child.doc[child.i + 1].lower_ if child.i + 1 < len(child.doc) else ""
    return bool(child.dep_ == "prep" and not any(child.children) and after in ("least", "most"))


def _stays(reading: Reading, child: Any, rest: Rest) -> bool:
    if child.dep_ in OWN or child.lower_ == "there" or is_bare(child):
        return False
    if child.lower_ == "without":
        return True  # "how long can it survive" has another answer
    if child.dep_ == "advcl" and next(iter(child.subtree)).lower_ in REASONS:
        return rest == "all"
    behind = child.dep_ == "prep" and child.i > reading.verb.i
    if behind and reading.verb.lemma_ in STATIVE and reading.constituent.dep_ in ("dobj", "attr"):
        return False
    return child == reading.constituent or _is_core(child) or rest != "core"


def _is_core(child: Any) -> bool:
    """Whether a verb says nothing without a child: an object, or where something is ("must be in a shed")."""
    if child.dep_ in CORE or child.dep_ != "prep" or child.head.lemma_ != "be":
        return child.dep_ in CORE
    beside = [other for other in child.head.children if other.i > child.head.i and not other.is_punct]
    return bool(beside) and beside[0] == child
