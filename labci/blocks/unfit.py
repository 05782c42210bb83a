"""Instructions that are no instance of a task, or that nobody can answer: what a judge of that must reject, by rule.

They come of a seed and of a list that ships, never of other leaves: what a leaf is calibrated on goes by the leaf.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labci import digest
from labci.english.lexicon import FUNCTION, tokens

Row = tuple[str, str, str]  # context, instruction, answer
CUTS = 2  # of an instruction
LISTED = 36  # instructions of other tasks that a leaf without contexts gets
OBJECT = re.compile(r"[:\n]|[\"“]")  # before what an instruction is about
FOREIGN = (
    "What is 17 times 23?",
    "Which planet is the largest of our solar system?",
    "Translate \"The shop is closed on Mondays\" into Spanish.",
    "Write a haiku about a snail in the rain.",
    "Solve for x: 3x + 7 = 22.",
    "How do I boil an egg so that the yolk stays soft?",
    "Name three mammals that lay eggs or can fly.",
    "Sort these words by the alphabet: pear, apple, fig, cherry.",
    "Write a Python function that reverses a list.",
    "Who painted the Mona Lisa, and in which century?",
    "What is the past participle of \"to swim\"?",
    "Give me a recipe for pancakes for four people.",
    "Explain to a child why the sky is blue.",
    "Which chess piece moves in the shape of an L?",
    "Tell me a riddle about a candle.",
    "How many degrees do the angles of a triangle add up to?",
    "Suggest five names for a grey cat.",
    "What does the abbreviation RSVP stand for?",
    "Plan a warm-up of ten minutes before a run.",
    "Is 91 a prime number?",
    "Compare a violin with a cello in two sentences.",
    "Convert the Roman numeral MCMXCIV.",
    "Which gas do plants take from the air?",
    "Invent a slogan for a shop that sells umbrellas.",
    "What rhymes with \"silver lining\"?",
    "Count the vowels in the word \"encyclopaedia\".",
    "Which ocean lies between Africa and Australia?",
    "Write the SQL query that counts the rows of a table called orders.",
    "How far is the Moon from the Earth?",
    "Which instrument has 88 keys?",
    "Guess my age: in five years I shall be twice as old as ten years ago.",
    "Draft a limerick that begins with \"There was an old cook\".",
    "Who discovered penicillin?",
    "Which regular expression matches a date such as 2024-05-17?",
    "What is the capital of Australia?",
    "How many litres are ten gallons?",
    "Teach me to tie a bowline, step by step.",
    "Which metal is liquid at room temperature?",
    "Find the odd one out: oak, birch, tulip, maple.",
    "Why do cats purr?",
    "Recommend three novels set at sea.",
    "How do vaccines work?",
    "What colour do blue and yellow paint make?",
    "Spell \"necessary\" backwards.",
    "Which bird lays the largest eggs?",
    "How often should a cactus be watered in winter?",
    "What is the opposite of \"transparent\"?",
    "Put these events in order: the French Revolution, the Moon landing, the fall of Rome.",
)  # fmt: skip


def unfit(about: str, rows: Sequence[Row], each: int) -> Iterator[Row]:
    """Rows for a task that `about` tells: of each seed at most `each`, and, without contexts, `LISTED` of the list.

    With contexts: the instruction without its own, and others below it. Without: the instruction cut off before its
    object, "Please write about the", and others. What shares a word with the task may be one of it, and is left out.
    """
    foreign = [text for text in FOREIGN if not _content(text) & _content(about)]
    for context, question, _ in rows:
        if context:
            others = sorted(foreign, key=lambda text: digest.of_json([context, text]))
            found = [("", question), *((context, text) for text in others)]
        else:
            found = [("", text) for text in cut(question)[:CUTS]]
        yield from ((place, text, "") for place, text in found[:each])
    if not all(context for context, _, _ in rows):
        yield from (("", text, "") for text in foreign[:LISTED])


def cut(question: str) -> list[str]:
    """An instruction without what it is about: up to where that begins, else its first words; [] for a short one."""
    words = question.split()
    found: list[str] = []
    at = OBJECT.search(question)
    if at is not None and len(question[: at.start()].split()) > 1 and question[at.end() :].strip():
        found.append(question[: at.start()].rstrip() + (":" if at[0] == ":" else ""))
    found += [" ".join(words[:count]) for count in (2, 3) if count + 2 <= len(words)]
    return list(dict.fromkeys(found))


def _content(text: str) -> set[str]:
    return {word.casefold() for word, _, _ in tokens(text)} - FUNCTION
