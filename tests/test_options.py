"""Options that every command shares: where they may stand, and what they do on each noun."""

from __future__ import annotations

import csv
import io
import json

import pytest

from crmcli import known
from crmcli.output import columns

from .conftest import PRIVATE_KEY, TOKEN, Run, Sandbox

LISTS = {
    "tickets": (("tickets", "list"), columns.TICKETS),
    "messages": (("messages", "list", "3"), columns.MESSAGES),
    "departments": (("departments", "list"), columns.DEPARTMENTS),
    "replies": (("replies", "list"), columns.REPLIES),
    "statuses": (("statuses", "list"), columns.STATUSES),
}


@pytest.mark.parametrize("option", [("--json",), ("-o", "json"), ("-ojson",), ("--output=json",)], ids=" ".join)
def test_shared_options_stand_anywhere(run: Run, sandbox: Sandbox, option: tuple[str, ...]) -> None:
    words = ("tickets", "get", "4")
    told = {run(*words[:at], *option, *words[at:]).out for at in range(4)}
    (out,) = told
    assert json.loads(out)["CrmID"] == 4


def test_what_stands_further_right_counts(run: Run, sandbox: Sandbox) -> None:
    assert run("-o", "csv", "tickets", "-o", "json", "get", "4", "-o", "ids").out == "4\n"
    assert run("-p", "none", "tickets", "list", "-p", "demo", "--count").code == 0
    assert run("--fields", "Subject", "tickets", "get", "4", "--fields", "CrmID", "-o", "tsv").out == "4\n"


def test_flags_further_left_stay(run: Run, sandbox: Sandbox) -> None:
    assert run("-q", "tickets", "list", "--limit", "1").err == ""
    assert run("tickets", "-v", "list", "--count").err.startswith("GET /CRM?countonly=1 -> 200 in ")


@pytest.mark.parametrize("noun", LISTS)
def test_each_format_holds_the_same_rows(run: Run, sandbox: Sandbox, noun: str) -> None:
    words, shape = LISTS[noun]
    rows = run(*words, "--json").json
    assert rows
    assert all(sorted(row) == sorted(shape.fields) for row in rows)
    keys = [str(row[shape.key]) for row in rows]
    assert [json.loads(line) for line in run(*words, "-o", "jsonl").lines] == rows
    assert run(*words, "-o", "ids").lines == keys
    assert [line.split("\t")[shape.flat_fields.index(shape.key)] for line in run(*words, "-o", "tsv").lines] == keys
    assert run(*words).out == run(*words, "-o", "tsv").out
    read = list(csv.DictReader(io.StringIO(run(*words, "-o", "csv").out)))
    assert tuple(read[0]) == shape.flat_fields
    assert [row[shape.key] for row in read] == keys
    table = run(*words, "-o", "table")
    assert len(table.lines) == len(rows) + 1
    assert run(*words, "--color", "never", terminal=True).lines[0].split()[0] == "ID"


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "table"])
@pytest.mark.parametrize("noun", LISTS)
def test_fields_picks_and_orders(run: Run, sandbox: Sandbox, noun: str, form: str) -> None:
    words, shape = LISTS[noun]
    picked = [shape.fields[2], shape.key]
    told = run(*words, "-o", form, "--fields", f"{picked[0].lower()}, {picked[1].upper()}")
    assert told.code == 0
    rows = run(*words, "--json").json
    if form == "json":
        assert [list(row.items()) for row in told.json] == [[(name, row[name]) for name in picked] for row in rows]
    elif form == "jsonl":
        assert list(json.loads(told.lines[0])) == picked
    elif form == "csv":
        assert next(csv.reader(told.lines)) == picked
    elif form == "tsv":
        assert {line.count("\t") for line in told.lines} == {1}
        assert [line.split("\t")[1] for line in told.lines] == [str(row[shape.key]) for row in rows]
    else:
        assert told.lines[0].split()[-1] == "ID"


@pytest.mark.parametrize("noun", LISTS)
def test_an_unknown_field_lists_all(run: Run, sandbox: Sandbox, noun: str) -> None:
    words, shape = LISTS[noun]
    missed = run(*words, "--fields", f"{shape.key},Colour")
    assert (missed.code, missed.out) == (2, "")
    assert missed.err.splitlines() == [
        f"Error: A {shape.noun} has no field 'Colour'.",
        f"Hint: Its fields: {', '.join(shape.fields)}.",
    ]
    assert sandbox.asked() == []


def test_csv_cells_are_defused_unless_told(run: Run, sandbox: Sandbox) -> None:
    run("tickets", "update", "4", "--subject", "=1+1")
    words = ("tickets", "get", "4", "-o", "csv", "--fields", "Subject")
    assert run(*words).lines == ["Subject", "'\u00ad=1+1"]
    assert run(*words, "--csv-raw").lines == ["Subject", "=1+1"]


def test_verbose_tells_each_request_and_no_key(run: Run, sandbox: Sandbox) -> None:
    told = run("tickets", "update", "4", "--status", "Closed", "--verbose", "--json")
    lines = told.err.splitlines()
    assert [line.split(" -> ")[0].split("?")[0] for line in lines] == [
        row["Method"] + " " + row["Path"] for row in sandbox.store.log()
    ]
    assert all(" -> 200 in " in line and line.endswith(" s") for line in lines)
    assert PRIVATE_KEY not in told.err + told.out
    assert TOKEN not in told.err + told.out


def test_colour_is_for_terminals(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("tickets", "get", "4", "-o", "table")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" not in run(*words).out
    assert "\x1b[" in run(*words, terminal=True).out
    assert "\x1b[" in run(*words, "--color", "always").out
    assert "\x1b[" not in run(*words, "--color", "never", terminal=True).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run(*words, terminal=True).out


@pytest.mark.parametrize("words", [("--json",), ("-ojsonl",), ("-o", "json"), ("--output=json",)], ids=" ".join)
def test_errors_are_objects_with_json(run: Run, sandbox: Sandbox, words: tuple[str, ...]) -> None:
    for command, code, kind, status in (
        (("tickets", "get", "999"), 5, "not-found", 404),
        (("tickets", "get", "x"), 2, "usage", None),
        (("tickets", "got", "4"), 2, "usage", None),
        (("tickets", "get", "4", "--colour"), 2, "usage", None),
        (("tickets", "list", "-p", "nobody"), 3, "config", None),
    ):
        missed = run(*words, *command)
        assert (missed.code, missed.out) == (code, "")
        assert list(missed.error) == ["kind", "message", "status", "hint", "details"]
        assert (missed.error["kind"], missed.error["status"]) == (kind, status)


def test_names_in_a_table_and_numbers_elsewhere(run: Run, sandbox: Sandbox) -> None:
    words = ("tickets", "list", "--limit", "1", "--fields", "DepartmentID,StatusID")
    shown = run(*words, "-o", "table").lines[1].split()
    assert shown == ["Website", "Closed"]
    assert run(*words, "-o", "tsv").out == "11\t5\n"
    known.forget("none")
    sandbox.fault("status=403,path=/CRM/status")
    shown_without = run(*words, "-o", "table")
    assert (shown_without.code, shown_without.lines[1].split()) == (0, ["Website", "5"])
    assert shown_without.err.startswith("Warning: Names are not shown: ")


def test_the_version(run: Run) -> None:
    from crmcli import __version__

    assert run("--version").out == f"crmcli {__version__}\n"
    assert run("-v", "--version").out == f"crmcli {__version__}\n"


def test_nothing_and_a_noun_alone_ask_for_help(run: Run) -> None:
    for words in ((), ("tickets",), ("-q", "tickets")):
        asked = run(*words)
        assert (asked.code, asked.err) == (0, "")
        assert asked.out == run(*words, "--help").out == run(*words, "-h").out
        assert asked.out.startswith("Usage: crmcli ")
