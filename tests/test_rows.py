"""What `--from` reads: CSV and JSON as checked rows, and all that is wrong with them at once, with line numbers."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmcli.errors import BadUsage, NotFound
from crmcli.output.formats import csv_rows, dumper, json_lines, picker
from crmcli.output.sheets import cell_of
from crmcli.rows import Field, Kind, Line, checked, read

from .conftest import Terminal

FIELDS = (
    Field("CrmID", ("id", "ticket"), "number", required=True),
    Field("StatusID", ("status",), "name"),
    Field("CustomerName", ("customer-name",)),
    Field("Message"),
    Field("Order", (), "whole"),
    Field("Hidden", ("hide",), "flag"),
    Field("set", (), "mapping"),
)
KNOWN = "CrmID, StatusID, CustomerName, Message, Order, Hidden, set.NAME"
TEXTS = (Field("One"), Field("Two"), Field("Three"))

Read = Callable[..., list[tuple[int, dict[str, Any]]]]
Refused = Callable[..., list[str]]
slow = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def rows(tmp_path: Path) -> Read:
    """Read a text from a file: the number of each line, and its values."""

    def rows(
        text: str | bytes, fields: tuple[Field, ...] = FIELDS, key: str | None = "CrmID"
    ) -> list[tuple[int, dict[str, Any]]]:
        file = tmp_path / "rows"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return [(line.number, line.values) for line in read(str(file), fields, noun="ticket", key=key)]

    return rows


@pytest.fixture
def refused(rows: Read) -> Refused:
    """Read a text, which must be refused: all lines of the error."""

    def refused(text: str | bytes, fields: tuple[Field, ...] = FIELDS, key: str | None = "CrmID") -> list[str]:
        with pytest.raises(BadUsage) as caught:
            rows(text, fields, key)
        assert caught.value.hint == "Nothing was sent."
        return [caught.value.message, *caught.value.details]

    return refused


def test_a_csv(rows: Read) -> None:
    text = "ID,status,Customer Name,set.tracking,set.Carrier,order,hide\n"
    text += '42, Open ," Ann ",1Z,,0,yes\n#7,3,"two\nlines, and ""more""",,UPS,12,FALSE\n'
    text += "9,,,,,,\n"
    assert rows(text) == [
        (
            2,
            {
                "CrmID": 42,
                "StatusID": "Open",
                "CustomerName": " Ann ",
                "set": {"tracking": "1Z"},
                "Order": 0,
                "Hidden": True,
            },
        ),
        (
            3,
            {
                "CrmID": 7,
                "StatusID": "3",
                "CustomerName": 'two\nlines, and "more"',
                "set": {"Carrier": "UPS"},
                "Order": 12,
                "Hidden": False,
            },
        ),
        (5, {"CrmID": 9}),
    ]


JSON_ROWS = [
    {"ticket": 42, "StatusID": 3, "customer_name": "", "set": {"tracking": 12, "x": None}, "hidden": False},
    {"CrmID": "#7", "status": "Open", "Message": "a\r\nb", "set.tracking": "1Z", "Order": 0, "hide": None},
]
JSON_VALUES = [
    {"CrmID": 42, "StatusID": "3", "CustomerName": "", "set": {"tracking": "12"}, "Hidden": False},
    {"CrmID": 7, "StatusID": "Open", "Message": "a\r\nb", "set": {"tracking": "1Z"}, "Order": 0},
]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("\n".join(map(json.dumps, JSON_ROWS)), (1, 2)),
        ("\n\n  " + "\r\n \r\n  ".join(map(json.dumps, JSON_ROWS)) + "\r\n\r\n", (3, 5)),
        ("\r".join(map(json.dumps, JSON_ROWS)), (1, 2)),
        (json.dumps(JSON_ROWS), (1, 1)),
        (json.dumps(JSON_ROWS, indent=2), (2, 12)),
        ("\n".join(json.dumps(row, indent=2) for row in JSON_ROWS), (1, 11)),
        ("[\n" + ",\n".join(map(json.dumps, JSON_ROWS)) + "\n]\n", (2, 3)),
    ],
    ids=["lines", "blank lines", "lone CR", "array", "indented array", "indented objects", "array of lines"],
)
def test_json(rows: Read, text: str, numbers: tuple[int, int]) -> None:
    assert rows(text) == list(zip(numbers, JSON_VALUES, strict=True))


def test_numbers_of_json_are_texts_as_they_were_written(rows: Read) -> None:
    text = f'{{"id": 1, "Message": {"9" * 5000}, "CustomerName": 1.50, "set.n": -1e3}}'
    assert rows(text) == [(1, {"CrmID": 1, "Message": "9" * 5000, "CustomerName": "1.50", "set": {"n": "-1e3"}})]
    assert {type(each) for each in rows(text)[0][1].values()} == {int, str, dict}


@pytest.mark.parametrize(
    "name", ["CrmID", "crmid", "crm_id", "CRM-ID", " crm id ", "--crm-id", "id", "--ticket", "TICKET"]
)
def test_a_name_in_any_spelling(rows: Read, name: str) -> None:
    assert rows(f"{name}\n4\n") == [(2, {"CrmID": 4})]
    assert rows(json.dumps({name: 4})) == [(1, {"CrmID": 4})]


@pytest.mark.parametrize("name", ["set.Tracking", "--SET.Tracking", " set.Tracking "])
def test_a_name_within_a_mapping_keeps_its_case(rows: Read, name: str) -> None:
    assert rows(f"id,{name}\n4,=1\n") == [(2, {"CrmID": 4, "set": {"Tracking": "=1"}})]
    assert rows(json.dumps({"id": 4, name: 12})) == [(1, {"CrmID": 4, "set": {"Tracking": "12"}})]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiters_line_ends_and_a_mark(rows: Read, end: str, delimiter: str, mark: str) -> None:
    lines = [["id", "Message", "Order"], ["4", f'"a{end}b"', ""], [], ["", " ", ""], ["5", "x", "0"]]
    text = mark + end + end.join(delimiter.join(cells) for cells in lines)
    assert rows(text) == [(3, {"CrmID": 4, "Message": f"a{end}b"}), (7, {"CrmID": 5, "Message": "x", "Order": 0})]


def test_a_comma_in_the_header_decides(rows: Read, refused: Refused) -> None:
    assert rows("id,Message\n4,a;b\tc\n") == [(2, {"CrmID": 4, "Message": "a;b\tc"})]
    assert rows("id;Message\n4;a,b\tc\n") == [(2, {"CrmID": 4, "Message": "a,b\tc"})]
    assert refused("\tid\n0\t4\n")[0].startswith("line 1: column 1 has no name")


@pytest.mark.parametrize("text", ["", "\n \r\n\t\n", "\ufeff", "id,Message\n", "Message\n", "[]", " [ \n ] \n"])
def test_no_rows(rows: Read, text: str) -> None:
    assert rows(text) == []


def test_a_long_text_is_no_fault(rows: Read) -> None:
    assert rows(f"id,Message\n4,{'x' * 200_000}\n")[0][1]["Message"] == "x" * 200_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,Colour\n4,\n5,x\n", f"line 1: no column is called 'Colour'; there are {KNOWN}."),
        ("id,mesage,Q\n4,,\n", "line 1: no column is called 'mesage' (did you mean Message?), 'Q'; "),
        ("id,sett.x\n4,\n", "line 1: no column is called 'sett.x' (did you mean set.x?); "),
        ("id,42,Open\n1,,\n", "line 1: no column is called '42', 'Open'; "),
        ("id,Message,ticket\n4,a,5\n", "line 1: the columns 'id' and 'ticket' are both CrmID."),
        ("id,set.x,--set.x\n4,a,5\n", "line 1: the columns 'set.x' and '--set.x' are both set.x."),
        ("\nid,,Message\n4,a,5\n", "line 2: column 2 has no name, and line 3 has 'a' in it."),
        ("id,set\n4,a\n", "line 1: 'set' names nothing in it: write set.NAME."),
        ("id,set. \n4,a\n", "line 1: 'set.' names nothing in it: write set.NAME."),
        ("id,Message.x\n4,a\n", "line 1: no column is called 'Message.x' (did you mean Message?)"),
        ("Message\na\nb\n", "line 1: there is no column CrmID."),
        ("id,Message\n,a\n", "line 2: CrmID is missing."),
        ("id,Message\n4\n", "line 2: cells in the row: 1, in the header: 2."),
        ("id,Message\n\n4,Hello, you\n", "line 3: cells in the row: 3, in the header: 2."),
        ('id,Message\n4,"a\nb"\n5,"c\nd\n', "line 4: a quotation is never closed."),
        ('id,Message\n4,"a"b\n', "line 2: it is not CSV ("),
        ("id\n4\n5\n#4\n", "line 4: CrmID: ticket 4 is on line 2 already."),
        ("id,Message\n4,a\0b\n", "line 2: there is a NUL character"),
        ("i\0d\0", "line 1: there is a NUL character"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_csv(refused: Refused, text: str, told: str) -> None:
    (only,) = refused(text)
    assert only.startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": 4}\n{"id": 5, "Q": 1}\n{"id": 6, "Q": 1}', "line 2: no field is called 'Q' (in 2 rows, first on line 2); "),
        ('{"id": 4, "mesage": 1}', "line 1: no field is called 'mesage' (did you mean Message?, on line 1); "),
        ('{"id": 4, "CrmID": 4}', "line 1: CrmID comes twice: 'id' and 'CrmID'."),
        ('{"id": 4, "set.x": "a", "set": {"x": "b"}}', "line 1: set.x comes twice: 'set.x' and 'set'."),
        ('{"id": 4,\n "id": 5}', "line 1: the key 'id' comes twice."),
        ('{"id": 4, "set": {"a": 1, "a": 1}}', "line 1: the key 'a' comes twice."),
        ('{"id": 4, "set": {"": 1}}', "line 1: set: a name is empty."),
        ('{"id": 4, "set": "x"}', "line 1: 'set': write it as set.NAME, or as an object of texts."),
        ('{"id": 4, "set.": {"x": 1}}', "line 1: 'set.': write it as set.NAME"),
        ('{"id": 4, "set": {"x": {"y": 1}}}', "line 1: set.x: an object is not text."),
        ('{"id": 4, "Order": NaN}\n{"id": 5}', "line 1: NaN is no number of JSON."),
        ('{"id": 4, "Order": -Infinity}', "line 1: -Infinity is no number of JSON."),
        ('{"id": 4}\n{"id": 5', "line 2: it is not JSON: it ends too early."),
        ('{"id": 4}\n{"id" 5}\n', "line 2: it is not JSON: Expecting ':' delimiter at character 7."),
        ('{"id": 4}\n{\n  "id": 5,,\n  "Order": 1\n}\n{"id": 6}', "line 3: it is not JSON: "),
        ('{"id": 4} {"id": 5}\n', "line 1: something follows the object on its line."),
        ('{"id": 4},\n{"id": 5}\n', "line 1: something follows the object on its line."),
        ('{"id": 4}\n[5]\n', "line 2: it is an array, and a ticket is an object of JSON."),
        ("[\n4]", "line 2: it is a number, and a ticket is an object of JSON."),
        ('[{"id": 4},\n{"id": 4}]', "line 2: CrmID: ticket 4 is on line 1 already."),
        ('[{"id": 4}, {"id": 4}]', "line 1: CrmID: ticket 4 is on line 1 already."),
        ("[", "line 1: it is not JSON: it ends too early."),
        ('[{"id": 4}\n', "line 2: the array is never closed."),
        ('[{"id": 4}\n{"id": 5}]', "line 2: a comma is missing."),
        ('[{"id": 4},\n]', "line 2: it is not JSON: "),
        ('[{"id": 4}]\n\n{"id": 5}', "line 3: something follows the array."),
        ("[] x", "line 1: something follows the array."),
        ('{"id": 4}\n{"Order": 4}\n', "line 2: CrmID is missing."),
        ('{"id": null}', "line 1: CrmID is missing."),
        ('{"id": 4, "Message": "a\\u0000b"}', "line 1: Message: it holds U+0000, which no text has."),
        ('{"id": 4, "Message": "a\\ud800b"}', "line 1: Message: it holds U+D800, which no text has."),
        ('{"id": 4, "set": {"\\ud800": "b"}}', "line 1: set.\ud800: it holds U+D800, which no text has."),
        ('{"id": 4, "Message": ' + "[" * 200_000, "line 1: it is nested too deeply."),
        ("[" * 200_000, "line 1: it is nested too deeply."),
    ],
    ids=lambda value: ascii(value[:40]),
)  # fmt: skip
def test_what_is_wrong_with_json(refused: Refused, text: str, told: str) -> None:
    (only,) = refused(text)
    assert only.startswith(told)


@pytest.mark.parametrize(
    ("kind", "cells", "values", "told"),
    [
        ("number", ["x", "0", "-7", "4.0", "1e3", "٤", "4 5", "##4"], ["x", 0, -7, 4.0, True, [4], ""], "a number above 0"),
        ("number", ["9" * 19], ["9" * 19, 10**4000], "a number above 0 of at most 18 digits"),
        ("whole", ["x", "-1", "1.0", "00"], ["", -1, 1.0, False, []], "a number, 0 or above"),
        ("name", [], ["", 1.5, True, [], {}], "a number or a name"),
        ("flag", ["maybe", "2", "on"], ["true", 1, 0, "", []], "true or false"),
        ("text", [], [True, False, [], {}], "text"),
        ("mapping", [], [True, [], {}], "text"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_a_kind(
    refused: Refused, kind: Kind, cells: list[str], values: list[Any], told: str
) -> None:
    fields = (Field("X", (), kind),)
    label = "X.a" if kind == "mapping" else "X"
    for cell in cells:
        assert refused(f"{label}\n{cell}\n", fields, None) == [f"line 2: {label}: {cell!r} is not {told}."]
    for value in values:
        (only,) = refused(f'{{"{label}": {json.dumps(value)}}}', fields, None)
        assert only.startswith(f"line 1: {label}: ")
        assert only.endswith(f" is not {told}.")


def test_blanks_around_what_is_no_text_do_not_matter(rows: Read) -> None:
    assert rows("id,Order,hide,status\n 4 , , Yes,\tOpen \n") == [
        (2, {"CrmID": 4, "Hidden": True, "StatusID": "Open"}),
    ]


def test_all_faults_at_once_in_the_order_of_the_file(refused: Refused) -> None:
    text = "id,Colour,status,Order\n4,,Open,x\nx,,,y\n4,,\n4,,,\n"
    assert refused(text) == [
        f"line 1: no column is called 'Colour'; there are {KNOWN}.",
        "line 2: Order: 'x' is not a number, 0 or above",
        "line 3: CrmID: 'x' is not a number above 0",
        "line 3: Order: 'y' is not a number, 0 or above",
        "line 4: cells in the row: 3, in the header: 4",
        "line 5: CrmID: ticket 4 is on line 2 already",
    ]
    assert refused('{"id": "x"}\nnonsense\n{"id": 4}\n{"Q": 1, "id": 4}\n{\n  "id": }\n{"id": 0}') == [
        "line 1: CrmID: 'x' is not a number above 0.",
        "line 2: it is not JSON: Expecting value at character 1",
        "line 4: CrmID: ticket 4 is on line 3 already",
        f"line 4: no field is called 'Q' (on line 4); there are {KNOWN}",
        "line 6: it is not JSON: Expecting value at character 9",
        "line 7: CrmID: 0 is not a number above 0",
    ]


def test_faults_past_the_twentieth_are_counted(refused: Refused) -> None:
    told = refused("id\n" + "x\n" * 58)
    assert len(told) == 22
    assert told[20:] == ["line 22: CrmID: 'x' is not a number above 0", "… and 37 more"]
    assert len(refused("id\n" + "x\n" * 21)) == 21
    (only,) = refused(f"id,{','.join(f'q{number}' for number in range(50))}\n")
    assert "'q19', … and 30 more; there are" in only


def test_without_a_key_a_value_may_come_again(rows: Read) -> None:
    assert rows("id\n4\n4\n", key=None) == [(2, {"CrmID": 4}), (3, {"CrmID": 4})]


def test_not_utf_8(rows: Read) -> None:
    with pytest.raises(BadUsage, match=r" is not UTF-8 text \(byte 19, on line 3\)\.$") as caught:
        rows(b"id,Message\n4,a\r5," + "Zürich".encode("latin-1"))
    assert caught.value.hint == "Save it as UTF-8 (Excel calls it 'CSV UTF-8'). Nothing was sent."
    assert rows("id\n4\n".encode("utf-16")) == [(2, {"CrmID": 4})]


@pytest.mark.parametrize("name", ["missing", "", "folder", "~nobody-has-this-name/x"])
def test_what_is_no_file(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadUsage, match=r"can't be read: .+\.$") as caught:
        read(name, FIELDS, noun="ticket")
    assert caught.value.hint == "Nothing was sent."


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everything is readable here")
def test_what_must_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "rows").touch(mode=0)
    with pytest.raises(BadUsage, match="can't be read: Permission denied"):
        read(str(tmp_path / "rows"), FIELDS, noun="ticket")


def test_home_and_pipes_and_standard_input(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [Line(2, {"CrmID": 4})]
    (home / "rows.csv").write_text("id\n4\n")
    assert read("~/rows.csv", FIELDS, noun="ticket") == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfid\r\n4\r\n"), encoding="ascii"))
    assert read("-", FIELDS, noun="ticket") == expected
    if Path("/dev/fd").exists():  # what <(…) gives, and /dev/stdin
        out, into = os.pipe()
        os.write(into, b"id\n4\n")
        os.close(into)
        assert read(f"/dev/fd/{out}", FIELDS, noun="ticket") == expected
        os.close(out)


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    written = io.TextIOWrapper((tmp_path / "out").open("wb"))
    for stream, told in (
        (None, "there is none"),
        (closed, "there is none"),
        (Terminal(io.BytesIO(b"id\n4\n")), "is a terminal"),
        (written, "can't be read"),
    ):
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(BadUsage, match=told) as caught:
            read("-", FIELDS, noun="ticket")
        assert caught.value.hint == "Nothing was sent."
    written.close()


def test_checked_gathers_what_is_refused() -> None:
    lines = [Line(number, {"n": number}) for number in range(2, 6)]

    def make(line: Line) -> int:
        if line.number % 2:
            raise BadUsage("It is odd.", hint="Make it even.", details=["by one"])
        return line.number * 10

    assert checked(lines[::2], make) == [20, 40]
    with pytest.raises(BadUsage) as caught:
        checked(lines, make)
    assert caught.value.message == "line 3: It is odd."
    assert caught.value.details == ["line 3: by one", "line 5: It is odd.", "line 5: by one"]
    assert caught.value.hint == "Nothing was sent."

    def lost(line: Line) -> int:
        raise NotFound("gone")

    with pytest.raises(NotFound):
        checked(lines, lost)


# Printable, and what a text may hold besides.
text_of = st.text(
    st.one_of(
        st.sampled_from("\"'=+-@,;\t\n\r '＝é日👩\u200d{[#"),
        # Without the soft hyphen, which our own writer's mark has: that comes off.
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\xad"),
    ),
    max_size=12,
)
rows_of_text = st.lists(st.lists(text_of, min_size=3, max_size=3), max_size=6)


def ends(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@slow
@given(texts=rows_of_text, delimiter=st.sampled_from(",;\t"), end=st.sampled_from(["\n", "\r\n"]))
def test_any_csv_reads_back(rows: Read, texts: list[list[str]], delimiter: str, end: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    expected = []
    writer.writerow(["One", "Two", "Three"])
    for cells in texts:
        number = ends(written.getvalue()) + 1
        if any(cell.strip() for cell in cells):
            expected.append((number, {f.name: cell for f, cell in zip(TEXTS, cells, strict=True) if cell}))
        writer.writerow(cells)
    assert rows(written.getvalue(), TEXTS, None) == expected


@slow
@given(texts=rows_of_text, indent=st.sampled_from([None, 0, 2]), array=st.booleans(), ascii_only=st.booleans())
def test_any_json_reads_back(
    rows: Read, texts: list[list[str]], indent: int | None, array: bool, ascii_only: bool
) -> None:
    given_rows = [dict(zip(("One", "Two", "Three"), each, strict=True)) for each in texts]
    written, expected = "[" if array else "", []
    for place, row in enumerate(given_rows):
        written += ("," if array and place else "") + "\n"
        expected.append((ends(written) + 1, row))
        written += json.dumps(row, indent=indent, ensure_ascii=ascii_only)
    assert rows(written + ("\n]" if array else "\n"), TEXTS, None) == expected


# What JSON can hold and a text can: neither NUL nor half characters, which are refused.
whole = st.text(
    st.one_of(
        st.sampled_from("\"'=+-@,;\t\n\r \\\x1b\x9b\xad\u200f\u202a\u2028\ufeff\U0001f1e9\U000e0041"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=12,
)


@slow
@given(texts=st.lists(st.lists(whole, min_size=3, max_size=3), max_size=6))
@example(texts=[["=1", "'=1", "''+a"], ["'", "'a", '"=1'], ["\t=", "\tx", "\nx"], ["a;=", "a\n'-", ";' \"=;'"]])
@example(
    texts=[
        ["\u200f\u202a\xad", "\ufeff\U0001f1e9\U0001f1ea", "\U0001fae9\U000e0041"],
        ["'\xad=", "\xad\\x1b", "\x1b\x85"],
    ]
)
def test_what_our_own_csv_holds_reads_back(rows: Read, texts: list[list[str]]) -> None:
    given_rows = [dict(zip(("One", "Two", "Three"), each, strict=True)) for each in texts]
    written = "".join(csv_rows([given_rows], ["One", "Two", "Three"], raw=False, terminal=False))
    got = [values for _, values in rows(written, TEXTS, None)]
    expected = [{name: text for name, text in row.items() if text} for row in given_rows]
    # A row of nothing but blanks is none; where the writer put an apostrophe before them it holds more than that.
    assert got == [row for row in expected if any(cell_of(text).strip() for text in row.values())]


@slow
@given(texts=st.lists(st.lists(whole, min_size=3, max_size=3), max_size=6))
def test_what_our_own_json_lines_hold_reads_back(rows: Read, texts: list[list[str]]) -> None:
    given_rows = [dict(zip(("One", "Two", "Three"), each, strict=True)) for each in texts]
    written = "".join(json_lines([given_rows], dumper(), picker(None)))
    assert [values for _, values in rows(written, TEXTS, None)] == given_rows


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_of_our_own_csv_what_no_text_has_is_refused(refused: Refused, text: str) -> None:
    written = "".join(csv_rows([[{"One": text}]], ["One"], raw=False, terminal=False))
    assert refused(written, TEXTS, None) == [f"line 2: One: it holds U+{ord(text[-1]):04X}, which no text has."]


@slow
@given(
    raw=st.one_of(
        st.binary(max_size=60),
        st.text(st.sampled_from('{}[]",:\n\r;\t\\ 14eidCrmIDset.xnul\0'), max_size=60).map(str.encode),
        st.text(max_size=30).map(lambda text: f"id,Message,set.x\n{text}".encode()),
        st.text(st.sampled_from('{}[]",:\n 14'), max_size=30).map(lambda text: f'{{"id": 4{text}'.encode()),
    )
)
def test_nothing_but_bad_usage_comes_of_any_bytes(rows: Read, raw: bytes) -> None:
    try:
        found = rows(raw)
    except BadUsage:
        return
    assert all(type(values["CrmID"]) is int for _, values in found)
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
