"""Sentences told apart into simple clauses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci.blocks.clauses import clauses


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("The tide rises to 4 metres and stays there for 20 minutes.",
         ["The tide rises to 4 metres.", "The tide stays there for 20 minutes."]),
        ("In spring the mill grinds 90 sacks of rye and sells about 30 loaves of bread.",
         ["In spring the mill grinds 90 sacks of rye.", "In spring the mill sells about 30 loaves of bread."]),
        ("The roof is made of reed, the walls are clay, and the floor is oak.",
         ["The roof is made of reed.", "The walls are clay.", "The floor is oak."]),
        ("Close the lid; leave the kettle alone for 5 minutes.",
         ["Close the lid.", "Leave the kettle alone for 5 minutes."]),
        ("The choir is led by Mara Holt, who wrote its first song.",
         ["The choir is led by Mara Holt.", "Mara Holt wrote its first song."]),
        ("The only animal there is the grey goat, brought in 1702 by a smith from Torl.",
         ["The only animal there is the grey goat.", "The grey goat was brought in 1702 by a smith from Torl."]),
        ("The eggs hatch after 16 days, or after 25 if the June is cold.", ["The eggs hatch after 16 days."]),
        ("Tickets are sold to adults, students, or groups at the main gate, and refunds are rare.",
         ["Tickets are sold to adults, students, or groups at the main gate.", "Refunds are rare."]),
        ("The wall is a ruin, destroyed by an earthquake.",
         ["The wall is a ruin.", "A ruin was destroyed by an earthquake."]),
        ("Ferry times and fares from May to September.", ["Ferry times and fares from May to September."]),
        ("The line is cut rather than pulled when a pike has swallowed the hook.", ["The line is cut."]),
        ("Ada Holt was thirty-four at the time and signed her drawings with a heron.",
         ["Ada Holt was thirty-four at the time.", "Ada Holt signed her drawings with a heron."]),
        ("A beetle takes in some 90 drops of sap in a night, which is a tenth of its weight.",
         ["A beetle takes in some 90 drops of sap in a night."]),
        ("The brewers add crushed shells, which gives the ale a chalky finish.", ["The brewers add crushed shells."]),
        ("The trees are young, so trunks are wrapped in sacking.",
         ["The trees are young.", "Trunks are wrapped in sacking."]),
        ("Each tree is planted in March and watered weekly when the weather is dry.",
         ["Each tree is planted in March.", "Each tree is watered weekly when the weather is dry."]),
        ("Faults are shown by a red lamp, accompanied by a buzzer.",
         ["Faults are shown by a red lamp.", "A red lamp is accompanied by a buzzer."]),
        ("The guild was founded in 1900 and disbanded during the war because the roof leaked.",
         ["The guild was founded in 1900.", "The guild disbanded during the war because the roof leaked.",
          "The roof leaked."]),
        ("Paint stays in the shed: in 1997 a dropped brush stained nine yards of sails.",
         ["Paint stays in the shed.", "In 1997 a dropped brush stained nine yards of sails."]),
        ("The ferry calls at 3 piers: Holm, Ness and Tarn.", ["The ferry calls at 3 piers: Holm, Ness and Tarn."]),
        ("It has two parts: a lid that closes and a base.", ["It has two parts."]),
        ("A thick mist, which the crew call the Shawl, rises from the lake.",
         ["A thick mist rises from the lake.", "The crew call a thick mist the Shawl."]),
        ("Press the green key to open the hatch, then lift out both trays.",
         ["Press the green key to open the hatch.", "Lift out both trays."]),
        ("By 1921, however, the guild owned 30 boats and employed nine people, among them the diver Ilse Korr.",
         ["By 1921 the guild owned 30 boats.", "By 1921 the guild employed nine people."]),
        ("Barges going up have priority at every bridge.", ["Barges going up have priority at every bridge."]),
        ("The old bridge, which the guild built in 1702, spans the river.",
         ["The old bridge spans the river.", "The guild built the old bridge in 1702."]),
        ("The rarest print is a hand-drawn atlas of the fens, made in 1791 by the surveyor Tam Hale.",
         ["The rarest print is a hand-drawn atlas of the fens.",
          "A hand-drawn atlas of the fens was made in 1791 by the surveyor Tam Hale."]),
        ("Instead, the reader's key hangs on a nail.", ["The reader's key hangs on a nail."]),
        ("The only road is a track at the north end, known as the Thread.",
         ["The only road is a track at the north end.", "A track at the north end is known as the Thread."]),
        ("Should you hear a whistle, the valve has stuck.", ["Should you hear a whistle, the valve has stuck."]),
        ("She was the youngest girl and slept in the loft.",
         ["She was the youngest girl.", "She slept in the loft."]),
        ("They made boots for the miners: 90 of them, by their own count.", ["They made boots for the miners."]),
        ("F7: the filter is clogged.", ["F7 means that the filter is clogged."]),
        ("Note: the pump leaks.", ["The pump leaks."]),
        ("The museum opened in 1931.", ["The museum opened in 1931."]),
        ("A heading without a verb", ["A heading without a verb."]),
        ('In them, "craft" means anything that floats, and takes in a raft.',
         ['In them, "craft" means anything that floats.', "In them, craft takes in a raft."]),
    ],
)  # fmt: skip
def test_each_verb_gets_its_own_subject(sentence: str, parts: list[str]) -> None:
    assert clauses(sentence) == parts


def test_a_subject_that_may_be_misread_is_not_guessed() -> None:
    """ "a boatman guided" is easily read as a part of "for eleven days and a boatman"."""
    found = clauses(
        "The custom began in 1732, when fog lay for eleven days and a boatman, Joss Pelling, guided the fleet."
    )
    assert not any(text.startswith("It guided") for text in found)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abcd AB1.,;: because the is at which and of in who that 20", max_size=80))
def test_clauses_never_fail_and_use_the_words_of_their_sentence(text: str) -> None:
    words = set(re.findall(r"\w+", text.casefold())) | {"was", "were", "is", "are", "at"}
    for clause in clauses(text):
        assert set(re.findall(r"\w+", clause.casefold())) <= words


ELM = (
    "An owner over sixty-eight pays half, and a craft built before 1880 pays nothing at all,"
    " provided that its hull is still of elm."
)


@pytest.mark.parametrize(
    "sentence",
    [
        ELM,
        "Thank you for choosing the Zennick 45, an electric kiln for stoneware, porcelain and glass.",
        "The rail bus was opened by Ada Thorn, a smith, in 1902.",
    ],
)
def test_a_sentence_of_one_clause_keeps_its_commas_and_its_and(sentence: str) -> None:
    assert clauses(sentence) == [sentence]


def test_two_clauses_read_as_one_are_no_clause() -> None:
    railway = (
        "A rack railway, opened in 1902, climbs from Dunmarch in 52 minutes and goes through twenty-three tunnels."
    )
    assert not any(",," in text or "minutes goes" in text for text in clauses(railway))


def test_a_phrase_between_commas_keeps_them() -> None:
    found = clauses("Tisk was moved uphill, stone by stone, in 1958 to make room for a lake.")
    assert found == ["Tisk was moved uphill, stone by stone, in 1958 to make room for a lake."]


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("The bell, cast in Torl, and the clock, made in Venn, were stolen in 1944.", "The bell was made in Venn."),
        ("Brandt, born in 1880, and Holt, born in 1884, founded the yard.", "Brandt was born in 1884."),
        ("The sea was calm, however, the boat sank in 1911.", "The sea was calm the boat sank in 1911."),
        ("The mayor, whose name was Brandt, paid for the bridge, and the council, whose members were angry, resigned.",
         "The mayor and the council resigned."),
        ("The fort, built by Danes, taken by the French and sold to a brewer, is now a hotel.",
         "The fort taken by the French and sold to a brewer, is now a hotel."),
        ("The engine, a diesel, which was built in 1931, drives 2 screws.", "The engine, a diesel drives 2 screws."),
        ("The valve is closed, therefore, the pressure rises.", "The valve is closed the pressure rises."),
        ("The tower, which is 40 metres high, 12 metres wide and made of granite, leans to the west.",
         "The tower 12 metres wide leans to the west."),
        ("The tower is a landmark and visited by 4,000 people a year.", "The tower visited by 4,000 people a year."),
        ("The quay has four bells: two were cast in 1820 and two were bought in 1911.", "Two were cast in 1820."),
    ],
)  # fmt: skip
def test_clauses_that_the_sentence_does_not_say(sentence: str, never: str) -> None:
    assert never not in clauses(sentence)


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("In 1903 an uncle found her a place with Gaspar Lindeque, who made carousel horses in Port Elisk.",
         "Gaspar Lindeque made carousel horses in Port Elisk."),
        ("The goat was brought by a smith from Torl, who sold it.", "A smith from Torl sold it."),
    ],
)  # fmt: skip
def test_who_is_a_person(sentence: str, clause: str) -> None:
    assert clause in clauses(sentence)


@pytest.mark.parametrize(
    ("sentence", "never"),
    [
        ("In the third year she hired a captain, Jan Hoekstra, who could neither read nor swim.", "Jan Hoekstra could"),
        ("She could neither read nor swim.", "She could swim."),
        ("The owner neither sells the barge nor lends it to guests.", "The owner lends"),
        ("The ferry does not run on Sundays nor carries cars.", "The ferry carries"),
    ],
)
def test_half_of_neither_and_nor_is_said_by_nobody(sentence: str, never: str) -> None:
    assert not any(text.startswith(never) for text in clauses(sentence))


def test_other_clauses_beside_neither_are_said() -> None:
    found = clauses("The road is narrow, and neither buses nor lorries may use it, and it closes at ten.")
    assert {"The road is narrow.", "It closes at ten."} <= set(found)


def test_what_stands_behind_whereas_is_said() -> None:
    assert clauses("Pike may be kept, whereas tench must be put back.")[1] == "Tench must be put back."
    assert "The lid is oak." in clauses("The chest is painted green, though the lid is oak.")


def test_inches_are_no_quotes() -> None:
    assert clauses('The pipe is 3" wide.') == ['The pipe is 3" wide.']


def test_at_most_is_no_phrase_that_opens_a_clause() -> None:
    found = clauses("At most seven books may be borrowed at a time, and they are due when the barge comes back.")
    assert not any(text.startswith("At they") for text in found)
