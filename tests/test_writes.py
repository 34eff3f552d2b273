"""What a write sends: each flag under the store's own field, `--data` with flags over it, texts from files and pipes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmcli.sandbox.objects import DEPARTMENT, REPLY, STATUS, TICKET

from .conftest import Run, Sandbox
from .shop import difference, everything

NEW = ("tickets", "create", "--customer-email", "ann@example.com")


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize(
    ("flag", "value", "field", "sent"),
    [
        ("--subject", "Größe M ✓", "Subject", "Größe M ✓"),
        ("--department", "6", "DepartmentID", 6),
        ("--department", "website", "DepartmentID", 11),
        ("--status", "0", "StatusID", 0),
        ("--status", "Waiting for customer", "StatusID", 6),
        ("--customer-name", "Ann", "CustomerName", "Ann"),
        ("--customer-email", "b@example.com", "CustomerEmail", "b@example.com"),
        ("--customer-phone", "555-0100", "CustomerPhone", "555-0100"),
        ("--customer-ip", "192.0.2.1", "CustomerIpAddress", "192.0.2.1"),
        ("--order", "10243", "OrderID", 10243),
        ("--customer", "0", "CustomerID", 0),
        ("--product", "102", "ProductId", 102),
        ("--subject", "", "Subject", ""),
    ],
)
def test_each_field_of_a_ticket(
    run: Run, sandbox: Sandbox, verb: str, flag: str, value: str, field: str, sent: Any
) -> None:
    new = NEW[:2] if flag == NEW[2] else NEW
    words = (*new, flag, value) if verb == "create" else ("tickets", "update", "7", flag, value)
    before = run("tickets", "get", "7", "--json").json
    assert run(*words).code == 0
    email = NEW[3] if verb == "create" else before["CustomerEmail"]
    assert sandbox.bodies() == [{"CustomerEmail": email, field: sent}]


@pytest.mark.parametrize("flag", ["--department", "--status"])
def test_a_number_that_the_store_refuses_is_hinted_at(run: Run, sandbox: Sandbox, flag: str) -> None:
    """A number is not looked up before: a store may take what its lists don't show."""
    hint = "A department or a status that isn't there? See 'crmcli departments list' and 'crmcli statuses list'."
    for words in ((*NEW, flag, "77"), ("tickets", "update", "7", flag, "77")):
        missed = run(*words)
        assert (missed.code, missed.err.splitlines()[-1]) == (6, f"Hint: {hint}")
    many = run("tickets", "update", "7", "8", flag, "77")
    rows = [line for line in many.err.splitlines() if line.startswith("Error: ticket")]
    assert len(rows) == 2
    assert all(row.endswith(f"; {hint}") for row in rows)
    assert not [asked for asked in sandbox.asked() if asked.startswith(("GET /CRM/dep", "GET /CRM/stat"))]
    other = run("tickets", "update", "7", "--customer-ip", "x" * 99)
    assert hint not in other.err


def test_the_first_message_of_a_ticket(run: Run, sandbox: Sandbox) -> None:
    assert run(*NEW, "--message", "-", stdin="Hello,\n\nwhere is it?\n").code == 0
    assert sandbox.bodies() == [
        {"CustomerEmail": "ann@example.com", "CrmMessageList": [{"Message": "Hello,\n\nwhere is it?"}]}
    ]


def test_each_field_of_a_message(run: Run, sandbox: Sandbox) -> None:
    words = ("--text", "Hi", "--sender", "2", "--sender-name", "Lena", "--sender-email", "lena@example.com")
    made = run("messages", "create", "7", *words, "-o", "ids")
    assert made.code == 0
    assert sandbox.bodies() == [{"Message": "Hi", "Sender": 2, "SenderName": "Lena", "SenderEmail": "lena@example.com"}]
    assert run("messages", "get", "7", made.out.strip(), "--json").json["Message"] == "Hi"
    assert [mail["Text"] for mail in sandbox.store.mailbox()] == ["Hi"]


def test_a_sender_by_the_profiles_name(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text() + "senders = { Store = 1, customer = 0 }\n")
    assert run("messages", "create", "7", "--text", "Hi", "--sender", "STORE").code == 0
    assert sandbox.bodies() == [{"Message": "Hi", "Sender": 1}]
    missed = run("messages", "create", "7", "--text", "Hi", "--sender", "shop")
    assert missed.code == 2
    failed, *_, hint = missed.err.splitlines()
    assert (failed, hint) == ("Error: The profile has no sender 'shop'.", "Hint: It has store, customer.")


def test_departments_replies_and_statuses_are_sent_whole(run: Run, sandbox: Sandbox) -> None:
    assert run("departments", "update", "wholesale", "--visible").code == 0
    assert run("departments", "update", "9", "--name", "Trade", "--hidden").code == 0
    assert run("statuses", "update", "open", "--name", "In progress").code == 0
    assert run("replies", "update", "shipping DELAY", "--title", "Late").code == 0
    reply = run("replies", "get", "1", "--json").json
    assert sandbox.bodies() == [
        {"DepartmentId": 9, "Name": "Wholesale", "Visible": True},
        {"DepartmentId": 9, "Name": "Trade", "Visible": False},
        {"Id": 2, "StatusId": 1, "StatusName": "In progress"},
        {"Id": 1, "Title": "Late", "Message": reply["Message"]},
    ]
    assert reply["Message"].startswith("Hello {{customer_name}}")


@pytest.mark.parametrize("unset", ["null", "null-refused"])
def test_what_the_store_has_as_null_is_left_out_of_what_is_sent_whole(run: Run, shop: Sandbox, unset: str) -> None:
    shop.store.update(REPLY, 2, {"Message": ""})
    shop.store.update(DEPARTMENT, 5, {"Name": ""})
    shop.switch(f"unset={unset}", "put=replace")
    before = everything(shop.store)
    assert run("replies", "update", "2", "--title", "Bye").code == 0
    assert run("departments", "update", "5", "--visible").code == 0
    assert run("tickets", "update", "3", "4", "2", "--subject", "X").code == 0
    whole = shop.bodies()[-1]
    assert whole == {
        "CrmID": 2,
        "DateOpened": "2026-03-02T09:30:00",
        "Subject": "X",
        "DepartmentID": 0,
        "StatusID": 0,
    } | {"CustomerEmail": "bob@example.com"}
    assert shop.bodies()[:2] == [{"Id": 2, "Title": "Bye"}, {"DepartmentId": 5, "Visible": True}]
    assert [body for body in shop.bodies() if None in body.values()] == []
    assert difference(before, everything(shop.store)) == {
        ("saved reply", 2): {"Title": "Bye"},
        ("department", 5): {"Visible": True},
        **{("ticket", number): {"Subject": "X"} for number in (2, 3, 4)},
    }


def test_a_status_that_was_hit_by_mistake_gets_back_that_it_has_no_name(run: Run, shop: Sandbox) -> None:
    """The first number tried is another row's at this store, which passes over the numbers in a body."""
    shop.store.update(STATUS, 3, {"StatusName": ""})
    shop.switch("unset=null-refused", "status-get=404", "body-number=ignore")
    before = everything(shop.store)
    assert run("statuses", "update", "1", "--name", "Fresh").code == 0
    assert difference(before, everything(shop.store)) == {("status", 2): {"StatusName": "Fresh"}}
    assert [row["Path"] for row in shop.store.log() if row["Method"] == "PUT"] == ["/CRM/status/2"] * 2 + [
        "/CRM/status/1"
    ]


def test_saved_replies_are_made_and_deleted(run: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_bytes("\ufeffGrüße\r\n".encode())  # as an editor on Windows saves it
    made = run("replies", "create", "--title", "Greeting", "--text", f"@{text}", "-o", "ids")
    assert sandbox.bodies() == [{"Title": "Greeting", "Message": "Grüße"}]
    assert run("replies", "get", "greeting", "-o", "ids").out == made.out
    assert run("replies", "delete", "Greeting", "--yes").code == 0
    assert run("replies", "get", made.out.strip()).code == 5


@pytest.mark.parametrize("source", ["JSON", "@file", "-"])
def test_flags_lie_over_data(run: Run, sandbox: Sandbox, tmp_path: Path, source: str) -> None:
    data = json.dumps({"Subject": "From data", "CustomerName": "Ann", "DepartmentID": 2})
    (tmp_path / "data.json").write_text(data)
    said = {"JSON": data, "@file": f"@{tmp_path / 'data.json'}", "-": "-"}[source]
    words = (*NEW, "--subject", "From the flag", "--department", "Returns")
    assert run(*words, "--data", said, stdin=data if source == "-" else "").code == 0
    assert sandbox.bodies() == [
        {"CustomerEmail": "ann@example.com", "Subject": "From the flag", "CustomerName": "Ann", "DepartmentID": 5}
    ]


def test_an_update_changes_what_is_named_alone(run: Run, sandbox: Sandbox) -> None:
    before = run("tickets", "get", "7", "--json").json
    assert run("tickets", "update", "7", "--data", '{"CustomerPhone": ""}', "--status", "spam").code == 0
    after = run("tickets", "get", "7", "--json").json
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"CustomerPhone", "StatusID", "DateLastAction"}
    assert (after["CustomerPhone"], after["StatusID"]) == ("", 2)


WRITES = [
    (*NEW, "--subject", "Hello"),
    ("tickets", "update", "7", "--status", "Spam"),
    ("tickets", "delete", "7"),
    ("messages", "create", "7", "--text", "Hi"),
    ("messages", "delete", "3", "8"),
    ("departments", "update", "Orders", "--hidden"),
    ("replies", "create", "--title", "Greeting", "--text", "Hello"),
    ("replies", "update", "1", "--title", "Greeting"),
    ("replies", "delete", "1"),
    ("statuses", "update", "Open", "--name", "In progress"),
]


@pytest.mark.parametrize("words", WRITES, ids=" ".join)
def test_a_dry_run_shows_what_the_write_then_sends(run: Run, sandbox: Sandbox, words: tuple[str, ...]) -> None:
    shown = run(*words, "--dry-run", "--json")
    assert (shown.code, shown.err) == (0, "")
    assert set(shown.json) == {"method", "url", "body"}
    assert sandbox.asked("POST", "PUT", "DELETE") == []
    talked = run(*words, "--dry-run")
    assert talked.lines[0] == f"{shown.json['method']} {shown.json['url']}"
    assert json.loads("\n".join(talked.lines[1:]) or "null") == shown.json["body"]

    assert run(*words, *(("--yes",) if "delete" in words else ())).code == 0
    (sent,) = sandbox.asked("POST", "PUT", "DELETE")
    assert f"{shown.json['method']} {shown.json['url']}" == sent.replace(" ", f" {sandbox.server.base_url}", 1)
    assert sandbox.bodies() == ([] if shown.json["body"] is None else [shown.json["body"]])


@pytest.mark.parametrize("words", WRITES, ids=" ".join)
def test_what_a_write_prints(run: Run, sandbox: Sandbox, words: tuple[str, ...]) -> None:
    yes = ("--yes",) if "delete" in words else ()
    did = {"create": "created", "update": "updated", "delete": "deleted"}[words[1]]
    shown = run(*words, *yes)
    assert shown.code == 0
    assert shown.err == ""
    noun = {"replies": "Saved reply", "statuses": "Status"}.get(words[0], words[0].capitalize().removesuffix("s"))
    assert shown.out.startswith(f"✓ {noun} ")
    assert shown.out.endswith(f" {did}\n")


def test_a_write_in_json_is_the_stores_own_answer(run: Run, sandbox: Sandbox) -> None:
    told = run(*NEW, "--json")
    assert [set(ack) for ack in told.json] == [{"Key", "Value", "Status", "Message"}]
    assert told.json[0] == {"Key": "CrmID", "Value": "41", "Status": "201", "Message": "Created successfully"}
    assert run(*NEW, "-o", "ids").out == "42\n"
    assert run(*NEW, "--quiet").out == ""


def test_a_ticket_without_an_e_mail_is_told_of_before_it_is_changed(shop: Sandbox, run: Run) -> None:
    shop.store.update(TICKET, 4, {"CustomerEmail": ""})
    shop.store.update(TICKET, 5, {"CustomerEmail": ""})
    result = run("tickets", "update", "4", "5", "1", "--subject", "X")
    assert result.err.count("Warning: Ticket 4 has no e-mail, and the API requires one") == 1
    assert result.err.count("has no e-mail") == 1
    given = run("tickets", "update", "4", "--customer-email", "a@example.com")
    assert (given.code, given.err) == (0, "")
