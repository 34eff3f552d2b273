"""The table fits its terminal whatever the rows hold, and cuts nothing on its way into a file."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.output.cells import cut, date, reference
from crmcli.output.columns import DEPARTMENTS, MAILBOX, MESSAGES, PROFILES, REPLIES, STATUSES, TICKETS, Shape
from crmcli.output.sink import Output

from .conftest import Printing

SHAPES = (TICKETS, MESSAGES, DEPARTMENTS, REPLIES, STATUSES, PROFILES, MAILBOX)

nasty = st.text(
    st.one_of(st.sampled_from("\x1b\x07\x9b\u202e\u200d\ufe0f\ud800\r\n\t日👩e\u0301❤"), st.characters()), max_size=70
)
values = st.one_of(nasty, st.none(), st.integers(), st.booleans(), st.just("2026-11-23T14:05:00"), st.just([{}]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Shape, list[list[dict[str, object]]]]:
    shape = draw(st.sampled_from(SHAPES))
    row = st.fixed_dictionaries({}, optional=dict.fromkeys(shape.fields, values))
    return shape, draw(st.lists(st.lists(row, max_size=3), max_size=3))


class Names:
    now = datetime(2026, 11, 23, 14, 5)  # noqa: DTZ001 - the store's wall clock

    def author(self, message: dict[str, object], ticket: dict[str, object]) -> str | None:
        return None

    def hear(self, ticket: dict[str, object]) -> None:
        pass

    def messages(self, ticket: dict[str, object]) -> list[dict[str, object]]:
        return []

    def department(self, number: int) -> str:
        return f"Abteilung {number}\x1b"

    def status(self, number: int) -> str:
        return "" if number == 9 else "日本" * 4


def ticket(**fields: object) -> dict[str, object]:
    usual = {
        "CrmID": 42,
        "Subject": "Late",
        "CustomerName": "Jane",
        "StatusID": 1,
        "DateLastAction": "11/23/2026 14:05",
    }
    return {**usual, **fields}


@settings(max_examples=200, deadline=None)
@given(table=tables(), width=st.integers(20, 300), named=st.booleans(), encoding=st.sampled_from(["utf-8", "latin-1"]))
def test_no_line_is_wider_than_the_terminal(
    printing: Printing, table: tuple[Shape, list[list[dict[str, object]]]], width: int, named: bool, encoding: str
) -> None:
    shape, pages = table
    fields = ",".join(shape.fields) if named else None
    with printing(terminal=True, width=width, encoding=encoding) as printed:
        Output(color="never", look=Names(), fields=fields).pages(pages, shape)
    lines = printed.out.split("\n")
    rows = sum(map(len, pages))
    assert len(lines) == (rows + 2 if rows else 1)
    assert all(line.isprintable() and cell_len(line) <= width for line in lines)


@settings(max_examples=100, deadline=None)
@given(subjects=st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=90), min_size=1))
def test_nothing_is_cut_on_the_way_into_a_file(printing: Printing, subjects: list[str]) -> None:
    with printing() as printed:
        Output(format="table").pages([[ticket(Subject=subject)] for subject in subjects], TICKETS)
    assert all(subject in line for subject, line in zip(subjects, printed.out.split("\n")[1:], strict=False))


@pytest.mark.parametrize(
    ("width", "headers"),
    [
        (20, ["ID", "Subject"]),
        (80, ["ID", "Subject", "Customer", "Status", "Last action"]),
        (
            300,
            [
                "ID",
                "Subject",
                "Customer",
                "E-mail",
                "Order",
                "Department",
                "Status",
                "Messages",
                "Opened",
                "Last action",
            ],
        ),
    ],
)
def test_a_narrow_terminal_loses_the_least_important_columns(
    printing: Printing, width: int, headers: list[str]
) -> None:
    rows = [
        ticket(
            CrmID=12345,
            Subject="s" * 50,
            CustomerName="Customer Name",
            CustomerEmail="customer.name@example.com",
            DepartmentID="Customer care",
            DateOpened="2026-11-01T08:00:00",
        )
    ]
    with printing(terminal=True, width=width) as printed:
        Output(color="never").pages([rows], TICKETS)
    # Column heads stand two blanks apart or more; "Last action" has one.
    assert [head.strip() for head in printed.out.split("\n")[0].split("  ") if head.strip()] == headers


def test_columns_line_up_and_numbers_stand_right(printing: Printing) -> None:
    rows = [ticket(CrmID=7, Subject="日本語"), ticket(CrmID=123, Subject="plain")]
    with printing(terminal=True) as printed:
        Output(color="never", fields="CrmID,Subject,CustomerName").pages([rows], TICKETS)
    assert printed.out.split("\n")[:3] == [
        " ID  Subject" + " " * 45 + "Customer",
        "  7  日本語" + " " * 46 + "Jane",
        "123  plain" + " " * 47 + "Jane",
    ]


def test_a_longer_number_on_a_later_page_is_shown_whole(printing: Printing) -> None:
    pages = [[ticket(CrmID=9, Subject="s" * 60)], [ticket(CrmID=1234567, Subject="s" * 60)]]
    with printing(terminal=True, width=40) as printed:
        Output(color="never", fields="CrmID,Subject,CustomerName").pages(pages, TICKETS)
    head, _, last, _ = printed.out.split("\n")
    assert last.startswith("1234567  sss")
    assert last.endswith("…  Jane")
    assert last.index("Jane") == head.index("Customer")


def test_names_stand_for_numbers_and_a_number_without_one_stays(printing: Printing) -> None:
    with printing(terminal=True) as printed:
        Output(color="never", look=Names(), fields="DepartmentID,StatusID").pages(
            [[ticket(DepartmentID=3), ticket(DepartmentID=3, StatusID=9)]], TICKETS
        )
    assert [line.split("  ") for line in printed.out.split("\n")[1:3]] == [
        ["Abteilung 3\\x1b", "日本日本日本日本"],
        ["Abteilung 3\\x1b", "9"],
    ]


def test_a_nameless_customer_is_shown_by_e_mail_but_not_where_the_field_was_asked_for(printing: Printing) -> None:
    rows = [ticket(CustomerName="", CustomerEmail="jane@example.com")]
    for fields, expected in ((None, True), ("CrmID,CustomerName", False)):
        with printing(terminal=True) as printed:
            Output(color="never", fields=fields).pages([rows], TICKETS)
        assert ("jane@" in printed.out) is expected


def test_only_the_head_is_styled_and_only_where_colour_is_wanted(printing: Printing) -> None:
    for color, styled in (("auto", True), ("never", False)):
        with printing(terminal=True) as printed:
            Output(color=color).pages([[ticket()]], TICKETS)
        head, row = printed.out.split("\n")[:2]
        assert (head.startswith("\x1b[1m") and head.endswith("\x1b[0m")) is styled
        assert "\x1b" not in row


@pytest.mark.parametrize(
    ("wire", "shown"),
    [
        ("2026-11-23T14:05:00", "2026-11-23 14:05"),
        ("2026-11-23T14:05:00.123Z", "2026-11-23 14:05"),
        ("2026-11-23T14:05", "2026-11-23 14:05"),
        ("11/23/2026 14:05", "2026-11-23 14:05"),
        ("11/23/2026 14:05:59", "2026-11-23 14:05"),
        ("9/16/2013", "2013-09-16"),
        ("9/16/2013 9:05", "2013-09-16 09:05"),
        ("0001-01-01T00:00:00", ""),
        ("1/1/0001", ""),
        ("", ""),
        (None, ""),
        ("next\x1b\nweek", "next\\x1b week"),
        ("2026-11-23T14:05:00+02:00", "2026-11-23T14:05:00+02:00"),
    ],
)
def test_dates(wire: object, shown: str) -> None:
    assert date(wire) == shown


@pytest.mark.parametrize(("value", "shown"), [(0, ""), (None, ""), ("", ""), ("0", ""), (17, "17")])
def test_references(value: object, shown: str) -> None:
    assert reference(value) == shown


@given(st.text(st.characters(categories=["L", "M", "N", "S"])), st.integers(0, 20))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    shown = cut(text, width, "…")
    assert cell_len(shown) <= width
    assert shown == text or width == 0 or shown.endswith("…")


@pytest.mark.parametrize("width", [60, 80, 90, 100, 120, 140, 160, 180, 200])
def test_tickets_lose_a_column_rather_than_their_subject_or_status(printing: Printing, width: int) -> None:
    subject = "Where is my order 10415, please?"
    row = ticket(
        Subject=subject,
        StatusID="Waiting for customer",
        CustomerName="Conceição Simões",
        CustomerEmail="conceicao.simoes@example.com",
        DepartmentID="Repairs and warranty",
        OrderID=10415,
        DateOpened="2026-11-01T08:00:00",
    )
    with printing(terminal=True, width=width) as printed:
        Output(color="never").pages([[row]], TICKETS)
    head, line, _ = printed.out.split("\n")
    assert "Waiting for customer" in line
    assert "…" not in line or "Department" not in head  # what is less important comes where nothing need be cut for it
    if width >= 100:
        assert subject in line
