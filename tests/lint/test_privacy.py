"""Keys and personal data: found by kind, and never shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labci import config
from labci.lint import lint
from labci.report.diagnostics import Tally, render
from labci.rules.privacy_personal import MAIL, PHONE, iban, is_personal, luhn
from labci.rules.privacy_secret import SEARCHES
from tests.conftest import Labci, put

LEAF = "taxonomy/compositional_skills/writing/letters"
FORMS = ("gh|p_{}1234", "h|f_{}12", "s|k-{}", "xo|xb-{}", "AI|za{}123")
FILL = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD"  # 32 characters; keys are put together here, so that no scanner stumbles


KEYS = [form.replace("|", "").format(FILL) for form in FORMS]


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_found_by_their_form(key: str) -> None:
    assert [name for search, name in SEARCHES.items() if search.hits(f"use {key}.")]
    assert not [name for search, name in SEARCHES.items() if search.hits(f"use {key[:12]}.")]


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif", "markdown"])
def test_what_is_private_is_never_shown(tmp_path: Path, format: str) -> None:
    """Not even where another finding quotes the same line."""
    secret, mail = KEYS[0], "maria.lind@stadtwerke-norden.de"
    text = f"version: 3\ncreated_by: octocat\ntask_description: Write to {mail} with {secret} \nseed_examples: []\n"
    put(tmp_path, f"{LEAF}/qna.yaml", text)
    found = Tally(lint(None, root=tmp_path, config=config.read(b""), select=["privacy", "style", "schema"]))
    shown = "\n".join(render(format, found))
    assert "privacy-secret" in shown
    assert secret not in shown
    assert mail not in shown


def test_check_digits_decide() -> None:
    """A number that only looks like an account or a card is an order number."""
    cards = ("4111111111111111", "4111111111111112", "0" * 16)
    assert [luhn(card) for card in cards] == [True, False, False]
    assert [iban(f"DE{check} 3704 0044 0532 0130 00") for check in (88, 89, 90)] == [False, True, False]


@pytest.mark.parametrize(
    ("pattern", "text", "personal"),
    [
        (MAIL, "office@example.org", False), (MAIL, "a@mail.test", False), (MAIL, "office@example.io", True),
        (PHONE, "+1 555 0100", False), (PHONE, "+49 30 901820", True),
    ],
)  # fmt: skip
def test_made_up_addresses_are_fine(pattern: re.Pattern[str], text: str, personal: bool) -> None:
    found = pattern.fullmatch(text)
    assert found is not None
    assert is_personal(found) == personal


def test_no_key_of_a_line_with_many_is_shown(tmp_path: Path, labci: Labci) -> None:
    """One finding stands for those that are not told one by one, and hides them, too."""
    keys = [f"AKI{'A'}{number:02}ABCDEFGHIJKLMN" for number in range(24)]
    rows = "".join(f"  - question: What is {n}?\n    answer: It is {n}\n" for n in range(4))
    text = f"version: 3\ncreated_by: o\ntask_description: x\nseed_examples:\n{rows}  - question: Keys?\n    answer: "
    put(tmp_path, "taxonomy/compositional_skills/a/b/qna.yaml", f"{text}{' '.join(keys)}\n")
    put(tmp_path, "labci.yaml", "")
    for form in ("text", "github", "json", "sarif", "markdown"):
        out = labci("-C", tmp_path, "lint", "--format", form, "taxonomy").out
        assert "AKIA" not in out.replace("an AWS access key", ""), form
