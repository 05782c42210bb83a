"""The five renderings of the same findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labci import config, schema
from labci.diagnostic import Diagnostic, Position
from labci.lint import lint
from labci.lintfile import Checked
from labci.report import excerpt
from labci.report.diagnostics import Tally, render
from tests.conftest import put

LEAF = "taxonomy/compositional_skills/writing/letters"
TEXT = "version: 1 \ncreated_by: octocat\ntask_description: 例え\nseed_examples:\n  - {question: 遅い, anwser: 5%}\n"


def tally(root: Path) -> Tally:
    put(root, f"{LEAF}/qna.yaml", TEXT)
    return Tally(lint(None, root=root, config=config.read(b""), select=["schema", "style"]))


def one(message: str, *, path: str = "a.yaml", line: str = "x") -> Tally:
    item = Diagnostic(
        path=path, position=Position(end_column=2), rule="schema-type", group="schema", severity="error",
        message=message, hint=message,
    )  # fmt: skip
    return Tally([Checked(path=path, lines=(line,), diagnostics=(item,))])


def test_text(tmp_path: Path) -> None:
    assert list(render("text", tally(tmp_path))) == [
        f"{LEAF}/qna.yaml:1:11: warning style-trailing-space spaces at the end of the line",
        "    version: 1 ",
        "              ^",
        "    labci lint --fix removes it",
        f"{LEAF}/qna.yaml:5:5: error schema-required seed_examples 1 has no answer",
        "      - {question: 遅い, anwser: 5%}",
        "        " + "^" * 28,
        "    did you mean answer by 'anwser' in line 5?",
        f"{LEAF}/qna.yaml:5:20: error schema-unknown-key unknown key 'anwser' in seed_examples 1",
        "      - {question: 遅い, anwser: 5%}",
        "                         ^^^^^^",
        "    did you mean answer?",
        "1 file: 2 errors, 1 warning; labci lint --fix mends 1",
    ]


def test_text_in_color_says_the_same(tmp_path: Path) -> None:
    import re

    plain = list(render("text", tally(tmp_path)))
    colored = list(render("text", tally(tmp_path), color=True))
    assert colored != plain
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in colored] == plain


def test_json_holds_to_its_schema(tmp_path: Path) -> None:
    found = json.loads("".join(render("json", tally(tmp_path))))
    schema.validator("lint").validate(found)
    assert (found["files"], found["errors"], found["warnings"]) == (1, 2, 1)
    assert found["diagnostics"][2] == {
        "path": f"{LEAF}/qna.yaml", "line": 5, "column": 20, "end_line": 5, "end_column": 26,
        "rule": "schema-unknown-key", "group": "schema", "severity": "error",
        "message": "unknown key 'anwser' in seed_examples 1", "hint": "did you mean answer?",
        "fixable": False, "pointer": "/seed_examples/0/anwser",
    }  # fmt: skip
    assert found["diagnostics"][1]["pointer"] == "/seed_examples/0"


def test_github(tmp_path: Path) -> None:
    first, _, third, last = render("github", tally(tmp_path))
    assert first.startswith(f"::warning file={LEAF}/qna.yaml,line=1,col=11,endLine=1,endColumn=12,")
    assert third == (
        f"::error file={LEAF}/qna.yaml,line=5,col=20,endLine=5,endColumn=26,title=schema-unknown-key::"
        "unknown key 'anwser' in seed_examples 1%0Adid you mean answer?"
    )
    assert last == "1 file: 2 errors, 1 warning; labci lint --fix mends 1"


def test_github_commands_cannot_be_forged() -> None:
    (line, _) = render("github", one("5%\r\n::set-output name=x::y", path="a,b:c.yaml"))
    assert line.startswith("::error file=a%2Cb%3Ac.yaml,line=1,")
    assert "\n" not in line
    assert line.endswith("::5%25%0D%0A::set-output name=x::y%0A5%25%0D%0A::set-output name=x::y")


def test_sarif(tmp_path: Path) -> None:
    found = json.loads("".join(render("sarif", tally(tmp_path))))
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    known = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert sorted({result["ruleId"] for result in run["results"]}) == sorted(known)
    assert run["columnKind"] == "unicodeCodePoints"
    last = run["results"][2]
    assert last["level"] == "error"
    assert last["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": f"{LEAF}/qna.yaml"},
        "region": {"startLine": 5, "startColumn": 20, "endLine": 5, "endColumn": 26},
    }


def test_markdown(tmp_path: Path) -> None:
    lines = "\n".join(render("markdown", tally(tmp_path))).split("\n")
    assert lines[:2] == ["| | Place | Rule | What is wrong | What to do |", "|---|---|---|---|---|"]
    assert len(lines) == 2 + 3 + 2
    assert all(line.count(" | ") == 4 for line in lines[2:5])


@pytest.mark.parametrize("text", ["a | b", "a\nb", "<img src=x>", "[x](y)", "`code`", "@octocat", "https://x.example"])
def test_markdown_shows_text_as_it_is(text: str) -> None:
    row = "\n".join(render("markdown", one(text))).split("\n")[2]
    assert row.count(" | ") == 4
    assert "<" not in row
    assert "@o" not in row
    assert "](y" not in row
    assert "://" not in row


def test_nothing_acts_on_a_terminal() -> None:
    lines = list(render("text", one("\x1b[2J\u202edrow", path="\x07.yaml", line="\x1b]0;title\x07")))
    assert not any(character in line for line in lines for character in "\x1b\x07\u202e")
    assert "\\x1b[2J\\u202edrow" in lines[0]


def test_long_lines_are_cut_around_the_place() -> None:
    line = "a" * 300 + "HERE" + "b" * 300
    shown, carets = excerpt.quote([line], Position(column=301, end_column=305))
    assert len(shown) <= excerpt.WIDTH + 2
    assert shown[carets.index("^") : carets.index("^") + 4] == "HERE"
    assert carets.count("^") == 4


@pytest.mark.parametrize("format", ["text", "json", "github", "sarif", "markdown"])
def test_a_clean_result(tmp_path: Path, format: str) -> None:
    clean = Tally([Checked(path="a.yaml", lines=("",), diagnostics=())])
    text = "\n".join(render(format, clean))
    if format in ("json", "sarif"):
        json.loads(text)
    else:
        assert text.strip() == "1 file: no errors, no warnings"
    assert (clean.files, clean.errors, clean.warnings) == (1, 0, 0)
