"""Questions that say something else than their fact."""

from __future__ import annotations

import pytest

from labci.blocks.faithful import unfaithful
from labci.blocks.question import check, contains, understandable
from labci.blocks.spans import spans
from labci.english.relations import apart, disagreeing
from labci.listing import markers

TOPIC = "the Tarn lathe"
SOAP = "Never use soap because oak keeps the taste."
SPACE = "Leave 60 centimetres of free space beside the crank."


ROLES = [
    ("What does the Tarn lathe leave beside the crank?", "free space", SPACE, True),
    ("How much free space should you leave beside the crank of the Tarn lathe?", "60 centimetres", SPACE, False),
    ("The Tarn lathe: what should you leave beside the crank?", "free space", SPACE, False),
    ("What does the Tarn lathe weigh?", "210 kilograms", "The lathe weighs 210 kilograms.", False),
    ("Why is soap used on the Tarn lathe?", "because oak keeps the taste", SOAP, True),
    ("Why should you not use soap on the Tarn lathe?", "because oak keeps the taste", SOAP, False),
    ("The Tarn lathe: what keeps the soap?", "oak", SOAP, True),
    ("What is the only drawer of the Tarn lathe made of?", "elm", "The drawer is made of elm.", True),
    ("Which is a drawer of the Tarn lathe?", "elm", "The drawer is made of elm.", True),
    ("Why do boys not have to run the Tarn lathe?", "16", "Boys below 16 may not run the lathe.", True),
    ("How long does the belts of the Tarn lathe last?", "600 hours", "The belts last 600 hours.", True),
    ("How long do the belts of the Tarn lathe last?", "600 hours", "The belts last 600 hours.", False),
]


MOORING = "Mooring below the crane is forbidden, since coal falling from it once sank a barge."
OFFICE = "Every craft must have a licence, which the toll office issues for 42 florins."


@pytest.mark.parametrize(
    ("question", "fact", "pair"),
    [
        ("Where may coal be forbidden?", MOORING, "forbid - coal"),
        ("Where is mooring forbidden?", MOORING, ""),
        ("Which office issues the licence?", OFFICE, ""),
        ("How long do the gates sound?", "To have the gates opened, a steerer sounds two blasts.", "sound - gate"),
        ("What burned hot?", "The settlers stayed because the local peat burned hot.", ""),
        ("Why did the settlers burn?", "The settlers stayed because the local peat burned hot.", "burn - settler"),
        ("What did the fog guide?", "Fog lay for days and a boatman guided the fleet.", "guide - fog"),
        ("Who guided the fleet?", "Fog lay for days and a boatman guided the fleet.", ""),
    ],
)
def test_words_of_one_clause_may_be_joined(question: str, fact: str, pair: str) -> None:
    assert apart(question, fact, frozenset()) == pair


RODS = "Anglers may fish from the bank, but not within 25 metres of a lock and with no more than two rods."
INN = "The island has one shop, one inn called the Bent Spoon, and no bank."
DOGS = "Dogs are not allowed in the library, the school or the hall."
SPEED = "Nobody may exceed 6 kilometres an hour, nor 3 kilometres when passing a moored craft."


LIMITS = [  # are asked for without a no
    ("How many rods may anglers on the Tarn lathe use?", "two rods", RODS, False),
    ("What is the most rods that anglers may use on the Tarn lathe?", "two rods", RODS, True),
    ("How many rods may anglers use at most on the Tarn lathe?", "two rods", RODS, False),
    ("How close to a lock may anglers of the Tarn lathe fish?", "25 metres", RODS, False),
    ("Within what distance of a lock may anglers of the Tarn lathe fish?", "25 metres", RODS, True),
    ("What is the speed limit at the Tarn lathe?", "6 kilometres an hour", SPEED, False),
    ("Who may exceed 6 kilometres an hour at the Tarn lathe?", "a moored craft", SPEED, True),
    ("What is the name of the inn of the Tarn lathe?", "Bent Spoon", INN, False),
    ("In which building are dogs allowed at the Tarn lathe?", "the hall", DOGS, True),
    ("In which building are dogs not allowed at the Tarn lathe?", "the hall", DOGS, False),
    ("On how many days does the Tarn lathe run?", "3 days", "The lathe does not run on 3 days.", True),
    ("How many anglers may not fish with two rods at the Tarn lathe?", "one", "One may fish with two rods.", True),
]


@pytest.mark.parametrize(("question", "answer", "fact", "wrong"), [*ROLES, *LIMITS])
def test_questions_presuppose_only_what_the_fact_says(question: str, answer: str, fact: str, wrong: bool) -> None:
    assert bool(unfaithful(question, answer, fact, TOPIC, "lathe")) == wrong


def test_a_verb_agrees_with_its_subject() -> None:
    assert disagreeing("What do electricity come from?") == "do electricity"
    assert disagreeing("What does electricity come from?") == ""
    assert disagreeing("On what are the Ember Lichen grown?") == "are Lichen"
    assert disagreeing("On what are the Ember Lichens grown?") == ""
    assert disagreeing("Where do Bess and Gudrun of the island stand?") == ""


def test_months_and_weekdays_say_nothing_of_where() -> None:
    fact = "Visitors may not bring a car in July."
    assert not understandable("Why may visitors not bring a car in July?", fact, "Marrow Quay")


def test_an_instruction_may_say_you() -> None:
    fact = "Line the basket with the hemp cloth."
    assert check("With what do you line the basket of the Tarn lathe?", "the hemp cloth", fact, topic=TOPIC) == ("", "")


def test_what_is_counted_is_no_secret() -> None:
    assert not contains("How many brass screws hold the cover?", "Two brass screws")
    assert contains("What do the brass screws of the cover hold?", "Two brass screws")


@pytest.mark.parametrize("line", ["(1) The owner pays.", "(a) The owner pays.", "1. The owner pays.", "1) It."])
def test_articles_of_a_law_are_entries(line: str) -> None:
    assert line[next(markers([line])) :].startswith(("The", "It"))


@pytest.mark.parametrize("line", ["(see 1) The owner", "(1. The owner", "a) The owner", "The (1) owner"])
def test_other_brackets_are_none(line: str) -> None:
    assert list(markers([line])) == [0]


def test_a_title_s_capitals_are_no_part_of_the_topic_s_name() -> None:
    fact = "The ember lichen is a crust of orange scales that grows on volcanic rock."
    assert understandable("Where does the ember lichen grow?", fact, "The Ember Lichen")
    assert not understandable("Where does it grow, the ember lichen?", fact, "The Ember Lichen")
    assert not understandable("Where does the lichen grow?", fact, "The Ember Lichen")


@pytest.mark.parametrize(
    ("fact", "answers"),
    [
        ("Teo Marrable's longest crust is the size of a coin.", ["Teo Marrable's longest crust", "a coin"]),
        ("The longest crust is Teo Marrable's.", ["Teo Marrable's"]),
        ("It was Ada Marrable’s idea.", ["Ada Marrable’s idea"]),
    ],
)
def test_an_owner_is_no_answer(fact: str, answers: list[str]) -> None:
    assert [span.text for span in spans(fact) if "Marrable" in span.text or span.text in answers] == answers
