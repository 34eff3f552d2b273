"""Many things in one command, from a list or a file: what the store gets, what is told of each row, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.sandbox.filters import Filter
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET

from .conftest import Result, Run, Sandbox
from .shop import difference, everything, stock

UPDATE = ("tickets", "update", "--from", "-")
REPLIES = ("tickets", "reply", "--from", "-")


def statuses(shop: Sandbox) -> dict[int, int]:
    return {row["CrmID"]: row["StatusID"] for row in shop.store.rows(TICKET)}


def said(shop: Sandbox, ticket: int) -> list[str]:
    return [row["Message"] for row in shop.store.rows(MESSAGE, [Filter(MESSAGE.parent, "is", ticket)])]


def lines(*numbers: int, column: str = "status", value: object = "New") -> str:
    """A CSV that gives each ticket this value."""
    return f"ticket,{column}\n" + "".join(f"{number},{value}\n" for number in numbers)


# What a file says, and what the store gets.


@pytest.mark.parametrize(
    "text",
    [
        "ticket,status,Order\n5,answered,1201\n#6,,7\n",
        "\ufeffCrmID;StatusID;order\r\n5;2;1201\r\n\r\n6;;7\r\n",
        '{"ticket": 5, "status": "Answered", "order": 1201}\n{"CrmID": "6", "StatusID": null, "OrderID": "7"}\n',
        '[{"ticket": 5, "StatusID": 2, "order": 1201}, {"ticket": 6, "order": 7}]',
    ],
)
def test_each_row_has_its_own_fields(run: Run, shop: Sandbox, text: str) -> None:
    before = everything(shop.store)
    done = run(*UPDATE, stdin=text)
    assert (done.code, done.out) == (0, "✓ Ticket 5 updated\n✓ Ticket 6 updated\n")
    assert done.err == "2 of 2 done (run 1).\n"
    changed = {("ticket", 5): {"StatusID": 2, "OrderID": 1201}, ("ticket", 6): {"OrderID": 7}}
    assert difference(before, everything(shop.store)) == changed
    assert shop.asked("PUT") == ["PUT /CRM/5", "PUT /CRM/6"]


def test_a_flag_holds_for_all_rows(run: Run, shop: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("ticket,order\n5,1\n7,2\n")
    assert run("tickets", "update", "--from", str(file), "--status", "New").code == 0
    assert [(row["StatusID"], row["OrderID"]) for row in shop.store.rows(TICKET) if row["CrmID"] in (5, 7)] == [
        (3, 1),
        (3, 2),
    ]


@pytest.mark.parametrize(
    ("command", "text", "flag"),
    [
        ("tickets update", "ticket,order\n5,1\n", ("--order", "0")),
        ("tickets update", "ticket,subject\n5,x\n", ("--subject", "")),
        ("tickets reply", "ticket,text,SenderName\n5,x,Ann\n", ("--sender-name", "Bob")),
        ("tickets reply", "ticket,text,sender\n5,x,1\n", ("--sender", "0")),
        ("messages create", "ticket,text\n5,x\n", ("--text", "y")),
    ],
)
def test_a_flag_that_says_what_a_column_says_is_refused(
    run: Run, shop: Sandbox, command: str, text: str, flag: tuple[str, ...]
) -> None:
    yes = ["--yes"] if command.startswith("tickets") else []
    refused = run(*command.split(), "--from", "-", *flag, *yes, stdin=text)
    assert refused.code == 2
    assert "the file has it, and a flag says it, too" in refused.err
    assert shop.asked("PUT", "POST") == []


@pytest.mark.parametrize(
    ("command", "text", "faults"),
    [
        ("tickets update", "ticket,state\n5,1\nx,2\n", ["line 1: no column is called 'state'", "line 3: CrmID"]),
        ("tickets update", "ticket,status\n5,1\n5,2\n", ["line 3: CrmID: ticket 5 is on line 2 already"]),
        ("tickets update", "ticket,status\n5,New\n6,Opne\n7,Cl\n", ["line 3: No status is", "line 4: No status is"]),
        ("tickets update", "ticket,status,order\n5,1,1\n6,,\n", ["line 3: Nothing to change was named."]),
        ("tickets update", f"ticket,subject\n5,{'x' * 51}\n6,y\n", ["line 2: ", "50"]),
        ("tickets update", '[{"ticket": 5}, {"order": 1}', ["line 1: CrmID is missing", "the array is never closed"]),
        ("tickets delete", "ticket,text\n5,x\n", ["line 1: no column is called 'text'"]),
        ("tickets reply", "ticket,text,saved\n5,x,\n6,x,1\n7,,\n", ["line 3: a saved reply or a", "line 4: a saved"]),
        ("tickets reply", "ticket,text\n5,{{a}}\n6,ok\n7,{{b}}\n", ["line 2: Nothing fills {{a}}", "line 4: Nothing"]),
        ("tickets reply", "ticket,text\n5,{{subject}}\n98,{{subject}}\n99,x\n", ["line 3: No ticket 98", "line 4: No"]),
        (
            "messages create",
            "ticket,text,sender\n5,x,bob\n6,,\n",
            ["line 2: The profile has no", "line 3: The message"],
        ),
        ("replies create", "title,text\nA,x\nA,y\n", ["line 3: Title: saved reply A is on line 2 already"]),
        ("replies update", "reply,text\n1,x\nshipping delay,y\n", ["line 3: saved reply 1 is on line 2 already"]),
    ],
)
def test_where_any_row_is_bad_nothing_is_sent(
    run: Run, shop: Sandbox, command: str, text: str, faults: list[str]
) -> None:
    yes = ["--yes"] if command.startswith("tickets") else []
    refused = run(*command.split(), "--from", "-", *yes, stdin=text)
    assert refused.code == (5 if "98" in text else 2)
    for fault in faults:
        assert fault in refused.err
    assert refused.err.endswith(("Hint: Nothing was sent.\n", "'list' command.\n"))
    assert shop.asked("PUT", "POST", "DELETE") == []
    assert refused.err.count("Archived") <= 1  # what there is to choose from is told once


def test_answers_row_by_row(run: Run, shop: Sandbox) -> None:
    text = (
        '{"ticket": 5, "text": "{{customer_name}}: {{tracking}}", "set": {"tracking": "1Z{{order}}"}, "status": "Answered"}\n'
        '{"ticket": 6, "saved": "welcome", "sender": 1}\n{"ticket": 7, "text": "{{all}}, {{ticket}}"}\n'
    )
    done = run(*REPLIES, "--set", "all=for all", "--yes", stdin=text)
    assert done.code == 0
    assert [said(shop, number)[-1] for number in (5, 6, 7)] == [
        "Ann Lee: 1Z{{order}}",
        "Hello, and welcome.",
        "for all, 7",
    ]
    assert (statuses(shop)[5], statuses(shop)[6]) == (2, 6 % 4)
    assert shop.asked("POST", "PUT") == [
        *("POST /CRM/5/message", "PUT /CRM/5", "POST /CRM/6/message", "POST /CRM/7/message")
    ]


def test_once_for_a_list(run: Run, shop: Sandbox) -> None:
    text = "ticket,text\n5,one\n5,two\n6,one\n"
    for _ in range(2):
        done = run("messages", "create", "--from", "-", "--once", "today", "-o", "jsonl", stdin=text)
        assert (done.code, [json.loads(line)["Row"] for line in done.lines]) == (0, [2, 3, 4])
    assert [body["Message"] for body in shop.bodies()] == ["one", "two", "one"]


def test_saved_replies_from_a_file(run: Run, shop: Sandbox) -> None:
    assert run("replies", "create", "--from", "-", stdin="title,text\nA,x\nB,y\n").code == 0
    assert run("replies", "update", "--from", "-", stdin="reply,text\nb,z\n1,w\n").code == 0
    assert {row["Title"]: row["Message"] for row in shop.store.rows(REPLY)} == {
        "Shipping delay": "w",
        "Welcome": "Hello, and welcome.",
        "A": "x",
        "B": "z",
    }


# Each row is told of.


def test_each_row_gives_an_object_and_each_failure_a_line(run: Run, shop: Sandbox) -> None:
    done = run(*UPDATE, "--json", stdin=lines(5, 999, 6))
    ok = {"Key": "CrmID", "Status": "200", "Message": "Updated successfully"}
    bad = {"Row": 3, "Key": "Error", "Value": "999", "Status": "404", "Message": "No ticket 999."}
    assert (done.code, done.json) == (9, [{"Row": 2, "Value": "5", **ok}, bad, {"Row": 4, "Value": "6", **ok}])
    told = [json.loads(line)["error"] for line in done.err.splitlines()]
    assert [each["kind"] for each in told] == ["not-found", "partial"]
    assert (told[0]["message"], told[1]["message"]) == ("line 3: No ticket 999.", "1 of 3 failed.")


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "ids", "quiet"])
def test_failures_are_lines_on_standard_error(run: Run, shop: Sandbox, form: str) -> None:
    done = run(*UPDATE, *(("-q",) if form == "quiet" else ("-o", form)), stdin=lines(5, 999, 6))
    told = {"ids": "5\n6\n", "quiet": ""}.get(form, "✓ Ticket 5 updated\n✓ Ticket 6 updated\n")
    assert (done.code, done.out) == (9, told)
    assert done.err.splitlines() == [
        "Error: line 3: No ticket 999.",
        "Error: 1 of 3 failed.",
        "Hint: The others are done. See 'crmcli runs show 1'; 'crmcli runs resume 1 --failed' tries again.",
    ]


def test_a_file_of_one_row_is_a_file_still(run: Run, shop: Sandbox) -> None:
    done = run(*UPDATE, "--json", stdin=lines(999))
    assert (done.code, [row["Key"] for row in done.json]) == (5, ["Error"])
    assert done.error["message"] == "line 2: No ticket 999."
    assert [row["Row"] for row in run(*UPDATE, "--json", stdin=lines(5)).json] == [2]


@pytest.mark.parametrize("text", ["", "\n\n", "ticket,status\n", "[]"])
def test_an_empty_file_is_a_job_that_is_done(run: Run, shop: Sandbox, text: str) -> None:
    for words in (UPDATE, (*REPLIES, "--text", "x"), ("tickets", "delete", "--from", "-")):
        done = run(*words, "--json", stdin=text)
        assert (done.code, done.out, done.err) == (0, "[]\n", "")
    assert shop.asked() == []


def test_a_dry_run_shows_what_each_row_would_send(run: Run, shop: Sandbox) -> None:
    shown = run(*UPDATE, "--dry-run", "--json", stdin=lines(5, 999, 6, column="order", value=3))
    assert [request["body"]["OrderID"] for request in shown.json] == [3, 3]
    told = [json.loads(line)["error"] for line in shown.err.splitlines()]
    assert (shown.code, told[0]["message"], told[1]["message"]) == (9, "line 3: No ticket 999.", "1 of 3 would fail.")
    assert shop.asked("PUT") == []
    assert run("runs", "list").out == ""


def test_rows_from_standard_input_leave_nobody_to_ask(run: Run, shop: Sandbox) -> None:
    for words in (("tickets", "delete", "--from", "-"), (*REPLIES, "--text", "x")):
        refused = run(*words, stdin="ticket\n5\n6\n")
        assert (refused.code, "nobody can be asked here." in refused.err) == (2, True)
    assert shop.asked("POST", "DELETE") == []
    assert run("tickets", "delete", "--from", "-", "--yes", "-o", "ids", stdin="ticket\n5\n6\n").lines == ["5", "6"]


def test_what_a_store_or_a_file_says_is_harmless(run: Run, shop: Sandbox) -> None:
    shop.answer(400, r'[{"Key":"Error","Status":"400","Message":"\u001b[31mno\nError: line 9"}]', "PUT", works=False)
    told = run(*UPDATE, stdin=lines(5, 6)).err + run(*UPDATE, stdin='ticket,"\x1b[2J\nx"\n5,1\n').err
    assert "\x1b" not in told
    assert r": \x1b[31mno Error: line 9;" in told.splitlines()[0]


# Rules that hold for all.

VALUES = st.fixed_dictionaries(
    {},
    optional={"order": st.integers(0, 10**6), "status": st.integers(0, 3), "subject": st.text("aé,\"\n'=", max_size=9)},
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.dictionaries(st.integers(1, 12), VALUES.filter(bool), min_size=1))
def test_a_file_does_what_its_rows_do_one_by_one(run: Run, shop: Sandbox, rows: dict[int, dict[str, Any]]) -> None:
    def after(work: Callable[[], list[Result]]) -> Any:
        stock(shop.store)
        before = everything(shop.store)
        assert {result.code for result in work()} == {0}
        return difference(before, everything(shop.store))

    text = "".join(json.dumps({"ticket": number, **values}) + "\n" for number, values in rows.items())
    one_by_one = after(
        lambda: [
            run("tickets", "update", str(number), *(f"--{name}={value}" for name, value in values.items()))
            for number, values in rows.items()
        ]
    )
    assert after(lambda: [run(*UPDATE, stdin=text)]) == one_by_one
