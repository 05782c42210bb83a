"""From a document to facts and answers: chunks, sentences, topics, spans."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labci.blocks.chunks import LONGEST, MAX_CHARS, chunks
from labci.blocks.spans import spans
from labci.blocks.topics import (
    is_person,
    life_of,
    referent,
    replace_inner,
    replace_its,
    replace_kind,
    replace_opened,
    replace_pronoun,
    subject_of,
    topic_of,
)
from labci.english.sentences import sentences
from labci.markup import plain

TEXT = """# The *Tarn* Mill

Intro line one
goes on here.

## Wheel

- The wheel is [oak](http://example.org/x).
- It turns twice.

```
code is no text
```

| a | b |
|---|---|

Last words.
"""


def test_paragraphs_know_their_headings_and_places() -> None:
    found = list(chunks(TEXT, title="file"))
    assert [(c.title, c.heading, c.text) for c in found] == [
        ("The Tarn Mill", "", "Intro line one goes on here."),
        ("The Tarn Mill", "Wheel", "The wheel is oak."),
        ("The Tarn Mill", "Wheel", "It turns twice."),
        ("The Tarn Mill", "Wheel", "Last words."),
    ]
    for chunk in found:
        assert plain(TEXT[chunk.start : chunk.end]) == chunk.text


def test_a_number_at_a_line_s_start_is_no_entry_of_a_list() -> None:
    text = "The hive stood in Vellin since\n43. It nests in walls.\n\n1. First\n2. Second\n"
    assert [c.text for c in chunks(text)] == [
        "The hive stood in Vellin since 43. It nests in walls.",
        "First",
        "Second",
    ]


@given(st.lists(st.sampled_from(["# T", "## H", "words here", "- item", "", "```", "| a |", "===", "  ", "é\u2028x"])))
def test_chunks_lie_in_order_inside_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    end = 0
    for chunk in chunks(text):
        assert end <= chunk.start < chunk.end <= len(text)
        assert plain(text[chunk.start : chunk.end]) == chunk.text
        end = chunk.end


@given(
    st.lists(st.sampled_from(["Word", "of", "10", "mills.\n", "They", "stood,", "Dr.", "long\n" * 90]), max_size=400)
)
def test_long_paragraphs_are_cut_between_sentences(words: list[str]) -> None:
    """Nothing is lost, and no piece could have taken the sentence after it."""
    text = " ".join(words)
    found = list(chunks(text))
    assert " ".join(chunk.text for chunk in found) == plain(text)
    for chunk, after in pairwise(found):
        first = next(sentences(text[after.start : after.end]))[2]
        assert after.start + first - chunk.start > MAX_CHARS
        assert len(list(sentences(chunk.text))) == 1 or chunk.end - chunk.start <= MAX_CHARS


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It leaves at 7.40 each day. It stops at 8.", 2),
        ("Dr. Amsel and Mr. J. Orr met St. Ives. They left.", 2),
        ("He said “Stop.” She did not! Why? Nobody knows", 4),
        ("", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    found = list(sentences(text))
    assert len(found) == count
    assert all(text[start:end].strip() == sentence for sentence, start, end in found)


def test_the_topic_is_the_name_that_the_text_uses() -> None:
    assert topic_of("The Island of Veldrasay", "Veldrasay is low. On Veldrasay it rains.") == "Veldrasay"
    assert topic_of("The Garrow M6 Fruit Press", "The Garrow M6 is a press. Clean the Garrow M6.") == "the Garrow M6"
    assert topic_of("The history of bread", "Bread is old.") == "the history of bread"
    assert topic_of("Zennick 45 Kiln", "The Zennick 45 is hot.") == "the Zennick 45"


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("In winter they move to the roots.", "In winter, Ada Holt move to the roots."),
        ("In the late 1880s he sold it.", "In the late 1880s, Ada Holt sold it."),
        ("By the end of May her boat was lost.", "By the end of May, Ada Holt's boat was lost."),
        ("After the flood it was rebuilt.", "After the flood it was rebuilt."),  # the flood?
        ("At night it is cold.", "At night it is cold."),
        ("On Sundays it is usual to sing.", "On Sundays it is usual to sing."),
        ("In May the Elver ran dry.", "In May the Elver ran dry."),
    ],
)
def test_a_pronoun_behind_an_opening_of_time_is_as_one_in_front(sentence: str, named: str) -> None:
    assert replace_opened(sentence, lambda _: "Ada Holt") == named
    assert replace_opened(sentence, lambda _: "") == sentence


def test_what_a_document_is_may_stand_for_its_topic() -> None:
    ordinance = ("the Bridge Ordinance of Corvath", "The Bridge Ordinance of Corvath")
    assert replace_kind("This ordinance's aim is peace.", *ordinance).startswith(
        "The Bridge Ordinance of Corvath's aim"
    )
    lake = ("Murrigoe Water", "Murrigoe Water: rule book")
    assert replace_kind("This book replaces another.", *lake) == "The book of Murrigoe Water replaces another."
    assert replace_kind("This pike is old.", *lake) == ""
    canal = ("the Orne Canal", "By-laws of the Orne Canal")
    assert replace_kind("These by-laws bind all.", *canal) == "The by-laws of the Orne Canal bind all."
    assert replace_kind("The book is old.", *lake) == ""


def test_the_head_of_a_title_comes_before_what_it_says_of_it() -> None:
    title, text = "Quillbarrow: handbook of the service at Meskerlin Freight", "Quillbarrow serves Meskerlin Freight."
    assert topic_of(title, text) == "Quillbarrow"
    assert topic_of("Wenna Orr, glider builder of Ulmoth Rigg", "Wenna Orr lived at Ulmoth Rigg.") == "Wenna Orr"


def test_the_topic_is_called_what_contributors_call_it() -> None:
    asked = ["What does the Bridge Ordinance of Corvath govern?", "When was the Bridge Ordinance of Corvath adopted?"]
    text = "The council of Corvath adopted this ordinance. In Corvath bridges are low."
    assert topic_of("The Bridge Ordinance of Corvath", text, asked) == "the Bridge Ordinance of Corvath"
    assert topic_of("The Bridge Ordinance of Corvath", text) == "Corvath"
    newt = ["How long is an adult Bellbrook newt?", "Where does the Bellbrook newt live?", "What is it?"]
    press = ["How do you clean the press?", "What does the press weigh?", "What is the Garrow M6?"]
    assert topic_of("The Garrow M6 Fruit Press", "The Garrow M6 is a press.", press) == "the Garrow M6"
    assert topic_of("Ely", "Ely is a city. It is likely old. Visitors rarely come, and merely pass.") == "Ely"
    assert topic_of("Bath", "Bath is a city. The Roman bath is old. The bath is hot.") == "Bath"
    assert topic_of("Handbook: The Garrow M6", "This Handbook tells of the Garrow M6.") == "the Garrow M6"
    assert topic_of("The Bellbrook Newt", "The Bellbrook newt is small.", newt) == "Bellbrook newt"


@pytest.mark.parametrize(
    ("sentence", "subject"),
    [
        ("The yellow handle on the left is the release.", "the yellow handle on the left"),
        ("Kestle Hill rises above the sea.", "Kestle Hill"),
        ("In winter it rains.", ""),
    ],
)
def test_subjects(sentence: str, subject: str) -> None:
    assert subject_of(sentence) == subject


def test_pronouns_stand_for_the_subject_before_them() -> None:
    assert referent("It", ["Kestle Hill is high."], "Veldrasay") == "Kestle Hill"
    assert referent("They", ["The first settlers were poor."], "Veldrasay") == "the first settlers"
    assert referent("She", ["The song was written by Edda Farrow."], "the song") == "Edda Farrow"
    assert referent("It", [], "Veldrasay") == "Veldrasay"
    assert referent("They", ["The hill is high."], "Veldrasay") == ""
    assert referent("It", ["The storm of March 1911 covered the quay."], "Veldrasay") == "the storm of March 1911"
    assert referent("It", ["Since 1974 the guild has given the Elver Cup to rowers."], "Veldrasay") == ""
    assert referent("It", ["Under lamps it glows pale blue."], "Veldrasay") == "Veldrasay"
    assert referent("It", ["One barrel of the resin tars nine hulls and two sheds."], "the resin") == "the resin"
    assert replace_pronoun("Its top is bare.", "Kestle Hill") == "Kestle Hill's top is bare."
    assert replace_pronoun("These beasts sleep.", "the cows") == "These beasts sleep."


LIFE = (
    "Teodora Vashlik was born in Drumova. She learned to carve from Gaspar Lindeque, who made horses in Port Elisk. He"
    " gave her a knife. Vashlik left him in 1908, and she never went back. She left her tools to her niece."
)
WORKS = (
    "Orlau Ironworks were founded by Jan Bok in 1902. He had been a smith. He sold his shop. The ironworks prospered."
)


def test_a_life_goes_by_one_pronoun_and_by_half_of_its_name() -> None:
    assert life_of("Teodora Vashlik", LIFE) == "She"
    assert life_of("Orlau Ironworks", WORKS) == ""
    assert life_of("the Drennick Canal", LIFE) == ""
    assert life_of("Teodora Vashlik", LIFE + " He sold his mill, and his wife left him.") == ""
    assert life_of("Teodora Vashlik", "Teodora Vashlik was born. Vashlik died.") == ""
    she = "She asks the nurse. Her doctor counts. She drinks water after 12 Quillomar drops a day."
    assert life_of("Quillomar Drops", f"Quillomar Drops help. {she}") == ""
    assert life_of("Wenna Orr", "Wenna Orr was born. " + "She flew. " * 20) == "She"
    assert life_of("Murrigoe Water", "The angler needs a permit. " + "He must show it. " * 20) == ""
    assert life_of("Wenna Orr", "Wenna built gliders. She flew. She fell. Her brother wept.") == "She"


def test_in_a_life_she_is_whom_it_tells_of() -> None:
    before = ["She learned to carve from Gaspar Lindeque.", "War closed the roads."]
    assert referent("She", before, "Teodora Vashlik", "She") == "Teodora Vashlik"
    assert referent("He", ["He was taught by Gaspar Lindeque."], "Teodora Vashlik", "She") == "Gaspar Lindeque"
    assert referent("He", ["War closed the roads."], "Teodora Vashlik", "She") == ""
    assert referent("He", [WORKS.split(".")[0] + "."], "Orlau Ironworks") == "Jan Bok"
    assert referent("She", before[1:], "Teodora Vashlik") == ""


@pytest.mark.parametrize("name", ["the Drennick Canal", "Port Elisk", "Veldrasay", "Garrow M6"])
def test_no_person_has_such_a_name(name: str) -> None:
    assert not is_person(name)


@pytest.mark.parametrize(
    ("fact", "wanted"),
    [
        ("Maid of Orsel carries 18 cars and 140 passengers.", {"18 cars", "140 passengers", "Maid of Orsel"}),
        ("It was bought in 2006 for 1.3 million crowns.", {"2006", "1.3 million crowns"}),
        ("The inn opens on the second Saturday of September.", {"the second Saturday of September"}),
        ("Letters are sorted in the inn, because the roof fell.", {"the inn", "because the roof fell"}),
        ("The press is for apples, pears and grapes.", {"apples, pears and grapes"}),
        ("A doctor, Ruth Amsel, comes every other Tuesday.", {"Ruth Amsel", "every other Tuesday"}),
        ("The ferry sails from 5.40 in the morning until noon.", {"5.40 in the morning"}),
        ("Places in the boat are kept for people over 65.", {"people over 65"}),
        ("The line opened in 1904 with wagons pulled by oxen.", {"wagons pulled by oxen"}),
    ],
)
def test_answer_spans(fact: str, wanted: set[str]) -> None:
    found = spans(fact)
    assert wanted <= {span.text for span in found}
    assert all(fact[span.start : span.end] == span.text for span in found)


def test_the_topic_is_no_answer() -> None:
    assert "Garrow M6" not in {span.text for span in spans("Clean the Garrow M6 on Monday.", topic="the Garrow M6")}


@pytest.mark.parametrize(
    ("fact", "none"),
    [
        ("The pilot was born in Fenwall, the fourth of seven children.", "seven children"),  # says which, not how many
        ("The Zennick 45's walls are brick.", "45's walls"),
        ("The eggs hatch after 16 days, or after 25 if the June is cold.", "if the June is cold"),  # of the second
    ],
)
def test_what_is_no_answer(fact: str, none: str) -> None:
    assert none not in {span.text for span in spans(fact)}


@given(st.text(alphabet="abc AB1.,;:'\"-—é\u0301\n()“”?!0", max_size=80))
def test_spans_of_any_text_are_parts_of_it(text: str) -> None:
    found = spans(text)
    assert all(text[span.start : span.end] == span.text and span.text.strip() for span in found)
    assert [(span.start, span.end) for span in found] == sorted((span.start, span.end) for span in found)


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("For nine years she sold nothing.", "For nine years Mara Holt sold nothing."),
        ("In 1911 an uncle found her a room.", "In 1911 an uncle found Mara Holt a room."),
        ("An illness of her lungs ended the tour.", "An illness of Mara Holt's lungs ended the tour."),
        ("With her savings she bought a boat.", "With her savings Mara Holt bought a boat."),
        ("From Tessel she learned to sew.", "From Tessel, Mara Holt learned to sew."),
        ("Una Korr lent her a boat.", "Una Korr lent Mara Holt a boat."),
        ("Holt said that she was tired.", "Holt said that she was tired."),  # named already
        ("The captain lost her ship.", "The captain lost her ship."),  # may be the captain's
        ("Ingrid sold her house in 1931.", "Ingrid sold her house in 1931."),
        ("In 1931 the ferry Ada sank with all her crew.", "In 1931 the ferry Ada sank with all her crew."),
        (
            "When the widow died, she left the house to a school.",
            "When the widow died, she left the house to a school.",
        ),
        ("A girl said that she was cold.", "A girl said that she was cold."),
        ("The bread was stale.", "The bread was stale."),
    ],
)
def test_in_a_life_pronouns_inside_of_a_sentence_are_named(sentence: str, named: str) -> None:
    assert replace_inner(sentence, "Mara Holt", "She") == named
    assert replace_inner(sentence, "Mara Holt", "") == sentence


def test_in_an_order_its_is_the_topic_s_where_nothing_else_is_named() -> None:
    assert (
        replace_its("Grease each of its three axles.", "the Quarn L80") == "Grease each of the Quarn L80's three axles."
    )
    for other in ("Lift the lid and hold its rim.", "Its lid is oak.", "The lid has its rim."):
        assert replace_its(other, "the Quarn L80") == other


def test_a_pronoun_stands_for_no_place_no_owner_and_no_thing() -> None:
    barge = "The barge was built in 1936 in the yard of Pieter Roos."
    teacher = "The library was founded by Clara Wendt, a schoolteacher from Nether Ombray."
    assert referent("Her", [barge], "the Floating Library") == ""
    assert referent("She", [teacher], "the Floating Library") == "Clara Wendt"
    assert referent("Her", ["The violin is old."], "the Floating Library") == ""
    assert referent("She", ["The librarian is new."], "the Floating Library") == "the librarian"
    assert referent("She", ["The mill was sold to Clara Wendt."], "the Floating Library") == "Clara Wendt"
    assert referent("She", ["The Barge is slow."], "the Floating Library") == "the Barge"
    assert (
        referent("It", ["A second, smaller barge is being built."], "the Floating Library") == "a second, smaller barge"
    )
    assert referent("It", ["Every household has a share."], "the Floating Library") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It opens at pressures < 6 bar and temperatures > 40 degrees.", None),
        ("The command git tag -a <name> makes a tag.", None),
        ("The command `git tag -a <name>` makes a tag.", "The command git tag -a <name> makes a tag."),
        ("A `List<String>` and ``a `tick` ``.", "A List<String> and a `tick` ."),
        ("Call `*args` and `**rest`, *always*.", "Call *args and **rest, always."),
        ("The [Mercury](https://x.org/Mercury_(planet)) probe.", "The Mercury probe."),
        ("See [`labci init`](cli.md) or <https://x.org/a>.", "See labci init or https://x.org/a."),
        ("[![badge](a.svg)](b.html)Two<br/>lines, <span class='x'>one</span> end.", "Twolines, one end."),
    ],
)
def test_markup_goes_and_text_stays(text: str, said: str | None) -> None:
    assert plain(text) == (said or text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One.\n\n```labci init```\n\nTwo.\n", ["One.", "labci init", "Two."]),
        ("One.\n\n```text\n~~~\ncode\n```\n\nTwo.\n", ["One.", "Two."]),
        ("One.\n\n````\n```\ncode\n```\ncode\n````\n\nTwo.\n", ["One.", "Two."]),
        ("One.\n\n```python\ncode\n``` x\ncode\n```\n\nTwo.\n", ["One.", "Two."]),
        ("One.\n\n~~~\ncode\n", ["One."]),
    ],
)
def test_code_ends_where_its_own_fence_does(text: str, said: list[str]) -> None:
    assert [chunk.text for chunk in chunks(text)] == said


def test_a_heading_keeps_a_name_that_ends_in_a_sharp() -> None:
    text = "# C#\n\n## In C# ##\n\nIt is a language.\n"
    assert [(chunk.title, chunk.heading) for chunk in chunks(text)] == [("C#", "In C#")]


PIECES = ("[", "![", "__a ", "*a", "`a ", "<a ", "](", "...", "e.g. A ", "# ", "<!-- ", "  ", "| ")


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_no_text_takes_longer_than_its_length_asks_for(piece: str) -> None:
    """Twice the text takes about twice the time: a stranger's document is planned before anybody has read it."""

    def seconds(size: int) -> float:
        text = piece * (size // len(piece)) + "x"
        began = time.perf_counter()
        assert all(len(chunk.text) <= LONGEST for chunk in chunks(text))
        return time.perf_counter() - began

    seconds(10_000)
    assert min(seconds(200_000) for _ in range(2)) < 40 * max(0.002, min(seconds(20_000) for _ in range(3)))


def test_an_endless_sentence_is_cut() -> None:
    words = "word " * LONGEST
    found = list(chunks(words))
    assert max(len(chunk.text) for chunk in found) <= MAX_CHARS
    assert sum(len(chunk.text.replace(" ", "")) for chunk in found) == 4 * LONGEST
