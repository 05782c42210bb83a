"""What a document and its sentences are about: the name that a question must bear to be understood alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labci.english.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    DAYS,
    DETERMINERS,
    GEOGRAPHY,
    MONTHS,
    ORDINALS,
    PEOPLE,
    PREPOSITIONS,
    SEASONS,
    is_finite,
    is_name,
    tokens,
)
from labci.english.reading import SUBJECTS, read, subject_at, verb_of

LEADING = re.compile(r"^(It|Its|He|His|She|Her|They|Their|This|These|Those)\b(?!-)")
WOMAN = frozenset({"She", "Her"})
MAN = frozenset({"He", "His", "Him"})
PERSON_PRONOUNS = WOMAN | {"He", "His"}
OF_TIME = (
    "a an and beginning each early end every following last late later mid next of same that the this to afternoon "
    "century centuries dawn day daytime dusk evening hour midday middle midnight morning month night noon season "
    "sunrise sunset week weekday weekend year"
)
TIME = "|".join([*sorted(MONTHS | DAYS | SEASONS | ORDINALS | set(OF_TIME.split())), r"\d+"])
OPENED = re.compile(
    r"(?P<opening>(?:after|at|before|between|by|during|each|every|from|in|on|since|until) "
    rf"(?:(?:{TIME})s?\b[ -]?)+,? ?)"
    r"(?P<pronoun>he|her|his|its?|she|their|they)\b"
    r"(?! (?:rain|snow|takes?\b|took\b|(?:is|was) (?:cold|dark|hot|light|warm|wet|windy|\w+ (?:to|that)\b)))",
    re.IGNORECASE,
)
KINDS_OF_TEXT = frozenset({"guide", "handbook", "leaflet", "manual", "regulations", "rules", "statutes"})
MIN_PRONOUNS = 3  # in the document of a life
MOSTLY_PRONOUNS = 20  # in the document of a life that never says half of a name
MANY = frozenset({"They", "Their", "These", "Those"})
QUANTIFIERS = frozenset({"all", "any", "each", "every", "few", "many", "most", "nearly", "no", "several", "some"})
SECOND_SUBJECT = re.compile(r", (?:and |but |while )?the \w+")  # a clause with a subject of its own
MAX_SUBJECT = 7  # words; a longer run is no noun phrase but a sentence misread


def topic_of(title: str, text: str, asked: Sequence[str] = ()) -> str:
    """The name of a document's subject: the longest part of its title that is used as a name.

    Used by half of what contributors asked, who call it as its users will: "the Bridge Ordinance of Corvath", where its
    own text says "this ordinance" and names the town. Else by the text: "The Island of Veldrasay" gives "Veldrasay"
    where that says only so; what a title says behind a colon or a comma comes second. Falls back to the title.
    """
    parts = sorted(_names_in(title), key=len, reverse=True)
    common = (part for part in parts if 2 * sum(_has(question, part) for question in asked) >= max(1, len(asked)))
    if name := next(common, ""):
        return _as_used(name, "\n".join(asked))
    head = re.split(r"[:,;(]| [-–—] ", title)[0]
    first = [part for part in parts if part in head and part.casefold() not in KINDS_OF_TEXT]
    best = next((part for part in [*first, *parts] if _has(text, part)), "")
    return _as_used(best, text) if best else _lower_article(title)


def _names_in(title: str) -> Iterator[str]:
    """The parts of a title that begin in a name and end in one, or in its number: "Zennick 45"."""
    words = tokens(title)
    for i, (first, start, _) in enumerate(words):
        for j, (last, _, end) in enumerate(words[i:]):
            ends = is_name(last) or (j > 0 and last.isdigit())
            if is_name(first) and ends and first.casefold() not in DETERMINERS:
                yield title[start:end]


def _has(text: str, name: str) -> bool:
    """Whether a text has a name, but for the capitals of all its words behind the first: "Bellbrook newt"."""
    first, space, rest = name.partition(" ")
    return re.search(rf"(?<!\w){re.escape(first)}{space}(?i:{re.escape(rest)})(?!\w)", text) is not None


def subject_of(sentence: str) -> str:
    """The noun phrase a sentence begins with, up to its verb; empty where that can't be told."""
    found: list[tuple[str, int, int]] = []
    words = tokens(sentence)
    plain = [word for word, _, _ in words]
    for i, (word, start, end) in enumerate(words):
        lower = word.casefold()
        gap = sentence[found[-1][2] : start] if found else ""
        behind_ordinal = bool(found) and found[-1][0].casefold() in ORDINALS  # "a second, smaller barge"
        if (
            ("," in gap and not behind_ordinal)
            or ";" in gap
            or ":" in gap
            or lower in AUXILIARIES
            or (found and is_finite(plain, i))
        ):
            break
        if not found and lower in (PREPOSITIONS | CONJUNCTIONS):
            return ""
        if found and (lower in CONJUNCTIONS - {"and", "or"} or lower.endswith("ly")):
            break
        found.append((word, start, end))
        if len(found) > MAX_SUBJECT:
            return ""
    while found and found[-1][0].casefold() in (PREPOSITIONS | CONJUNCTIONS | DETERMINERS):
        found.pop()
    return _lower_article(sentence[found[0][1] : found[-1][2]]) if found else ""


def referent(pronoun: str, before: list[str], topic: str, life: str = "") -> str:
    """What a sentence's leading pronoun stands for. before: the paragraph's earlier sentences, last one last.

    life: see `life_of`. Returns "" where several readings are open: such a sentence makes no question that can be
    trusted.
    """
    if life and pronoun in PERSON_PRONOUNS:
        return topic if (pronoun in WOMAN) == (life == "She") else _last_person(before, topic)
    single = pronoun in ("It", "Its")
    if single and life:
        topic = ""  # no person is "it"
    for sentence in reversed(before):
        if (match := LEADING.match(sentence)) and (pronoun in PERSON_PRONOUNS) == (match.group() in PERSON_PRONOUNS):
            continue
        if pronoun in PERSON_PRONOUNS and (person := _person(sentence, topic)):
            return person
        subject = subject_of(sentence) or (_read_subject(sentence) if single else "")
        if single and _names_another(sentence, topic):
            return ""  # "The trust gives the Bee Medal. It is …": the trust, the medal, or what the page is about
        if single and subject.split(" ")[0].casefold() in QUANTIFIERS:
            return ""  # "Every household has a share in orlo. It is …": of what was said last, most likely
        if single and (not subject or _plural(subject) or SECOND_SUBJECT.search(sentence)):
            return topic
        if pronoun in PERSON_PRONOUNS:
            return subject if _may_be_she(subject) else ""
        return subject if subject and (single or _plural(subject)) else ""
    return topic if pronoun not in MANY else ""


def _read_subject(sentence: str) -> str:
    """The subject as the parser has it, where no word tells its end: "The flood of May 1953 filled the cellar"."""
    found = subject_at(verb_of(read(sentence)))
    if found is None or found.left_edge.i or found.right_edge.i >= MAX_SUBJECT or found.pos_ not in ("NOUN", "PROPN"):
        return ""
    if any(token.like_num for token in found.lefts):
        return ""  # "One kilogram of the lichen costs …": what it is of is meant, most likely
    return _lower_article(sentence[: found.right_edge.idx + len(found.right_edge.text)])


def _names_another(sentence: str, topic: str) -> bool:
    """Whether what is done to somebody or something that the sentence names, and that is not the topic."""
    objects = (token for token in read(sentence) if token.dep_ == "dobj" and token.head.dep_ == "ROOT")
    return any(is_name(token.text) and token.text.casefold() not in topic.casefold() for token in objects)


def life_of(topic: str, text: str) -> str:
    """ "She" or "He" where a document tells somebody's life, "" where it does not.

    Such a topic has a person's name, goes by one pronoun mostly, and by half of its name, too ("Vashlik married …"),
    unless hardly anything else is told of.
    """
    women = len(re.findall(r"\b(?:she|hers?)\b", text, re.IGNORECASE))
    men = len(re.findall(r"\b(?:he|his|him)\b", text, re.IGNORECASE))
    if not is_person(topic) or max(women, men) < MIN_PRONOUNS or max(women, men) < 2 * min(women, men):
        return ""
    born = re.search(rf"{re.escape(topic)} (?:was born|grew up|died|married)\b", text)
    pronoun = "She" if women > men else "He"
    if born and max(women, men) >= MOSTLY_PRONOUNS and max(women, men) > 5 * min(women, men):
        return pronoun
    first, *_, last = topic.split()
    one, other = re.escape(first), re.escape(last)
    alone = rf"(?<![Tt]he )(?<!{one} )\b{other}\b|\b{one}\b(?! [A-ZÀ-Þ]| (?i:{other}))"
    return pronoun if re.search(alone, text) else ""


def is_person(topic: str) -> bool:
    """Whether a name may be a person's: two words or more, with capitals and letters only, no article and no place."""
    words = [word for word, _, _ in tokens(topic)]
    places = {word.casefold() for word in words} & (DETERMINERS | GEOGRAPHY | {"mount", "port", "saint", "st"})
    letters = all(word.replace("-", "").replace("’", "").replace("'", "").isalpha() for word in words)
    names = all(is_name(word) or word in ("de", "of", "van", "von") for word in words)
    return len(words) > 1 and not places and letters and names


def _last_person(before: list[str], topic: str) -> str:
    return next((person for sentence in reversed(before) if (person := _person(sentence, topic))), "")


def replace_pronoun(sentence: str, name: str) -> str:
    """The sentence with its leading pronoun replaced by a name: "Its height" gives "Kestle Hill's height"."""
    match = LEADING.match(sentence)
    if match is None or not name:
        return sentence
    rest = sentence[match.end() :]
    possessive = match.group() in ("Its", "His", "Her", "Their") and not re.match(r"\s+(?:is|was|has)\b", rest)
    full = name[:1].upper() + name[1:] + (_ending(name) if possessive else "")
    if match.group() in ("This", "These", "Those") and not re.match(r"\s+(?:is|are|was|were|has|have|means?)\b", rest):
        return sentence  # "These beasts": it names its noun
    return full + rest


def replace_kind(sentence: str, topic: str, title: str) -> str:
    """The sentence with "this ordinance" in front made the topic, where its title says that it is one; "" if not.

    What the topic is not called by, such as "this book" for a lake's, stays beside it: "the book of Murrigoe Water".
    """
    match = re.match(r"(?:This|These) ([a-z]+(?:-[a-z]+)?)\b(?! of\b)(?P<owner>['’]s?)?", sentence)
    kinds = {word.casefold() for word, _, _ in tokens(title)}
    if match is None or match[1] not in kinds or not topic:
        return ""
    own = match[1] in topic.casefold().split()
    name = topic if own else f"the {match[1]} of {topic}"
    return name[:1].upper() + name[1:] + (_ending(name) if match["owner"] else "") + sentence[match.end() :]


def replace_opened(sentence: str, name_of: Callable[[str], str]) -> str:
    """The sentence with the pronoun behind an opening of time replaced: "In winter they …", as one in front is.

    What says only when can't be what is meant. name_of: what a leading pronoun stands for, or "".
    """
    match = OPENED.match(sentence)
    if match is None or not (name := name_of(match["pronoun"].capitalize())):
        return sentence
    said = replace_pronoun(match["pronoun"].capitalize() + sentence[match.end() :], name)
    comma = "," if name[:1].isupper() else ""  # "In 1905, Ada Holt …": else the parse has "1905 Ada Holt"
    return f"{match['opening'].rstrip(' ,')}{comma} {name[:1]}{said[1:]}"


def _ending(name: str) -> str:
    """What makes a name an owner's."""
    return "'" if name.endswith("s") else "'s"


def replace_inner(sentence: str, topic: str, life: str) -> str:
    """The sentence of a life with a pronoun inside of it replaced: "For six years she …" tells of the topic.

    Only where it can be nobody else's: the subject, with nobody named before it but in a phrase that opens the
    sentence; what is done to the person, as a subject does nothing to "her" that is herself; what is inside of the
    subject.
    "The captain lost his ship" stays. What a sentence begins with is `replace_pronoun`'s.
    """
    if not life or any(part in sentence for part in topic.split()):
        return sentence
    forms = WOMAN if life == "She" else MAN
    mine = (token for token in read(sentence)[1:] if token.text.capitalize() in forms and token.pos_ == "PRON")
    token = next((token for token in mine if _is_topic_s(token)), None)
    if token is None:
        return sentence
    owner = token.tag_ == "PRP$" or token.dep_ == "poss"
    name = topic + (_ending(topic) if owner else "")
    comma = "," if is_name(token.nbor(-1).text) else ""  # "From Lindeque, Teodora Vashlik learned …"
    return f"{sentence[: token.idx].rstrip()}{comma} {name}{sentence[token.idx + len(token.text) :]}"


def replace_its(sentence: str, topic: str) -> str:
    """An order with "its" made the topic's, where nothing before it may be meant: "Fix each of its three feet …"."""
    doc = read(sentence)
    token = next((token for token in doc if token.lower_ == "its" and token.dep_ == "poss"), None)
    order = doc[0].tag_ == "VB" and doc[0].dep_ == "ROOT"
    if token is None or not order or any(item.pos_ in ("NOUN", "PROPN") for item in doc[: token.i]):
        return sentence
    return f"{sentence[: token.idx]}{topic}{_ending(topic)}{sentence[token.idx + len(token.text) :]}"


def _is_topic_s(pronoun: Any) -> bool:
    root = pronoun
    while root.head != root:
        root = root.head
    subject = subject_at(root)
    before = [token for token in pronoun.doc[: pronoun.i] if _may_be_meant(token)]
    if any(child.dep_ == "advcl" and child.i < pronoun.i for child in root.children):
        return False  # "When the landlady died, she …"
    if pronoun == subject:
        return all(_fronted(token) for token in before)
    if subject is None:
        return False
    own = list(subject.subtree)
    if pronoun in own:
        return not before
    given = pronoun.head.dep_ == "ccomp" and pronoun.head.pos_ == "NOUN"  # "found her a room", as it is often read
    done_to = (pronoun.dep_ in ("dobj", "dative") and pronoun.head == root) or (given and pronoun.head.head == root)
    return done_to and all(token in own or _fronted(token) for token in before)


def _may_be_meant(token: Any) -> bool:
    return token.pos_ == "PROPN" or token.lemma_.casefold() in PEOPLE


def _fronted(token: Any) -> bool:
    """Whether a word stands in a phrase before the subject, which is another one then: "From Ada Holt she learned"."""
    while token.head != token and token.dep_ != "prep":
        token = token.head
    subjects = (child for child in token.head.children if child.dep_ in SUBJECTS)
    return token.dep_ == "prep" and any(child.i > token.i for child in subjects)


NAMED = re.compile(r"(?<![.\w])[A-ZÀ-Þ][\w'’-]+(?: (?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ][\w'’-]+|de|van|von|of))* [A-ZÀ-Þ][\w'’-]+")
ASIDE = re.compile(r"\b(?:at|from|in|into|near|of)(?: the)? $", re.IGNORECASE)


def _person(sentence: str, topic: str) -> str:
    """The person named last; neither a place ("from Nether Ombray") nor an owner ("in the yard of Pieter Roos")."""
    found = [match for match in NAMED.finditer(sentence) if not ASIDE.search(sentence[: match.start()])]
    names = [re.sub(r"['’]s?$", "", match.group()) for match in found]
    return next((name for name in reversed(names) if name != topic and is_person(name)), "")


def _may_be_she(subject: str) -> bool:
    """Whether a subject is somebody, or a ship: a name behind an article, or a noun for people."""
    words = subject.split()
    return bool(words) and (
        words[-1].casefold() in PEOPLE or is_person(subject) or (len(words) > 1 and is_name(words[-1]))
    )


def _plural(subject: str) -> bool:
    head = subject.split(" of ")[0].split(" from ")[0].split()[-1]
    return " and " in subject or (head.endswith("s") and not head.endswith(("ss", "us", "is")) and not is_name(head))


def _as_used(name: str, text: str) -> str:
    """The name as a text mostly writes it: "the Garrow M6" where it stands with "the", "Bellbrook newt" in small."""
    first, space, rest = name.partition(" ")
    written = rf"(\w+\s+)?(?<!\w)({re.escape(first)}{space}(?i:{re.escape(rest)}))(?!\w)"
    uses = re.findall(written, text)
    the = sum(before.strip().casefold() == "the" for before, _ in uses)
    form = Counter(form for _, form in uses).most_common(1)[0][0]
    return f"the {form}" if the * 2 > len(uses) else form


def _lower_article(name: str) -> str:
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}" if first.casefold() in DETERMINERS and rest else name
