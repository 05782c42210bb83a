"""Find answers in a fact: numbers, dates, names, noun phrases, reasons. Short ones, several a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labci.blocks import Span
from labci.english.lexicon import (
    ARTICLES,
    CURRENCIES,
    DETERMINERS,
    FUNCTION,
    MATERIALS,
    MEASURES,
    MONTHS,
    NOUNS_TOO,
    NUMBER_WORDS,
    ORDINALS,
    PEOPLE,
    SEASONS,
    TRIVIAL,
    VERBS,
    is_name,
    is_number,
    is_year,
    tokens,
)  # fmt: skip
from labci.english.reading import SUBJECTS, phrase, read, root_of
from labci.english.stretch import DAY, HOUR, HOURS, MONTH, STRETCH

MAX_WORDS = 9
FINITE = frozenset({"MD", "VB", "VBD", "VBP", "VBZ"})
NOUN_ROLES = frozenset({"dobj", "pobj", "attr", "conj", "appos", "nsubj", "nsubjpass", "dative", "oprd"})
MAX_CLAUSE_WORDS = 16
CLAUSES = frozenset({"reason", "clause", "outcome", "case"})  # answers that are clauses
OVERLAP = 0.5  # of the longer span: beyond it, one question would ask for both
LIMITS = frozenset({"above", "below", "over", "under"})
REST = r"(?:[^.;:?!]|\.(?=\d))"  # up to the clause's end; a decimal point ends nothing
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? \d{{4}})?|{MONTH} \d{{1,2}}(?:, \d{{4}})?(?!\d)"
    rf"|{MONTH} \d{{4}}|(?:the )?\w+ {DAY} (?:of|in) {MONTH}|{MONTH} (?:and|or|to|until) {MONTH}|{DAY}s?|{MONTH})\b"
)
YEAR = re.compile(r"\b(?:in|since|by|of|from|until|before|after|year) (1\d{3}|20\d{2})\b(?!,\d)", re.IGNORECASE)
QUOTED = re.compile(r"[\"“‘]([^\"“”‘’]{2,60})[\"”’]")
REASON = re.compile(
    rf"\b(?:because|so that|in order to|(?<=, )since(?! (?:\d|when|then|\w+ed\b|{MONTH})))\b{REST}{{8,90}}"
)
PURPOSES = (
    "keep stop avoid prevent protect please make let help bring save hold guide warn mark show remember honour "
    "celebrate allow ensure reduce give raise pay feed store dry cool clean"
)
PURPOSE = re.compile(rf"(?<=[\w,] )to (?:{PURPOSES.replace(' ', '|')})\b(?:(?!,){REST}){{4,70}}")
THAT = re.compile(rf"\b(?:means?|meant|shows?|says?|tells?) that ((?:(?!,){REST}){{6,70}})")
FREQUENCY = re.compile(
    r"\b(?:every|each|once|twice|\w+ times)(?: (?:a|an|in|per))? (?:other )?(?:\w+ ){0,2}?"
    r"(?:\w*day|week|month|year|hour|minute|morning|evening|night|winter|summer|spring|autumn|\w+s)\b"
)
SPOKEN_CLOCK = re.compile(
    r"\b(?:half past|(?:a )?quarter (?:past|to)|(?<=\bat )(?:five|ten|twenty|twenty-five) (?:past|to))"
    rf" {HOUR}\b(?![\w-])"
)
CLOCK = re.compile(
    r"\b(?:after|at|before|by|from|till|to|until) "
    rf"((?:\d{{1,2}}(?:[.:]\d{{2}})?|{HOUR})(?: in the (?:morning|afternoon|evening)| at night))\b"
)
# Before a number that stands alone: an age, or a bound.
BOUND = re.compile(r"\b(?:turn(?:s|ed)?|over|under|below|above|aged|than|at|until|before|after|from) $", re.IGNORECASE)
CASE = re.compile(r"(?:If|When|Whenever|Once|Unless|As soon as)\b[^,;]{6,80}, ")
ITEM = r"(?:(?:an?|the|some|two|three) )?(?:[\w'’-]+ ){0,2}[\w'’-]+"
LIST = re.compile(rf"(?:{ITEM}, )+{ITEM},? (?:and|or) {ITEM}\b")


def spans(fact: str, *, topic: str = "") -> list[Span]:
    """Answer spans of a sentence, in order: none twice, none that is only the topic's own name.

    topic: the names of what the document is about (topic and title).
    """
    every = [
        *_outcomes(fact),
        *_cases(fact),
        *_patterns(fact),
        *_pairs(fact),
        *_numbers(fact),
        *_names(fact),
        *_phrases(fact),
    ]
    found = _kept([span for span in every if not _bare_subject(span)], fact, topic) or _kept(every, fact, topic)
    telling = {key: span for key, span in found.items() if not _given(span)}
    return [span for _, span in sorted((telling or found).items())]


def _kept(every: list[Span], fact: str, topic: str) -> dict[tuple[int, int], Span]:
    found: dict[tuple[int, int], Span] = {}
    for span in every:
        if _good(span, fact, topic) and not any(_same(span, other) for other in found.values()):
            found[span.start, span.end] = span
    return found


def _bare_subject(span: Span) -> bool:
    """A subject of one word: what is said of it makes the better question, if it is an answer."""
    return span.kind == "phrase" and span.start == 0 and len(_content(span.text)) < 2


def _content(text: str) -> list[str]:
    words = [word.casefold() for word, _, _ in tokens(text)]
    return [word.removesuffix("'s").removesuffix("’s") for word in words if word not in FUNCTION]


def _patterns(fact: str) -> Iterator[Span]:
    whole = (
        ("date", STRETCH),
        ("reason", REASON),
        ("reason", PURPOSE),
        ("frequency", FREQUENCY),
        ("time", SPOKEN_CLOCK),
        ("date", DATE),
    )
    for kind, pattern in whole:
        for match in pattern.finditer(fact):
            if HOURS.match(match[0]) and not fact[: match.start()].endswith("open "):
                continue
            said = _finite(fact, match.start(), match.end())
            if said if match[0].startswith("since") else kind != "frequency" or not said:
                yield _span(fact, match.start(), match.end(), kind)
    for kind, pattern in (("date", YEAR), ("time", CLOCK), ("name", QUOTED), ("clause", THAT)):
        for match in pattern.finditer(fact):
            yield _span(fact, match.start(1), match.end(1), kind)
    for match in LIST.finditer(fact):
        stops = [end for word, _, end in tokens(match.group()) if _breaks_list(word)]
        start = match.start() + max(stops, default=-1) + 1
        if fact[start : match.end()].count(", "):
            yield _span(fact, start, match.end(), "list")


def _finite(fact: str, start: int, end: int) -> bool:
    """Whether a verb stands there: "every household has" says not how often."""
    return any(token.tag_ in FINITE for token in read(fact) if start <= token.idx < end)


def _pairs(fact: str) -> Iterator[Span]:
    """Two things joined by "and", which one question asks for: "a nylon brush and a spoon of washing soda"."""
    for token in read(fact):
        second = next((child for child in token.children if child.dep_ == "conj"), None)
        if second is None or token.pos_ != "NOUN" or token.dep_ not in NOUN_ROLES - {"conj", "appos"}:
            continue
        more = any(child.dep_ == "conj" for child in second.children) or second.pos_ != "NOUN"
        more = more or any(is_number(item.text) or item.is_punct for item in token.subtree)
        if not more and not any(item.dep_ in ("relcl", "acl") for item in second.subtree):
            ends = any(item.dep_ == "prep" and item.lower_ != "of" for item in second.subtree)
            yield _between(fact, phrase(token)[0], second if ends else second.right_edge, kind="list")


def _cases(fact: str) -> Iterator[Span]:
    """The case in which something holds: "when the wind is strong", before it or behind."""
    for token in read(fact):
        if token.dep_ == "advcl" and token.head.dep_ == "ROOT" and token.left_edge.lower_ in ("if", "when", "whenever"):
            words = list(token.subtree)
            if any(child.dep_ == "aux" and child.lower_ == "to" for child in token.children):
                continue  # "decides when to stop"
            if any(item.lower_ == "or" for item in token.doc[token.head.i : words[0].i]):
                continue  # "after 16 days, or after 25 if the June is cold": of the second alone
            if words[-1].i - words[0].i + 1 == len(words) and (words[0].i == 0 or words[0].i > token.head.i):
                yield _between(fact, words[0], words[-1], kind="case")


def _breaks_list(word: str) -> bool:
    lower = word.casefold()
    return lower in FUNCTION - {"and", "or", "a", "an", "the"} or lower in VERBS - NOUNS_TOO


def _outcomes(fact: str) -> Iterator[Span]:
    """What happens, or what to do, in a case that the sentence begins with: "If the lamp stays purple, …"."""
    match = CASE.match(fact)
    if match is None:
        return
    doc = read(fact)
    root = root_of(doc)
    cases = [token for token in doc if token.dep_ == "advcl" and token.head == root and token.idx < match.end()]
    if root is not None and root.idx >= match.end() and cases:
        yield _span(fact, match.end(), len(fact), "outcome")


def _numbers(fact: str) -> Iterator[Span]:
    """A number with the words it counts: "1.3 million crowns", "two wind turbines", "8 millimetre hex key"."""
    words = tokens(fact)
    alone, numbered = _alone(fact), _numbered(fact)
    i = 0
    while i < len(words):
        if not is_number(words[i][0]) or words[i][0].endswith(("'s", "’s")) or _is_part(words, i):
            i += 1
            continue
        if i and words[i][1] in numbered:
            j, span = i + 1, _span(fact, words[_named_from(fact, words, i)][1], words[i][2], "name")
        elif words[i][1] in alone:
            j, span = i + 1, _span(fact, _with_currency(fact, words[i][1]), words[i][2], "number")
        else:
            j = _counted_end(fact, words, i)
            span = _number(fact, words, i, j)
        yield span
        i = j


def _is_part(words: list[tuple[str, int, int]], i: int) -> bool:
    """Whether a number says which of so many, and not how many: "the fourth of six children"."""
    return i > 1 and words[i - 1][0] == "of" and words[i - 2][0].casefold() in ORDINALS


def _named_from(fact: str, words: list[tuple[str, int, int]], i: int) -> int:
    """Where a name begins that ends in a number: one word, or as many as have capitals ("Comet Lind 2")."""
    first = i - 1
    while first > 0 and is_name(words[first][0]) and is_name(words[first - 1][0]) and _joins(fact, words, first):
        first -= 1
    return first


def _counted_end(fact: str, words: list[tuple[str, int, int]], i: int) -> int:
    """The place behind what a number counts; a verb ends it: "1,730 people share four villages"."""
    first, i = i, _range_end(fact, words, i)
    j = i + 1
    while j < len(words) and j < i + 5 and _joins(fact, words, j) and _counted(words[j][0], first=j == i + 1):
        if (j > i + 1 or i > first) and _finite(fact, words[j][1], words[j][2]):
            break
        j += 1
    if j + 1 < len(words) and words[j][0] in ("a", "per", "an") and j > i + 1 and _joins(fact, words, j):
        j += 2  # "26 crowns a month"
    return j


def _range_end(fact: str, words: list[tuple[str, int, int]], i: int) -> int:
    """The place of the second number of "31 to 36 millimetres"; of a number by itself, its own.

    "From 3 to 5 metres" are two: where something begins, and where it ends.
    """
    if i and words[i - 1][0].casefold() == "from":
        return i
    ranged = i + 2 < len(words) and words[i + 1][0] in ("to", "or") and is_number(words[i + 2][0])
    return i + 2 if ranged and _joins(fact, words, i + 1) and _joins(fact, words, i + 2) else i


def _alone(fact: str) -> set[int]:
    """Where numbers stand that count nothing: "children under twelve need none", "in 1990 chemists isolated …"."""
    return {
        token.idx
        for token in read(fact)[:-1]
        if _dates(token) or (token.pos_ == "NUM" and (token.dep_ in ("pobj", "dobj") or _acts(token.nbor())))
    }


def _dates(token: Any) -> bool:
    """Whether a number is a year behind its preposition, and counts no noun there: not so in "in 2000 homes"."""
    dated = token.i > 0 and token.nbor(-1).lower_ in ("in", "since", "until") and is_year(token.text)
    return dated and not (token.dep_ == "nummod" and token.head.dep_ == "pobj" and token.head.tag_ == "NNS")


def _acts(token: Any) -> bool:
    """Whether a word is a verb, and not what a thing is like: "two standing stones"."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ not in ("amod", "compound")


def _numbered(fact: str) -> set[int]:
    """Where numbers stand that name one of a kind: "programme 2", "the star Vesk 12"."""
    doc = read(fact)
    return {
        token.idx
        for token in doc[1:]
        if token.text.isdigit()
        and token.head == token.nbor(-1)
        and token.head.tag_ in ("NN", "NNP")
        and token.head.lower_ not in SEASONS
        and token.head.text not in MONTHS
        and (token.i + 1 == len(doc) or token.nbor().lower_ != "to")  # a score: "beat Venn 3 to 2"
        and not is_year(token.text)
    }


def _number(fact: str, words: list[tuple[str, int, int]], i: int, j: int) -> Span:
    """A number and what it counts; where it only tells a thing's size ("an 8 millimetre key"), the thing."""
    last = words[j - 1][0]
    single = j - i > 2 and not last.endswith("s") and last.casefold() not in MEASURES and not is_number(last)
    if single and i and words[i - 1][0].casefold() in ARTICLES:
        return _span(fact, words[i - 1][1], words[j - 1][2], "phrase")
    return _span(fact, _with_currency(fact, words[i][1]), words[j - 1][2], "number")


def _with_currency(fact: str, start: int) -> int:
    """Where a number begins, with the sign before it: "£11.40"."""
    return start - fact[:start].endswith(CURRENCIES)


def _counted(word: str, *, first: bool) -> bool:
    lower = word.casefold()
    if is_number(word):
        return True
    verb = lower in VERBS and not first
    return not (verb or lower in FUNCTION | MEASURES or (word[0].isupper() and len(word) > 3))


def _names(fact: str) -> Iterator[Span]:
    """Runs of capitalised words, "of" and "and" inside them included; the first word of the fact by itself is none.

    Nor is an owner: "Teo Marrable's" of "Teo Marrable's crust" answers nothing but "whose".
    """
    words = tokens(fact)
    i = 0
    while i < len(words):
        if not is_name(words[i][0]) or (i == 0 and words[0][0].casefold() in FUNCTION):
            i += 1
            continue
        j = i + 1
        while j < len(words) and _joins(fact, words, j):
            inner = words[j][0] in ("of", "and", "the", "de", "van", "von", "la") and j + 1 < len(words)
            if is_name(words[j][0]) or (inner and is_name(words[j + 1][0]) and _joins(fact, words, j + 1)):
                j += 1
            else:
                break
        owner = words[j - 1][0].endswith(("'s", "’s")) and j < len(words) and _joins(fact, words, j)
        if (i > 0 or j > 1) and not owner:
            yield _span(fact, words[i][1], words[j - 1][2], "name")
        i = j


def _phrases(fact: str) -> Iterator[Span]:
    """Noun phrases, each with what hangs on it by "of"; what a thing is ("dark green", "raised")."""
    for token in read(fact):
        if token.pos_ in ("NOUN", "PROPN") and token.dep_ in NOUN_ROLES:
            words = [item for item in phrase(token) if item.i <= token.i]
            counted = any(item.dep_ in ("nummod", "quantmod") for item in words) and words[0].dep_ != "det"
            if not counted and not _cut(words):
                whole = list(_whole(fact, words)) or list(_narrowed(fact, words))
                who = whole and token.lemma_ in PEOPLE and token.head.dep_ == "agent"  # "by the landlady of the Gauger"
                if who or not _pointing(token, words):
                    yield from whole or [_between(fact, _cast(token) or words[0], token)]
        elif token.dep_ in ("acomp", "oprd") and token.pos_ in ("ADJ", "VERB") and _of_root(token):
            hyphen = token.i > 0 and token.nbor(-1).text == "-"  # "plum-coloured"
            whole = token.left_edge.i >= token.i - (2 if hyphen else 1)
            yield _between(fact, token.left_edge if whole else token, token)


def _cast(noun: Any) -> Any:
    """The word before a material that was taken for what is done with it: "The frame is cast iron"; else None."""
    verb = noun.head
    done = verb.tag_ == "VBN" and verb.dep_ == "ROOT" and verb.i + 1 == noun.i and noun.dep_ == "dobj"
    return verb if done and noun.lemma_.casefold() in MATERIALS else None


def _cut(words: list[Any]) -> bool:
    """Whether a noun phrase was misread: it goes on behind its noun ("the old fish" of "the old fish cannery"),
    began before it, or ends in what its noun does ("the handle pointing south").
    """
    first, last = words[0], words[-1]
    doc = last.doc
    after = doc[last.i + 1] if last.i + 1 < len(doc) else None
    before = doc[first.i - 1] if first.i else None
    single = last.dep_ != "dative" and last.tag_ not in ("NNS", "NNPS")  # "on calm days batteries …"
    if after is not None and after.pos_ in ("NOUN", "PROPN") and single and after.text[0].islower():
        return True
    if (
        after is not None
        and after.head == last
        and (after.dep_ == "amod" or (after.text.isdigit() and last.tag_ == "NNP"))
    ):
        return True  # "the only wild land" of "the only wild land mammal", "the star Vesk" of "the star Vesk 12"
    bare = first.pos_ in ("NOUN", "PROPN") and first.text[0].islower()
    if before is not None and before.dep_ == "prep" and not any(before.children):
        return True  # "After sunset only red lamps are allowed": its noun was read into the subject
    if bare and before is not None and before.tag_ in ("NN", "NNP", "JJ") and before.dep_ not in ("dative", "acomp"):
        return True
    return len(words) > 2 and first.dep_ == "det" and last.text.endswith("ing") and words[-2].pos_ == "NOUN"


def _pointing(noun: Any, words: list[Any]) -> bool:
    """Whether a phrase only points at what is known already: "the plate", unless it says where or with what."""
    inner = noun.dep_ == "pobj" and noun.head.lower_ not in ("of", "by")
    inner = inner or (noun.dep_ == "oprd" and noun.head.lemma_ in ("call", "name"))  # "is called the roads"
    return len(words) == 2 and words[0].lower_ == "the" and noun.pos_ == "NOUN" and not inner


def _of_root(adjective: Any) -> bool:
    """Whether it is what the sentence says, and no number says how much of it: "6 kilometres long"."""
    measured = any(
        child.dep_ == "npadvmod" and any(item.pos_ == "NUM" for item in child.subtree) for child in adjective.children
    )
    return adjective.head.dep_ == "ROOT" and not measured


def _whole(fact: str, words: list[Any]) -> Iterator[Span]:
    """The phrase with the "of" phrase behind it: "a spoon of washing soda"; a subject with any such phrase."""
    head = words[-1]
    for child in head.children:
        near = child.dep_ == "prep" and child.i == head.i + 1
        if near and (child.lower_ == "of" or (head.dep_ in SUBJECTS and words[0].i == 0)):
            inner = [
                item for item in child.children if item.dep_ == "pobj" and item.right_edge.i - words[0].i < MAX_WORDS
            ]
            if inner and not any(item.dep_ in ("relcl", "acl") for item in child.subtree):
                yield _between(fact, words[0], _name_end(inner[0].right_edge))


def _narrowed(fact: str, words: list[Any]) -> Iterator[Span]:
    """Things without an article, with what tells which: "people over 70", "cars drawn by mules"."""
    last = words[-1]
    after = last.doc[last.i + 1 : last.i + 3]
    if len(after) < 2 or last.tag_ != "NNS" or words[0].dep_ == "det":
        return
    if after[0].lower_ in LIMITS and after[1].like_num and after[1].dep_ == "pobj":
        yield _between(fact, words[0], after[1])
    elif after[0].dep_ == "acl" and after[0].head == last and any(item.dep_ == "agent" for item in after[0].children):
        end = after[0].right_edge
        if end.i - words[0].i < MAX_WORDS and not any(item.is_punct for item in last.doc[words[0].i : end.i]):
            yield _between(fact, words[0], end)


def _name_end(last: Any) -> Any:
    """The last word of a name that stands right behind: "the genus Dormella", which a parse may tear apart."""
    while last.i + 1 < len(last.doc) and last.pos_ in ("NOUN", "PROPN") and last.nbor().pos_ == "PROPN":
        last = last.nbor()
    return last


def _between(fact: str, first: Any, last: Any, *, kind: str = "phrase") -> Span:
    return _span(fact, first.idx, last.idx + len(last.text), kind)


def _joins(fact: str, words: list[tuple[str, int, int]], j: int) -> bool:
    """Whether a word follows its neighbour with but a space between them, or as a name its owners: "Nuns' Pool"."""
    between = fact[words[j - 1][2] : words[j][1]]
    owned = (
        between in ("' ", "’ ") and words[j - 1][0].endswith("s") and is_name(words[j - 1][0]) and is_name(words[j][0])
    )
    return between in (" ", " '", " ‘") or owned


def _span(fact: str, start: int, end: int, kind: str) -> Span:
    text = fact[start:end].rstrip(" ,;:.")
    return Span(text=text, start=start, end=start + len(text), kind=kind)


def _given(span: Span) -> bool:
    """Whether a phrase tells little: it counts time ("each day"), or one of something."""
    first = span.text.split()[0].casefold()
    return first == "one" or (span.kind == "phrase" and first in ("each", "every", "such"))


def _good(span: Span, fact: str, topic: str) -> bool:
    words = [word.casefold() for word, _, _ in tokens(span.text)]
    content = _content(span.text)
    limit = MAX_CLAUSE_WORDS if span.kind in CLAUSES else MAX_WORDS
    if not content or len(words) > limit or len(span.text) + 2 > len(fact):
        return False
    if span.kind == "phrase" and (words[0] in ("its", "her", "his", "their", "no", "this", "that", "these", "those")):
        return False
    if fact[span.start - 1 : span.start] == "-" or fact[span.end : span.end + 1] == "-":
        return False  # "laws" of "by-laws"
    bounded = span.kind == "number" and content != ["half"] and BOUND.search(fact[: span.start]) is not None
    if len(content) == 1 and content[0] in NUMBER_WORDS and not bounded:
        return False
    if len(content) == 1 and content[0] in TRIVIAL | ORDINALS | (VERBS - NOUNS_TOO):
        return False
    bare = {word.casefold() for word, _, _ in tokens(topic)} - DETERMINERS
    return not set(content) <= bare


def _same(left: Span, right: Span) -> bool:
    """Whether two spans would be asked for by the same question: they share most of their characters."""
    common = min(left.end, right.end) - max(left.start, right.start)
    if right.kind in ("list", "name", "date", "time", "frequency") and common == len(left.text):
        return True  # part of a list or of a name is only part of the answer
    return common > 0 and common >= OVERLAP * max(len(left.text), len(right.text))
