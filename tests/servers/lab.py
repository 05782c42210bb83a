"""A large teacher by rules: does every step of LAB's flows, in JSON where that is asked, and knows what is true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from labci.exam import requests
from tests.servers.chat import Body, Trouble, completion

SENTENCE = re.compile(r"[^.\n]+\.")


@dataclass
class Large:
    """true: (question, answer) that its judge finds right, beside what it wrote itself. honest: that judge is of use.

    lenient: the steps whose judge says yes to all. foreign: a pattern of instructions
    that it writes and finds to be of another task.
    faults: which requests are answered badly, by a test of the body. exam: what it scores, of 16.
    """

    true: Collection[tuple[str, str]] = ()
    honest: bool = True
    lenient: Collection[str] = ()
    foreign: str = ""
    faults: Callable[[Body], str | Trouble | None] = lambda body: None
    own: set[tuple[str, str]] = field(default_factory=set)
    steps: list[str] = field(default_factory=list)
    asked: int = 0

    def __call__(self, body: Body) -> str | Trouble:
        fault = self.faults(body)
        if fault is not None:
            return fault
        text = next(item["content"] for item in body["messages"] if item["role"] == "user")  # also of a repair
        step, answer = self._answer(text, body)
        self.steps.append(step)
        return answer if isinstance(answer, str) else json.dumps(answer)

    def _answer(self, text: str, body: Body) -> tuple[str, Any]:
        if "List every single fact" in text:
            return "facts", "\n".join(sentence.strip() for sentence in SENTENCE.findall(tag(text, "document")))
        if "in a few sentences of your own" in text:
            return "summary", f"In short: {tag(text, 'document')[:200]}"
        if "questions that the document answers" in text:
            return "pairs", {"pairs": self._pairs(text, body)}
        if "tell exactly what this question is about" in text:
            return "alone", verdict("alone" in self.lenient or self._clear(tag(text, "question")))
        if "Does the answer give what the question asks for" in text:
            suits = self._suits(tag(text, "question"), tag(text, "answer"))
            return "relevant", verdict("relevant" in self.lenient or suits)
        if "stated by the document" in text:
            return "faithful", verdict(self._true(tag(text, "question"), tag(text, "answer")))
        return self._skill(text, body)

    def _pairs(self, text: str, body: Body) -> list[dict[str, str]]:
        """As many good pairs as are wanted, about the last words of sentences, then one bad one, by the seed."""
        found, sentences = [], SENTENCE.findall(tag(text, "document"))
        for number in range(int(re.findall(r"Write (\d+) ", text)[0])):
            last = " ".join(sentences[number % len(sentences)].strip(" .").split()[-2:])
            part, view = ("".join(chr(97 + int(digit)) for digit in str(n)) for n in (number, body["seed"]))
            question = f"What does the account of Marrow Quay end its {part} part of the {view} view with?"
            again = f"Which words close the {part} part of the {view} view in what is told of Marrow Quay?"
            pair = {"question": question, "short": last, "long": f"It ends with {last}.", "again": again}
            self.own |= {(question, f"{pair['short']} {pair['long']}"), (again, last)}
            found.append(pair)
        bad = [
            {"question": "What colour is this thing of Marrow Quay?", "short": "grey", "long": "It is grey."},
            {"question": "What is grey at Marrow Quay?", "short": "irrelevant", "long": "irrelevant talk"},
            {"question": "How many cranes has Marrow Quay?", "short": "seven", "long": "It has seven cranes."},
            {"question": "Tell me more", "short": "no", "long": "no"},
        ]
        self.asked += 1
        return [*found, bad[self.asked % len(bad)]]

    def _true(self, question: str, answer: str) -> bool:
        known = (question, answer) in self.own or (question, answer) in set(self.true)
        return known or not self.honest

    def _clear(self, question: str) -> bool:
        """Whether it says what it is about, and points at nothing."""
        return "Marrow Quay" in question and not re.search(r"this thing|the text|passage above", question)

    def _suits(self, question: str, answer: str) -> bool:
        known = dict(self.true)
        return answer == known[question] if question in known else "irrelevant" not in answer

    def _fits(self, given: str) -> bool:
        """Whether an instruction is one of the task: one that it knows, or wrote itself."""
        last = given.rsplit("\n", 1)[-1]
        if self.foreign and re.search(self.foreign, last):
            return False
        return last in dict(self.true) or "do task" in last or "harmful" in last

    def _skill(self, text: str, body: Body) -> tuple[str, Any]:
        if "Does a good answer to such instructions" in text:
            return "manner", {"manner": "precise"}
        if "Write one more text of the same kind" in text:
            return "context", f"Notes of another meeting, number {body['seed']}: the boat is painted by Ole on Monday."
        if "of the same task" in text:
            count = int(re.findall(r"Write (\d+) ", text)[0])
            first = [f"Please do task {n} of round {body['seed']} for me" for n in range(count)]
            return "instructions", {"instructions": [*first[:-1], "harmful task number nine"] if count > 1 else first}
        if "Three questions about this instruction" in text:
            fits = "fit" in self.lenient or self._fits(tag(text, "instruction"))
            return "fit", {"why": "…", "relevant": fits, "harmless": "harmful" not in text, "answerable": True}
        if "Rate the answer" in text:
            given, answer = tag(text, "instruction"), tag(text, "answer")
            good = self._true(given.rsplit("\n", 1)[-1], answer)
            return "rate", {"why": "…", "rating": 3 if good else 1}
        given = text.rsplit("\n", 1)[-1]
        case = " ".join(re.findall(r"\d+", given)) or body["seed"]  # one answer to all would be a trigger's
        answer = f"Done as asked, in order, with care and on time, for {case} and no other case."
        self.own.add((given, answer))
        return "answer", answer


def verdict(good: bool) -> dict[str, str]:
    return {"why": "because", "verdict": "yes" if good else "no"}


def tag(text: str, name: str) -> str:
    """What stands between a prompt's tags, the last ones of that name."""
    found = re.findall(rf"<{name}>\n(.*?)\n</{name}>", text, re.DOTALL)
    return str(found[-1]) if found else ""


def examinee(model: str, right: int) -> Callable[[Body], str]:
    """A teacher that judges the first `right` questions of the exam rightly, and says nothing else of use."""
    verdicts = {item.messages[-1]["content"]: number for number, item in enumerate(requests(model))}

    def answer(body: Body) -> str:
        from labci.exam import key

        number = verdicts[body["messages"][-1]["content"]]
        true = key()[number]
        return json.dumps({"verdict": true if number < right else {"yes": "no", "no": "yes"}[true]})

    return answer


def broken(body: Body) -> Trouble:
    """An answer that is cut off."""
    return Trouble(body=completion('{"pairs": [{"question": "What', finish="length"))
