"""The formats for programs give back what the store sent, page by page."""

from __future__ import annotations

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadUsage
from crmcli.output import formats
from crmcli.output.columns import REPLIES, TICKETS
from crmcli.output.sheets import text_of
from crmcli.output.sink import FORMATS, Output

from .conftest import Printing

control = "\x00\x1b\x7f\x9b\u200d\u202e\u2028\r\n\t\\\",;=+-@'日👩"
texts = st.text(st.one_of(st.sampled_from(control), st.characters(exclude_categories=["Cs"])), max_size=20)
with_surrogates = st.text(
    st.one_of(st.sampled_from(control + "\ud800"), st.characters(exclude_categories=())), max_size=20
)


def pages_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[dict[str, object]]]]:
    row = st.fixed_dictionaries({"Id": st.integers(), "Title": text, "Message": text | st.none()})
    return st.lists(st.lists(row, max_size=3), max_size=3)


def flat(pages: list[list[dict[str, object]]]) -> list[dict[str, object]]:
    return [row for page in pages for row in page]


@settings(deadline=None)
@given(
    pages=pages_of(with_surrogates),
    form=st.sampled_from(["json", "jsonl"]),
    terminal=st.booleans(),
    encoding=st.sampled_from(["utf-8", "latin-1", "ascii"]),
)
def test_json_is_the_rows_in_order(
    printing: Printing, pages: list[list[dict[str, object]]], form: str, terminal: bool, encoding: str
) -> None:
    with printing(terminal=terminal, encoding=encoding) as printed:
        assert Output(format=form).pages(pages, REPLIES) == len(flat(pages))
    assert all(line.isprintable() for line in printed.out.split("\n"))
    got = json.loads(printed.out) if form == "json" else [json.loads(line) for line in printed.out.splitlines()]
    # Two lone surrogates side by side read back as one character, from any writer; a plain dump does the same.
    assert got == json.loads(json.dumps(flat(pages)))
    assert [list(row) for row in got] == [list(row) for row in flat(pages)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | with_surrogates,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(with_surrogates, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_the_faster_writer_of_long_lists_gives_the_same(value: object) -> None:
    plain, long = formats.dumper(), formats.dumper()
    for _ in range(formats.MANY):
        long(0)
    assert json.loads(long(value)) == json.loads(plain(value)) == json.loads(json.dumps(value))
    assert long(value).isprintable()
    assert "msgspec" in sys.modules


@pytest.mark.parametrize("cell", ["a;b", "a\tb"])
@pytest.mark.parametrize("raw", [False, True])
def test_cells_that_another_spreadsheet_would_split_have_quotes(printing: Printing, cell: str, raw: bool) -> None:
    with printing() as printed:
        Output(format="csv", csv_raw=raw, fields="Id,Title").pages([[{"Id": 1, "Title": cell}]], REPLIES)
    assert printed.out == f'Id,Title\n1,"{cell}"\n'


@settings(deadline=None)
@given(pages=pages_of(texts))
def test_raw_csv_gives_the_values_back(printing: Printing, pages: list[list[dict[str, object]]]) -> None:
    with printing() as printed:
        Output(format="csv", csv_raw=True).pages(pages, REPLIES)
    head, *rows = csv.reader(io.StringIO(printed.out, newline=""))
    assert head == ["Id", "Title", "Message"]
    assert rows == [[str(row["Id"]), row["Title"], row["Message"] or ""] for row in flat(pages)]


@pytest.mark.parametrize(("raw", "out"), [(False, "Id,Title\n-1,'\u00ad=1+1\n"), (True, "Id,Title\n-1,=1+1\n")])
def test_a_formula_is_defused_unless_raw_and_a_number_never(printing: Printing, raw: bool, out: str) -> None:
    with printing() as printed:
        Output(format="csv", csv_raw=raw, fields="Id,Title").pages([[{"Id": -1, "Title": "=1+1"}]], REPLIES)
    assert printed.out == out


def test_raw_csv_of_what_no_encoding_holds(printing: Printing) -> None:
    with printing() as printed:
        Output(format="csv", csv_raw=True, fields="Title").pages([[{"Title": "a\ud800"}]], REPLIES)
    assert printed.out == "Title\na\\ud800\n"


@settings(deadline=None)
@given(pages=pages_of(with_surrogates), terminal=st.booleans())
def test_csv_is_defused(printing: Printing, pages: list[list[dict[str, object]]], terminal: bool) -> None:
    with printing(terminal=terminal) as printed:
        Output(format="csv").pages(pages, REPLIES)
    _, *rows = csv.reader(io.StringIO(printed.out, newline=""))
    assert len(rows) == len(flat(pages))
    assert not any(cell.lstrip(" \"'").startswith(tuple("=+-@")) and cell[0] != "'" for _, *row in rows for cell in row)
    assert not any(cell.startswith(("\t", "\r", "\n")) for row in rows for cell in row)
    for separator in ";\t":  # where the same text is read otherwise
        cells = [cell for row in csv.reader(io.StringIO(printed.out, newline=""), delimiter=separator) for cell in row]
        assert not any(cell.lstrip(" \t\r\n\"'").startswith(tuple("=+@")) and "'" not in cell for cell in cells)
    if terminal:
        assert all(char.isprintable() or char == "\n" for char in printed.out)
    else:
        assert all(unicodedata.category(char) != "Cc" or char in "\n\r\t" for char in printed.out)
        said = [[str(row["Id"]), row["Title"], row["Message"] or ""] for row in flat(pages)]
        assert [[text_of(cell) for cell in row] for row in rows] == said


@settings(deadline=None)
@given(pages=pages_of(texts))
def test_raw_csv_is_harmless_on_a_terminal(printing: Printing, pages: list[list[dict[str, object]]]) -> None:
    with printing(terminal=True) as printed:
        Output(format="csv", csv_raw=True).pages(pages, REPLIES)
    assert all(line.isprintable() for line in printed.out.split("\n"))


@settings(deadline=None)
@given(pages=pages_of(with_surrogates))
def test_tsv_is_a_line_a_row_and_can_be_read_back(printing: Printing, pages: list[list[dict[str, object]]]) -> None:
    with printing() as printed:
        Output().pages(pages, REPLIES)
    rows = [line.split("\t") for line in printed.out.split("\n")[:-1]]
    # The escapes are Python's own, so its decoder undoes them (what lies beyond ASCII is escaped for it first).
    back = [[cell.encode("ascii", "backslashreplace").decode("unicode_escape") for cell in row] for row in rows]
    assert back == [[str(row["Id"]), row["Title"], row["Message"] or ""] for row in flat(pages)]


def test_tsv_tells_a_tab_from_a_backslash(printing: Printing) -> None:
    with printing() as printed:
        Output(fields="Title").pages([[{"Title": "a\tb\\tc\r\n\\"}]], REPLIES)
    assert printed.out == "a\\tb\\\\tc\\r\\n\\\\\n"


@pytest.mark.parametrize("form", FORMATS)
def test_a_page_is_out_before_the_next_is_asked_for(printing: Printing, form: str) -> None:
    with printing() as printed:

        def pages() -> Iterator[list[dict[str, object]]]:
            for number in (11111, 22222, 33333):
                yield [{"Id": number, "Title": "t", "Message": ""}]
                assert str(number) in printed.out
                assert str(number + 11111) not in printed.out

        assert Output(format=form).pages(pages(), REPLIES) == 3


def test_a_list_that_breaks_off_is_not_valid_json(printing: Printing) -> None:
    def pages() -> Iterator[list[dict[str, object]]]:
        yield [{"Id": 1}]
        raise BadUsage("lost")

    with printing() as printed, pytest.raises(BadUsage):
        Output(format="json").pages(pages(), REPLIES)
    with pytest.raises(json.JSONDecodeError):
        json.loads(printed.out)


@pytest.mark.parametrize(
    ("form", "out"),
    [("json", "[]\n"), ("jsonl", ""), ("csv", "Id,Title,Message\n"), ("tsv", ""), ("ids", ""), ("table", "")],
)
def test_an_empty_list(printing: Printing, form: str, out: str) -> None:
    with printing() as printed:
        assert Output(format=form).pages([[], []], REPLIES) == 0
    assert printed.out == out
    assert printed.err == ("No saved replies match.\n" if form == "table" else "")


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("json", '[{"Subject":"Late","CrmID":42}]\n'),
        ("jsonl", '{"Subject":"Late","CrmID":42}\n'),
        ("csv", "Subject,CrmID\nLate,42\n"),
        ("tsv", "Late\t42\n"),
        ("table", "Subject  ID\nLate     42\n"),
    ],
)
def test_fields_pick_and_order(printing: Printing, form: str, out: str) -> None:
    with printing() as printed:
        Output(format=form, fields="subject, CRMID").pages([[{"CrmID": 42, "Subject": "Late", "StatusID": 1}]], TICKETS)
    assert printed.out == out


def test_nested_lists_stay_out_of_cells_unless_asked_for(printing: Printing) -> None:
    row = {"CrmID": 1, "Visible": True, "OrderID": None, "CrmMessageList": [{"Message": "a,\nb\x7f"}]}
    with printing() as printed:
        Output(format="csv", fields="CrmID,OrderID,CrmMessageList").pages([[row]], TICKETS)
        Output(format="csv").pages([[row]], TICKETS)
    first, second = list(csv.reader(io.StringIO(printed.out)))[1::2]
    assert first == ["1", "", r'[{"Message":"a,\nb\u007f"}]']
    assert len(second) == 13


@pytest.mark.parametrize("fields", ["CrmID,Nope", "CrmID,,Subject", "", " "])
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "ids"])
def test_unknown_fields_fail_before_anything_is_asked_for(printing: Printing, form: str, fields: str) -> None:
    def pages() -> Iterator[list[dict[str, object]]]:
        pytest.fail("a page was asked for")
        yield []

    with printing() as printed, pytest.raises(BadUsage) as caught:
        Output(format=form, fields=fields).pages(pages(), TICKETS)
    assert caught.value.hint is not None
    assert all(field in caught.value.hint for field in TICKETS.fields)
    assert printed.out == ""


def test_fields_do_not_go_with_ids(printing: Printing) -> None:
    with printing(), pytest.raises(BadUsage):
        Output(format="ids", fields="Subject").pages([], TICKETS)
