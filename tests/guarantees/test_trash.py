"""What is deleted is in the trash, whole, before the DELETE leaves; and nothing comes out of it that nobody asked for.

The store's own rows say what was true: whatever was done to a delete, a thing that the store has no more is in the trash.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.paths import state_folder
from crmcli.sandbox.answers import shown
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from crmcli.trash import Entry, Trash
from tests.conftest import Run, Sandbox, arrived
from tests.guarantees.test_hostile import CORPUS, At, at_a_terminal, harmless
from tests.shop import everything
from tests.terminal import Person, environment

__all__ = ["at_a_terminal"]  # the fixture


def trash() -> Trash:
    return Trash(state_folder() / "trash.db")


def entries() -> list[Entry]:
    return trash().entries() if trash().path.exists() else []


def kept() -> dict[str, dict[str, Any]]:
    """What the trash holds, by its path."""
    return {entry.path: trash().object(entry) for entry in entries()}


def whole(shop: Sandbox, number: int) -> dict[str, Any]:
    """A ticket as the store gives it, with its messages."""
    return shown(TICKET, shop.store.row(TICKET, number) or {}, shop.app.switches)


def without_messages(shop: Sandbox, change: Callable[[dict[str, Any]], None]) -> None:
    """Have a store that leaves the messages out of a ticket that is asked for by its number."""
    inner = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        said: list[Any] = []
        body = b"".join(inner(environ, lambda *given: said.extend(given)))  # type: ignore[arg-type]
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].rpartition("/CRM/")[2].isdigit() and body:
            row = json.loads(body)
            change(row[0] if isinstance(row, list) else row)
            body = json.dumps(row).encode()
            said[1] = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(*said)
        return [body]

    shop.server.app = app


READINGS = (
    "single=array",
    "single=object",
    "message-in-list=no",
    "unset=null",
    "dates=slash",
    "page-cap=2",
)


@pytest.mark.parametrize("reading", [*READINGS, "offset-base=0", "past-end=404", "empty-list=array"])
def test_the_whole_object_is_kept(shop: Sandbox, run: Run, reading: str) -> None:
    shop.switch(reading)
    switches = shop.app.switches
    rows = {f"/CRM/{number}": whole(shop, number) for number in (1, 2, 3)}
    rows["/CRM/4/message/41"] = shown(MESSAGE, shop.store.row(MESSAGE, 41) or {}, switches)
    rows["/CRM/savedreply/2"] = shown(REPLY, shop.store.row(REPLY, 2) or {}, switches)
    assert run("tickets", "delete", "1", "2", "3", "--yes").code == 0
    assert run("messages", "delete", "4", "41", "--yes").code == 0
    assert run("replies", "delete", "welcome", "--yes").code == 0
    assert kept() == rows
    assert len(rows["/CRM/1"]["CrmMessageList"]) == 3
    assert {entry.state for entry in entries()} == {"deleted"}
    assert run("trash", "show", "1", "--json").json == rows["/CRM/1"]
    assert list(run("trash", "show", "1", "--json").json) == list(rows["/CRM/1"])


def test_a_web_page_is_no_thread_to_keep(shop: Sandbox, run: Run) -> None:
    """A store may answer so where a ticket has no messages, and so does a gateway, where it has some: nobody can tell."""
    shop.switch("errors=html")
    row = whole(shop, 1)
    assert run("tickets", "delete", "1", "--yes").code == 0
    assert kept() == {"/CRM/1": row}
    result = run("tickets", "delete", "3", "--yes", "--json")
    assert (result.code, result.error["kind"]) == (1, "store")
    assert "GET /CRM/3/message was answered with a web page" in result.error["message"]
    assert (len(entries()), len(shop.asked("DELETE"))) == (1, 1)


@pytest.mark.parametrize("gone", ["missing", None, []])
@pytest.mark.parametrize("reading", ["single=array", "single=object", "page-cap=2"])
def test_messages_that_a_ticket_comes_without_are_asked_for(
    shop: Sandbox, run: Run, gone: object, reading: str
) -> None:
    shop.switch(reading)
    rows = {f"/CRM/{number}": whole(shop, number) for number in (1, 3)}

    def change(row: dict[str, Any]) -> None:
        row.pop("CrmMessageList")
        row.update({} if gone == "missing" else {"CrmMessageList": gone})

    without_messages(shop, change)
    assert run("tickets", "delete", "1", "3", "--yes").code == 0
    assert kept() == rows


@pytest.mark.parametrize("fault", ["status=500", "cut-body", "status=401", "status=404,path=/CRM/1"])
@pytest.mark.parametrize("path", ["/CRM/1", "/CRM/1/message"])
def test_what_can_not_be_read_is_not_deleted(shop: Sandbox, run: Run, fault: str, path: str) -> None:
    without_messages(shop, lambda row: row.pop("CrmMessageList"))
    shop.fault(f"{fault.partition(',')[0]},method=GET,path={path if 'path' not in fault else '/CRM/1'}")
    before = everything(shop.store)
    assert run("tickets", "delete", "1", "--yes").code in (1, 4, 5, 8)
    assert (shop.asked("DELETE"), entries(), everything(shop.store)) == ([], [], before)


DELETES = (
    "tickets delete 1",
    "messages delete 1 11",
    "replies delete 1",
    "api DELETE /CRM/1",
    "api DELETE /crm/savedreply/1/",
)


@pytest.mark.parametrize("command", DELETES)
def test_what_can_not_be_kept_is_not_deleted(shop: Sandbox, run: Run, command: str, home: Path) -> None:
    (home / "state").write_text("a file where the folder should be")
    before = everything(shop.store)
    result = run(*shlex.split(command), "--yes", "--json")
    assert (result.code, result.error["kind"]) == (3, "config")
    assert "can't be used" in result.error["message"]
    assert (shop.asked("DELETE"), everything(shop.store)) == ([], before)


@pytest.mark.parametrize("command", DELETES)
@pytest.mark.parametrize("damage", ["garbage", "locked"])
def test_a_file_that_can_not_be_used(
    shop: Sandbox, run: Run, command: str, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmcli.ledger.PATIENCE", 0.05)
    trash().path.parent.mkdir(parents=True)
    if damage == "garbage":
        trash().path.write_bytes(b"this is no database" * 100)
    db = sqlite3.connect(trash().path)
    if damage == "locked":
        db.execute("BEGIN IMMEDIATE")
    assert run(*shlex.split(command), "--yes").code == 3
    db.close()
    assert shop.asked("DELETE") == []


@pytest.mark.parametrize("command", DELETES)
def test_what_is_not_there_or_not_allowed(shop: Sandbox, run: Run, command: str, profile_file: Path) -> None:
    gone = command.replace("1", "4711")
    assert run(*shlex.split(gone), "--yes").code == 5
    shop.store.clear_log()
    assert run(*shlex.split(command), "--yes", "--dry-run").code == 0
    profile_file.write_text(profile_file.read_text() + "read_only = true\n")
    assert run(*shlex.split(command), "--yes").code == 3
    assert (shop.asked(), entries(), trash().path.exists()) == ([], [], False)


@pytest.mark.parametrize(
    "path", ["/CRM/+1", "/CRM/1/message/11/x", "/CRM/status/1", "/CRM", "/CRM/department/1", "/CRM/1.0"]
)
def test_no_way_round_the_trash(shop: Sandbox, run: Run, path: str) -> None:
    result = run("api", "DELETE", path, "--yes")
    assert (result.code, shop.asked()) == (2, [])
    assert "could not be kept" in result.err
    assert run("api", "DELETE", "/CRM/1", "-f", "a=b", "--yes").code == 2


def test_the_deletes_of_api_are_kept(shop: Sandbox, run: Run) -> None:
    row = whole(shop, 1)
    for path in ("/crm/1/Message/11", "/3dCartWebAPI/v1/CRM/1/", "CRM/savedReply/1"):
        result = run("api", "DELETE", path, "--yes")
        assert (result.code, result.json[0]["Status"]) == (0, "200")
    assert list(kept()) == ["/CRM/1/message/11", "/CRM/1", "/CRM/savedreply/1"]
    assert kept()["/CRM/1"]["CrmMessageList"] == row["CrmMessageList"][1:]


def test_no_connection_leaves_nothing(shop: Sandbox, run: Run) -> None:
    def close(asked: dict[str, Any]) -> None:
        if asked["PATH_INFO"].endswith("/message"):  # the last that is read
            shop.server.shutdown()  # what was accepted is answered; the next connection is refused
            shop._thread.join()

    shop.between(close)
    result = run("tickets", "delete", "1", "--yes", "--json")
    assert "/CRM/1: no connection could be made" in result.error["message"]
    assert (result.code, result.error["details"]) == (8, [])
    assert (trash().path.exists(), entries()) == (True, [])


def test_what_somebody_elsewhere_deleted_at_once_is_told_and_kept(shop: Sandbox, run: Run) -> None:
    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "DELETE":
            shop.store.delete(TICKET, 1)

    shop.between(see)
    result = run("tickets", "delete", "1", "--yes")
    assert (result.code, result.out) == (0, "✓ Ticket 1 deleted\n")
    assert "DELETE /CRM/1 was answered with 404, and ticket 1 is gone all the same" in result.err
    assert [entry.state for entry in entries()] == ["deleted"]


def test_two_who_kept_the_same_keep_it_once(tmp_path: Path) -> None:
    shared = Trash(tmp_path / "trash.db")
    one, other = (shared.keep("ticket", "/CRM/1", {"CrmID": 1}, store="s", profile="p") for _ in range(2))
    one.deleted(seen_gone=False)
    other.deleted(seen_gone=True)
    assert [(entry.number, entry.state) for entry in shared.entries()] == [(1, "deleted")]


@pytest.mark.parametrize("is_done", [True, False])
def test_killed_at_its_delete(shop: Sandbox, run: Run, is_done: bool) -> None:
    row = whole(shop, 1)
    command = [sys.executable, "-m", "crmcli", "tickets", "delete", "1", "--yes"]
    children: list[subprocess.Popen[bytes]] = []

    def see(asked: dict[str, Any]) -> None:
        if asked["REQUEST_METHOD"] == "DELETE" and children:
            children[0].send_signal(signal.SIGKILL)
            children[0].wait()
            asked["REQUEST_METHOD"] = "DELETE" if is_done else "GET"

    shop.between(see)
    children.append(subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL))
    assert children[0].wait(30) == -signal.SIGKILL
    assert run("tickets", "list", "--count").code == 0  # the store is done with it
    ((path, found),) = kept().items()
    assert (path, found) == ("/CRM/1", row)
    assert [entry.standing for entry in entries()] == ["unsure"]
    result = run("trash", "restore", "1")
    assert (result.code, "still at the store" in result.err) == ((0, False) if is_done else (2, True))


def test_killed_at_any_moment(shop: Sandbox, run: Run) -> None:
    before = {f"/CRM/{row['CrmID']}": whole(shop, row["CrmID"]) for row in shop.store.rows(TICKET)}
    shop.fault("delay=0.02")
    dice, left = random.Random(5), set(before)
    for _ in range(8):
        todo = [path.rpartition("/")[2] for path in sorted(left)]
        command = [sys.executable, "-m", "crmcli", "tickets", "delete", *todo, "--yes"]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            assert child.stdout
            child.stdout.readline()
            try:
                child.wait(dice.uniform(0, 0.12))
            except subprocess.TimeoutExpired:
                child.kill()
        run("tickets", "list", "--count")
        left = {f"/CRM/{row['CrmID']}" for row in shop.store.rows(TICKET)}
        for path in set(before) - left:
            assert before[path] in [trash().object(entry) for entry in entries() if entry.path == path]
    assert len(left) < len(before) - 3


def test_several_processes_at_once(shop: Sandbox, run: Run) -> None:
    before = {f"/CRM/{row['CrmID']}": whole(shop, row["CrmID"]) for row in shop.store.rows(TICKET)}
    command = [sys.executable, "-m", "crmcli", "tickets", "delete", *map(str, range(1, 13)), "--yes"]
    children = [subprocess.Popen(command, env=environment(), stdout=-3) for _ in range(3)]
    assert {child.wait(60) for child in children} <= {0, 5, 9}
    assert shop.store.count(TICKET) == 0
    # Who read a ticket while another deleted it may have had less of it: that copy stays, and is no "deleted" one.
    deleted = {entry.path: trash().object(entry) for entry in entries() if entry.state == "deleted"}
    assert deleted == before
    assert {entry.standing for entry in entries()} <= {"deleted", "unsure"}


def test_several_threads_at_once(tmp_path: Path) -> None:
    shared = Trash(tmp_path / "trash.db")

    def one(number: int) -> None:
        kept = shared.keep("ticket", f"/CRM/{number}", {"CrmID": number}, store="s", profile="p")
        kept.deleted(seen_gone=False)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    assert {entry.path: shared.object(entry)["CrmID"] for entry in shared.entries()} == {
        f"/CRM/{number}": number for number in range(40)
    }
    assert {entry.state for entry in shared.entries()} == {"deleted"}


@pytest.mark.parametrize("is_quicker", [True, False])
def test_of_two_the_one_that_was_answered_has_deleted_it(tmp_path: Path, is_quicker: bool) -> None:
    """The other read it while it was going, and found it gone: less may have been there then."""
    shared = Trash(tmp_path / "trash.db")
    one = shared.keep("ticket", "/CRM/1", {"CrmID": 1, "CrmMessageList": [5]}, store="s", profile="p")
    other = shared.keep("ticket", "/CRM/1", {"CrmID": 1, "CrmMessageList": []}, store="s", profile="p")
    if is_quicker:
        other.deleted(seen_gone=True)
    one.deleted(seen_gone=False)
    if not is_quicker:
        other.deleted(seen_gone=True)
    assert [entry.state for entry in shared.entries()] == ["deleted", "unsure"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=()), max_size=8),
    st.sampled_from(["\0", "\ud800", "a\0b\udfff\ud800", "\U0010ffff", -0.0, 2**63, "\u2028"]),
)
OBJECTS = st.dictionaries(
    st.one_of(
        st.sampled_from(["Subject", "Title", "Message", "CrmMessageList"]),
        st.text(st.characters(exclude_categories=()), max_size=4),
    ),
    st.recursive(
        VALUES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=3), inner),
        ),
        max_leaves=6,
    ),
    max_size=5,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=OBJECTS)
def test_whatever_the_store_holds_comes_back_equal(tmp_path: Path, row: dict[str, Any]) -> None:
    one = Trash(tmp_path / "trash.db")
    one.keep("ticket", "/CRM/1", row, store="s", profile="p").deleted(seen_gone=False)
    entry = one.entries()[-1]
    # As text, so that 1, 1.0 and true, or -0.0 and 0.0, are told apart.
    assert json.dumps(one.object(entry)) == json.dumps(row)
    one.purge([entry.number])


def test_it_is_readable_by_its_owner_alone(shop: Sandbox, run: Run) -> None:
    umask = os.umask(0)
    try:
        assert run("tickets", "delete", "1", "--yes").code == 0
    finally:
        os.umask(umask)
    assert trash().path.stat().st_mode & 0o777 == 0o600
    assert trash().path.parent.stat().st_mode & 0o777 == 0o700


def test_purged_is_gone_from_the_disk(shop: Sandbox, run: Run) -> None:
    text = "a secret that is not to stay"
    shop.store.insert(MESSAGE, {"Message": text * 2000}, parent=1)
    assert run("tickets", "delete", "1", "4", "5", "6", "--yes").code == 0
    assert text.encode() in trash().path.read_bytes()
    assert run("trash", "purge", "1").code == 2
    assert run("trash", "purge", "1", "4711", "--yes").code == 2
    assert len(entries()) == 4
    assert run("trash", "purge", "1", "--yes").code == 0
    assert text.encode() not in b"".join(path.read_bytes() for path in trash().path.parent.glob("trash*"))
    for words in ((), ("2", "--all"), ("--all", "--older-than", "1d"), ("-", "--all"), ("--older-than", "soon")):
        assert run("trash", "purge", *words, "--yes").code == 2
    assert run("trash", "purge", "--older-than", "1h", "--yes").code == 0
    assert len(entries()) == 3
    assert run("trash", "purge", "--older-than", "now", "--yes").code == 0  # the seconds of this very moment stay
    assert run("trash", "purge", "-", "--yes", stdin="").code == 0
    assert run("trash", "purge", "-", "--yes", stdin=run("trash", "list", "-o", "ids").out).code == 0
    assert entries() == []


def test_older_than_goes_by_the_day_of_the_delete(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 11, 1, 5, tzinfo=UTC)
    for number in (4, 5, 6):
        monkeypatch.setattr("crmcli.dates.utc_now", lambda at=start + timedelta(days=10 * number): at)
        assert run("tickets", "delete", str(number), "--yes").code == 0
    assert run("trash", "purge", "--older-than", "10d", "--yes").code == 0
    assert [entry.path for entry in entries()] == ["/CRM/5", "/CRM/6"]
    assert run("trash", "purge", "--older-than", "2026-12-22", "--yes").code == 0
    assert [entry.path for entry in entries()] == ["/CRM/6"]


def test_a_restored_ticket_is_a_new_one_and_nobody_is_mailed(shop: Sandbox, run: Run) -> None:
    row = whole(shop, 1)
    assert run("tickets", "delete", "1", "--yes").code == 0
    result = run("trash", "restore", "1")
    assert (result.code, result.out) == (0, "✓ Ticket 13 made of trash entry 1\n")
    assert "Ticket 1 is ticket 13 now, which is a new number." in result.err
    assert "Its 3 messages were not sent again" in result.err
    assert "DateOpened" in result.err
    made = whole(shop, 13)
    same = [name for name in row if not name.startswith("Date") and name not in ("CrmID", "CrmMessageList")]
    assert {name: made[name] for name in same} == {name: row[name] for name in same}
    assert (made["CrmMessageList"], shop.store.mailbox()) == ([], [])
    again = run("trash", "restore", "1", "--with-messages", "--yes")
    assert (again.code, len(shop.asked("POST"))) == (2, 1)
    assert "Entry 1 was restored already: it is ticket 13 now." in again.err


def test_with_messages_they_are_sent_again(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    assert run("trash", "restore", "1", "--with-messages").code == 2
    assert shop.asked("POST") == []
    result = run("trash", "restore", "1", "--with-messages", "--yes", "--json")
    assert (result.code, result.json[0]["Value"]) == (0, "13")
    assert "3 messages were sent again" in result.err
    assert "3 files" in result.err
    assert "of its messages DateCreated" in result.err
    (body,) = shop.bodies()
    assert body["CrmMessageList"] == [
        {"Message": f"Text of message {n}", "Sender": n % 2, "SenderName": "Ann Lee", "SenderEmail": "ann@example.com"}
        for n in (11, 12, 13)
    ]
    assert not {"CrmID", "DateOpened", "DateLastAction"} & set(body)
    assert len(shop.store.mailbox()) == 3


def test_messages_are_confirmed_by_name_and_number(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "4", "2", "--yes").code == 0
    with Person("trash", "restore", "1", "2", "3", "--with-messages") as person:
        person.sees(
            "Send 4 messages again, at www.example-store.com (no profile)? The store may e-mail ann@example.com."
        )
        person.types("yes\n")
        assert person.leaves() == 2
    assert shop.asked("POST") == []
    with Person("trash", "restore", "1", "2", "3", "--with-messages") as person:
        person.sees("Type send to confirm: ")
        person.types("send\n")
        assert person.leaves() == 0
    assert len(shop.store.mailbox()) == 4


def test_a_message_is_restored_by_sending_it(shop: Sandbox, run: Run) -> None:
    assert run("messages", "delete", "1", "11", "--yes").code == 0
    assert run("trash", "restore", "1").code == 2
    assert run("trash", "restore", "1", "--with-messages").code == 2
    assert shop.store.mailbox() == []
    with Person("trash", "restore", "1", "--with-messages") as person:
        person.sees(
            "Send 1 message again, at www.example-store.com (no profile)? The store may e-mail ann@example.com."
        )
        person.types("send\n")
        assert person.leaves() == 0
    (mail,) = shop.store.mailbox()
    assert (mail["CrmID"], mail["Text"]) == (1, "Text of message 11")
    assert run("trash", "restore", "1", "--with-messages", "--yes").code == 2


def test_a_saved_reply_is_made_again(shop: Sandbox, run: Run) -> None:
    assert run("replies", "delete", "1", "--yes").code == 0
    result = run("trash", "restore", "1", "-o", "ids")
    assert (result.code, result.out) == (0, "3\n")
    assert "Warning" not in result.err
    assert shop.store.row(REPLY, 3) == {"Id": 3, "Title": "Shipping delay", "Message": "It is late.\nWe are sorry."}


def test_what_the_api_does_not_take_is_said(shop: Sandbox, run: Run) -> None:
    odd = {
        "CrmID": 1,
        "CustomerEmail": "a@example.com",
        "Subject": "s" * 49 + "12" + "e" * 100,
        "CustomerName": "half \ud800 nul \0",
        "OrderID": "1234",
        "ProductId": "many",
        "StatusID": 0,
        "DepartmentID": None,
        "CustomerPhone": 2125550100,
        "Extra": "x",
        "DateOpened": "0001-01-01T00:00:00",
        "CrmMessageList": [{"MessageId": 3, "Message": "", "Sender": ""}],
    }
    shop.store.delete(MESSAGE, 11)
    shop.store.delete(MESSAGE, 12)
    shop.store.delete(MESSAGE, 13)

    def change(row: dict[str, Any]) -> None:
        row.clear()
        row.update(odd)

    without_messages(shop, change)
    inner = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if not environ["PATH_INFO"].endswith("/CRM/1/message"):
            return inner(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(odd["CrmMessageList"]).encode()]

    shop.server.app = app
    assert run("tickets", "delete", "1", "--yes").code == 0
    shop.server.app = shop.app
    result = run("trash", "restore", "1", "--with-messages", "--yes")
    assert result.code == 0
    assert shop.bodies() == [
        {
            "CustomerEmail": "a@example.com",
            "Subject": "s" * 49 + "1",
            "CustomerName": "half \ufffd nul \ufffd",
            "OrderID": 1234,
            "StatusID": 0,
            "CustomerPhone": "2125550100",
        }
    ]
    for lost in (
        "beyond 50 characters ('2eee",
        "CustomerName that can't be sent",
        "its ProductId",
        "its Extra",
        "no text",
    ):
        assert lost in result.err
    assert "DateOpened" not in result.err


def test_a_profile_that_must_not_mail_restores_no_ticket(shop: Sandbox, run: Run, profile_file: Path) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    assert run("messages", "delete", "4", "41", "--yes").code == 0
    assert run("replies", "delete", "1", "--yes").code == 0
    text = profile_file.read_text()
    for setting, codes in (("read_only = true", (3, 3, 3)), ("send = false", (3, 3, 0))):
        profile_file.write_text(f"{text}{setting}\n")
        for number, code in enumerate(codes, start=1):
            assert run("trash", "restore", str(number), "--with-messages", "--yes").code == code
    assert shop.asked("POST") == ["POST /CRM/savedreply"]


@pytest.mark.parametrize("fault", ["cut-after", "status=500,after", "cut-before", "status=500"])
def test_a_restore_whose_answer_is_lost_makes_one_ticket(shop: Sandbox, run: Run, fault: str) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    shop.fault(f"{fault},method=POST,times=1")
    first = run("trash", "restore", "1")
    assert (first.code == 0) == ("after" in fault)
    assert run("trash", "restore", "1").code == (2 if "after" in fault else 0)
    assert shop.store.count(TICKET) == 12


@pytest.mark.parametrize("words", [(), ("--with-messages", "--yes")])
def test_a_restore_that_was_killed_makes_one_ticket(shop: Sandbox, run: Run, words: tuple[str, ...]) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    command = [sys.executable, "-m", "crmcli", "trash", "restore", "1"]
    children: list[subprocess.Popen[bytes]] = []

    def see(asked: dict[str, Any]) -> None:
        if asked["REQUEST_METHOD"] == "POST" and children:
            arrived(asked)
            children[0].send_signal(signal.SIGKILL)
            children[0].wait()

    shop.between(see)
    children.append(subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL))
    assert children[0].wait(30) == -signal.SIGKILL
    children.clear()
    assert entries()[0].state == "deleted"
    result = run("trash", "restore", "1", *words)
    assert (result.code, shop.store.count(TICKET), len(shop.asked("POST"))) == (0, 12, 1)
    # What the first run left out was not sent by the second either, and it doesn't say so.
    assert "Its 3 messages were not sent again" in result.err
    assert (entries()[0].state, entries()[0].became) == ("restored", 13)


def test_a_rehearsed_restore_sends_nothing(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    result = run("trash", "restore", "1", "--with-messages", "--dry-run", "--json")
    assert (result.code, len(result.json["body"]["CrmMessageList"])) == (0, 3)
    assert "would be" in result.err
    assert (shop.asked("POST"), entries()[0].state) == ([], "deleted")
    assert not (state_folder() / "outbox.db").exists()


def test_entries_belong_to_a_store(shop: Sandbox, run: Run, profile_file: Path) -> None:
    text = profile_file.read_text().partition("\n\n")[2]
    profile_file.write_text(
        profile_file.read_text() + text.replace("main", "other").replace("www.example-store", "www.other-store")
    )
    assert run("tickets", "delete", "1", "4", "--yes").code == 0
    assert run("trash", "list", "-o", "ids").lines == ["1", "2"]
    assert run("-p", "other", "trash", "list", "-o", "ids").lines == []
    assert run("-p", "other", "trash", "list", "--all", "-o", "ids").lines == ["1", "2"]
    assert run("-p", "other", "trash", "purge", "--all", "--yes").code == 0
    refused = run("-p", "other", "trash", "restore", "1")
    assert (refused.code, shop.asked("POST")) == (2, [])
    assert "-p main" in refused.err
    # Some that can't be restored don't keep the others from it.
    some = run("trash", "restore", "-", stdin="1\n2\n")
    assert (some.code, len(shop.asked("POST"))) == (0, 2)
    assert run("trash", "restore", "1", "4711").code == 2
    assert run("trash", "list", "--json").json[0]["became"] == 13


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "tsv", "ids"])
def test_what_strangers_wrote_does_not_act(shop: Sandbox, run: Run, at_a_terminal: At, output: str) -> None:
    numbers = []
    for text in CORPUS[:12]:
        row = {"Subject": text[:50], "CustomerName": text[:255], "CustomerEmail": text[:100] or "a", "StatusID": 1}
        number = shop.store.insert(TICKET, row)
        shop.store.insert(MESSAGE, {"Message": text, "SenderName": text[:150]}, parent=number)
        numbers.append(str(number))
    assert run("tickets", "delete", *numbers, "--yes").code == 0
    for command in (
        ("list",),
        *(("show", str(number + 1)) for number in range(12)),
        *(("restore", str(number + 1), "--with-messages", "--yes", "--dry-run") for number in range(12)),
        *(
            (("restore", str(number + 1), "--with-messages", "--yes") for number in range(12))
            if output == "table"
            else ()
        ),
    ):
        result = at_a_terminal("trash", *command, "-o", output)
        assert (result.code, command) == (0, command), result.err
        harmless(result, tabs=output == "tsv")


def test_an_address_in_a_question_is_harmless(shop: Sandbox, run: Run) -> None:
    shop.store.update(TICKET, 1, {"CustomerEmail": "\x1b[31ma@example.com\x07"})
    assert run("tickets", "delete", "1", "--yes").code == 0
    with Person("trash", "restore", "1", "--with-messages") as person:
        person.sees("a@example.com")
        assert not set("\x1b\x07") & set(person.screen)


def test_the_list_says_what_and_whose_it_was(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "2", "--yes").code == 0
    assert run("messages", "delete", "4", "41", "--yes").code == 0
    assert run("replies", "delete", "1", "--yes").code == 0
    db = sqlite3.connect(trash().path)
    db.execute("UPDATE entries SET who = '' WHERE number = 1")  # as earlier versions left it
    db.commit()
    db.close()
    listed = run("trash", "list", "--json").json
    assert [(row["what"], row["about"], row["customer"]) for row in listed] == [
        ("ticket 1", "Subject 1", "Ann Lee"),
        ("ticket 2", "", "bob@example.com"),
        ("message 41 of ticket 4", "Text of message 41", "Ann Lee"),
        ("saved reply 1", "Shipping delay", ""),
    ]
    table = run("trash", "list", "-o", "table").out
    for words in ("What", "Subject", "Customer", "ticket 1", "Ann Lee", "bob@example.com"):
        assert words in table


def test_many_are_restored_with_a_line_each(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "3", "4", "--yes").code == 0
    result = run("trash", "restore", "1", "2", "3")
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "✓ Ticket 13 made of trash entry 1 (was ticket 1; 3 messages not sent again)",
        "✓ Ticket 14 made of trash entry 2 (was ticket 3)",
        "✓ Ticket 15 made of trash entry 3 (was ticket 4; 1 message not sent again)",
    ]


def test_undoing_a_delete_names_the_entries(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "3", "4", "5", "--yes").code == 0
    assert run("messages", "delete", "1", "11", "--yes").code == 0
    assert run("trash", "restore", "2").code == 0
    undone = run("runs", "undo", "1")
    assert (undone.code, "crmcli trash restore 1 3\n" in undone.err) == (2, True)
    assert "crmcli trash restore 4\n" in run("runs", "undo", "2").err
    assert run("trash", "purge", "--all", "--yes").code == 0
    assert "None of it is in the trash any more" in run("runs", "undo", "1").err


def test_what_is_kept_is_shown_without_asking_for_more(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "3", "--yes").code == 0  # which has no messages
    shop.store.clear_log()
    shown = run("trash", "show", "1")
    assert (shown.code, shown.err, "Subject 3" in shown.out) == (0, "", True)
    assert [asked for asked in shop.asked() if "message" in asked] == []
