"""Several things in one command: numbers from the line and from standard input, and what happens when some of them fail."""

from __future__ import annotations

import json

import pytest

from .conftest import Run, Sandbox


def test_numbers_from_the_line_and_from_standard_input(run: Run, sandbox: Sandbox) -> None:
    found = run("tickets", "get", "9", "-", "4", "-o", "ids", stdin="7\r\n\n  8 \n9\n")
    assert (found.code, found.lines) == (0, ["9", "7", "8", "4"])
    assert sandbox.asked() == [f"GET /CRM/{number}" for number in (9, 7, 8, 4)]


def test_names_from_standard_input(run: Run, sandbox: Sandbox) -> None:
    found = run("statuses", "get", "-", "open", "-o", "ids", stdin="Waiting for customer\n5\n")
    assert found.lines == ["6", "5", "1"]
    assert run("departments", "get", "Sales tax", "--json").code == 2


def test_one_number_gives_an_object_and_several_an_array(run: Run, sandbox: Sandbox) -> None:
    assert run("tickets", "get", "4", "--json").json["CrmID"] == 4
    assert [row["CrmID"] for row in run("tickets", "get", "5", "4", "--json").json] == [5, 4]
    assert [row["CrmID"] for row in run("tickets", "get", "4", "4", "--json").json] == [4]
    assert [row["CrmID"] for row in run("tickets", "get", "-", "--json", stdin="4").json] == [4]
    assert run("tickets", "get", "#4", "--json").json["CrmID"] == 4
    assert [row["Id"] for row in run("replies", "get", "1", "Return label", "--json").json] == [1, 8]
    assert [row["MessageId"] for row in run("messages", "get", "3", "9", "8", "--json").json] == [9, 8]


def test_an_empty_standard_input_does_nothing(run: Run, sandbox: Sandbox) -> None:
    """A job that finds nothing to do is done."""
    for words in (
        ("tickets", "get"),
        ("tickets", "update", "--status", "Closed"),
        ("tickets", "delete"),
        ("messages", "delete", "3"),
        ("replies", "delete", "--yes"),
    ):
        for form, out in (("tsv", ""), ("json", "[]\n"), ("ids", "")):
            done = run(*words, "-", "-o", form)
            assert (done.code, done.out, done.err) == (0, out, ""), words
    assert sandbox.asked("PUT", "DELETE") == []


def test_ids_of_one_command_are_food_for_another(run: Run, sandbox: Sandbox) -> None:
    found = run("tickets", "list", "--status", "Open", "--all", "-o", "ids")
    closed = run("tickets", "update", "-", "--status", "Closed", "-o", "ids", stdin=found.out)
    assert (closed.code, closed.out) == (0, found.out)
    assert found.lines
    assert run("tickets", "list", "--status", "Open", "--count").out == "0\n"


def test_some_fail_and_the_rest_goes_on(run: Run, sandbox: Sandbox) -> None:
    found = run("tickets", "get", "4", "999", "5", "-o", "ids")
    assert (found.code, found.lines) == (9, ["4", "5"])
    assert found.err.splitlines() == [
        "Error: No ticket 999.",
        "Hint: Check the number with the matching 'list' command.",
        "Error: 1 of 3 failed.",
        "Hint: The rows named above failed; the others are done.",
    ]


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "tsv"])
def test_what_did_not_fail_is_shown_in_each_format(run: Run, sandbox: Sandbox, form: str) -> None:
    found = run("tickets", "get", "4", "999", "5", "-o", form)
    whole = run("tickets", "get", "4", "5", "-o", form)
    assert (found.code, found.out) == (9, whole.out)


def test_some_fail_in_json(run: Run, sandbox: Sandbox) -> None:
    found = run("tickets", "get", "4", "999", "5", "--json")
    assert (found.code, [row["CrmID"] for row in found.json]) == (9, [4, 5])
    nothing = run("tickets", "get", "998", "999", "--json")
    assert (nothing.code, nothing.json) == (9, [])
    changed = run("tickets", "update", "4", "999", "5", "--status", "Closed", "--json")
    assert changed.code == 9
    assert [ack["Value"] for ack in changed.json] == ["4", "5"]
    missing, partial = [json.loads(line)["error"] for line in changed.err.splitlines()]
    assert (missing["kind"], missing["status"], missing["message"]) == ("not-found", 404, "No ticket 999.")
    assert (partial["kind"], partial["message"]) == ("partial", "1 of 3 failed.")


@pytest.mark.parametrize("words", [("tickets", "delete"), ("messages", "delete", "3"), ("replies", "delete")])
def test_deletes_go_on_past_a_failure(run: Run, sandbox: Sandbox, words: tuple[str, ...]) -> None:
    gone = run(*words, "8", "999", "9", "--yes", "-o", "ids")
    assert (gone.code, gone.lines) == (9, ["8", "9"])
    assert len(sandbox.asked("DELETE")) == 2
    asked = [each.removesuffix("?").rpartition("/")[2] for each in sandbox.asked() if "?" not in each]
    assert asked == ["8", "8", "999", "9", "9"]


def test_wrong_keys_end_it_at_once(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_TOKEN", "wrong")
    refused = run("tickets", "get", "4", "5", "6", "--json")
    assert (refused.code, refused.error["kind"]) == (4, "auth")
    assert len(sandbox.asked()) == 1
    assert refused.out == ""


def test_what_ends_it_halfway_names_what_was_not_done(run: Run, sandbox: Sandbox) -> None:
    sandbox.fault("status=401,method=DELETE,skip=1")
    gone = run("tickets", "delete", "4", "5", "6", "--yes", "-o", "ids")
    assert (gone.code, gone.lines) == (9, ["4"])
    assert "Error: Ended at ticket 5; not tried: ticket 6." in gone.err.splitlines()
    assert sandbox.asked("DELETE") == ["DELETE /CRM/4", "DELETE /CRM/5"]


def test_a_dry_run_of_several_is_one_array(run: Run, sandbox: Sandbox) -> None:
    shown = run("tickets", "delete", "4", "5", "--dry-run", "--json")
    assert [request["method"] for request in shown.json] == ["DELETE", "DELETE"]
    assert len(run("tickets", "delete", "4", "5", "--dry-run", "-o", "jsonl").lines) == 2
    assert sandbox.asked() == []
