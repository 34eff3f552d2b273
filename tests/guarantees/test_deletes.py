"""A delete loses nothing, and what is said of it is so: whatever the store answers, and whatever happens before it leaves."""

from __future__ import annotations

import json
import shlex
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmcli import paths
from crmcli.api import retry
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET, Object
from tests.conftest import Run, Sandbox
from tests.guarantees.test_trash import DELETES, entries, kept, whole, without_messages
from tests.shop import everything
from tests.sizes import size
from tests.terminal import Person

# What the store says of a delete that it carried out, or didn't: anything but that it is done.
SAID = (
    *(f"status={status}" for status in (301, 302, 303, 304, 307, 308)),
    *(f"status={status}" for status in (400, 401, 403, 404, 405, 409, 410, 415, 422, 429, 451, 500, 501)),
    *(f"status={status},body={body}" for status in (400, 403, 500) for body in ("throttle-text", "ack", "html")),
)
# The store may be at it still, so what is there a moment later says nothing.
LATE = ("cut-before", "status=408", "status=502", "status=503", "status=504", "status=503,body=throttle-text")


def is_there(shop: Sandbox, command: str) -> bool:
    """Whether the shop has what the command is to delete."""
    kind: Object = REPLY if "repl" in command else MESSAGE if "message" in command else TICKET
    row = shop.store.row(MESSAGE, 11, parent=1) if kind is MESSAGE else shop.store.row(kind, 1)
    return row is not None


@pytest.mark.sampled
@pytest.mark.parametrize("command", DELETES)
def test_a_delete_that_was_done_is_told_as_done_whatever_was_answered(shop: Sandbox, run: Run, command: str) -> None:
    rows = {number: whole(shop, number) for number in (1,)}
    said = (*SAID, *LATE[1:])[:: size(3, 1)]
    for fault in (*(f"{each},after" for each in said), "cut-after", "cut-body", "cut-headers"):
        before = everything(shop.store)
        shop.fault(f"{fault},method=DELETE")
        result = run(*shlex.split(command), "--yes", "--json")
        assert (result.code, fault) == (0, fault), result.err
        assert not is_there(shop, command)
        assert "all the same: it is deleted" in result.err
        assert (result.json[0]["Status"], "is deleted" in result.json[0]["Message"]) == ("200", True)
        assert entries()[-1].state == "deleted"
        if "ticket" in command or "/CRM/1" in command.split():
            assert kept()["/CRM/1"] == rows[1]
        shop.fault()
        put_back(shop, before)


def put_back(shop: Sandbox, before: dict[tuple[str, int], Any]) -> None:
    """Have the shop as it was, with the same numbers."""
    from tests.shop import stock

    stock(shop.store)
    assert everything(shop.store) == before


@pytest.mark.sampled
@pytest.mark.parametrize("command", DELETES)
def test_a_delete_that_was_refused_leaves_no_entry(shop: Sandbox, run: Run, command: str) -> None:
    before = everything(shop.store)
    for fault in SAID[:: size(3, 1)]:
        shop.fault(f"{fault},method=DELETE")
        result = run(*shlex.split(command), "--yes", "--json")
        assert (result.code != 0, result.out, entries(), fault) == (True, "", [], fault)
        assert result.error["details"] == []
    assert everything(shop.store) == before


@pytest.mark.parametrize("command", DELETES)
@pytest.mark.parametrize("fault", LATE)
def test_what_may_yet_be_deleted_is_kept(shop: Sandbox, run: Run, fault: str, command: str) -> None:
    shop.fault(f"{fault},method=DELETE")
    result = run(*shlex.split(command), "--yes", "--json")
    assert result.code in (1, 6, 7, 8)
    assert [entry.standing for entry in entries()] == ["unsure"]
    said = " ".join(result.error["details"])
    assert "was still there afterwards; the store may yet delete it" in said
    assert "crmcli trash show 1" in said
    shop.fault()
    assert run("trash", "restore", "1", "--with-messages", "--yes").code == 2
    assert shop.asked("POST") == []


@pytest.mark.parametrize("command", DELETES)
@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("said", ["status=500", "status=302", "status=401", "status=429", "cut-before"])
def test_what_nobody_can_tell_is_unsure_and_kept(
    shop: Sandbox, run: Run, said: str, is_done: bool, command: str
) -> None:
    after = {True: ",after" if "status" in said else "", False: ""}[is_done]
    said = "cut-after" if said == "cut-before" and is_done else said
    row = whole(shop, 1)
    reads = 2 if command.startswith("tickets") or command.endswith("/CRM/1") else 1
    shop.fault(f"{said}{after},method=DELETE", f"status=500,method=GET,skip={reads}")
    result = run(*shlex.split(command), "--yes", "--json")
    assert (result.code, result.out) == (8 if "cut" in said else 10, "")
    assert is_there(shop, command) != is_done
    assert [entry.standing for entry in entries()] == ["unsure"]
    assert "crmcli trash show 1" in " ".join(result.error["details"])
    if reads == 2:
        assert kept() == {"/CRM/1": row}


def test_a_success_that_says_nothing_is_looked_at(shop: Sandbox, run: Run) -> None:
    inner = shop.server.app
    shop.answer(200, "", "DELETE", works=False)
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert (result.code, entries()) == (1, [])
    assert "does not say that anything was deleted" in result.error["message"]
    shop.server.app = inner
    shop.answer(204, "", "DELETE")
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert (result.code, result.err, [entry.state for entry in entries()]) == (0, "", ["deleted"])


def arriving(shop: Sandbox, when: Callable[[dict[str, Any]], bool], do: Callable[[], None]) -> None:
    """Have something happen at the store once, right before a request is carried out."""
    waits = [True]

    def see(asked: dict[str, Any]) -> None:
        if waits and when(asked):
            waits.clear()
            do()

    shop.between(see)


def writes(shop: Sandbox, ticket: int = 1) -> None:
    """A customer writes."""
    shop.store.insert(MESSAGE, {"Message": "One thing more", "SenderEmail": "ann@example.com"}, parent=ticket)


def test_a_message_that_comes_while_a_delete_is_put_off_keeps_the_ticket(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.fault("status=429,method=DELETE,times=1")
    waited: list[float] = []

    def wait(_: object, seconds: float) -> None:
        waited.append(seconds)
        writes(shop)

    monkeypatch.setattr(retry.Pauses, "__call__", wait)
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert (result.code, result.error["kind"], len(waited)) == (9, "partial", 1)
    assert "It changed while it was being deleted, and was left as it is: a new message" in result.error["message"]
    assert (len(shop.asked("DELETE")), is_there(shop, "tickets"), entries()) == (1, True, [])


@pytest.mark.parametrize("change", [{"StatusID": 2}, {"Subject": "Another"}])
def test_a_field_that_changes_meanwhile_keeps_the_ticket(shop: Sandbox, run: Run, change: dict[str, Any]) -> None:
    # Before the second reading, which the 429 makes needed.
    seen: list[str] = []

    def second(asked: dict[str, Any]) -> bool:
        seen.append(asked["REQUEST_METHOD"])
        return seen.count("DELETE") == 1 and asked["REQUEST_METHOD"] == "GET"

    shop.fault("status=429,method=DELETE,times=1")
    arriving(shop, second, lambda: shop.store.update(TICKET, 1, change))
    result = run("tickets", "delete", "1", "4", "--yes", "--json")
    assert (result.code, is_there(shop, "tickets"), [entry.path for entry in entries()]) == (9, True, ["/CRM/4"])
    assert f"left as it is: {next(iter(change))}" in result.err
    assert [row["state"] for row in run("runs", "show", "1", "--json").json] == ["skipped", "done"]


def test_the_rate_is_waited_for_before_the_reading(shop: Sandbox, run: Run, profile_file: Any) -> None:
    """The bucket is full: whatever is written in the waits for it is kept."""
    profile_file.write_text(profile_file.read_text() + "rate_limit = { burst = 4, per_second = 4 }\n")
    times: list[tuple[str, float]] = []

    shop.between(lambda asked: times.append((asked["REQUEST_METHOD"], time.monotonic())))
    assert run("tickets", "delete", *map(str, (1, 4, 5, 6)), "--yes").code == 0
    for at, (method, when) in enumerate(times):
        if method == "DELETE":
            assert [each for each, _ in times[at - 2 : at]] == ["GET"] * 2
            assert when - times[at - 2][1] < 0.24, "a turn of the rate takes 0.25 s"
    assert times[-1][1] - times[0][1] > 12 / 4 - 4 / 4 - 0.6


def test_a_read_that_waits_is_read_anew(shop: Sandbox, run: Run) -> None:
    """The thread is asked for twice, and between a customer writes."""
    shop.fault("status=503,method=GET,path=/CRM/1/message,times=1")
    seen: list[str] = []

    def thread(asked: dict[str, Any]) -> bool:
        seen.append(asked["PATH_INFO"])
        return sum(path.endswith("/message") for path in seen) == 2

    arriving(shop, thread, lambda: shop.store.update(TICKET, 1, {"Subject": "Another"}))
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert (result.code, is_there(shop, "tickets"), shop.asked("DELETE")) == (9, True, [])
    assert entries() == []


def test_a_delete_that_was_put_off_and_done_is_told_as_done(shop: Sandbox, run: Run) -> None:
    row = whole(shop, 1)
    shop.fault("status=429,after,method=DELETE,times=1")
    result = run("tickets", "delete", "1", "4", "--yes")
    assert (result.code, result.out) == (0, "✓ Ticket 1 deleted\n✓ Ticket 4 deleted\n")
    assert "DELETE /CRM/1 was answered with 429, and ticket 1 is gone all the same" in result.err
    assert kept()["/CRM/1"] == row
    assert shop.asked("DELETE") == ["DELETE /CRM/1", "DELETE /CRM/4"]


@pytest.mark.parametrize("shown", [slice(0, 1), slice(-1, None), slice(1, 2)])
def test_a_ticket_that_carries_part_of_its_thread(shop: Sandbox, run: Run, shown: slice) -> None:
    row = whole(shop, 1)

    def change(given: dict[str, Any]) -> None:
        given["CrmMessageList"] = given["CrmMessageList"][shown]

    without_messages(shop, change)
    assert run("tickets", "delete", "1", "--yes").code == 0
    assert kept() == {"/CRM/1": row}


@pytest.mark.parametrize("shown", [slice(0, 10), slice(-10, None), slice(0, 2)])
@pytest.mark.parametrize("size", ["", "page_size = 2\n", "page_size = 10\n"])
def test_a_store_that_cuts_off_the_thread_where_it_cuts_off_its_pages(
    shop: Sandbox, run: Run, profile_file: Path, shown: slice, size: str
) -> None:
    for _ in range(9):
        writes(shop)
    row = whole(shop, 1)
    profile_file.write_text(profile_file.read_text() + size)
    shop.switch("page-cap=10")
    without_messages(shop, lambda given: given.update(CrmMessageList=given["CrmMessageList"][shown]))
    assert run("tickets", "delete", "1", "--yes").code == 0
    assert kept() == {"/CRM/1": row}
    assert len(row["CrmMessageList"]) == 12


def test_what_a_delete_reads_takes_no_more_turns_than_requests(shop: Sandbox, run: Run, profile_file: Path) -> None:
    """Turns are taken ahead for a long thread; those that a short one leaves are the next ticket's."""
    profile_file.write_text(profile_file.read_text() + "rate_limit = { burst = 50, per_second = 0.01 }\n")
    assert run("tickets", "delete", *map(str, range(4, 13)), "--yes").code == 0
    assert len(shop.asked()) == 9 * 3
    with closing(sqlite3.connect(paths.state_folder() / "rate.db")) as db:
        ((empty_at,),) = db.execute("SELECT empty_at FROM buckets")
    assert (empty_at - time.time()) * 0.01 < 28.5, "one is left of the last ticket's"


def test_what_the_thread_lacks_and_the_ticket_has_is_kept_too(shop: Sandbox, run: Run) -> None:
    def change(given: dict[str, Any]) -> None:
        given["CrmMessageList"] += [{"MessageId": 9, "Message": "An old one"}, "no message"]

    without_messages(shop, change)
    assert run("tickets", "delete", "1", "--yes").code == 0
    messages = kept()["/CRM/1"]["CrmMessageList"]
    assert [m["MessageId"] if isinstance(m, dict) else m for m in messages] == [9, "no message", 11, 12, 13]


@pytest.mark.parametrize("command", ["tickets delete 1", "messages delete 1 11", "tickets delete 1 4"])
def test_what_changes_while_it_is_asked_about_is_left(shop: Sandbox, command: str) -> None:
    with Person(*command.split()) as person:
        person.sees("to confirm: ")
        if "messages" in command:
            shop.store.update(MESSAGE, 11, {"Message": "Other words"})
        else:
            writes(shop)
        person.types({"tickets delete 1": "1", "messages delete 1 11": "11", "tickets delete 1 4": "2"}[command] + "\n")
        assert person.leaves() == 9
        assert "has changed since" in person.screen
    assert is_there(shop, command)
    assert [entry.path for entry in entries()] == (["/CRM/4"] if command.endswith("4") else [])


def test_what_is_kept_says_the_messages_that_are_gone(shop: Sandbox, run: Run) -> None:
    """A store that deletes the thread and then fails at the ticket."""
    row = whole(shop, 1)
    shop.fault("status=500,method=DELETE")

    def half() -> None:
        for number in (11, 12):
            shop.store.delete(MESSAGE, number)

    arriving(shop, lambda asked: asked["REQUEST_METHOD"] == "DELETE", half)
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert (result.code, kept()) == (1, {"/CRM/1": row})
    assert "without some of its messages" in json.dumps(result.error["details"])


@pytest.mark.parametrize("is_written", [True, False])
def test_a_connection_that_takes_long_is_waited_for_before_the_reading(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    import httpcore

    slow: list[float] = []
    connect = httpcore.SyncBackend.connect_tcp

    def slowly(self: Any, *args: Any, **more: Any) -> Any:
        stream = connect(self, *args, **more)
        if entries() and not slow:  # for the DELETE, which has a connection of its own
            slow.append(1)
            time.sleep(1.1)
            if is_written:
                writes(shop)
        return stream

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", slowly)
    result = run("tickets", "delete", "1", "--yes")
    assert slow
    assert (result.code, is_there(shop, "tickets")) == ((9, True) if is_written else (0, False))
    assert [entry.state for entry in entries()] == ([] if is_written else ["deleted"])
    assert len(shop.asked("DELETE")) == (not is_written)
