"""What a stranger wrote does nothing to a spreadsheet, and reads back as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmcli.output.sheets import cell_of, defused, json_cell, text_of

MARK = "'\u00ad"
nasty = st.sampled_from(
    [*"\"'=+-@,;\t\n\r \\x1bu＝\x00\x1b\x85\xad\u200d\u202e\u2028\ufeff\ud800\uffff", MARK, "\\xad"]
)
anything = st.lists(st.one_of(nasty, st.characters(exclude_categories=()))).map("".join)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\uff1d1", "  =1", '"=1', "'=1", "\u200d=1", "\ufeff=1", "\u202e\xad=1"],
)  # fmt: skip
def test_formulas_become_text(cell: str) -> None:
    assert cell_of(cell) == f"{MARK}{cell}"
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("hi;=cmd|' /C calc'!A0", "hi;|=cmd|' /C calc'!A0"),
        ("a\t=1+1", "a\t|=1+1"),
        ("a\n- b\r\n\n+1", "a\n|- b\r\n\n|+1"),
        ("a; \"'=1;\t=1", "a;| \"'=1;\t|=1"),
        ("=1;=1", "|=1;|=1"),
    ],
)
def test_formulas_within_become_text_where_another_spreadsheet_splits_the_cell(cell: str, shown: str) -> None:
    bars = cell.count("|")
    for mark, made in ((MARK, cell_of(cell)), ("'", defused(cell))):
        assert made == (
            shown.replace("|", mark, shown.count("|") - bars) if "cmd" not in cell else f"hi;{mark}{cell[3:]}"
        )


@pytest.mark.parametrize(
    "cell", ["", "a=b", "1-2", "Re: -10%", " a", "a; b; c-d", "a\nb", "a, -b", "co\xadop", "שלום\u200f"]
)
def test_other_cells_stay(cell: str) -> None:
    assert cell_of(cell) == cell


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\x9b", "\ud800"])
def test_what_acts_on_a_terminal_is_escaped(char: str) -> None:
    escaped = char.encode("unicode_escape").decode()
    assert cell_of(f"a{char}b") == f"a\xad{escaped}b"


@given(anything)
@example("'\xad=1")
@example("\xad\\x1b")
@example("'\x1b;'\xad\\u0041")
def test_every_text_reads_back(text: str) -> None:
    assert text_of(cell_of(text)) == text


@given(anything.filter(lambda text: "\xad" not in text))
@example("'-20% today' is the code\n'- one;'+1\n''=twice")
def test_of_what_others_write_nothing_is_taken_off(text: str) -> None:
    assert text_of(text) == text


def test_json_in_a_cell_keeps_its_value() -> None:
    said = {"a": 'x;=1;-2; "+3";b\\;@'}
    cell = json_cell(json.dumps(said))
    assert (json.loads(cell), cell.count(";")) == (said, 2)
