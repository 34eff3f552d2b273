"""What a list asks the store for: each filter under the store's own name, names turned into numbers, dates into its form."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from crmcli.sandbox.objects import DEPARTMENT

from .conftest import Run, Sandbox


def query(sandbox: Sandbox, path: str = "/CRM") -> dict[str, str]:
    """The parameters of the last request to a path, without those of paging."""
    last = [row["Query"] for row in sandbox.store.log() if row["Path"] == path][-1]
    pairs = parse_qsl(last, keep_blank_values=True)
    return {name: value for name, value in pairs if name not in ("limit", "offset", "countonly")}


@pytest.mark.parametrize(
    ("flag", "value", "name", "sent"),
    [
        ("--subject", "Broken zipper & co", "subject", "Broken zipper & co"),
        ("--department", "6", "departmentid", "6"),
        ("--department", "repairs AND warranty", "departmentid", "6"),
        ("--status", "5", "statusid", "5"),
        ("--status", "CLOSED", "statusid", "5"),
        ("--opened-after", "2026-11-23", "openedstartdate", "11/23/2026 00:00:00"),
        ("--opened-before", "2026-11-23T14:05", "openedenddate", "11/23/2026 14:05:00"),
        ("--active-after", "2026-11-23T14:05+01:00", "lastactionstartdate", "11/23/2026 08:05:00"),
        ("--active-before", "2026-07-01T12:00Z", "lastactionenddate", "07/01/2026 08:00:00"),
        ("--customer-name", "Jürgen Weiß", "customername", "Jürgen Weiß"),
        ("--customer-email", "a+b@example.org", "customeremail", "a+b@example.org"),
        ("--customer-phone", "555", "customerphone", "555"),
        ("--customer-ip", "203.0.113", "customeripaddress", "203.0.113"),
        ("--order", "10243", "orderid", "10243"),
        ("--customer", "1133", "custid", "1133"),
        ("--product", "102", "productid", "102"),
    ],
)
def test_each_filter_goes_under_the_stores_name(
    run: Run, sandbox: Sandbox, flag: str, value: str, name: str, sent: str
) -> None:
    assert run("tickets", "list", flag, value, "--json").code == 0
    assert query(sandbox) == {name: sent}
    assert run("tickets", "list", f"{flag}={value}", "--count").code == 0
    assert query(sandbox) == {name: sent}


def test_filters_add_up(run: Run, sandbox: Sandbox) -> None:
    found = run(
        "tickets", "list", "--status", "closed", "--department", "Orders", "--opened-after", "2000-01-01", "--json"
    )
    assert found.code == 0
    assert query(sandbox) == {"statusid": "5", "departmentid": "2", "openedstartdate": "01/01/2000 00:00:00"}
    assert found.json
    assert {(row["StatusID"], row["DepartmentID"]) for row in found.json} == {(5, 2)}


def test_instants_are_converted_to_the_profiles_zone(
    run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_TIMEZONE", "Asia/Kolkata")
    run("tickets", "list", "--opened-after", "2026-11-23T12:00Z")
    assert query(sandbox) == {"openedstartdate": "11/23/2026 17:30:00"}


def test_replies_are_filtered_by_title(run: Run, sandbox: Sandbox) -> None:
    found = run("replies", "list", "--title", "shipping", "--fields", "Title")
    assert query(sandbox, "/CRM/savedreply") == {"title": "shipping"}
    assert found.lines == ["Shipping delay"]


@pytest.mark.parametrize("noun", ["tickets", "departments", "replies", "statuses"])
def test_count_prints_the_number_alone(run: Run, sandbox: Sandbox, noun: str) -> None:
    every = run(noun, "list", "--all", "-o", "ids").lines
    for form in ("table", "json", "csv", "ids"):
        assert run(noun, "list", "--count", "-o", form).out == f"{len(every)}\n"
    assert sandbox.asked()[-1].endswith("countonly=1")


def test_messages_are_counted_on_this_side(run: Run, sandbox: Sandbox) -> None:
    every = run("messages", "list", "3", "--all", "-o", "ids").lines
    assert len(every) > 1
    assert run("messages", "list", "3", "--count").out == f"{len(every)}\n"
    assert not [asked for asked in sandbox.asked() if "countonly" in asked]


def test_limit_offset_and_the_note_about_what_was_cut(run: Run, sandbox: Sandbox) -> None:
    every = run("tickets", "list", "--all", "-o", "ids")
    assert (len(every.lines), every.err) == (40, "")
    cut = run("tickets", "list", "--limit", "5", "--offset", "3", "-o", "ids")
    assert cut.lines == every.lines[3:8]
    assert cut.err == "Only the first 5 tickets are shown; --all shows every one, --limit N more.\n"
    rest = run("tickets", "list", "--limit", "5", "--offset", "35", "-o", "ids")
    assert (rest.lines, rest.err) == (every.lines[35:], "")
    assert run("tickets", "list", "--limit", "5", "--quiet").err == ""


def test_nothing_found_is_no_failure(run: Run, sandbox: Sandbox) -> None:
    nothing = ("tickets", "list", "--subject", "nobody wrote this")
    assert (run(*nothing, "--json").out, run(*nothing, "--json").err) == ("[]\n", "")
    assert (run(*nothing).code, run(*nothing).out) == (0, "")
    shown = run(*nothing, terminal=True)
    assert (shown.code, shown.out, shown.err) == (0, "", "No tickets match.\n")


def test_a_name_that_nothing_has_lists_the_choices(run: Run, sandbox: Sandbox) -> None:
    missed = run("tickets", "list", "--status", "Closd")
    assert (missed.code, missed.out) == (2, "")
    assert missed.err.splitlines()[0] == "Error: No status is named 'Closd'."
    assert "  5 Closed" in missed.err.splitlines()
    assert missed.err.splitlines()[-1] == "Hint: Did you mean 'Closed'?"
    assert {row["Path"] for row in sandbox.store.log()} == {"/CRM/status"}


def test_all_names_that_come_near_are_suggested(run: Run, sandbox: Sandbox) -> None:
    missed = run("tickets", "list", "--status", "waiting")
    assert missed.code == 2
    assert missed.err.splitlines()[-1] == "Hint: Did you mean 'Waiting for customer' or 'Waiting for supplier'?"


@pytest.mark.parametrize("verb", ["list", "stats"])
@pytest.mark.parametrize("name", ["opened", "active"])
def test_a_span_that_ends_before_it_begins(run: Run, sandbox: Sandbox, verb: str, name: str) -> None:
    for after, before in (("2026-11-24", "2026-11-01"), ("1d", "7d")):
        missed = run("tickets", verb, f"--{name}-after", after, f"--{name}-before", before)
        assert (missed.code, missed.out) == (2, "")
        said = f"Error: --{name}-after {after} is later than --{name}-before {before}: no ticket can match."
        assert missed.err.splitlines()[0] == said
    assert sandbox.asked() == []
    same = ("--opened-after", "2026-11-01", "--opened-before", "2026-11-01")
    assert run("tickets", verb, *same, "--active-after", "7d", "--active-before", "1d").code == 0


def test_a_name_that_several_have_lists_those(run: Run, sandbox: Sandbox) -> None:
    twin = sandbox.store.insert(DEPARTMENT, {"Name": "ORDERS", "Visible": True})
    missed = run("tickets", "list", "--department", "orders")
    assert missed.code == 2
    assert missed.err.splitlines() == [
        "Error: Several departments are named 'orders'.",
        "  2 Orders",
        f"  {twin} ORDERS",
        "Hint: Use one of these numbers.",
    ]
