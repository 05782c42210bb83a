"""Answer first: facts of a paragraph, answer spans of a fact, and the teacher writes only the questions for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from labci import digest
from labci.ask import ASSUMED, Answers, Ask
from labci.blocks import Fact, Sift, Span, passage_of, sift
from labci.blocks.clauses import clauses
from labci.blocks.dedupe import drop_ambiguous
from labci.blocks.faithful import filter_unfaithful
from labci.blocks.naming import name_topic
from labci.blocks.parse import question_parser
from labci.blocks.question import filter_questions, names_topic
from labci.blocks.spans import spans
from labci.blocks.suits import filter_unsuited
from labci.blocks.topics import (
    LEADING,
    referent,
    replace_inner,
    replace_its,
    replace_kind,
    replace_opened,
    replace_pronoun,
)
from labci.blocks.wh import questions
from labci.english.anchor import kind_of
from labci.english.sentences import sentences
from labci.flow import BLOCKS
from labci.flows import Asking, Made, Task
from labci.sample import Reject, Sample
from labci.units import Unit

KINDS = {"knowledge": ()}
STEPS = ("ask",)
MORE_STEPS: tuple[str, ...] = ()
OBJECTS: dict[str, tuple[str, ...]] = {}
SETTINGS: tuple[str, ...] = ()
MORE_SETTINGS = ("chunk", "match", "likely", "sure", "read", "read_likely", "long")
SLOTS = ("topic", "fact", "answer")
RULES = f"rules@{digest.of_json(BLOCKS)[:12]}"  # the teacher of questions that are made by rule
# "It was for her mother's sake that …": "it" stands for nothing.
CLEFT = re.compile(
    r"It (?:is|was) (?:at|because|by|for|from|in|on|only) (?:(?!(?:and|had|has|is|was)\b)[\w'’-]+ ){1,6}(?:that|who)\b"
)
# "It is considered rude to …", "It was said that …": no more here.
EXPLETIVE = re.compile(
    r"It (?:is|was|may be|has been) (?:also |often |still |thought |considered |usually )*(?:best|better|common|custom|"
    r"customary|dangerous|easy|forbidden|good|hard|illegal|important|likely|necessary|polite|possible|rude|safe|said|"
    r"thought|unlawful|unwise|usual|wise|wrong) (?:\w+ \w+ )?(?:to|that)\b"
)
POINTING = ("This", "These", "Those")  # "These beasts …" names its noun
MIN_WORDS = 3  # of a sentence that states a fact
QUESTION = "What does the text say of this?"  # a plan takes answers to be twice as long as what is shown for them


def make(task: Task) -> Asking:
    """Asks for every span's questions, what shares a prefix together, and drops those that are none."""
    made = list(_candidates(task))
    answers = yield [ask for ask, _ in made]
    if any(answer.finish == ASSUMED for answer in answers.values()):
        return Made(samples=())
    samples, rejects = sift([sample for _, sample in made], steps(task, answers))
    return Made(samples=tuple(samples), rejects=tuple(rejects))


def steps(task: Task, answers: Answers) -> Sequence[Sift]:
    """From a unit's answers to its questions, and the cheap filters."""
    return [question_parser(answers), *cheap(task)]


def cheap(task: Task) -> Sequence[Sift]:
    """What costs nothing: the filters of a unit's questions, in their order."""
    unit, settings = task.unit, task.flow.settings
    title = unit.chunk.title if unit.chunk else ""
    found: list[Sift] = [
        partial(name_topic, topic=unit.topic, names=title, clear=partial(_clear, topic=unit.topic)),
        filtering(unit),
    ]
    if "likely" in settings:  # a small teacher's questions are held against their fact
        found += [
            partial(filter_unfaithful, topic=unit.topic, kind=kind_of(title)),
            filter_unsuited,
        ]
    return found


def filtering(unit: Unit) -> Sift:
    """What any question about a unit must pass, whoever made it."""
    names = (unit.chunk.title, unit.chunk.heading) if unit.chunk else ()
    return partial(filter_questions, topic=unit.topic, known=names)


def _clear(sample: Sample, *, topic: str) -> bool:
    """Whether a question names what it is about."""
    return names_topic(sample.question, topic)


def facts(unit: Unit) -> Iterator[Fact]:
    """What a unit's chunk says, clause by clause and self-contained; one whose subject can't be told is none.

    A sentence of several clauses follows them, for what none of them says.
    """
    if unit.chunk is None:
        return
    before: list[str] = []
    for sentence, start, end in sentences(unit.chunk.text):
        if sentence.endswith("?"):
            continue  # it asks, and states nothing
        whole = _named(sentence, before, unit)
        said: list[str] = []
        for clause in clauses(whole):
            said.append(_named(clause, [*before, *said], unit))
        before.append(whole)
        simple = said if said != [whole] else []
        for text in [*simple, whole]:
            if len(text.split()) >= MIN_WORDS and not _open(text):
                rest = tuple(simple) if text is whole else ()
                named = replace_its(replace_inner(text, unit.topic, unit.life), unit.topic)
                yield Fact(topic=unit.topic, text=named, start=start, end=end, said=rest, life=unit.life)


def _open(text: str) -> bool:
    """Whether nobody knows what its first word stands for: a teacher would take the topic for it."""
    match = LEADING.match(text)
    return match is not None and match.group() not in POINTING and not CLEFT.match(text)


def _named(sentence: str, before: list[str], unit: Unit) -> str:
    """The sentence with what stands for a name in front replaced by it: nothing in "it was for … that"."""

    def name_of(pronoun: str) -> str:
        return referent(pronoun, before, unit.topic, unit.life)

    if unit.chunk and (named := replace_kind(sentence, unit.topic, unit.chunk.title)):
        return named
    match = LEADING.match(sentence)
    if match is None:
        return replace_opened(sentence, name_of)
    nothing = CLEFT.match(sentence) or EXPLETIVE.match(sentence)
    return sentence if nothing else replace_pronoun(sentence, name_of(match.group()))


def answers(unit: Unit, fact: Fact) -> list[Span]:
    """The answer spans of a fact."""
    title = unit.chunk.title if unit.chunk else ""
    found = spans(fact.text, topic=f"{unit.topic} {title}")
    said = [clause.casefold() for clause in fact.said]  # a clause begins with a capital, the sentence it is of may not
    return [span for span in found if not any(span.text.casefold() in clause for clause in said)]


def _candidates(task: Task) -> Iterator[tuple[Ask, Sample]]:
    """Each request with the sample that its answer may become: all but the question is known before."""
    n = 0
    for fact in facts(task.unit):
        for span in answers(task.unit, fact):
            sample = _sample(task, fact, span, teacher=task.teacher)
            values = {"topic": fact.topic, "fact": fact.text, "answer": span.text}
            for ask in task.asks("ask", values, wanted=task.wanted, n=n, like=QUESTION):
                n += 1
                yield ask, replace(sample, requests=(ask.request.digest,))


def rule_samples(task: Task) -> tuple[list[Sample], list[Reject]]:
    """Questions made by rule, with no teacher."""
    return sift(_ruled(task), [drop_ambiguous, filtering(task.unit)])


def _ruled(task: Task) -> Iterable[Sample]:
    title = task.unit.chunk.title if task.unit.chunk else ""
    for fact in facts(task.unit):
        for span in answers(task.unit, fact):
            for question in questions(fact, span, names=title):
                yield replace(_sample(task, fact, span, teacher=RULES), question=question)


def _sample(task: Task, fact: Fact, span: Span, *, teacher: str) -> Sample:
    unit = task.unit
    place = passage_of(unit.document, unit.chunk) if unit.document and unit.chunk else None
    return Sample(
        leaf=task.leaf.path,
        unit=unit.digest,
        kind="knowledge",
        phase="short",
        question="",
        answer=span.text,
        seed=unit.seed.digest if unit.seed else None,
        context=fact.text,
        document=place,
        span=span.text,
        teacher=teacher,
        flow=task.flow.label,
    )
