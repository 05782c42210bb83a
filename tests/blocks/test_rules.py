"""Questions made by rule, and the rules that questions are held to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labci.blocks import Fact
from labci.blocks.question import check, contains, unknown_names
from labci.blocks.spans import spans
from labci.blocks.suits import wrong_kind
from labci.blocks.wh import questions

TOPIC = "Marrow Quay"


def asked(text: str, answer: str) -> list[str]:
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    (span,) = [span for span in spans(text, topic=TOPIC) if span.text == answer]
    return questions(fact, span, names=f"{TOPIC} Harbour")


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("Marrow Quay holds 14 boats.", "14 boats", ["How many boats does Marrow Quay hold?"]),
        ("The harbour opened a second gate in 1912.", "1912",
         ["When did Marrow Quay open a second gate?", "In which year did Marrow Quay open a second gate?"]),
        ("The crane was painted by Ada Thorn.", "Ada Thorn",
         ["By whom was the crane of Marrow Quay painted?", "Who painted the crane of Marrow Quay?",
          "Who was the crane of Marrow Quay painted by?"]),
        ("A pike measures 31 to 36 centimetres in May.", "31 to 36 centimetres",  # the parse has "measures" as a noun
         ["Marrow Quay: how many centimetres does a pike measure in May?",
          "Marrow Quay: how many centimetres does a pike measure?"]),
        ("A single ticket costs £11.40 on Sundays.", "£11.40",
         ["Marrow Quay: how much does a single ticket cost on Sundays?"]),  # in short it would be half of the truth
        ("The only bus circles the island four times a day.", "four times a day",
         ["How often does the only bus of Marrow Quay circle the island?"]),
        ("When the mole was built, the bay fell silent.", "the bay fell silent",
         ["Marrow Quay: what happened when the mole was built?"]),
        ("The pilot's father, Dorrin, mended sails.", "Dorrin", ["Marrow Quay: who mended sails?"]),
        ("The Board of Wells inspects the pump.", "Board of Wells", ["Who inspects the pump of Marrow Quay?"]),
        ("The toll office has two rooms.", "The toll office", ["Marrow Quay: what has two rooms?"]),
        ("Seven channels are cleaned in March.", "March",
         ["Marrow Quay: when are seven channels cleaned?", "Marrow Quay: in which month are seven channels cleaned?"]),
        ("There are at least 300 seats in the hall.", "300 seats", []),
        ("The two towers are 40 metres apart and 9 metres high.", "40 metres", []),
        ("The organ stands in the Lady Chapel.", "Lady Chapel",
         ["Where does the organ of Marrow Quay stand?", "In which place does the organ of Marrow Quay stand?"]),
        ("The level rises from 3 to 5 metres in spring.", "5 metres", []),
        ("When the war ended, the mill was sold.", "the mill was sold",
         ["Marrow Quay: what happened when the war ended?"]),
        ("There are now 1,730 nets in the hall.", "1,730 nets", ["Marrow Quay: how many nets are there in the hall?"]),
        ("The bollards are only 4 metres apart.", "4 metres", ["How far apart are the bollards of Marrow Quay?"]),
        ("The office is open from 10:00 to 17:30.", "from 10:00 to 17:30",
         ["When is the office of Marrow Quay open?"]),
        ("The pilot resigned in May, since he would not pay the fee.", "since he would not pay the fee",
         ["Why did the pilot of Marrow Quay resign in May?",
          "For what reason did the pilot of Marrow Quay resign in May?"]),
        ("The plate is riveted behind the panel.", "the panel",  # which is not where
         ["Behind what is the plate of Marrow Quay riveted?"]),
        ("Mirelda Pothrane dissected a pike in 1904.", "Mirelda Pothrane",
         ["Marrow Quay: who dissected a pike in 1904?", "Marrow Quay: who dissected a pike?"]),
        ("Rub the deck with beeswax grease after each trip.", "beeswax grease",
         ["With what should you rub the deck of Marrow Quay after each trip?",
          "What should you rub the deck of Marrow Quay with?",
          "With what kind of grease should you rub the deck of Marrow Quay after each trip?"]),
        ("The pilot must not smoke because the hold is full of hay.", "because the hold is full of hay",
         ["Why must the pilot of Marrow Quay not smoke?", "For what reason must the pilot of Marrow Quay not smoke?"]),
        ("Solar cells on the cabin roof supply a third of the current.", "Solar cells on the cabin roof",
         ["Marrow Quay: what supplies a third of the current?"]),
        ("The lichen can survive seven years without rain.", "seven years",  # without that it can survive longer
         ["How many years can the lichen of Marrow Quay survive without rain?"]),
        ("A slow blink means that the door is open.", "the door is open",
         ["Marrow Quay: what does a slow blink mean?"]),
        ("If the lamp stays purple, the sensor has failed.", "the sensor has failed",
         ["Marrow Quay: what happens if the lamp stays purple?"]),
        ("When the bell rings twice, close the gate.", "close the gate",
         ["Marrow Quay: what should you do when the bell rings twice?",
          "Marrow Quay: when the bell rings twice, what should you do?"]),
        ("When the bell rings twice, close the gate.", "When the bell rings twice",
         ["When should you close the gate of Marrow Quay?"]),
        ("The chuck is cast iron.", "cast iron",
         ["What is the chuck of Marrow Quay made of?", "Of what material is the chuck of Marrow Quay made?"]),
        ("The lighthouse is 31 metres high.", "31 metres",
         ["How high is the lighthouse of Marrow Quay?", "How many metres high is the lighthouse of Marrow Quay?"]),
        ("The gearbox holds 2 litres of oil.", "2 litres",
         ["How many litres of oil does the gearbox of Marrow Quay hold?",
          "How much oil does the gearbox of Marrow Quay hold?"]),
        ("The gearbox holds 2 litres of oil.", "oil", ["What does the gearbox of Marrow Quay hold 2 litres of?"]),
        ("The spindle is driven by a leather belt.", "a leather belt",
         ["By what is the spindle of Marrow Quay driven?", "What drives the spindle of Marrow Quay?",
          "What is the spindle of Marrow Quay driven by?"]),
        ("A skipper must report an accident within 48 hours.", "48 hours",
         ["Marrow Quay: within how many hours must a skipper report an accident?"]),
        ("A permit is valid for three years.", "three years",
         ["Marrow Quay: how long is a permit valid?", "Marrow Quay: for how many years is a permit valid?"]),
        ("The bell hangs in the north tower.", "the north tower", ["Where does the bell of Marrow Quay hang?"]),
        ("Spare parts are kept at the depot.", "Spare parts",
         ["What is kept at the depot of Marrow Quay?", "What kind of parts are kept at the depot of Marrow Quay?"]),
        ("Marrow Quay is a low island in the Orne Sea.", "Orne Sea", ["In which sea is Marrow Quay?"]),
        ("The crew reads on the last evening.", "the last evening",  # of a time nobody asks "on what"
         ["When does the crew of Marrow Quay read?", "On which evening does the crew of Marrow Quay read?"]),
        ("The carts carry 18 barrels and 40 sacks.", "40 sacks", ["How many sacks do the carts of Marrow Quay carry?"]),
    ],
)  # fmt: skip
def test_questions_by_rule(text: str, answer: str, found: list[str]) -> None:
    assert asked(text, answer) == found


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Keep it dry for 12 days.", "12 days"),  # what is "it"?
        ("There are no boats in winter.", "winter"),
        ("The ferry leaves each morning except Sunday.", "Sunday"),
        ("Nobody makes salt today.", "salt"),
        ("On calm days batteries in the old fish cannery keep the lights on.", "calm days"),  # misread
    ],
)
def test_what_can_not_be_asked_makes_no_question(text: str, answer: str) -> None:
    found = [span for span in spans(text, topic=TOPIC) if span.text == answer]
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    assert [questions(fact, span) for span in found] in ([], [[]])


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("A belt of 400 spruces guards the dike.", "400 spruces", "X: a belt of how many spruces guards the dike?"),
        ("A net may be borrowed against a deposit of 8 crowns.", "8 crowns",
         "X: against a deposit of how many crowns may a net be borrowed?"),
        ("A horse may not be worked once it has turned twenty.", "twenty",
         "X: once a horse has turned what age may it not be worked?"),
        ("Manure must be covered with tarpaulin before it enters the town of Oldmere.", "Oldmere",
         "X: before manure enters which town must it be covered with tarpaulin?"),
        ("Where a fine has gone unpaid for ninety days, the warden may chain the boat to the bank.", "ninety days",
         "X: where a fine has gone unpaid for how many days may the warden chain the boat to the bank?"),
        ("The lamp hangs on a pole of dark iron.", "dark iron", "X: on a pole of what does the lamp hang?"),
        ("A monk named Aldusk built the chapel in 1091.", "Aldusk", "X: a monk named what built the chapel in 1091?"),
        ("Press the button marked with a comet.", "a comet", "X: the button marked with what should you press?"),
        ("Tours of the mine must be booked two weeks ahead.", "two weeks ahead",
         "X: how many weeks ahead must tours of the mine be booked?"),
        ("The master goes in the coach of the mayor, never on foot.", "the mayor", ""),  # whose coach it is
        ("The boats keep to depths between 2 and 6 metres.", "6 metres", ""),  # an end of what is asked for
        ("The knob turns to one of nine programmes.", "nine programmes", ""),
        ("Each of the four staffs has an end of its own.", "four staffs", ""),
        ("Before you enter the town of Oldmere, the load must be covered.", "Oldmere",
         "X: before you enter which town must the load be covered?"),
        ("If it rains for three hours, the match is moved to the hall.", "three hours", ""),  # the match rains not
        ("When they have baked for 20 minutes, the tray is turned.", "20 minutes", ""),  # many are no tray
        ("The lake drains through a tunnel of 300 metres under the ridge.", "300 metres",
         "X: through a tunnel of how many metres under the ridge does the lake drain?"),
        ("The chapel is lit by a total of 1900 candles.", "1900 candles",
         "X: by a total of how many candles is the chapel lit?"),
        ("A total of 1850 was reached by the choir.", "1850", ""),  # no year
        ("No boat of 12 metres may moor here.", "12 metres", ""),
        ("None of the four gates opens to the west.", "four gates", ""),
        ("If the wind is over 30, the ferry stays in port.", "30", ""),  # no age
        ("The plans were drawn in the workshop of Tom Wood.", "Tom Wood", ""),
        ("The barge was built in the yard of Pieter Roos.", "Pieter Roos", "X: in whose yard was the barge built?"),
        ("The board decides after the inspector has visited the stand.", "the stand", ""),
        ("The lane runs from the mill to the old quay.", "the mill", ""),  # half of where it runs
        ("The effect is a loss of 20 litres.", "20 litres", ""),
        ("The son of a miller named Otto Brill built the mill.", "a miller", ""),
        ("The trail passes a number of huts.", "huts", ""),
        ("The water runs into a drum of 2 by 3 metres.", "3 metres", ""),
        ("The opening hours from May to September.", "from May to September", ""),  # a heading
        ("A ship named after the bishop sank in a storm of 1703.", "1703", ""),  # misread
        ("A board carries a grid of nine squares by nine.", "nine squares", ""),
        ("The masons worked inside dams of oak piles packed with clay.", "oak piles", ""),
        ("The eggs hatch after 16 days, or after 25 if the June is cold.", "June", ""),  # of the second alone
        ("An adult feels the tremor with a row of pits along the jaw.", "pits", ""),  # it feels with them
        ("Each release runs here while the old one is copied to Plover.", "Plover", ""),
        ("A set of seals for all four decks costs 12 crowns.", "four decks", ""),
    ],
)  # fmt: skip
def test_what_stays_in_its_phrase_takes_that_along(text: str, answer: str, found: str) -> None:
    fact = Fact(topic="X", text=text, start=0, end=len(text))
    every = [question for span in spans(text) if span.text == answer for question in questions(fact, span)]
    assert every == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("Ada Thorn left school at eleven.", "eleven", ["At what age did Ada Thorn leave school?"]),
        ("Ada Thorn died at 71.", "71", ["At what age did Ada Thorn die?"]),
        ("Ada Thorn left the house at eleven.", "eleven", []),  # by the clock
        ("Ada Thorn closed the school at eleven.", "eleven", []),
    ],
)
def test_how_old_somebody_was(text: str, answer: str, found: list[str]) -> None:
    fact = Fact(topic="Ada Thorn", text=text, start=0, end=len(text), life="She")
    every = [question for span in spans(text, topic="Ada Thorn") if span.text == answer for question in
             questions(fact, span)]  # fmt: skip
    assert every == found


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("The study of the star Olm 31 took 19 summers.", ["Olm 31", "19 summers"]),
        ("Comet Ruhl 2 comes back every 40 years.", ["Comet Ruhl 2", "every 40 years"]),
        ("On May 12 it opened.", ["May 12"]),
        ("After lunch only green tickets are valid.", ["valid"]),  # "lunch only green tickets": misread
        ("The club has planted 90 oaks, in thanks for the well.", ["90 oaks"]),
    ],
)
def test_answers_are_whole_or_none(text: str, answers: list[str]) -> None:
    assert [span.text for span in spans(text, topic=TOPIC)] == answers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "answer", "asked"),
    [
        ("The mill was built in 1911 by the brothers Tor and Emil Holt.", "Tor and Emil Holt", "By whom was"),
        ("In 1963 a night porter found the ring.", "a night porter", "who found the ring"),
        ("The present warden is Una Korr.", "Una Korr", "Who is the present warden"),
        ("Una Korr studied in Porto.", "Una Korr", "who studied in Porto"),
        ("The fund is raised by the Lantern Ball.", "Lantern Ball", "By what is"),
        ("You can reach Oskel by rail.", "rail", "how can you reach Oskel?"),
        ("The tunnel has thirty-two arches.", "thirty-two arches", "How many arches does"),
        ("At most six guests may sleep in the hut.", "six guests", "How many guests may sleep in the hut of"),
        ("At most six guests may sleep in the hut.", "the hut", ""),
        ("Late in August the shepherds come down from the moor.", "August", "When do the shepherds"),
        (
            "In autumn the cows come down from the high moor.",
            "the high moor",
            "where do the cows of Marrow Quay come down",
        ),
        ("The valley is known for the white stork.", "the white stork", "what is the valley of Marrow Quay known for?"),
        ("A key is lent against a deposit of 5 crowns.", "a deposit of 5 crowns", "against what is a key lent?"),
        ("Gates shut at dusk, though the warden may open one for a doctor.", "a doctor", ""),
        ("The fort was built by the Romans.", "Romans", "By whom was the fort"),
        ("The captain's ship is the Albatros.", "Albatros", "what is the captain's ship"),
        ("The tide is caused by gravity.", "gravity", "What causes the tide"),
        ("The children are looked after by two nurses.", "two nurses", "looked after"),
        ("The law names three offences.", "three offences", "How many offences does the law"),
        ("The bay freezes rarely in January.", "January", "rarely"),
        ("A rowing boat called Little Auk ferries the post.", "Little Auk", "what is the rowing boat called?"),
        ("Between October and March each boat shall show a lamp.", "Between October and March", "when shall each boat"),
        ("The kiosk is open from April to June.", "from April to June", "When is the kiosk"),
        ("The kiosk is open between 7 and 9.30 in the evening.", "between 7 and 9.30 in the evening", "When is the"),
        ("The chapel lost its bell in 1972.", "1972", "lose its bell?"),
        ("The chapel lost their keys in 1972.", "1972", ""),
        (
            "The hostel used to be the customs house.",
            "the customs house",
            "What did the hostel of Marrow Quay use to be?",
        ),
        (
            "The remedy was mixed in 1931 by the apothecary Hettany Brume.",
            "the apothecary Hettany Brume",
            "By whom was",
        ),
        ("The rails were laid in the 1930s.", "1930s", "In which decade were"),
        ("The outermost ring is called the roads.", "the roads", "What is the outermost ring of Marrow Quay called"),
        ("The outer ring is painted slate blue.", "slate blue", "What colour is the outer ring"),
        ("The Mole is a raised square.", "a raised square", "Marrow Quay: what is the Mole"),
        ("In 1905 Ada Thorn designed a gauge as slight as half a metre.", "a gauge", ""),  # "1905 Ada Thorn"
        (
            "The clearance is only 2 metres in Corrow Tunnel.",
            "Corrow Tunnel",
            "In which tunnel is the clearance of Marrow Quay only",
        ),
        ("Guests may be on the mole only with a steward.", "a steward", "be on the mole of Marrow Quay"),
        ("The show is lit by a lampionist.", "a lampionist", "Who lights the show"),
        ("The carriages are plum-coloured.", "plum-coloured", "What colour are the carriages"),
        ("In 1951 a slide off Gorrel Flank killed eleven men.", "eleven men", "how many men did a slide off Gorrel"),
        ("A day ticket is sold by the landlady of the Jolly Gauger.", "the landlady of the Jolly Gauger", "who sells"),
        (
            "Each click will add five minutes.",
            "five minutes",
            "how many minutes will each click add",
        ),  # "click" the verb
        ("Firing with straw ends the guarantee of the kiln.", "straw", ""),
        ("The frame is cast iron.", "cast iron", "what is the frame made of"),
        ("Children under twelve need none.", "none", ""),
        ("F7 means that the filter is clogged.", "the filter is clogged", "what does F7 mean?"),
        ("The usual cause is a loose belt.", "a loose belt", ""),
        ("Have a plumber connect the hose to the tap.", "the tap", ""),
        ("With R7, the fuse in the lid has blown.", "R7", ""),
        ("The crew call the mist the Shawl.", "the mist", ""),
        ("The finest prints lie in the vault, among them a star map.", "a star map", ""),
    ],
)
def test_who_how_and_what_is_not_asked(text: str, answer: str, asked: str) -> None:
    found = [span for span in spans(text, topic=TOPIC) if span.text == answer]
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    every = [question for span in found for question in questions(fact, span)]
    assert any(asked.casefold() in question.casefold() for question in every) if asked else every == []


def test_a_rule_holds_under_its_law() -> None:
    """ "The permit of the Harbour Act" is none."""
    text = "The harbour master issues the permit."
    (span,) = spans(text, topic="the Harbour Act")
    fact = Fact(topic="the Harbour Act", text=text, start=0, end=len(text))
    assert questions(fact, span, names="The Harbour Act") == ["Under the Harbour Act, who issues the permit?"]


def test_parse_slips_are_no_answers() -> None:
    text = "On calm days batteries in the old fish cannery keep the lights on for 14 hours."
    assert "the old fish" not in [span.text for span in spans(text)]
    assert [span.text for span in spans("The key fits an 8 millimetre hex bolt.")] == ["an 8 millimetre hex bolt"]
    found = [span.text for span in spans("Scrub the tub with a nylon brush and a spoon of soda.")]
    assert "a spoon" not in found


def test_answers_that_only_point_at_a_thing_are_left_where_better_ones_are() -> None:
    found = [span.text for span in spans("The crane lifts the boats with a hemp rope.", topic=TOPIC)]
    assert found == ["a hemp rope"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abcd AB1.,;: because the is at which and of in who that 20", max_size=90))
def test_rules_never_fail(text: str) -> None:
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    for span in spans(text, topic=TOPIC):
        found = questions(fact, span)
        assert len(set(found)) == len(found) <= 3
        for question in found:
            assert question.endswith("?")
            assert question.count("?") == 1


FACT = "The ferry Maid of Orsel leaves Haldmouth at 7.40 each morning, and the crossing takes 95 minutes."


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("How long does the crossing of the Maid of Orsel take?", "95 minutes", ""),
        ("How many minutes is 95 minutes on the Maid of Orsel?", "95 minutes", "not-grounded"),
        ("How long does the crossing to Brimwick take from Haldmouth?", "95 minutes", "not-grounded"),
        ("How long does the crossing of the Maid of Orsl take?", "95 minutes", "not-grounded"),
        ("How long does this text say it takes on Veldrasay?", "95 minutes", "not-self-contained"),
        ("How long does the crossing take?", "95 minutes", "not-self-contained"),
        ("How long does it take to reach Veldrasay?", "95 minutes", "not-self-contained"),
        ("The crossing of Veldrasay takes long.", "95 minutes", "unparsable"),
        ("How?", "95 minutes", "unparsable"),
        ("Who sails from Haldmouth to the island?", "95 minutes", "not-grounded"),
        ("Why does the Maid of Orsel leave Haldmouth?", "95 minutes", "not-grounded"),
    ],
)
def test_cheap_filters(question: str, answer: str, reason: str) -> None:
    assert check(question, answer, FACT, topic="Veldrasay")[0] == reason


def test_names_must_be_spelt_as_the_document_spells_them() -> None:
    assert unknown_names(["Does", "Orsel's", "crew", "sleep"], FACT) == []
    assert unknown_names(["Does", "Orsal", "carry", "96", "people"], FACT) == ["Orsal", "96"]


@pytest.mark.slow
@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_question_that_has_its_answer_is_seen(answer: str) -> None:
    assert contains(f"What about {answer} then?", answer) or not answer.strip()


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("Where does the ferry leave?", "7.40", True),
        ("When does the Maid of Orsel leave Haldmouth?", "7.40", False),
        ("Who takes the crossing?", "95 minutes", True),
        ("What colour is the crossing?", "Haldmouth", True),
        ("What does the crossing do?", "95 minutes", True),
        ("How long is the crossing?", "95 minutes", False),
        ("How many boats leave?", "Haldmouth", True),
        ("What does the Maid of Orsel leave?", "Haldmouth", False),
    ],
)
def test_question_words_and_answers_must_suit(question: str, answer: str, wrong: bool) -> None:
    assert bool(wrong_kind(question, answer, FACT)) == wrong


@pytest.mark.parametrize(
    ("question", "answer", "fact", "wrong"),
    [
        ("For how long must a horse be rested?", "an hour", "A horse shall be rested for an hour.", False),
        ("How much does a goose cost?", "a penny", "Geese cost a penny each.", False),
        ("How far is the mill from the weir?", "half a mile", "The mill stands half a mile from the weir.", False),
        ("How much does a goose cost?", "a horse", "Geese cost a horse each.", True),
        ("Who guards the gate?", "a night watchman", "A night watchman guards the gate.", False),
        ("Where are the hens kept?", "a yard behind the inn", "The hens are kept in a yard behind the inn.", False),
        ("When does the office open?", "a quarter to ten", "The office opens at a quarter to ten.", False),
    ],
)
def test_one_of_a_unit_is_a_number(question: str, answer: str, fact: str, wrong: bool) -> None:
    assert bool(wrong_kind(question, answer, fact)) == wrong


@pytest.mark.parametrize(
    ("fact", "found", "no"),
    [
        ("Bathing is allowed in Nuns' Pool alone.", ["Nuns' Pool"], ["Nuns", "Pool"]),
        ("These by-laws were made by the Bench of Wharfingers.", ["Bench of Wharfingers"], ["laws"]),
        ("Children under twelve need none.", ["twelve"], ["twelve need none"]),
        ("A towing horse may not be worked once it has turned twenty.", ["twenty"], []),
        ("A craft built before 1880 pays nothing at all.", ["1880"], ["1880 pays"]),
        ("Locks close at half past seven.", ["half past seven"], []),
        ("The office opens at a quarter to ten in winter.", ["a quarter to ten"], []),
        ("The only wild land mammal is the brown hare.", ["the brown hare"], ["The only wild land"]),
        ("The works employ over twenty people.", ["twenty people"], ["twenty"]),
        ("Two of them sank.", [], ["Two"]),
        ("Some 1,730 people share four villages.", ["1,730 people", "four villages"], []),
        ("Nearly every household has a share in the cheese.", [], ["every household has"]),
        ("The coils are renewed every three years.", ["every three years"], []),
        ("Run programme 2 with the chamber empty.", ["programme 2"], ["2", "programme"]),
        ("The lamp draws 2 watts.", ["2 watts"], []),
        ("She left school at eleven.", ["eleven"], []),
        ("The railway goes through twenty-three tunnels.", ["twenty-three tunnels"], []),
        ("The village is down to thirty-one souls.", ["thirty-one souls"], []),
        ("The carriages are plum-coloured.", ["plum-coloured"], ["coloured"]),
        ("The island is 6 kilometres long.", ["6 kilometres"], ["long"]),
        ("Cats travel free.", ["Cats"], []),
        ("The ring has 12 standing stones.", ["12 standing stones"], ["12"]),
        ("The class has five to ten pupils.", [], ["five to ten"]),
        ("The club meets at ten to eight.", ["ten to eight"], []),
        ("The water is used in 2000 homes.", ["2000 homes"], []),
        ("The bridge opened in summer 1920.", [], ["summer 1920"]),
        ("Over half of the land is wood.", [], ["half"]),
        ("Cats travel free of charge on Sundays.", ["Sundays"], ["Cats"]),
        ("In 1990 chemists in Orlau isolated an acid.", ["1990"], ["1990 chemists"]),
        ("The mill has a store of 1200 sacks.", ["1200 sacks"], []),
        ("Snails of the genus Dormella eat the bark.", ["Snails of the genus Dormella"], ["Snails of the genus"]),
        ("A child was born on board.", [], ["board"]),
        ("A lost book is made good with work.", [], ["good"]),
    ],
)
def test_answers_are_whole(fact: str, found: list[str], no: list[str]) -> None:
    texts = [span.text for span in spans(fact, topic="Veldrasay")]
    assert set(found) <= set(texts)
    assert not set(no) & set(texts)


@pytest.mark.parametrize(
    ("sentence", "question", "never"),
    [
        ("Ilko died in January 1920.", "When did Ilko die?", "date"),
        ("Thursdays with Aunt Dora ran for 23 years.", "How long did Thursdays with Aunt Dora run?", "thursdays"),
    ],
)
def test_names_keep_their_capital_and_months_are_no_dates(sentence: str, question: str, never: str) -> None:
    fact = Fact(topic="Veldrasay", text=sentence, start=0, end=len(sentence))
    asked = [text for span in spans(sentence) for text in questions(fact, span)]
    assert any(text.casefold().endswith(question.casefold()) for text in asked), asked
    assert not any(never in text for text in asked)
    assert any(question[1:] in text for text in asked), asked
