"""What crmcli wrote comes back as it was, what others wrote goes out as it stands, and what spreadsheets leave does no harm."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from crmcli.sandbox.filters import Filter
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from tests.conftest import Run, Sandbox
from tests.shop import everything

PASSED = "Passed over, since it can't be set here: "
# Marks of direction, a soft hyphen, a byte order mark, a flag, an emoji newer than some Python, a formula, an apostrophe.
ODD = [
    "a\u200fb\u202ac",
    "co\u00adop",
    "\ufeffx",
    "\U0001f1e9\U0001f1ea",
    "\U0001fae9",
    "=1+1",
    "'-20% today'",
    "'\u00ad+1",
]


def last(shop: Sandbox, ticket: int) -> str:
    return str(shop.store.rows(MESSAGE, [Filter(MESSAGE.parent, "is", ticket)])[-1]["Message"])


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_whole_export_is_taken_back(shop: Sandbox, run: Run, tmp_path: Path, form: str) -> None:
    for number, said in enumerate(ODD, 1):
        shop.store.update(TICKET, number, {"Subject": said, "CustomerPhone": said})
    (tmp_path / "all").write_text(run("tickets", "list", "--all", "-o", form).out, "utf-8", newline="")
    before = everything(shop.store)
    result = run("tickets", "update", "--from", str(tmp_path / "all"), "-o", "ids")
    assert result.code == 0, result.err
    assert [line for line in result.err.splitlines() if line.startswith("Passed")] == [
        f"{PASSED}DateOpened, DateLastAction{', CrmMessageList' if form == 'jsonl' else ''}."
    ]
    after = everything(shop.store)
    for thing in (before, after):
        for row in thing.values():
            row.pop("DateLastAction", None)
    assert after == before


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_whole_export_of_the_demo_store_is_taken_back(sandbox: Sandbox, run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "all").write_text(run("tickets", "list", "--all", "-o", form).out, "utf-8", newline="")
    result = run("tickets", "update", "--from", str(tmp_path / "all"), "-o", "ids", "--plan", str(tmp_path / "plan"))
    assert result.code == 0, result.err
    changed = [json.loads(line) for line in (tmp_path / "plan").read_text().splitlines()]
    assert all(row["before"] == row["after"] for row in changed if row["do"] == "update")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_a_store_has_and_would_not_be_given_comes_back(shop: Sandbox, run: Run, tmp_path: Path, form: str) -> None:
    shop.store.update(TICKET, 4, {"Subject": "x" * 150, "ProductId": -1})
    shop.store.update(TICKET, 5, {"CustomerEmail": ""})
    export = run("tickets", "list", "--all", "-o", form).out
    before = everything(shop.store)
    result = run("tickets", "update", "--from", "-", stdin=export)
    assert result.code == 0, result.err
    after = everything(shop.store)
    assert {key: row.get("Subject") for key, row in after.items()} == {
        key: row.get("Subject") for key, row in before.items()
    }
    refused = run("tickets", "update", "--from", "-", stdin=export.replace("x" * 150, "y" * 150).replace("-1", "-2"))
    assert refused.code == 2
    assert "ProductId: -2 is not a number, 0 or above" in refused.err
    longer = run("tickets", "update", "--from", "-", stdin=export.replace("x" * 150, "y" * 150))
    assert "Subject: at most 50 characters, 150 given" in longer.err
    assert everything(shop.store) == after


def test_a_required_e_mail_is_not_emptied(shop: Sandbox, run: Run) -> None:
    for words, stdin in (
        (("4", "--customer-email", ""), ""),
        (("--from", "-"), '{"CrmID": 4, "CustomerEmail": ""}'),
    ):
        refused = run("tickets", "update", *words, stdin=stdin)
        assert (refused.code, "CustomerEmail: required" in refused.err) == (2, True)
    assert shop.asked("PUT") == []


def test_saved_replies_come_back(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    text = "=1\n- one\n'- two\n\t;'=x\u202e\x1b"
    shop.store.update(REPLY, 1, {"Message": text})
    (tmp_path / "replies.csv").write_text(run("replies", "list", "-o", "csv").out, "utf-8", newline="")
    assert "\x1b" not in (tmp_path / "replies.csv").read_text("utf-8")
    assert run("replies", "update", "--from", str(tmp_path / "replies.csv")).code == 0
    assert run("replies", "create", "--from", str(tmp_path / "replies.csv")).err.count(f"{PASSED}Id.") == 1
    assert [row["Message"] for row in shop.store.rows(REPLY)].count(text) == 2


TEXTS = {
    7: "'-20% today' is the code on our flyer.",
    8: "Sorry about that ;'-( we fix it",
    9: "Your list:\n'- one\n'- two",
    10: "'+1 is what our team says",
    11: "''=quoted twice",
}


@pytest.mark.parametrize("words", [("messages", "create"), ("tickets", "reply", "--yes")], ids=" ".join)
def test_what_is_mailed_is_what_stands_in_the_file(shop: Sandbox, run: Run, words: tuple[str, ...]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["ticket", "text"], *TEXTS.items()])
    assert run(*words, "--from", "-", stdin=file.getvalue()).code == 0
    assert {ticket: last(shop, ticket) for ticket in TEXTS} == TEXTS


def test_our_own_columns_beside_an_answer_are_passed_over(shop: Sandbox, run: Run) -> None:
    _, row = csv.reader(run("tickets", "list", "--limit", "1", "-o", "csv").lines)
    sheet = io.StringIO()
    head = [*run("tickets", "list", "--limit", "1", "-o", "csv").lines[0].split(","), "Department", "text"]
    csv.writer(sheet).writerows([head, [*row, "Sales", "Hello"]])
    result = run("tickets", "reply", "--from", "-", "--yes", stdin=sheet.getvalue())
    assert result.code == 0, result.err
    assert result.err.count("Passed over") == 1
    assert "Subject, DepartmentID, CustomerName" in result.err
    assert last(shop, 1) == "Hello"
    assert run("messages", "create", "--from", "-", stdin=sheet.getvalue()).code == 0
    other = run("tickets", "reply", "--from", "-", "--yes", stdin=sheet.getvalue().replace("Department,", "Colour,"))
    assert other.code == 2
    assert "no column is called 'Colour'" in other.err


def test_a_name_beside_its_number_is_passed_over_and_alone_it_counts(shop: Sandbox, run: Run) -> None:
    result = run("tickets", "update", "--from", "-", stdin="CrmID,StatusID,Status\n1,2,New\n")
    assert (result.code, result.err) == (0, f"{PASSED}Status.\n")
    assert shop.bodies()[-1]["StatusID"] == 2
    assert run("tickets", "update", "--from", "-", stdin='{"CrmID": 1, "Status": "New", "StatusID": 1}\n').code == 0
    assert shop.bodies()[-1]["StatusID"] == 1
    assert run("tickets", "update", "--from", "-", stdin="CrmID,Status\n1,New\n").code == 0
    assert shop.bodies()[-1]["StatusID"] == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"sep=;\r\nticket;status\r\n7;Answered\r\n",
        b"sep=\t\r\nticket\tstatus\r\n7\tAnswered\r\n",
        b"\xef\xbb\xbfSEP=,\nticket,status\n7,Answered\n",
        b"ticket,status,,\r\n7,Answered,,\r\n",
        b"ticket,status,,\r\n7,Answered\r\n",
        b"ticket,,status\n7,,Answered\n",
        "ticket,status\r\n7,Answered\r\n".encode("utf-16"),
        b"\xfe\xff" + "ticket\tstatus\r\n7\tAnswered\r\n".encode("utf-16-be"),
    ],
    ids=range(8),
)
def test_what_spreadsheets_leave_does_no_harm(shop: Sandbox, run: Run, raw: bytes) -> None:
    result = run("tickets", "update", "--from", "-", stdin=raw)
    assert result.code == 0, result.err
    assert shop.bodies() == [{"CustomerEmail": "ann@example.com", "StatusID": 2}]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"sep=;\r\nticket;status\r\n7;Nope\r\nx;\r\n", "line 4: CrmID: 'x' is not a number"),
        (b"ticket,status,,\n7,Closed,,a note\n", "column 4 has no name, and line 2 has 'a note' in it"),
        (b"ticket,text\n7,Hello,\n", "cells in the row: 3, in the header: 2"),
        (b"\xff\xfet\x00i", "is cut off or damaged"),
        (b"\xff\xfe\x00\x00t\x00\x00\x00", "NUL character"),
        ("ticket,text\n7,Grüße\n".encode("latin-1"), "is not UTF-8 text (byte 17, on line 2)"),
    ],
    ids=range(6),
)
def test_where_something_could_go_wrong_it_is_said(shop: Sandbox, run: Run, raw: bytes, told: str) -> None:
    result = run(
        "messages" if b"text" in raw else "tickets", "create" if b"text" in raw else "update", "--from", "-", stdin=raw
    )
    assert result.code == 2
    assert told in result.err
    assert shop.bodies() == []
