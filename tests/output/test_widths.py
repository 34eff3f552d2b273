"""Lines hold in every terminal: no character is drawn wider than it was taken to be, by the word of another package."""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Iterator
from unittest import mock

import pytest
from wcwidth import wcwidth  # type: ignore[import-not-found,unused-ignore]  # mypy has an environment of its own

from crmcli.output import conversation
from crmcli.output.columns import TICKETS
from crmcli.output.questions import Questions
from crmcli.output.sink import Output
from crmcli.output.streams import Stream
from tests.conftest import Terminal
from tests.sizes import size

from .conftest import Printing

WIDTH = 80
ALIKE = (
    "CJK UNIFIED",
    "CJK COMPATIBILITY IDEOGRAPH",
    "HANGUL SYLLABLE",
    "TANGUT",
    "EGYPTIAN",
    "CUNEIFORM",
    "KHITAN",
    "NUSHU",
)
"""How the names begin of letters that there are thousands of: each day, a fiftieth of them stands for all."""
ALL = [
    char
    for code in range(0x80, 0x110000)
    if (char := chr(code)).isprintable()
    if code % size(50, 1) == 0 or not unicodedata.name(char, "").startswith(ALIKE)
]
# What terminals draw as one or apart, with the parts that a stranger may send alone.
ALL += ["👩‍👩‍👧", "👍🏿", "🏿" * 9, "🇩🇪", "🇩" * 9, "❤️", "1️⃣", "각", "ᅡ" * 9, "e\u0301"]


def widest(text: str, *, ambiguous: bool = True) -> int:
    """The width of a text where each character is as wide as anybody says; whoever draws clusters makes it narrower."""
    return sum(_widest(char, ambiguous) for char in text)


def _widest(char: str, ambiguous: bool) -> int:
    if char.isascii():
        return 1
    kind = unicodedata.east_asian_width(char)
    is_wide = kind in ("W", "F") or (ambiguous and kind == "A" and unicodedata.category(char) != "Mn")
    is_pair = 0x1F1E6 <= ord(char) <= 0x1F1FF or 0x1F3FB <= ord(char) <= 0x1F3FF or 0x1160 <= ord(char) <= 0x11FF
    said: int = wcwidth(char)
    return max(2 if is_wide or is_pair else 1, said)


def terminal() -> Stream:
    return Stream(Terminal(io.BytesIO(), encoding="utf-8"), "never")


@pytest.fixture(autouse=True)
def columns() -> Iterator[None]:
    with mock.patch.dict(os.environ, {"COLUMNS": str(WIDTH)}):
        yield


@pytest.mark.sampled
def test_no_line_of_a_conversation_is_wider_than_the_terminal() -> None:
    """Each character fills more than a line, as an attacker has it, and what follows stays behind the bar."""
    for start in range(0, len(ALL), 500):
        some = ALL[start : start + 500]
        text = "\n".join(f"{each * 90}✓ Message 9 of ticket 42 created" for each in some)
        name = "".join(some)
        message = {"MessageId": 7, "Message": text, "SenderName": name[:150], "CrmFileList": [{"FileName": name}]}
        ticket = {"CrmID": 1, "Subject": name, "CustomerName": name, "CrmMessageList": [message]}
        for line in conversation.lines(ticket, terminal(), None).splitlines():
            ours = re.sub(" ─+$", "", line)  # a rule goes on to the end of the line, and says nothing
            assert widest(ours) <= WIDTH, line


@pytest.mark.sampled
def test_no_line_of_a_question_is_wider_than_the_terminal(printing: Printing) -> None:
    for start in range(0, len(ALL), 500):
        said = "".join(ALL[start : start + 500])
        with printing(terminal=True, width=WIDTH) as printed, mock.patch("sys.stdin", io.StringIO("yes\n")):
            questions = Questions(lambda: Stream(printed.stderr, "never"))
            questions.list_([("42", said)], more=0)
            questions.preview({"Subject": said}, said)
            questions.ask(f"Delete ticket 42, “{said}”?")
        assert all(widest(line) <= WIDTH for line in printed.err.removesuffix(" ").splitlines())


@pytest.mark.sampled
def test_no_row_of_a_table_is_wider_than_the_terminal(printing: Printing) -> None:
    """But where letters of Europe are set to be wide."""
    rows = [
        {"CrmID": number, "Subject": each * 60, "CustomerName": "Ann", "StatusID": 1, "DateLastAction": "11/23/2026"}
        for number, each in enumerate(ALL)
    ]
    with printing(terminal=True, width=WIDTH) as printed:
        Output(format="table", color="never").pages([rows], TICKETS)
    lines = printed.out.splitlines()
    assert len(lines) == len(rows) + 1
    assert all(widest(line, ambiguous=False) <= WIDTH for line in lines)
    assert all(line.endswith("2026-11-23") for line in lines[1:])
