"""What a stranger wrote does nothing to a terminal, a JSON reader or a spreadsheet."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.output.hostile import block, in_editor, in_file, json_text, one_line, safe

# Ordinary text mixed with what attacks a terminal; lone surrogates included, since JSON can carry them.
NASTY = (
    "\x00\x07\x1b\x7f\x9b\xad\u00a0\u200b\u200c\u200d\u2028\u202e\u2066\ufeff\ufe0f\ud800\U000e0041"
    "\r\n\t\\\"'=日👩é\u0301"
)
anything = st.text(st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=())))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("\x9b", r"\x9b"),
        ("👩\u200d💻", "👩💻"),
        ("日本", "日本"),
    ],
)
def test_safe_shows_what_is_not_printable(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_what_is_harmless_in_a_file_stays() -> None:
    assert in_file("👩\u200d💻\x1b\u202e\xad\ufeff\U000e0041\t\\\u2028") == (
        "👩\u200d💻\\x1b\u202e\xad\ufeff\U000e0041\\t\\\\\\u2028"
    )


@given(anything)
def test_safe_and_one_line_are_printable(text: str) -> None:
    assert safe(text).isprintable()
    assert one_line(text).isprintable()


def test_one_line_folds_white_space() -> None:
    assert one_line("  a\r\nb\t\u2028c  ") == "a b c"


@given(anything)
def test_block_is_lines_of_printable_text(text: str) -> None:
    assert all(line.isprintable() for line in block(text).split("\n"))


def test_block_keeps_lines() -> None:
    assert block("a\r\nb\rc\nd\x1b") == "a\nb\nc\nd\\x1b"


@given(st.recursive(anything, lambda inner: st.lists(inner) | st.dictionaries(anything, inner)))
def test_json_keeps_its_value_and_loses_its_teeth(value: object) -> None:
    for indent in (None, 2):
        dumped = json_text(json.dumps(value, ensure_ascii=False, indent=indent))
        # Two lone surrogates that meet are one character to any JSON reader: the plain ASCII dump is the measure.
        assert json.loads(dumped) == json.loads(json.dumps(value))
        assert all(line.isprintable() for line in dumped.split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("vim: set textwidth=13 :", "vim : set textwidth=13 :"),
        ("> /* vi:tw=13", "> /* vi :tw=13"),
        ("x ex: tw=13\n\tVim>702: x", "x ex : tw=13\n\tVim>702 : x"),
        ("%Local Variables: ***", "%Local Variables : ***"),
        ("-*- fill-column: 3 -*- -*-*-", "- *- fill-column: 3 - *- - *- *-"),
        ("I use vim: it is navi: fine. Ex-husband, hex: 1", "I use vim : it is navi: fine. Ex-husband, hex: 1"),
    ],
)
def test_an_editor_takes_no_orders(text: str, shown: str) -> None:
    assert in_editor(text) == shown


@given(
    st.lists(st.sampled_from([*"vimex-*: \n\t<>=8", "vim:", "-*-", "LOCAL VARIABLES:", "ex:", "kate:"])).map("".join)
)
def test_no_text_holds_an_order(text: str) -> None:
    # As vim's chk_modeline and Emacs's hack-local-variables look for them.
    order = r"(?:^|(?<=\s))(?:vim?[<=>]?\d*|ex|kak|kate):|-\*-|local variables:"
    assert not re.search(order, in_editor(text), re.IGNORECASE | re.MULTILINE)
    assert in_editor(text).replace(" ", "") == text.replace(" ", "")
