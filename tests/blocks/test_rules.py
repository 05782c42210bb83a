"""Questions made by rule, and the rules that questions are held to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.blocks import Fact
from labci.blocks.front import front_question
from labci.blocks.gap import gap_question
from labci.blocks.question import check, contains, unknown_names
from labci.blocks.spans import spans
from labci.blocks.suits import ground, wrong_kind

TOPIC = "Marrow Quay"


def ask(text: str, answer: str, *, front: bool) -> str:
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    (span,) = [span for span in spans(text, topic=TOPIC) if span.text == answer]
    return front_question(fact, span, names=f"{TOPIC} Harbour") if front else gap_question(fact, span)


@pytest.mark.parametrize(
    ("text", "answer", "question"),
    [
        ("Marrow Quay holds 14 boats.", "14 boats", "How many boats does Marrow Quay hold?"),
        ("The harbour opened in 1912.", "1912", "When did Marrow Quay open?"),
        ("The crane was painted by Ada Thorn.", "Ada Thorn", "By whom was the crane of Marrow Quay painted?"),
        ("Visitors may camp only at Cobble Green, where it is dry.", "Cobble Green", "Marrow Quay: where may visitors camp?"),  # noqa: E501
        ("The light is red, because the rocks are near.", "because the rocks are near", "Why is the light of Marrow Quay red?"),  # noqa: E501
        ("Rub the deck with beeswax grease after each trip.", "beeswax grease",
         "Marrow Quay: with what should one rub the deck after each trip?"),
        ("The wall is 6 metres long.", "6 metres", "How many metres long is the wall of Marrow Quay?"),
    ],
)  # fmt: skip
def test_question_words_go_to_the_front(text: str, answer: str, question: str) -> None:
    assert ask(text, answer, front=True) == question


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It is a low island in the sea, 23 miles west of the port of Hald.", "Hald"),  # hangs on a noun
        ("The wheels, which the miller bought in 1901, are oak.", "1901"),  # of another subject
        ("Fix the feet with an M12 bolt.", "M12"),  # half of a phrase
    ],
)
def test_what_can_not_be_read_with_confidence_makes_no_question(text: str, answer: str) -> None:
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    assert not [
        front_question(fact, span) for span in spans(text) if span.text == answer and front_question(fact, span)
    ]


@pytest.mark.parametrize(
    ("text", "answer", "question"),
    [
        ("Families float lanterns of waxed paper.", "waxed paper", "Marrow Quay: Families float lanterns of what?"),
        ("A doctor, Ruth Amsel, comes by boat.", "Ruth Amsel", "Marrow Quay: which doctor comes by boat?"),
        ("The crossing takes 95 minutes, and the fare is 3 crowns.", "95 minutes", "Marrow Quay: the crossing takes how many minutes?"),  # noqa: E501
        ("A slow blink means that the door is open.", "the door is open", "Marrow Quay: a slow blink means what?"),
    ],
)  # fmt: skip
def test_gaps_are_filled_with_a_question_word(text: str, answer: str, question: str) -> None:
    assert ask(text, answer, front=False) == question


@given(st.text(alphabet="abcd AB1.,;: because the is at which and of in who that 20", max_size=90))
def test_rules_never_fail_and_never_give_the_answer_away(text: str) -> None:
    fact = Fact(topic=TOPIC, text=text, start=0, end=len(text))
    for span in spans(text, topic=TOPIC):
        for question in (front_question(fact, span), gap_question(fact, span)):
            assert not question or question.endswith("?")


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


@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_a_question_that_has_its_answer_is_seen(answer: str) -> None:
    assert contains(f"What about {answer} then?", answer) or not answer.strip()


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("Where does the ferry leave?", "7.40", True),
        ("When does the Maid of Orsel leave Haldmouth?", "7.40", False),
        ("Who takes the crossing?", "95 minutes", True),
        ("What does the crossing do?", "95 minutes", True),
        ("How long is the crossing?", "95 minutes", False),
        ("How many boats leave?", "Haldmouth", True),
        ("What does the Maid of Orsel leave?", "Haldmouth", False),
    ],
)
def test_question_words_and_answers_must_suit(question: str, answer: str, wrong: bool) -> None:
    assert bool(wrong_kind(question, answer, FACT)) == wrong


def test_ground_is_what_a_question_takes_up_of_its_clause() -> None:
    near, far = "How long does the crossing take?", "What is Veldrasay about?"
    assert ground(near, "95 minutes", FACT, "Veldrasay") == (1.0, 0)
    assert ground(far, "95 minutes", FACT, "Veldrasay")[0] == 0.0
    assert ground("How long must a passenger sleep aboard?", "95 minutes", FACT, "Veldrasay")[1] > 0
