"""Simple clauses of a sentence: each verb with its own subject, so that a fact says one thing.

"The pressure climbs to 6 bar and holds there for 9 minutes" gives two; so do "…, which …" and a participle
behind a noun. A small teacher asks better of the simple ones, and rules can turn them into questions (the
simplification of Heilman and Smith, "Good Question! Statistical Ranking for Question Generation", 2010).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from labci.english.lexicon import DETERMINERS, LASTING, PRONOUNS, SEASONS, TIME_UNITS, is_number
from labci.english.reading import FINITE, SUBJECTS, finite_of, phrase, read, root_of, text_of

ANY_SUBJECT = SUBJECTS | {"csubj", "expl"}
AUXILIARY = frozenset({"aux", "auxpass", "neg"})
SPLIT = re.compile(r"; | – |: (?=the |it |there |never |do )")
LEFT_OUT = frozenset({"cc", "punct", "conj", "dep", "parataxis", "preconj"})
ASIDE = re.compile(r", (?:however|therefore|moreover|of course|in turn|indeed), ")
CODE = re.compile(r"(?:Code |Error |Fault )?[A-Z]{1,3}-?\d{1,4}")  # as a display shows it
STATING = frozenset({"although", "because", "though", "whereas"})
RELATIVE = frozenset({"which", "who", "that", "whom", "where"})
OF_ALL = frozenset({"mean", "explain", "suggest"})  # "…, which means …": what does is all that was said before
SEQUELS = frozenset({"then", "also", "however", "therefore", "thus", "so", "too", "instead", "besides", "meanwhile"})
DETERMINER = "|".join(sorted(DETERMINERS))
LINK = re.compile(rf"^(?:and|but|so|yet|or else|(?-i:else)),? (?=(?:{DETERMINER}|\w+s)\b)", re.IGNORECASE)
FRAGMENT = re.compile(
    r"(?:so that|(?:\w+ )?of (?:which|whom)|which|whose|whom|in which case|however \w+ (?:he|it|she|they)) ",
    re.IGNORECASE,
)
MIN_WORDS = 3
QUOTE = re.compile(r'(?<!\d)"')  # behind a digit it is inches


def clauses(sentence: str) -> list[str]:
    """The sentence's simple clauses, in order; the sentence itself where it can't be told apart."""
    found: list[str] = []
    sentence = _explained(_without_asides(sentence))
    for part in (half for piece in SPLIT.split(sentence) for half in _at_colon(piece)):
        found += [text for text in _clauses(part) if text not in found]
    if len(found) == 1 and _letters(found[0]) == _letters(sentence):
        return [_sentence(sentence)]
    return found or [sentence]


def _explained(sentence: str) -> str:
    """ "K4: the drain flap is loose." says what K4 means, and not that the flap is loose."""
    code, colon, rest = sentence.partition(": ")
    known = colon and CODE.fullmatch(code) and _says(rest)
    return f"{code} means that {rest[:1].lower()}{rest[1:]}" if known else sentence


def _without_asides(sentence: str) -> str:
    """Without "…, however, …"; between two statements it becomes a semicolon."""
    while match := ASIDE.search(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        another = _says(before) and after.split(" ")[0] in DETERMINERS | PRONOUNS
        sentence = f"{before}{'; ' if another else ' '}{after}"
    return sentence


def _at_colon(piece: str) -> Iterator[str]:
    """What stands before a colon and behind it, where that says something by itself: read as one they get mixed up."""
    before, colon, after = piece.partition(": ")
    if colon and _says(after) and (_says(before) or after.startswith(("a ", "an "))):
        yield before
        yield from _at_colon(after)
    else:
        yield piece


def _says(text: str) -> bool:
    """Whether a text says something by itself: a finite verb, and a subject that does not point elsewhere."""
    whole = _capital(text) if text.endswith((".", "!", "?")) else f"{_capital(text)}."
    root = root_of(read(whole))
    finite = root is not None and finite_of(root.doc).tag_ in FINITE
    subjects = _subject(root) if finite else []
    return any(
        token.pos_ != "PRON" and token.lower_ != "others" and not is_number(token.text) for token in subjects
    )  # fmt: skip


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _clauses(part: str) -> Iterator[str]:
    doc = read(_capital(part))
    if aside := _aside(doc):
        first, last = doc[aside.left_edge.i - 1], doc[aside.right_edge.i + 1]
        yield from _clauses(doc.text[: first.idx] + doc.text[last.idx + 1 :])
        for token in aside.subtree:
            if text := _attached(token) or _because(token) or _named(token):
                yield text
        return
    roots = [token for token in doc if token.dep_ == "ROOT"]
    if not roots or roots[0].pos_ not in ("VERB", "AUX"):
        yield _sentence(part)
        return
    for head in sorted(_heads(roots[0]), key=lambda token: token.i):
        if text := _clause(head):
            yield text
    for token in doc:
        if text := _attached(token) or _because(token) or _named(token):
            yield text


def _aside(doc: Any) -> Any:
    """The clause between two commas behind its noun, where it is the only one: a verb behind it is often misread.

    None where more commas tell that it may end elsewhere, or that something else stands between them.
    """
    found = [token for token in doc if token.dep_ in ("relcl", "acl") and _between_commas(token)]
    if len(found) != 1 or any(token.lower_ == "whose" for token in doc):
        return None
    begin, end = found[0].left_edge.i - 1, found[0].right_edge.i + 1
    verb = next((token.i for token in doc[end:] if token.tag_ in FINITE), len(doc))
    others = [token.i for token in doc if token.text == "," and token.i not in (begin, end)]
    return None if any(at < begin or begin < at < verb for at in others) else found[0]


def _between_commas(token: Any) -> bool:
    before, after = token.left_edge.i - 1, token.right_edge.i + 1
    inside = before > 0 and after + 1 < len(token.doc)
    return bool(inside and token.doc[before].text == token.doc[after].text == ",")


def _heads(root: Any) -> Iterator[Any]:
    """The root and the verbs coordinated with it."""
    yield root
    for child in root.children:
        if child.dep_ in ("conj", "dep", "ccomp") and child.pos_ in ("VERB", "AUX") and _coordinated(root, child):
            yield from _heads(child)


def _coordinated(root: Any, child: Any) -> bool:
    """Whether a verb stands beside another one, not inside it, and is not what is said not to be done."""
    before = child.doc[max(0, child.left_edge.i - 2) : child.left_edge.i].text
    if before in ("rather than", "instead of"):  # "cut rather than pulled"
        return False
    if child.dep_ == "ccomp":  # "The rock is granite, but the cliffs are slate" is often read so
        return child.i < root.i and _subject(child) != [] and not any(t.dep_ == "mark" for t in child.children)
    return child.dep_ == "conj" or _subject(child) != [] or child.tag_ in ("VB", "VBP")


def _subject(verb: Any) -> list[Any]:
    return [child for child in verb.children if child.dep_ in ANY_SUBJECT]


def _clause(head: Any) -> str:
    """The clause of a verb, with subject, auxiliaries and opening phrases of the verb before it where it has none.

    None of "neither read nor swim": half of it would say the opposite.
    """
    own = _own(head)
    if _neither(head) or _misread(head):
        return ""
    first = head
    while first.dep_ in ("conj", "dep") and not _subject(first) and first.head.pos_ in ("VERB", "AUX"):
        if not _close(first):
            return ""
        first = first.head
    if not _subject(first) and (first.tag_ not in ("VB", "VBP") or _auxiliaries(first)):
        return ""
    if _subject(first) and all(is_number(token.text) for token in _subject(first)):
        return ""  # "two were cast in 1820": two of what was told before
    opener = first
    while opener.dep_ in ("conj", "dep") and opener.head.pos_ in ("VERB", "AUX"):
        opener = opener.head
    tokens: list[Any] = []
    subjects = _subject(first)
    if opener != head and _subject(opener) and not (_subject(head) and _opening(head, _subject(head)[0])):
        tokens += _opening(opener, _subject(opener)[0])
    if first != head:
        tokens += [token for subject in subjects for token in _inside(subject)]
        tokens += _shared_auxiliaries(first, head)
    return _sentence(text_of([*tokens, *_joining(own)]))


def _misread(head: Any) -> bool:
    """Whether it is a participle that the parse took for the clause's verb: "craft going down have precedence"."""
    inverted = head.doc[0].pos_ == "AUX" and head.left_edge.i == 0 and _subject(head) != []  # "Should you see …"
    bare = head.tag_ in ("VBG", "VBN") and _subject(head) != [] and not _auxiliaries(head)
    return inverted or bare


def _joining(own: list[Any]) -> list[Any]:
    """With the commas inside of it, and with an "and" where nothing else is missing: two halves were read as one."""
    doc, there = own[0].doc, {token.i for token in own}
    between = [token for token in doc[own[0].i : own[-1].i] if token.i not in there]
    if not any(token.dep_ == "cc" for token in between) or any(token.dep_ not in ("cc", "punct") for token in between):
        between = [token for token in between if token.text == "," and {token.i - 1, token.i + 1} <= there]
    colon = next((token.i for token in doc[own[0].i : own[-1].i] if token.text == ":"), len(doc))
    if not any(token.lower_ == "them" for token in doc[colon:]):
        colon = len(doc)  # cut is "…: 340 of them", and not a list
    return sorted((token for token in [*own, *between] if token.i < colon), key=lambda token: token.i)


def _neither(verb: Any) -> bool:
    """Whether "neither" or "nor" hangs on a verb, or on one that it is joined to."""
    while not any(child.lower_ in ("neither", "nor") for child in verb.children):
        if verb.dep_ not in ("conj", "dep"):
            return False
        verb = verb.head
    return True


def _close(verb: Any) -> bool:
    """Whether the "and" that joins a verb to another stands right before it.

    Else its subject was read as a part of something before: "for eleven days and a boatman guided …".
    """
    before = verb.doc[verb.left_edge.i - 1]
    before = before.nbor(-1) if before.lower_ == "then" and before.i else before
    return bool(before.dep_ == "cc") or (verb.tag_ == "VB" and before.is_punct)


def _auxiliaries(verb: Any) -> bool:
    return any(child.dep_ in ("aux", "auxpass") for child in verb.children)


def _own(head: Any) -> list[Any]:
    """The verb and what hangs on it, other clauses left out, in order."""
    tokens, another = [head], _of_another(head)
    for child in [*head.children, *_trailing(head)]:
        if child.i in another:
            continue
        if child.dep_ in LEFT_OUT and not (child.dep_ == "punct" and (child.i < head.i or child.text in "\"'")):
            continue
        if child.dep_ == "ccomp" and child.i < head.i:
            continue
        if child.dep_ == "advcl" and child.tag_ in ("VBN", "VBG", "VBD") and _comma_before(child):
            continue  # "…, tightened to 55 newton metres": of what, can't be told
        if child.dep_ == "advmod" and child.lower_ in SEQUELS:
            continue
        if _comma_before(child) and child.i > head.i and any(item.lower_ in ("them", "whom") for item in child.subtree):
            break  # "…, two thirds of them in the village", "…, among them a baker"
        tokens += _inside(child)
    return sorted({*tokens, *_closing(tokens)}, key=lambda token: token.i)


def _of_another(head: Any) -> set[int]:
    """Where what hangs on a verb stands behind another one that is joined to it, or behind ", or": it is that one's.

    "It was finished in 1823 and tilts, because …", "hatch after 16 days, or after 25 if the June is cold".
    """
    joined = [child.i for child in head.children if child.dep_ == "conj" and child.pos_ in ("VERB", "AUX")]
    words = [token.i for token in head.doc[head.i : -1] if _or_else(token)]
    first = min([*joined, *words], default=len(head.doc))
    late = (child for child in head.children if child.dep_ in ("advcl", "prep", "npadvmod") and child.i > head.i)
    return {child.i for child in late if child.left_edge.i > first}


def _or_else(token: Any) -> bool:
    """Whether a word is the "or" of another case, "after 16 days, or after 25 if …", and not of a list."""
    case = token.lower_ == "or" and token.nbor(-1).text == "," and token.nbor().pos_ in ("ADP", "SCONJ")
    return case and any(item.lower_ == token.nbor().lower_ for item in token.doc[: token.i])


def _trailing(head: Any) -> list[Any]:
    """What the parse hangs on the first of joined verbs though it stands behind the last one."""
    last = head.dep_ == "conj" and not any(child.dep_ == "conj" and child.pos_ == "VERB" for child in head.children)
    above = head.head if last and not _subject(head) else None
    late = _of_another(above) if above is not None else set()
    return [child for child in above.children if child.i in late and child.i > head.i] if above is not None else []


def _closing(tokens: list[Any]) -> list[Any]:
    """The comma behind a name put beside its noun, where the clause goes on: "by a smith, Ada Thorn, to …"."""
    names = [token for token in tokens if token.dep_ == "appos" and _comma_before(token)]
    last = max((token.i for token in tokens), default=0)
    after = [token.doc[token.right_edge.i + 1] for token in names if token.right_edge.i < last]
    return [token for token in after if token.text == ","]


def _inside(token: Any) -> list[Any]:
    """A subtree without clauses set off by a comma and without coordinated clauses."""
    found = [token]
    for child in token.children:
        aside = child.dep_ in ("relcl", "acl", "advcl", "parataxis") and _comma_before(child)
        aside = aside or (child.dep_ == "appos" and any(item.pos_ == "VERB" for item in child.subtree))
        verb = child.dep_ == "conj" and child.pos_ in ("VERB", "AUX") and token.pos_ not in ("VERB", "AUX")
        if not aside and not verb:
            found += _inside(child)
    found = sorted(found, key=lambda item: item.i)
    while len(found) > 1 and found[-1].dep_ in ("punct", "cc") and found[-1].text not in "\"')%":
        if found[-1].text == "," and sum(item.text == "," for item in found) % 2 == 0:
            break  # the second one of a pair: "a doctor, Ruth Amsel, comes"
        found.pop()
    return found


def _comma_before(token: Any) -> bool:
    left = token.left_edge.i
    return left > 0 and token.doc[left - 1].text in (",", "(", "–", "-")


def _opening(verb: Any, subject: Any) -> list[Any]:
    """What stands before the subject: "In one hour", "If the lamp stays purple"; with its comma."""
    tokens: list[Any] = []
    for child in verb.children:
        bare = child.dep_ == "prep" and child.right_edge == child  # "At most seven books": no phrase of its own
        if child.i < subject.left_edge.i and child.dep_ in ("prep", "advcl", "npadvmod") and not bare:
            tokens += list(child.subtree)
            after = child.right_edge.i + 1
            if verb.doc[after].text == ",":
                tokens.append(verb.doc[after])
    return sorted(tokens, key=lambda token: token.i)


def _shared_auxiliaries(first: Any, head: Any) -> list[Any]:
    if _auxiliaries(head) or head.tag_ not in ("VB", "VBN", "VBG", "VBD"):
        return []
    if first.lemma_ == "be" and first.pos_ == "AUX":  # "It is 6 kilometres long and shaped like a spoon"
        if head.tag_ == "VB" or (head.lower_.endswith("ed") and any(c.dep_ == "dobj" for c in head.children)):
            return []  # "The doors are steel and swing inward", "She was thirty and signed her drawings"
        thing = any(child.dep_ == "attr" and child.pos_ in ("NOUN", "PROPN") for child in first.children)
        done = any(child.dep_ == "agent" or child.lower_ == "by" for child in head.children)
        return [] if thing and not done else [first]  # "She was the only girl and slept in the store"
    shared = [child for child in first.children if child.dep_ in AUXILIARY and child.i < first.i]
    if head.tag_ == "VBD":  # behind "is planted" it can be no past tense: "… and watered weekly"
        now = any(child.dep_ == "auxpass" and child.lower_ in ("is", "are", "be") for child in shared)
        return shared if now and not any(child.dep_ == "dobj" for child in head.children) else []
    return shared


def _attached(token: Any) -> str:
    """The clause of a relative clause or participle that a comma sets off, with its noun put in."""
    if token.dep_ not in ("relcl", "acl") or not _comma_before(token) or token.head.pos_ not in ("NOUN", "PROPN"):
        return ""
    if _neither(token) or (token.dep_ == "acl" and _inner(token.head)):
        return ""  # "a gorge at the lower end, known as …": either of them
    if token.dep_ == "relcl" and _inner(token.head):
        if not any(item.lower_ == "who" for item in token.subtree):
            return ""  # "two turbines on Windle Ridge, which …": either of them
        # "a smith from Torl, who …" is the smith, and "a place with Ada Thorn, who …" is Ada Thorn
        named = token.head.ent_type_ == "PERSON" and any(child.dep_ == "compound" for child in token.head.children)
        token_head = token.head if named else token.head.head.head
    else:
        token_head = token.head
    noun = _within([item for item in phrase(token_head) if item.i < token.left_edge.i and item.text != ","])
    own = _own(token)
    if token.dep_ == "acl":
        if token.tag_ != "VBN":
            return ""
        one = noun.lower().startswith(("a ", "an ", "one ", "each "))  # whatever the parse takes "atlas" for
        many = token.head.tag_ in ("NNS", "NNPS") and not one
        return _sentence(f"{noun} {_be(token, many)} {text_of(own)}")
    relative = next((item for item in own if item.lower_ in RELATIVE), None)
    if relative is None or relative.head != token or token.lemma_ in OF_ALL:
        return ""
    rest = [item for item in own if item != relative]
    if relative.lower_ == "where":
        place = token.head.head.text if token.head.dep_ == "pobj" else "at"
        return _sentence(f"{text_of(rest)} {place} {noun}")
    if relative.dep_ in ANY_SUBJECT:
        return _sentence(f"{noun} {text_of(rest)}") if _agrees(token_head, token) else ""
    at = next((n for n, item in enumerate(rest) if item == token), -1)
    if relative.dep_ in ("dobj", "pobj") and at >= 0:
        return _sentence(f"{text_of(rest[: at + 1])} {noun} {text_of(rest[at + 1 :])}")
    return ""


def _be(participle: Any, many: bool) -> str:
    """The form of "be" that a participle is told with: what was done is past, what lasts is as its sentence is."""
    now = participle.lower_ in LASTING and finite_of(participle.doc).tag_ in ("VBP", "VBZ")
    return ("are" if many else "is") if now else ("were" if many else "was")


def _agrees(noun: Any, verb: Any) -> bool:
    """Whether a noun can be a verb's subject: not "crushed shells, which gives …", nor "in a night, which is …"."""
    finite = next((child for child in (*verb.children, verb) if child.tag_ in FINITE), verb)
    many = noun.tag_ in ("NNS", "NNPS")
    one = finite.tag_ == "VBZ" or finite.lower_ == "was"
    several = finite.tag_ == "VBP" or finite.lower_ == "were"
    when = noun.dep_ == "pobj" and noun.lemma_ in TIME_UNITS | SEASONS
    return not when and not (many and one) and not (several and noun.tag_ == "NN")


def _within(words: list[Any]) -> str:
    """Words as they stand inside of a sentence: "a fog", where the sentence that they are taken from began with it."""
    text = text_of(words)
    return text[:1].lower() + text[1:] if words and words[0].i == 0 and words[0].pos_ == "DET" else text


def _because(verb: Any) -> str:
    """What is a fact by itself behind "because", "though" or "whereas": "… because the road is narrow"."""
    subjects = [child for child in verb.children if child.dep_ in SUBJECTS]
    reason = verb.dep_ == "advcl" and any(child.dep_ == "mark" and child.lower_ in STATING for child in verb.children)
    if not reason or not subjects or any(item.pos_ == "PRON" for item in subjects[0].subtree):
        return ""
    return _sentence(text_of([token for token in _own(verb) if token.dep_ != "mark" or token.head != verb]))


def _named(noun: Any) -> str:
    """What a noun beside another says of it, where more is said of that one: "the plover, a bird that nests on …"."""
    said = any(child.dep_ == "relcl" for child in noun.children)
    name = noun.head
    if noun.dep_ != "appos" or not said or not _comma_before(noun) or noun.left_edge.lower_ not in ("a", "an"):
        return ""
    be = "are" if name.tag_ in ("NNS", "NNPS") else "is"
    first = [item for item in phrase(name) if item.i < noun.left_edge.i and item.text != ","]
    clause = next(child for child in noun.children if child.dep_ == "relcl")
    relative = next((item for item in clause.children if item.lower_ in ("that", "which", "who")), None)
    if relative is None or relative.dep_ not in SUBJECTS:
        return _sentence(f"{text_of(first)} {be} {text_of([item for item in noun.subtree if item.i <= noun.i])}")
    return _sentence(f"{text_of(first)} {text_of([item for item in _own(clause) if item != relative])}")


def _inner(noun: Any) -> bool:
    """Whether a noun stands inside another noun's phrase."""
    return noun.dep_ == "pobj" and noun.head.head.pos_ in ("NOUN", "PROPN", "NUM")


def _sentence(text: str) -> str:
    """With a capital and a full stop; "" for what is too short to say anything."""
    text = LINK.sub("", re.sub(r"\s+", " ", text).strip(" ,;:-–"))
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = QUOTE.sub("", text) if text.count('"') % 2 else text  # the other one stayed behind
    misread = ",," in text  # of such a clause the commas are left
    if len(text.split()) < MIN_WORDS or misread or FRAGMENT.match(text):
        return ""
    return _capital(text if text.endswith((".", "!", "?")) else text + ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
