"""Runs, as people meet them: resumed, undone, refused, retried, forgotten; and a journal that can't be written."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmcli import processes
from crmcli.paths import state_folder
from crmcli.runs.journal import Journal
from crmcli.sandbox.objects import MESSAGE, TICKET

from .conftest import Run, Sandbox
from .guarantees.test_runs import Watched
from .shop import difference, everything
from .sizes import some

Kill = Callable[..., None]


def journal() -> Journal:
    return Journal(state_folder() / "runs.db")


def states(number: int = 1) -> list[str]:
    return [row.state for row in journal().rows(journal().get(number))]


def standing(number: int = 1) -> str:
    return journal().get(number).standing


@pytest.mark.parametrize("tickets", [("1",), ("1", "4", "5")])
def test_an_interrupt_between_the_halves_of_a_reply_says_what_was_mailed(
    shop: Sandbox, monkeypatch: pytest.MonkeyPatch, home: Path, tickets: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    shop.fault("delay=3,method=PUT")
    child = begin("tickets", "reply", *tickets, "--text", "Only once", "--status", "Answered", "--yes")
    while not shop.asked("POST"):
        time.sleep(0.02)
    time.sleep(0.4)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Interrupted: the reply to ticket 1 was sent; its status may not be changed" in err
    assert ("crmcli tickets update 1 --status 2" if len(tickets) == 1 else "crmcli runs resume 1") in err
    assert ("kept in /" in err) == (len(tickets) > 1)  # the others' text is still to be sent


def test_what_is_so_already_is_told_as_that_and_nothing_is_sent(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "--subject", "Spam").out == "✓ Ticket 4 updated\n"
    shop.store.clear_log()
    again = run("tickets", "update", "4", "5", "--subject", "Spam")
    assert (again.code, again.lines) == (0, ["✓ Ticket 4 was so already", "✓ Ticket 5 updated"])
    assert shop.asked("PUT") == ["PUT /CRM/5"]
    (ack,) = run("tickets", "update", "4", "--subject", "Spam", "--json").json
    assert (ack["Value"], ack["Status"], ack["Message"]) == ("4", "200", "It was so already: nothing was sent.")
    status = (shop.store.row(TICKET, 7) or {})["StatusID"]
    replied = run("tickets", "reply", "7", "--text", "Hi", "--status", str(status), "--yes")
    assert replied.lines[1].endswith("already")
    for words in (
        ("departments", "update", "1", "--name", "Sales"),
        ("replies", "update", "2", "--title", "Welcome"),
        ("statuses", "update", "2", "--name", "Answered"),
    ):
        assert run(*words).lines[0].endswith("was so already"), words
    assert shop.asked("PUT") == ["PUT /CRM/5"]
    assert run("tickets", "update", "4", "--subject", "Spam", "--dry-run").out.startswith("PUT ")
    assert run("runs", "undo", "3").code == 2  # there is nothing that it changed


def numbers(run: Run, *words: str) -> list[int]:
    return [row["number"] for row in run(*words, "--json").json]


def begin(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "crmcli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def kill(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Kill:
    """Run the program as a process that is killed at one of its requests: `kill("tickets", …, at=3, when="after")`."""
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    watched = Watched(shop, monkeypatch)

    def killed(*words: str, at: int, when: str = "after") -> None:
        child = begin(*words)
        watched.kill(child.pid, at=at, when=when)
        child.communicate(timeout=60)
        assert child.returncode == -signal.SIGKILL
        watched.rest()  # or what it had sent last could come after an edit that the test makes next

    return killed


NUMBERS = tuple(str(number) for number in range(4, 9))
SET = ("--subject", "Other", "--status", "Open", "--order", "77", "--customer-phone", "1", "--department", "Sales")


@pytest.mark.parametrize("readings", [(), ("unset=null",), ("put=replace",), ("dates=slash", "single=object")])
@pytest.mark.parametrize("ticket", ["1", "2"])
def test_an_undo_puts_back_what_was_there_and_an_undo_of_it_the_change(
    shop: Sandbox, run: Run, ticket: str, readings: tuple[str, ...]
) -> None:
    """The second ticket has nothing but an address: "", 0 and null come back, too."""
    shop.switch(*readings)
    before = everything(shop.store)
    assert run("tickets", "update", ticket, *SET).code == 0
    changed = everything(shop.store)
    assert difference(before, changed) != {}
    assert run("runs", "undo", "1").code == 0
    assert difference(before, everything(shop.store)) == {}
    assert run("runs", "undo", "2").code == 0
    assert difference(changed, everything(shop.store)) == {}


def test_an_undo_leaves_alone_what_has_changed_since(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "5", "6", "--subject", "Spam", "--order", "1").code == 0
    shop.store.update(TICKET, 5, {"Subject": "Mine"})
    shop.store.delete(TICKET, 6)
    found = run("runs", "undo", "1", "--json")
    assert found.code == 9
    assert [ack["Value"] for ack in found.json if ack["Key"] == "CrmID"] == ["4"]
    assert "ticket 5: It has changed since" in found.err
    assert "Ticket 6 was deleted since." in found.err
    assert {number: (shop.store.row(TICKET, number) or {}).get("Subject") for number in (4, 5, 6)} == {
        4: "Subject 4",
        5: "Mine",
        6: None,
    }
    assert (shop.store.row(TICKET, 5) or {})["OrderID"] == 1  # of a ticket that somebody touched, nothing
    assert states(2) == ["done", "skipped", "skipped"]


def test_an_undo_of_what_was_deleted_since_says_where_it_is_kept(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "3", "4", "--subject", "Spam").code == 0
    assert run("tickets", "delete", "3", "4", "--yes").code == 0
    assert run("trash", "restore", "1", "--yes").code in (0, 9)
    undone = run("runs", "undo", "1")
    assert undone.code == 9
    assert "Error: Ticket 3 was deleted since, and restored as number 13" in undone.err
    assert "Error: Ticket 4 was deleted since, and is kept in the trash: crmcli trash restore 2." in undone.err
    assert "list" not in undone.err
    shop.store.delete(TICKET, 5)
    assert run("tickets", "update", "5", "--subject", "X").code == 5  # which nobody knows to have been there


# Alike to whoever looks for a lost send, which a store may write otherwise; each is another text all the same.
EDITS = (
    ("See <https://example.com/a>", "See <https://example.com/b>"),
    ("Tom & Ann", "Tom &amp; Ann"),
    ("two  blanks", "two blanks"),
    ("at the end", "at the end "),
    ("<b>Late</b>", "Late"),
)


@pytest.mark.parametrize(("ours", "theirs"), EDITS)
def test_an_edit_that_hardly_shows_is_an_edit(shop: Sandbox, run: Run, ours: str, theirs: str) -> None:
    assert run("tickets", "update", "4", "5", "--subject", ours).code == 0
    shop.store.update(TICKET, 4, {"Subject": theirs})
    undone = run("runs", "undo", "1")
    assert undone.code == 9
    assert "ticket 4: It has changed since" in undone.err
    assert repr(theirs) in undone.err
    assert [(shop.store.row(TICKET, number) or {})["Subject"] for number in (4, 5)] == [theirs, "Subject 5"]


@pytest.mark.parametrize(("ours", "theirs"), EDITS)
def test_and_to_a_run_that_goes_on(shop: Sandbox, run: Run, kill: Kill, ours: str, theirs: str) -> None:
    """A person's edit between the kill and the resume: of what was there, or of what the killed PUT had left."""
    shop.store.update(TICKET, 4, {"Subject": ours})
    kill("tickets", "update", "4", "5", "--subject", "New", at=2, when="before")
    shop.store.update(TICKET, 4, {"Subject": theirs})
    assert run("runs", "resume", "1").code == 9
    assert states() == ["skipped", "done"]
    assert (shop.store.row(TICKET, 4) or {})["Subject"] == theirs
    kill("tickets", "update", "6", "7", "--subject", ours, at=2, when="after")
    shop.store.update(TICKET, 6, {"Subject": theirs})
    assert run("runs", "resume", "2").code == 9
    assert states(2) == ["skipped", "done"]
    assert (shop.store.row(TICKET, 6) or {})["Subject"] == theirs


@pytest.mark.parametrize("switch", ["put=merge", "put=replace"])
def test_an_edit_while_the_store_has_us_wait_is_seen(shop: Sandbox, run: Run, switch: str) -> None:
    """The ticket is read, the PUT is throttled, and a person edits it before the next try."""
    shop.switch(switch)
    assert run("tickets", "update", "4", "--subject", "Spam").code == 0

    def edit(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "PUT":
            shop.store.update(TICKET, 4, {"Subject": "Mine"})

    shop.fault("status=429,method=PUT,times=1,retry-after=0")
    shop.between(edit)
    undone = run("runs", "undo", "1")
    assert (undone.code, "It has changed since" in undone.err) == (9, True)
    assert (shop.store.row(TICKET, 4) or {})["Subject"] == "Mine"


def test_what_was_sent_or_deleted_is_not_undone_and_that_is_said(shop: Sandbox, run: Run) -> None:
    assert run("messages", "create", "4", "--text", "Hello").code == 0
    assert run("tickets", "delete", "5", "--yes").code == 0
    assert run("tickets", "reply", "7", "--text", "Hi", "--status", "Answered", "--yes").code == 0
    before = everything(shop.store)
    sent, deleted = run("runs", "undo", "1"), run("runs", "undo", "2")
    assert (sent.code, deleted.code) == (2, 2)
    assert "can't be taken back" in sent.err
    assert "trash" in deleted.err
    assert everything(shop.store) == before
    replied = run("runs", "undo", "3")
    assert replied.code == 9
    assert "can't be taken back" in replied.err
    assert difference(before, everything(shop.store)) == {("ticket", 7): {"StatusID": 3}}
    assert shop.asked("POST") == ["POST /CRM/4/message", "POST /CRM/7/message"]


def test_an_undo_that_is_killed_is_resumed(shop: Sandbox, run: Run, kill: Kill) -> None:
    before = everything(shop.store)
    assert run("tickets", "update", *NUMBERS, "--subject", "Spam").code == 0
    shop.store.clear_log()
    kill("runs", "undo", "1", at=5)
    assert standing(2) == "stopped"
    assert run("runs", "resume", "2").code == 0
    assert difference(before, everything(shop.store)) == {}
    assert sorted(shop.asked("PUT")) == [f"PUT /CRM/{number}" for number in NUMBERS]
    assert (standing(2), set(states(2))) == ("ended", {"done"})


def test_a_run_that_is_worked_on_is_left_alone(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    shop.app.latency = 0.3
    child = begin("tickets", "update", *NUMBERS, "--subject", "Spam")
    while not shop.asked("PUT"):
        time.sleep(0.02)
    resumed, undone = run("runs", "resume", "1"), run("runs", "undo", "1")
    assert (resumed.code, undone.code) == (2, 2)
    assert f"is being worked on by process {child.pid}." in resumed.err
    assert "is being worked on" in undone.err
    assert run("runs", "list", "--json").json[0]["state"] == "running"
    shop.app.latency = 0
    assert child.communicate(timeout=60)[1].startswith("5 of 5 done")
    assert shop.asked("PUT") == [f"PUT /CRM/{number}" for number in NUMBERS]
    again = run("runs", "resume", "1")
    assert (again.code, "nothing left to do" in again.err) == (2, True)


def test_a_run_that_another_container_may_be_working_on_is_left_alone(shop: Sandbox, run: Run, kill: Kill) -> None:
    """Its processes can't be seen from here; an hour after its last row none of its tries can go on."""
    kill("tickets", "update", *NUMBERS, "--subject", "Spam", at=4)
    with closing(sqlite3.connect(journal().path)) as db, db:
        db.execute("UPDATE runs SET owner = '7:1:elsewhere/4026532000'")
    before = shop.asked("PUT")
    for words in (("resume", "1"), ("undo", "1")):
        refused = run("runs", *words)
        assert (refused.code, "in another container or machine (elsewhere/4026532000)" in refused.err) == (2, True)
    assert run("runs", "list", "--json").json[0]["state"] == "elsewhere"
    assert shop.asked("PUT") == before
    with closing(sqlite3.connect(journal().path)) as db, db:
        db.execute("UPDATE runs SET made = made - 3700")
        db.execute("UPDATE rows SET started = started - 3700 WHERE started > 0")
    assert run("runs", "resume", "1").code == 0
    assert shop.asked("PUT") == [f"PUT /CRM/{number}" for number in NUMBERS]


def texts(shop: Sandbox, text: str) -> int:
    return sum(row["Message"] == text for row in shop.store.rows(MESSAGE))


def test_a_run_whose_command_was_run_anew_is_asked_about(shop: Sandbox, run: Run, kill: Kill) -> None:
    words = ("messages", "create", *NUMBERS, "--text", "On its way.")
    kill(*words, at=8)  # four requests a message
    assert states() == ["done", "started", "waiting", "waiting", "waiting"]
    assert run(*words).code == 0
    assert texts(shop, "On its way.") == 5  # the two that had arrived were not sent again
    refused = run("runs", "resume", "1")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert texts(shop, "On its way.") == 5
    skipped = run("runs", "resume", "1", "--yes")  # what another command sent since is left alone
    assert (skipped.code, texts(shop, "On its way.")) == (9, 5)
    assert "Another command sent the very same since" in skipped.err
    assert states() == ["done", "done", "skipped", "skipped", "skipped"]
    # A person said so: the three that had not been begun.
    assert run("runs", "resume", "1", "--yes", "--send-again").code == 0
    assert texts(shop, "On its way.") == 8
    assert set(states()) == {"done"}


def test_an_update_that_was_run_anew_is_gone_on_with(shop: Sandbox, run: Run, kill: Kill) -> None:
    words = ("tickets", "update", *NUMBERS, "--subject", "Spam")
    kill(*words, at=4)
    assert run(*words).code == 0
    assert run("runs", "resume", "1").code == 0
    assert {standing(1), standing(2)} == {"ended"}


def test_a_run_of_another_store(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.fault("status=500,method=PUT,times=1")
    assert run("tickets", "update", "4", "5", "--subject", "Spam").code == 9
    shop.store.clear_log()
    monkeypatch.setenv("CRMCLI_SECURE_URL", "https://other.example.com")
    for words in (("resume", "1"), ("resume", "1", "--failed"), ("undo", "1")):
        refused = run("runs", *words)
        assert (refused.code, "of another store" in refused.err) == (2, True)
    assert run("runs", "list", "--json").json == []
    assert shop.asked() == []


@pytest.mark.parametrize("fault", ["status=500", "status=500,after", "status=400", "status=503,after"])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_failed_is_tried_again_when_asked(shop: Sandbox, run: Run, fault: str, verb: str) -> None:
    shop.fault(f"{fault},method={'PUT' if verb == 'update' else 'DELETE'},path=/CRM/5")
    words = ("tickets", verb, "4", "5", "6", *(("--subject", "Spam") if verb == "update" else ("--yes",)))
    if "after" in fault:  # it is seen to be done, so nothing failed
        assert (run(*words).code, states()) == (0, ["done"] * 3)
        return
    assert run(*words).code == 9
    assert states() == ["done", "failed", "done"]
    assert run("runs", "resume", "1").code == 2  # without --failed there is nothing to do
    assert run("runs", "resume", "1", "--failed").code != 0  # the store fails still
    shop.fault()
    assert run("runs", "resume", "1", "--failed").code == 0
    assert (states(), standing()) == (["done"] * 3, "ended")
    subjects = {row["CrmID"]: row["Subject"] for row in shop.store.rows(TICKET) if row["CrmID"] in (4, 5, 6)}
    assert subjects == (dict.fromkeys((4, 5, 6), "Spam") if verb == "update" else {})


def test_a_delete_that_was_killed_is_in_the_trash_once(shop: Sandbox, run: Run, kill: Kill) -> None:
    shop.fault("cut-before,method=DELETE,path=/CRM/5,times=2")
    kill("tickets", "delete", *NUMBERS, "--yes", at=6, when="before")  # three requests a ticket
    assert run("runs", "resume", "1").code == 8
    assert run("runs", "resume", "1").code == 0
    assert (states(), standing()) == (["done"] * 5, "ended")
    assert sorted(shop.asked("DELETE")) == [f"DELETE /CRM/{number}" for number in ("4", "5", "5", "5", *NUMBERS[2:])]
    kept = [row["path"] for row in run("trash", "list", "--all", "--json").json]
    assert sorted(kept) == [f"/CRM/{number}" for number in NUMBERS]


def test_a_ticket_that_never_was_stays_failed(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "4", "999", "--yes").code == 9
    assert run("runs", "resume", "1", "--failed").code == 5
    assert states() == ["done", "failed"]


@pytest.mark.parametrize("obstacle", ["no folder", "garbage", "locked"])
@pytest.mark.parametrize("words", ["update 4 5 --subject Spam", "delete 4 5 --yes", "reply 4 --text Hi --yes"])
def test_what_can_not_be_written_down_is_not_begun(
    shop: Sandbox, run: Run, words: str, obstacle: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmcli.ledger.PATIENCE", 0.05)
    before = everything(shop.store)
    if obstacle == "no folder":
        (home / "state").write_text("a file where the folder should be")
    else:
        state_folder().mkdir(parents=True)
        journal().path.write_bytes(b"this is no database" * 100 if obstacle == "garbage" else b"")
    with closing(sqlite3.connect(journal().path if obstacle == "locked" else ":memory:")) as db:
        db.execute("BEGIN IMMEDIATE")
        refused = run("tickets", *words.split(), "--json")
    assert (refused.code, refused.error["kind"]) == (3, "config")
    assert (shop.asked("PUT", "POST", "DELETE"), everything(shop.store)) == ([], before)


def test_what_is_done_stays_done_though_it_can_not_be_written_down(shop: Sandbox, run: Run) -> None:
    def spoil(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "PUT":
            journal().path.write_bytes(b"this is no database" * 1000)

    shop.between(spoil)
    done = run("tickets", "update", "4", "--subject", "Spam", "-o", "ids")
    assert (done.code, done.out) == (0, "4\n")
    assert "Warning: The journal can't be used" in done.err


def test_and_the_rest_is_not_begun(shop: Sandbox, run: Run) -> None:
    def spoil(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "PUT":
            journal().path.write_bytes(b"this is no database" * 1000)

    shop.between(spoil)
    done = run("tickets", "update", "4", "5", "6", "--subject", "Spam", "-o", "ids")
    assert (done.code, done.out) == (9, "4\n")
    assert shop.asked("PUT") == ["PUT /CRM/4"]


def test_two_processes_that_resume_at_once(shop: Sandbox, run: Run, kill: Kill) -> None:
    kill("tickets", "update", *NUMBERS, "--subject", "Spam", at=4)
    shop.app.latency = 0.05
    both = [begin("runs", "resume", "1") for _ in range(2)]
    for each in both:
        each.communicate(timeout=60)
    codes = {each.returncode for each in both}
    assert codes <= {0, 2}
    assert 0 in codes
    assert shop.asked("PUT") == [f"PUT /CRM/{number}" for number in NUMBERS]
    assert (states(), standing()) == (["done"] * 5, "ended")


def test_one_that_was_resumed_while_a_person_thought_about_it(
    shop: Sandbox, run: Run, kill: Kill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading what is left and taking the run, another process may do it all."""
    kill("tickets", "update", *NUMBERS, "--subject", "Spam", at=4)
    claim = Journal.claim
    codes = []

    def late(self: Journal, of: Any) -> Any:
        monkeypatch.setattr(Journal, "claim", claim)
        codes.append(run("runs", "resume", "1").code)
        return claim(self, of)

    monkeypatch.setattr(Journal, "claim", late)
    second = run("runs", "resume", "1")
    assert ([second.code, *codes], "meanwhile" in second.err) == ([0, 0], True)
    assert shop.asked("PUT") == [f"PUT /CRM/{number}" for number in NUMBERS]
    assert standing() == "ended"


def test_what_is_over_is_dropped_by_age_beyond_a_number_of_newer_ones(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in NUMBERS:
        assert run("tickets", "update", number, "--subject", "Spam").code == 0
    old, now = time.time() - 91 * 86400, time.time()
    with closing(sqlite3.connect(journal().path)) as db, db:
        db.execute("UPDATE runs SET made = ? WHERE number <= 4", (old,))
        db.execute("UPDATE runs SET made = ? WHERE number = 5", (now - 89 * 86400,))
        db.execute("UPDATE runs SET owner = '999999999:1' WHERE number = 2")  # it was killed when all was done
        db.execute("UPDATE runs SET owner = ? WHERE number = 3", (processes.me(),))  # it is old, and still at work
        db.execute("UPDATE rows SET state = 'waiting' WHERE run = 4")  # it was stopped
    assert run("tickets", "update", "9", "--subject", "Spam").code == 0
    assert numbers(run, "runs", "list") == [1, 2, 3, 4, 5, 6]  # so few may be as old as they like
    monkeypatch.setattr("crmcli.runs.journal.NEWER", 2)
    assert run("tickets", "update", "9", "--subject", "Spam").code == 0
    assert numbers(run, "runs", "list") == [3, 4, 5, 6, 7]
    with closing(sqlite3.connect(journal().path)) as db:
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (5,)


def test_old_sends_are_dropped_as_old_runs_are(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in NUMBERS:
        assert run("messages", "create", number, "--text", "It left.").code == 0
    assert run("replies", "create", "--title", "T", "--text", "M").code == 0
    box = state_folder() / "outbox.db"
    with closing(sqlite3.connect(box)) as db, db:
        db.execute("UPDATE entries SET changed = ? WHERE number <= 6", (time.time() - 91 * 86400,))
        db.execute("UPDATE entries SET state = 'unsure' WHERE number = 2")
        db.execute("UPDATE entries SET once = 'job' WHERE number = 3")
        db.execute("UPDATE entries SET state = 'refused' WHERE number = 4")
    with closing(sqlite3.connect(journal().path)) as db, db:
        db.execute("UPDATE rows SET state = 'started' WHERE run = 5")  # which looks at what it has sent when it goes on
    assert run("replies", "create", "--title", "U", "--text", "M").code == 0
    assert numbers(run, "outbox", "list", "--all") == [1, 2, 3, 4, 5, 6, 7]
    monkeypatch.setattr("crmcli.outbox.box.NEWER", 1)
    assert run("replies", "create", "--title", "V", "--text", "M").code == 0
    assert numbers(run, "outbox", "list", "--all") == [2, 3, 5, 7, 8]


def test_a_clock_that_was_wrong_for_one_command_loses_nothing(
    shop: Sandbox, run: Run, kill: Kill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose battery is dead: 100 days ahead for a command, and right again for the next."""
    monkeypatch.setattr("crmcli.runs.journal.NEWER", 0)
    monkeypatch.setattr("crmcli.outbox.box.NEWER", 0)
    words = ("messages", "create", *NUMBERS, "--text", "On its way.")
    assert run("tickets", "update", "9", "--subject", "Spam").code == 0
    kill(*words, at=8)
    with monkeypatch.context() as patch:
        now = time.time
        patch.setattr(time, "time", lambda: now() + 100 * 86400)
        ahead = run("messages", "create", "9", "--text", "Something else.")
    behind = run(*words)
    assert [ahead.code, behind.code] == [0, 0]
    for said in (ahead.err, behind.err):
        assert said.count("This machine's clock says") == 1
    assert texts(shop, "On its way.") == 5
    assert [row["number"] for row in run("runs", "list", "--json").json] == [1, 2, 3, 4]
    assert "clock" not in run("tickets", "update", "9", "--subject", "Ham").err


@pytest.mark.parametrize("words", ["update 1 --subject Spam", "reply 1 --text Hi --status Answered --yes"])
def test_what_a_put_blanked_is_given_back_after_a_kill(shop: Sandbox, run: Run, kill: Kill, words: str) -> None:
    """A store that takes what isn't named for empty shows it at the first PUT; the kill comes before it is mended."""
    shop.switch("put=replace")
    before = everything(shop.store)
    kill("tickets", *words.split(), at=2 if "update" in words else 7)
    assert shop.asked()[-1] == "PUT /CRM/1"
    assert (shop.store.row(TICKET, 1) or {})["CustomerName"] == ""
    assert run("runs", "resume", "1").code == 0
    after = everything(shop.store)
    changed = difference(before, after)
    assert changed[("ticket", 1)] == ({"Subject": "Spam"} if "update" in words else {"StatusID": 2})


NEXT: dict[str, dict[str, Any]] = {
    "update 1 --subject Spam": {"Subject": "Spam"},
    "update 1 --order 77": {"Subject": "Spam", "OrderID": 77},
    "update 3 1 --customer-name Bo": {"Subject": "Spam", "CustomerName": "Bo"},
    "reply 1 --text Hi --status Answered --yes": {"Subject": "Spam", "StatusID": 2},
    "undo 1": {},
    "api PUT /CRM/1 -f OrderID=5": {"Subject": "Spam", "OrderID": 5},
}


@pytest.mark.parametrize(
    ("words", "meanwhile"),
    some([(words, each) for words in NEXT for each in ({}, {"StatusID": 2}, {"CustomerPhone": "1"})], every=2),
)
def test_whoever_comes_next_gives_back_what_a_killed_put_blanked(
    shop: Sandbox, run: Run, kill: Kill, words: str, meanwhile: dict[str, Any]
) -> None:
    """Also where the store has set its status by itself meanwhile, or a person has filled in a field again."""
    shop.switch("put=replace")
    before = everything(shop.store)
    kill("tickets", "update", "1", "--subject", "Spam", at=2)
    assert [name for name, value in (shop.store.row(TICKET, 1) or {}).items() if not value] != []
    shop.store.update(TICKET, 1, meanwhile)
    if "api" in words:
        shop.switch("put=merge")  # it is sent as it was typed, and a store that replaces would blank the rest by it
    noun = () if "api" in words else ("runs",) if "undo" in words else ("tickets",)
    done = run(*noun, *words.split())
    assert done.code == 0, done.err
    assert "Ticket 1: what an earlier update had left blank was given back" in done.err
    expected = {**meanwhile, **NEXT[words]}
    if words.startswith("update 3 1"):
        assert difference(before, everything(shop.store))["ticket", 3] == {"CustomerName": "Bo"}
    changed = {row: to for row, to in difference(before, everything(shop.store)).items() if row == ("ticket", 1)}
    assert changed == ({("ticket", 1): expected} if expected else {})
    assert "left blank" not in run("tickets", "update", "1", "--order", "9").err


def test_a_delete_keeps_what_a_killed_put_blanked(shop: Sandbox, run: Run, kill: Kill) -> None:
    shop.switch("put=replace")
    kill("tickets", "update", "1", "--subject", "Spam", at=2)
    assert run("tickets", "delete", "1", "--yes").code == 0
    kept = run("trash", "show", "1", "--json").json
    kept = kept[0] if isinstance(kept, list) else kept
    assert "Ann Lee" in json.dumps(kept)


def test_a_journal_of_the_first_version_gives_back_too(shop: Sandbox, run: Run, kill: Kill) -> None:
    shop.switch("put=replace")
    before = everything(shop.store)
    kill("tickets", "update", "1", "--subject", "Spam", at=2)
    with closing(sqlite3.connect(journal().path)) as db, db:
        db.execute("DROP INDEX half_way")
        db.execute("ALTER TABLE rows DROP COLUMN ticket")
        db.execute("UPDATE rows SET action = json_patch((SELECT common FROM runs WHERE number = run), action)")
        db.execute("ALTER TABLE runs DROP COLUMN common")
        db.execute("PRAGMA user_version = 0")
    assert run("tickets", "update", "1", "--order", "5").code == 0
    assert difference(before, everything(shop.store)) == {("ticket", 1): {"Subject": "Spam", "OrderID": 5}}


def test_what_a_person_emptied_stays_empty(shop: Sandbox, run: Run, kill: Kill) -> None:
    """A PUT leaves no department; a person who takes a name and an address out leaves it."""
    kill("tickets", "update", "1", "--subject", "Spam", at=2)
    shop.store.update(TICKET, 1, {"CustomerName": "", "CustomerPhone": "", "CustomerIpAddress": "", "OrderID": 0})
    assert run("tickets", "update", "1", "--subject", "Ham").code == 0
    row = shop.store.row(TICKET, 1) or {}
    assert (row["CustomerName"], row["OrderID"], row["Subject"]) == ("", 0, "Ham")


def test_what_a_failed_give_back_left_blank_is_given_back_by_the_next(shop: Sandbox, run: Run) -> None:
    shop.switch("put=replace")
    before = everything(shop.store)
    shop.fault("status=500,method=PUT,skip=1,times=1")
    failed = run("tickets", "update", "1", "--subject", "Spam")
    assert failed.code == 9
    assert "Ticket 1 was updated, but its other fields may be blank now" in failed.err
    assert run("tickets", "update", "1", "--order", "5").code == 0
    assert difference(before, everything(shop.store)) == {("ticket", 1): {"Subject": "Spam", "OrderID": 5}}


def test_a_run_that_is_at_work_gives_back_itself(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    shop.switch("put=replace")
    shop.fault("delay=0.5,method=GET,path=/CRM/1,skip=1,times=1")  # between its PUT and the one that gives back
    before = everything(shop.store)
    child = begin("tickets", "update", "1", "--subject", "Spam")
    while not shop.asked("PUT"):
        time.sleep(0.02)
    other = run("tickets", "update", "1", "--order", "5")
    assert child.communicate(timeout=60)[1] == ""
    assert "given back" not in other.err
    assert difference(before, everything(shop.store))["ticket", 1]["Subject"] == "Spam"


@pytest.mark.parametrize(
    ("before", "after"), [("A  b", "A b"), ("a &amp; b", "a & b"), ("", "x"), ("x", "")]
)  # the first two are alike to whoever compares what a store may write otherwise
def test_a_change_that_hardly_shows_is_made(shop: Sandbox, run: Run, before: str, after: str) -> None:
    shop.store.update(TICKET, 4, {"Subject": before})
    shop.fault("cut-before,method=PUT,times=1")
    assert run("tickets", "update", "4", "--data", json.dumps({"Subject": after})).code == 8
    assert states() == ["started"]
    assert run("runs", "resume", "1").code == 0
    assert (shop.store.row(TICKET, 4) or {})["Subject"] == after
    assert run("runs", "undo", "1").code == 0
    assert (shop.store.row(TICKET, 4) or {})["Subject"] == before


def test_a_run_of_the_profile_whose_address_was_changed_says_so(
    shop: Sandbox, run: Run, profile_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told that it was made with the profile that is in force, nobody knows what to do."""
    shop.fault("status=400,method=POST")
    assert run("messages", "create", "4", "--text", "Hello", "-p", "main").code == 6
    assert run("tickets", "delete", "4", "--yes", "-p", "main").code == 0
    monkeypatch.setenv("CRMCLI_BASE_URL", f"{shop.server.base_url}2")
    for words in (("outbox", "resend", "1", "--yes"), ("runs", "undo", "1"), ("trash", "restore", "1")):
        refused = run(*words, "-p", "main")
        assert refused.code == 2
        host = shop.server.base_url.partition("://")[2].lower()
        for said in (f"{host} ", f"{host}2 ", "base_url (or CRMCLI_BASE_URL)"):
            assert said in refused.err
        assert "with -p main" not in refused.err


def test_undone_twice(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "--subject", "X").code == 0
    assert run("runs", "undo", "1").code == 0
    again = run("runs", "undo", "1")
    assert (again.code, "Run 1 was undone already, by run 2." in again.err) == (9, True)
