"""What was or would be changed, as it is told to a person: names for numbers, and what people call a field."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmcli.sandbox.objects import TICKET

from .conftest import Run, Sandbox


def test_a_run_shows_what_each_row_changed(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run("tickets", "update", "4", "--status", "Answered", "--order", "7").code == 0
    found = run("runs", "show", "1", "--color", "never", terminal=True)
    head, row = found.lines
    assert head.split() == ["Row", "What", "Does", "State", "Change"]  # no reason: nothing failed
    assert "Status: Archived -> Answered, Order: 1004 -> 7" in row
    assert run("runs", "show", "1", "--json").json[0]["after"] == {"OrderID": 7, "StatusID": 2}


def test_a_reason_is_shown_where_there_is_one(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "999", "--status", "Answered").code == 9
    head, done, failed = run("runs", "show", "1", "-o", "table").lines
    assert head.endswith("Reason")
    assert (done.endswith("-> Answered"), failed.endswith("No ticket 999.")) == (True, True)


def test_a_plan_of_a_reply_shows_its_text_and_one_of_a_delete_its_subject(
    shop: Sandbox, run: Run, tmp_path: Path
) -> None:
    plan = str(tmp_path / "plan")
    replied = run(
        "tickets", "reply", "4", "5", "--text", "Hello", "--status", "Answered", "--plan", plan, "-o", "table"
    )
    assert [line.split() for line in replied.lines[:3]] == [
        ["Does", "Ticket", "Field", "Before", "After"],
        ["reply", "4", "Message", "Hello"],
        ["reply", "4", "Status", "Archived", "Answered"],
    ]
    assert replied.err.startswith("2 tickets would be answered.\n")
    shop.store.update(TICKET, 4, {"CustomerName": "Ann Lee"})
    deleted = run("tickets", "delete", "4", "--plan", plan, "-o", "table")
    assert [line.split(maxsplit=2) for line in deleted.lines] == [
        ["Does", "Ticket", "Before"],
        ["delete", "4", "Subject 4 (Ann Lee)"],
    ]
    assert deleted.err.startswith("1 ticket would be deleted.\n")


def test_what_has_changed_since_is_told_by_its_name(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    plan = str(tmp_path / "plan")
    assert run("tickets", "update", "4", "5", "--status", "Answered", "--plan", plan).code == 0
    shop.store.update(TICKET, 4, {"StatusID": 1})
    assert "status is Open and was Archived.\n" in run("apply", plan).err
    assert run("tickets", "update", "6", "--subject", "Spam").code == 0
    shop.store.update(TICKET, 6, {"Subject": ""})
    assert "subject is '' and was 'Spam'.\n" in run("runs", "undo", "2").err
