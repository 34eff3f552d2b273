"""Nothing is told as empty that may be a wrong address: a list without rows counts as one where the API itself says so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, Sandbox

LISTS = (
    "tickets list",
    "tickets list --all -o csv",
    "tickets list --count",
    "tickets list --newest",
    "tickets list --order 0",
    "tickets list --status Open",
    "tickets list --checkpoint nightly",
    "tickets stats",
    "tickets stats --fail-if open>0",
    "tickets update 1 --status Open",
    "departments list",
    "departments get 1",
    "statuses list --count",
    "replies list",
    "messages list 1",
    "messages list 1 --count",
    "api GET /CRM --all",
)
NOTHING = {
    "200 without a body": (200, ""),
    "200 with spaces": (200, " \r\n"),
    "200 with null": (200, "null"),
    "204": (204, ""),
    "404": (404, ""),
    "404 with an ack": (404, '[{"Key":"Error","Value":"","Status":"404","Message":"There are no tickets."}]'),
    "404 with a page": (404, "<html><title>Not found</title>"),
}


@pytest.mark.parametrize("path", ["/3dCartWebAPI/v2", "/no/such/path", ""])
@pytest.mark.parametrize("command", LISTS)
def test_a_wrong_path_is_no_empty_shop(
    shop: Sandbox, run: Run, command: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = shop.server.base_url.removesuffix("/3dCartWebAPI/v1") + path
    monkeypatch.setenv("CRMCLI_BASE_URL", wrong)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (3, "config")
    assert f"{wrong}/CRM" in result.error["message"], "the URL that was asked"
    assert f"base_url is {wrong}" in result.error["message"] + result.error["hint"]
    assert result.out.strip("[] \n") == ""


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("command", LISTS)
def test_a_server_that_says_nothing_is_no_empty_shop(shop: Sandbox, run: Run, command: str, nothing: str) -> None:
    shop.answer(*NOTHING[nothing], "GET", works=False)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (3, "config")


@pytest.mark.parametrize("reading", ["404", "array", "404-ack"])
@pytest.mark.parametrize("counts", [True, False], ids=["counts", "does not count"])
@pytest.mark.parametrize("command", LISTS[:5] + LISTS[6:9] + ("replies list", "messages list 3", "api GET /CRM --all"))
def test_what_the_api_calls_empty_is_empty(
    sandbox: Sandbox, run: Run, command: str, reading: str, counts: bool
) -> None:
    sandbox.store.reset()
    sandbox.store.fill(
        statuses=[{"Id": 1, "StatusId": 1, "StatusName": "Open"}, {"Id": 2, "StatusId": 2, "StatusName": "Closed"}],
        tickets=[{"CrmID": 3, "CustomerEmail": "ann@example.com"}] if "messages" in command else [],
    )
    sandbox.switch(f"empty-list={reading}")
    if not counts:
        elsewhere(sandbox, lambda query: "countonly" in query)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.err) == (0, "")


def test_the_word_that_a_list_is_empty_costs_one_request(sandbox: Sandbox, run: Run) -> None:
    assert run("tickets", "list", "--subject", "no such thing", "--all", "--json").json == []
    assert sandbox.asked() == [
        "GET /CRM?subject=no+such+thing&limit=100&offset=0",
        "GET /CRM?subject=no+such+thing&countonly=1",
    ]
    sandbox.switch("empty-list=array")
    sandbox.store.clear_log()
    assert run("api", "GET", "/CRM?subject=x+y+z", "--all", "--json").json == []
    assert len(sandbox.asked()) == 1, "an empty array is the API's own word"


def test_tickets_that_are_counted_and_not_listed_are_no_empty_list(sandbox: Sandbox, run: Run) -> None:
    elsewhere(sandbox, lambda query: "countonly" not in query)
    result = run("tickets", "list", "--all", "--json")
    assert (result.code, result.error["kind"]) == (1, "store")
    assert "counts 40 rows at /CRM, and gave none (404)" in result.error["message"]
    # Of a list with filters it is only told: a store may count without heeding them.
    filtered = run("tickets", "list", "--all", "--json", "--subject", "order")
    assert filtered.code == 0
    assert "tickets more than it gave." in filtered.err


BROKEN = ("200 without a body", "200 with null", "204", "404", "404 with a page", "404 with an ack")


@pytest.mark.parametrize("counts", [True, False], ids=["counts", "does not count"])
@pytest.mark.parametrize("nothing", BROKEN)
@pytest.mark.parametrize(
    "command",
    [
        "tickets list --all",
        "tickets list --newest --all",
        "tickets stats",
        "tickets list --checkpoint nightly",
        "api GET /CRM --all",
    ],
)
def test_a_list_that_breaks_off_is_no_whole_list(
    sandbox: Sandbox, run: Run, command: str, nothing: str, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page comes, and nothing where the second must begin: once more or ever again makes no end of it."""
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "15")
    instead(sandbox, nothing, lambda query: "offset=0" not in query and "countonly" not in query and "offset" in query)
    if not counts:
        elsewhere(sandbox, lambda query: "countonly" in query)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (1, "store")
    assert re.search(r"The list broke off after (8|15) rows", result.error["message"])


@pytest.mark.parametrize("nothing", BROKEN)
@pytest.mark.parametrize("page", ["first", "second"])
def test_a_ticket_is_not_deleted_with_half_of_its_thread(
    sandbox: Sandbox, run: Run, page: str, nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "4")
    for number in range(9):
        assert run("messages", "create", "7", "--text", f"message {number}", "--yes").code == 0
    there = len(run("messages", "list", "7", "--all", "--json").json)
    sandbox.switch("thread=none")
    inner = sandbox.server.app

    def is_thread(query: str) -> bool:
        return "offset" in query and (page == "first" or "offset=0" not in query)

    instead(sandbox, nothing, is_thread, path="/CRM/7/message")
    listed, deleted = run("messages", "list", "7", "--all", "--json"), run("tickets", "delete", "7", "--yes", "--json")
    if page == "first" and nothing in ("404", "404 with an ack"):
        # That is the API's own word for no messages, and the ticket carries none: nobody can know better.
        assert deleted.code == 0
        return
    assert deleted.code == 1
    assert page == "first" or listed.code == 1
    sandbox.server.app = inner
    assert len(run("messages", "list", "7", "--all", "--json").json) == there


@pytest.mark.parametrize("reading", ["thread=whole", "thread=first"])
@pytest.mark.parametrize("body", ["body=html", "body=ack", ""])
def test_a_ticket_that_carries_messages_has_a_thread(shop: Sandbox, run: Run, reading: str, body: str) -> None:
    """Two answers contradict each other: nothing is told as empty, and nothing is deleted."""
    shop.switch(reading)
    shop.fault(f"status=404,method=GET,path=/CRM/*/message,{body}".rstrip(","))
    for command in ("messages list 1", "messages list 1 --count", "tickets delete 1 --yes"):
        result = run(*shlex.split(command), "--json")
        assert (result.code, result.error["kind"], command) == (1, "store", command)
    assert not shop.asked("DELETE")


def test_a_message_is_not_gone_behind_a_gateways_page(shop: Sandbox, run: Run) -> None:
    """The answer to its delete was lost, and the thread is hidden afterwards."""
    shop.switch("thread=none")
    shop.fault("cut-before,method=DELETE", "status=404,method=GET,path=/CRM/*/message,body=html")
    result = run("messages", "delete", "1", "11", "--yes")
    assert result.code in (8, 10)
    assert "is gone" not in result.err


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("tickets list", "/CRM"),
        ("tickets list --count", "/CRM"),
        ("tickets list --status 1", "/CRM"),
        ("tickets list --checkpoint nightly", "/CRM"),
        ("tickets stats", "/CRM"),
        ("replies list", "/CRM/savedreply"),
        ("api GET /CRM --all", "/CRM"),
    ],
)
def test_a_gateways_page_at_one_path_is_no_empty_list(shop: Sandbox, run: Run, command: str, path: str) -> None:
    """The list and its count are answered with a page, while the API's other lists come."""
    shop.fault(f"status=404,method=GET,path={path},body=html")
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"], result.out.strip("[] \n")) == (1, "store", "")


@pytest.mark.parametrize("command", ["tickets delete 4", "replies delete 1"])
def test_nothing_is_gone_behind_a_gateways_page(shop: Sandbox, run: Run, command: str) -> None:
    """Nor is what is asked for by its number, after a delete whose answer was lost: it is there still."""

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "DELETE":
            shop.fault("cut-before,method=DELETE", "status=404,method=GET,body=html")

    shop.between(arrives)
    result = run(*shlex.split(command), "--yes")
    assert result.code in (8, 10)
    assert "deleted" not in result.out
    assert "is gone" not in result.err


def instead(sandbox: Sandbox, nothing: str, when: Callable[[str], bool], *, path: str = "") -> None:
    """Give nothing in place of what these queries ask for."""
    inner = sandbox.server.app
    sandbox.answer(*NOTHING[nothing], "GET", works=False)
    none = sandbox.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        is_asked = environ["PATH_INFO"].endswith(path) and when(environ["QUERY_STRING"])
        return (none if is_asked else inner)(environ, start_response)

    sandbox.server.app = app


def elsewhere(sandbox: Sandbox, when: Callable[[str], bool]) -> None:
    inner = sandbox.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if when(environ["QUERY_STRING"]):
            environ["PATH_INFO"] = "/3dCartWebAPI/v1/nothing"
        return inner(environ, start_response)

    sandbox.server.app = app


@pytest.mark.parametrize("nothing", ["404", "200 without a body"])
def test_a_server_that_goes_away_while_a_list_is_read_does_not_end_it(
    sandbox: Sandbox, run: Run, nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows so far are no whole list: a nightly export must not replace the last one."""
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "10")
    inner, asked = sandbox.server.app, iter(range(100))
    sandbox.answer(*NOTHING[nothing], "GET", works=False)
    gone = sandbox.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        return (inner if next(asked) < 2 else gone)(environ, start_response)

    sandbox.server.app = app
    result = run("tickets", "list", "--all", "-o", "jsonl")
    assert (result.code, result.error["kind"]) == (3, "config")


def test_an_export_keeps_the_file_of_yesterday(
    sandbox: Sandbox, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`crmcli tickets list --all -o jsonl > new && mv new old`, with a typing mistake in the address."""
    monkeypatch.setenv("CRMCLI_BASE_URL", sandbox.server.base_url.replace("v1", "v11"))
    assert run("tickets", "list", "--all", "-o", "jsonl").code == 3
    assert run("tickets", "list", "--checkpoint", "nightly", "-o", "jsonl").code == 3
    monkeypatch.setenv("CRMCLI_BASE_URL", sandbox.server.base_url)
    assert len(run("tickets", "list", "--checkpoint", "nightly", "-o", "ids").lines) == 40


def test_no_ticket_of_that_number_is_said_of_the_api_alone(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("messages", "list", "99").code == 5
    monkeypatch.setenv("CRMCLI_BASE_URL", shop.server.base_url + "/none")
    assert run("messages", "list", "99").code == 3


def test_a_ticket_without_a_body_is_not_gone(shop: Sandbox, run: Run) -> None:
    shop.answer(200, "", "GET", works=False)
    assert run("tickets", "get", "1").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("tickets", "get", "4"),
        ("tickets", "delete", "4", "--yes"),
        ("tickets", "update", "4", "--subject", "X"),
        ("replies", "get", "1"),
        ("messages", "get", "4", "41"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_number_is_missing_only_where_the_api_is(shop: Sandbox, run: Run, words: tuple[str, ...]) -> None:
    shop.fault("status=404,body=html")
    wrong = run(*words, "--json")
    assert (wrong.code, wrong.error["kind"]) == (3, "config")
    assert shop.server.base_url in wrong.error["message"]
    assert "base_url" in wrong.error["hint"]

    shop.fault("status=404,body=html,path=/CRM/4*", "status=404,body=html,path=/CRM/savedreply/1")
    shop.store.clear_log()
    assert run(*words).code == 5
    assert shop.asked().count("GET /CRM/status?limit=1") == 1
    assert shop.asked("POST", "PUT", "DELETE") == []


def test_the_usual_404_costs_no_second_request(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "get", "99").code == 5
    assert shop.asked() == ["GET /CRM/99"]


def test_a_404_without_a_body_is_no_word_of_the_api_either(shop: Sandbox, run: Run) -> None:
    shop.answer(404, "", "GET", works=False)
    assert run("tickets", "get", "4").code == 3
