"""Lists, however the store counts, caps and ends them: limits, offsets, counts, and the note about what was cut."""

from __future__ import annotations

import itertools
import shlex
from typing import Any

import pytest

from crmcli.sandbox.objects import TICKET
from tests.conftest import Run, Sandbox
from tests.shop import TICKETS

PAST_END, EMPTY, MAX_LIMIT = ("400", "404", "empty"), ("404", "array"), ("clamp", "400")
NUMBERS = [ticket["CrmID"] for ticket in TICKETS]
CUT = "Only the first {} {} are shown; --all shows every one, --limit N more.\n"


def numbers(text: str) -> list[int]:
    return [int(line) for line in text.splitlines()]


@pytest.mark.parametrize("cap", [0, 1, 4])
@pytest.mark.parametrize("base", ["0", "1"])
def test_every_row_once_however_a_list_ends(
    shop: Sandbox, run: Run, base: str, cap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = itertools.cycle(itertools.product(["3", "12", "500"], MAX_LIMIT))
    for (page_size, max_limit), (past_end, empty) in zip(pages, itertools.product(PAST_END, EMPTY), strict=False):
        monkeypatch.setenv("CRMCLI_PAGE_SIZE", page_size)
        words = [f"page-cap={cap}", f"past-end={past_end}", f"empty-list={empty}", f"max-limit={max_limit}"]
        shop.switch(f"offset-base={base}", *words)
        said = (page_size, *words)
        for command, wanted, note in (
            ("tickets list --all", NUMBERS, ""),
            ("tickets list --limit 5 --offset 4", NUMBERS[4:9], CUT.format(5, "tickets")),
            ("tickets list --offset 12", [], ""),
            ("messages list 1", [11, 12, 13], ""),
            ("statuses list", [3, 1, 2, 0], ""),
            ("messages list 3", [], ""),
        ):
            result = run(*shlex.split(command), "-o", "ids")
            assert (result.code, numbers(result.out), result.err, command, said) == (0, wanted, note, command, said)
        assert (run("messages", "list", "1", "--count").out, said) == ("3\n", said)
        assert not [row for row in shop.store.log() if "limit" in row["Refused"]]


@pytest.mark.parametrize("offset", [0, 1, 6, 12, 500])
@pytest.mark.parametrize("base", ["0", "1"])
@pytest.mark.parametrize("limit", [1, 6, 11, 12, 13])
def test_limit_and_offset_count_from_zero(shop: Sandbox, run: Run, base: str, limit: int, offset: int) -> None:
    shop.switch(f"offset-base={base}")
    result = run("tickets", "list", "--limit", str(limit), "--offset", str(offset), "-o", "ids")
    assert (result.code, numbers(result.out)) == (0, NUMBERS[offset : offset + limit])
    assert bool(result.err) == (offset + limit < 12)


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("tickets list", 12),
        ("tickets list --limit 2 --offset 3", 12),
        ("tickets list --all", 12),
        ("tickets list --subject 'Subject 1'", 4),
        ("tickets list --status 0", 4),
        ("tickets list --status 0 --limit 1", 4),
        ("messages list 1 --limit 1", 3),
        ("messages list 3", 0),
        ("departments list", 3),
        ("replies list", 2),
        ("replies list --title delay", 1),
        ("statuses list", 4),
    ],
)
def test_count_is_of_all_that_match(shop: Sandbox, run: Run, command: str, count: int) -> None:
    for form in ("table", "json", "ids"):
        result = run(*shlex.split(command), "--count", "-o", form)
        assert (result.code, result.out, result.err) == (0, f"{count}\n", "")


# A 0 is no filter to the store, so these are picked out here: status 0 by number and by name, no order, no customer.
@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ("--status 0", [2, 4, 8, 12]),
        ("--status archived", [2, 4, 8, 12]),
        ("--order 0", [2]),
        ("--customer 0", [2]),
        ("--product 0", [2]),
        ("--department 0", [2]),
        ("--status 0 --order 0", [2]),
        ("--status 0 --subject Subject", [4, 8, 12]),
        ("--status 0 --department 1 --all", [4, 8, 12]),
        ("--status 0 --offset 1 --limit 2", [4, 8]),
        ("--status 0 --limit 4", [2, 4, 8, 12]),
        ("--order 0 --status 1", []),
    ],
)
@pytest.mark.parametrize("reading", ["unset=zero", "unset=null", "page-cap=2 offset-base=0"])
def test_a_filter_of_zero_is_kept_here(shop: Sandbox, run: Run, reading: str, filters: str, wanted: list[int]) -> None:
    shop.switch(*reading.split())
    result = run("tickets", "list", *filters.split(), "-o", "ids")
    assert (result.code, numbers(result.out)) == (0, wanted)
    assert bool(result.err) == ("--limit 2" in filters)
    assert not [request for request in shop.asked() if "=0" in request.replace("offset=0", "")]


@pytest.mark.parametrize(
    "filter",
    [
        "subject",
        "customer-name",
        "customer-email",
        "customer-phone",
        "customer-ip",
        "opened-after",
        "department",
        "status",
    ],
)
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_filter_of_tickets_is_refused(shop: Sandbox, run: Run, filter: str, value: str) -> None:
    for extra in ((), ("--count",), ("--all",)):
        result = run("tickets", "list", f"--{filter}", value, *extra, "--json")
        assert (result.code, result.out) == (2, "")
        assert result.error["kind"] == "usage"
    assert not shop.asked()


def test_the_messages_of_no_ticket_are_not_found(shop: Sandbox, run: Run) -> None:
    for more in ((), ("--count",), ("--offset", "3"), ("--all",)):
        result = run("messages", "list", "99", *more, "-o", "jsonl")
        assert (result.code, result.out, result.error["kind"]) == (5, "", "not-found")


def test_an_empty_title_is_refused(shop: Sandbox, run: Run) -> None:
    result = run("replies", "list", "--title", "", "--json")
    assert (result.code, result.out) == (2, "")
    assert not shop.asked()


@pytest.mark.parametrize(
    ("noun", "plural", "every"),
    [("tickets", "tickets", 12), ("messages", "messages", 3), ("departments", "departments", 3)],
)
def test_a_cut_list_says_so_and_a_whole_one_does_not(
    shop: Sandbox, run: Run, noun: str, plural: str, every: int
) -> None:
    listing = [noun, "list", *(["1"] if noun == "messages" else [])]
    for form in ("table", "json", "jsonl", "csv", "tsv", "ids"):
        assert run(*listing, "--limit", "2", "-o", form).err == CUT.format(2, plural)
        assert run(*listing, "--limit", "2", "-o", form, "--quiet").err == ""
        assert run(*listing, "--limit", str(every), "-o", form).err == ""
        assert run(*listing, "--all", "-o", form).err == ""


def test_fifty_rows_are_the_default(sandbox: Sandbox, run: Run) -> None:
    for row in range(20):
        sandbox.store.insert(TICKET, {"Subject": f"Row {row}", "CustomerEmail": "a@example.com"})
    result = run("tickets", "list", "-o", "ids")
    assert (len(result.lines), result.err) == (50, CUT.format(50, "tickets"))
    assert len(run("tickets", "list", "-a", "-o", "ids").lines) == 60


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "ids", "table"])
def test_an_empty_list_in_each_format(shop: Sandbox, run: Run, form: str) -> None:
    result = run("tickets", "list", "--subject", "nothing", "-o", form)
    assert result.code == 0
    assert result.err == ("No tickets match.\n" if form == "table" else "")
    if form == "json":
        assert result.json == []
    if form in ("jsonl", "ids", "table"):
        assert result.out == ""


def test_rows_that_go_while_a_list_is_read_lose_no_others(
    sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "4")
    ask = sandbox.app.__class__.__call__
    gone = iter((1, 2, 3, 9, 17, 18))

    def deleting(environ: dict[str, Any], start_response: Any) -> Any:
        answer = ask(sandbox.app, environ, start_response)
        if number := next(gone, None):
            sandbox.store.delete(TICKET, number)
        return answer

    sandbox.server.app = deleting
    found = numbers(run("tickets", "list", "--all", "-o", "ids").out)
    assert len(found) == len(set(found))
    assert set(range(1, 41)) - {1, 2, 3, 9, 17, 18} <= set(found)
