"""`tickets stats` as it is used: at terminals of all widths, in scripts, from cron, against stores of several readings."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from inspect import signature
from typing import Any

import pytest
from rich.cells import cell_len

from crmcli import dates
from crmcli.api import threads
from crmcli.conditions import KINDS
from crmcli.output.charts import STATS
from crmcli.sandbox.objects import STATUS, TICKET
from crmcli.ticket_options import filters

from .conftest import SOWN, Run, Sandbox
from .terminal import Person
from .tree import verbs

NOW = datetime(2026, 6, 15, 16, 5, tzinfo=UTC)
"""Five minutes after the newest ticket came."""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    assert NOW.replace(tzinfo=None, hour=12, minute=0) == SOWN
    monkeypatch.setattr(dates, "utc_now", lambda: NOW)


def numbers(run: Run, *words: str) -> dict[str, Any]:
    found = run("tickets", "stats", "--json", *words)
    assert found.code == 0, found.err
    figures: dict[str, Any] = found.json
    return figures


def test_the_figures_are_those_of_the_tickets(run: Run, sandbox: Sandbox) -> None:
    found = numbers(run)
    assert tuple(found) == STATS.fields
    rows = run("tickets", "list", "--all", "--json").json
    still_open = [row for row in rows if row["StatusID"] not in (5, 2, 0)]
    assert (found["tickets"], found["open"]) == (len(rows), len(still_open))
    last = {row["CrmID"]: max(row["CrmMessageList"], key=lambda each: each["MessageId"]) for row in still_open}
    emails = {row["CrmID"]: row["CustomerEmail"] for row in still_open}
    waiting = {number for number, message in last.items() if message["SenderEmail"] == emails[number]}
    assert set(found["unanswered_tickets"]) == waiting
    oldest = run("tickets", "get", str(found["oldest_unanswered_ticket"]), "--json").json
    assert found["oldest_unanswered_ticket"] == found["unanswered_tickets"][0]
    assert datetime.fromisoformat(oldest["DateOpened"]) <= SOWN
    assert found["by_status"][0]["name"] == "New"


def test_it_takes_the_filters_of_the_list(run: Run, sandbox: Sandbox) -> None:
    taken = [{each.name for each in verbs()["tickets", verb].params} for verb in ("list", "stats")]
    assert set(signature(filters).parameters) <= taken[0] & taken[1]
    words = ("--department", "orders", "--status", "closed", "--opened-after", "2026-01-01", "--customer-ip", "203")
    count = run("tickets", "list", *words, "--count")
    assert numbers(run, *words)["tickets"] == int(count.out)
    listed, counted = [asked for asked in sandbox.asked() if asked.startswith("GET /CRM?")][-2:]
    assert listed.split("&limit")[0].split("&countonly")[0] == counted.split("&limit")[0].split("&countonly")[0]


def test_the_same_under_other_readings(run: Run, sandbox: Sandbox) -> None:
    usual = numbers(run)
    for switch in ("dates=slash", "unset=null", "page-cap=7", "offset-base=0", "past-end=404", "status-get=404"):
        sandbox.switch(switch)
        assert numbers(run) == usual, switch


def test_a_store_that_lists_tickets_without_messages(run: Run, sandbox: Sandbox) -> None:
    usual = numbers(run)
    sandbox.switch("message-in-list=no")
    before = len(sandbox.asked())
    found = run("tickets", "stats", "--json")
    single = [asked for asked in sandbox.asked()[before:] if asked.startswith("GET /CRM/") and asked[9:].isdigit()]
    assert len(single) == usual["open"]
    answers = {"first_answers", "first_answer_median", "first_answer_p90"}
    assert {name for name in usual if usual[name] != found.json[name]} == answers
    assert f"those of {usual['open']} open tickets were read one by one" in found.err
    assert run("tickets", "stats", "--json", "--quiet").err == ""


def test_no_more_than_so_many_are_read(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = numbers(run)
    sandbox.switch("message-in-list=no")
    monkeypatch.setattr(threads.Threads.__init__, "__kwdefaults__", {"most": 3})
    found = run("tickets", "stats", "--json")
    assert found.json["unknown"] == usual["open"] - 3
    assert f"{usual['open'] - 3} open tickets were not read" in found.err


def test_one_that_goes_while_it_is_read(run: Run, sandbox: Sandbox) -> None:
    usual = numbers(run)
    sandbox.switch("message-in-list=no")
    gone = usual["oldest_unanswered_ticket"]

    def see(environ: dict[str, Any]) -> None:
        if environ["PATH_INFO"].endswith(f"/CRM/{gone}"):
            sandbox.store.delete(TICKET, gone)

    sandbox.between(see)
    found = numbers(run)
    assert found["tickets"] == usual["tickets"] - 1
    assert found["unanswered_tickets"] == usual["unanswered_tickets"][1:]


def test_messages_that_tickets_carry_nowhere_are_read_by_themselves(run: Run, sandbox: Sandbox) -> None:
    usual = numbers(run)
    sandbox.switch("thread=none")
    found = numbers(run)
    told = ("open", "unanswered_tickets", "answered", "unknown")
    assert [found[name] for name in told] == [usual[name] for name in told]


def test_who_wrote_is_the_profiles_say(run: Run, sandbox: Sandbox, profile_file: Any) -> None:
    usual = numbers(run)
    profile_file.write_text(profile_file.read_text() + "senders = { store = 1, customer = 0 }\n")
    turned = numbers(run)
    assert (turned["unanswered"], turned["answered"]) == (usual["answered"], usual["unanswered"])


def test_an_unknown_writer_is_counted_and_said(run: Run, sandbox: Sandbox) -> None:
    before = numbers(run)
    nameless = {"Message": "Hello", "Sender": 9}
    for status in (1, 5):
        new = {"CrmID": 900 + status, "StatusID": status, "CustomerEmail": "ann@example.com"}
        thread = [{**nameless, "MessageId": 9000 + 10 * status + at} for at in range(2)]
        sandbox.store.fill(tickets=[{**new, "CrmMessageList": thread}])
    found = run("tickets", "stats", "--json")
    changed = {name: found.json[name] - before[name] for name in ("open", "unknown", "unanswered", "answered")}
    assert changed == {"open": 1, "unknown": 1, "unanswered": 0, "answered": 0}
    assert "Of 1 open ticket nothing tells who wrote last" in found.err
    assert "senders = { store = 0, customer = 1 }" in found.err


def test_open_is_as_it_is_told(run: Run, sandbox: Sandbox) -> None:
    found = numbers(run, "--closed", "5", "--closed", "ANSWERED")
    assert {row["name"] for row in found["by_status"] if row["closed"]} == {"Closed", "Answered"}
    wrong = run("tickets", "stats", "--closed", "Cloosed")
    assert wrong.code == 2
    assert "Closed" in wrong.err
    for number, name in ((5, "Cerrado"), (2, "Basura"), (0, "Viejo")):
        row = sandbox.store.row(STATUS, number, by="StatusId")
        assert row
        sandbox.store.update(STATUS, row["Id"], {"StatusName": name})
    every = run("tickets", "stats", "--json")
    assert every.json["closed"] == 0
    assert "--closed STATUS" in every.err


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_a_terminal(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    found = run("tickets", "stats", terminal=True)
    assert found.code == 0
    assert max(map(cell_len, found.lines)) <= width
    for heading in ("Open by status", "Open by department", "Open by age", "Opened each day"):
        assert heading in found.out
    assert "█" in found.out


def test_a_terminal_without_utf(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with Person("tickets", "stats", "--days", "366") as person:
        assert person.leaves() == 0
    assert person.screen.isascii()
    assert "Open by department" in person.screen
    assert "###" in person.screen


def test_for_programs(run: Run, sandbox: Sandbox) -> None:
    found = numbers(run)
    table = list(csv.DictReader(io.StringIO(run("tickets", "stats", "-o", "csv").out)))
    assert table[0] == {"figure": "tickets", "of": "", "value": str(found["tickets"])}
    assert {row["of"]: int(row["value"]) for row in table if row["figure"] == "by_department"} == {
        row["name"]: row["open"] for row in found["by_department"]
    }
    assert run("tickets", "stats").lines == run("tickets", "stats", "-o", "tsv").lines
    assert len(run("tickets", "stats", "-o", "tsv").lines) == len(table)
    assert run("tickets", "stats", "-o", "jsonl").json == found
    assert run("tickets", "stats", "-o", "ids").lines == list(map(str, found["unanswered_tickets"]))
    picked = run("tickets", "stats", "--fields", "Open,by_age", "--json").json
    assert picked == {"open": found["open"], "by_age": found["by_age"]}
    assert {line.split("\t")[0] for line in run("tickets", "stats", "--fields", "open,by_age").lines} == {
        "open",
        "by_age",
    }


def test_a_store_without_tickets(run: Run, sandbox: Sandbox) -> None:
    sandbox.store.reset()
    found = numbers(run)
    assert (found["tickets"], found["oldest_unanswered"], found["first_answer_p90"]) == (0, None, None)
    assert run("tickets", "stats", terminal=True).code == 0


def test_a_condition_that_holds_ends_with_11(run: Run, sandbox: Sandbox) -> None:
    found = numbers(run)
    assert found["oldest_unanswered"] > 3600
    held = run("tickets", "stats", "--json", "--fail-if", "oldest_unanswered>1h", "--fail-if", "open >= 1")
    assert held.code == 11
    assert held.json == found
    assert held.error["kind"] == "condition"
    assert "oldest_unanswered>1h" in held.error["message"]
    assert "open >= 1" in held.error["details"][0]
    most = run("tickets", "stats", "-o", "ids", "--fail-if", "open<1", "--fail-if", f"open={found['open']}")
    assert most.code == 11
    assert "open=" in most.err
    none = run("tickets", "stats", "--fail-if", "oldest_unanswered>52w", "--fail-if", f"open!={found['open']}")
    assert (none.code, none.err) == (0, "")


def test_a_condition_that_holds_is_no_error(run: Run, sandbox: Sandbox) -> None:
    held = run("tickets", "stats", "--fail-if", "oldest_unanswered>1h", "--fail-if", "open>=1")
    assert held.code == 11
    first, second = held.err.splitlines()
    assert first.startswith("Condition holds: oldest_unanswered>1h (it is ")
    assert second.startswith("And so does open>=1 (it is ")


def test_what_has_no_value_fulfils_no_condition(run: Run, sandbox: Sandbox) -> None:
    sandbox.store.reset()
    for operator in (">", ">=", "<", "<=", "=", "==", "!="):
        assert run("tickets", "stats", "--fail-if", f"first_answer_median{operator}0").code == 0
    assert run("tickets", "stats", "--fail-if", "open=0").code == 11


WRONG = """open | open> | >3 | open>x | open=>3 | open<>3 | oldest>24h | open>24h | by_status>1 | open>-1 | open>٣ |
    oldest_unanswered>24x | oldest_unanswered>1h30m | open>3 and answered<2 | first answers>2 | """


@pytest.mark.parametrize("wrong", [each.strip() for each in WRONG.split("|")])
def test_a_wrong_condition_is_refused_before_any_request(run: Run, sandbox: Sandbox, wrong: str) -> None:
    found = run("tickets", "stats", "--fail-if", "open>3", "--fail-if", wrong, "--json")
    assert (found.code, found.out) == (2, "")
    assert "oldest_unanswered" in found.error["details"][1]
    assert sandbox.asked() == []


def test_conditions_know_every_single_number(run: Run, sandbox: Sandbox) -> None:
    found = numbers(run)
    single = {name for name, value in found.items() if not isinstance(value, list)}
    assert set(KINDS) == single
    for name, kind in KINDS.items():
        if found[name] is not None:
            said = f"{name}>=0{'h' if kind == 'duration' else ''}"
            assert run("tickets", "stats", "--fail-if", said, "--fields", name).code == 11, said


def test_fields_are_refused_before_any_request(run: Run, sandbox: Sandbox) -> None:
    found = run("tickets", "stats", "--fields", "open,colour")
    assert found.code == 2
    assert "by_department" in found.err
    assert sandbox.asked() == []


def test_a_store_that_fails_prints_no_numbers(run: Run, sandbox: Sandbox) -> None:
    sandbox.fault("status=401,path=/CRM/status")
    found = run("tickets", "stats", "--fail-if", "open>0")
    assert (found.code, found.out) == (4, "")
