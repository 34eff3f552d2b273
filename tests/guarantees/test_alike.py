"""Sends that look alike: never at once, never proven by one number, never a second one without its being told."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmcli import processes
from crmcli.outbox.box import Box
from crmcli.paths import state_folder
from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.conftest import Run, Sandbox
from tests.sizes import some
from tests.terminal import PATIENCE, Person, environment

Words = tuple[str, ...]

TEXT = "It left today."
SEND = ("messages", "create", "4", "--text", TEXT)


def begin(*words: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "crmcli", *words],
        env=environment() | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def mailed(shop: Sandbox, text: str = TEXT) -> int:
    return sum(text in row["Message"] for row in shop.store.rows(MESSAGE))


def box() -> Box:
    return Box(state_folder() / "outbox.db")


def change(script: str) -> None:
    with closing(sqlite3.connect(box().path)) as db:
        db.executescript(script)


def written(entries: int) -> None:
    """Wait until so many sends are written down."""
    until = time.monotonic() + PATIENCE
    while len(box().entries()) < entries:
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def first_post_held(shop: Sandbox, *, is_done: bool = False) -> Iterator[threading.Event]:
    """Hold the first POST back, once it has come, until the block ends; with `is_done` its answer, once the work is done."""
    came, go = threading.Event(), threading.Event()
    inner = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        is_first = environ["REQUEST_METHOD"] == "POST" and not came.is_set()
        answer = list(inner(environ, start_response)) if is_done or not is_first else None
        if is_first:
            came.set()
            go.wait(PATIENCE)
        return inner(environ, start_response) if answer is None else answer

    shop.server.app = app
    try:
        yield came
    finally:
        go.set()


# Two commands at once.


@pytest.mark.parametrize("apart", some([0.0, 0.2], every=2))
def test_one_plan_applied_twice_at_once(shop: Sandbox, run: Run, tmp_path: Path, apart: float) -> None:
    plan = str(tmp_path / "reply.plan")
    numbers = [str(number) for number in range(4, 10)]
    assert run("tickets", "reply", *numbers, "--text", TEXT, "--status", "Answered", "--plan", plan).code == 0
    shop.app.latency = 0.05
    one = begin("apply", plan, "--yes")
    time.sleep(apart)
    two = begin("apply", plan, "--yes")
    codes = {ended(each)[0] for each in (one, two)}
    assert codes <= {0, 9}
    assert mailed(shop) == len(numbers)


def test_one_file_of_replies_by_two_at_once(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    """What the one has sent the other skips, and says so; two equal rows of one file are two."""
    file = tmp_path / "rows.jsonl"
    rows = [{"ticket": number, "text": TEXT} for number in (4, 5, 6, 4)]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with first_post_held(shop):
        both = [begin("messages", "create", "--from", str(file)) for _ in range(2)]
        written(2)
    told = [ended(each) for each in both]
    assert mailed(shop) == 4
    assert sum(out.count("created\n") for _, out, _ in told) == 4
    assert {code for code, *_ in told} <= {0, 9}
    assert sum(err.count("Another command sent the very same since") for *_, err in told) == 4


def test_one_command_twice_at_once_is_sent_once_and_told(shop: Sandbox, run: Run) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        two = begin(*SEND, "--quiet", "--json")
        assert two.stderr
        waits = two.stderr.readline()
    assert ended(one)[:2] == (0, "✓ Message 122 created\n")
    code, out, err = ended(two)
    assert (code, mailed(shop)) == (0, 1)
    assert json.loads(out)[0]["Outbox"] == {"entry": 1, "sent": False, "why": "other command"}
    assert f"Waiting for process {one.pid}, which is sending what looks just the same (outbox entry 1)" in waits
    assert "Another command sent the very same since (message 122, outbox entry 1)" in err
    assert "--send-again" in err
    assert run(*SEND).code == 0  # and now on purpose
    assert mailed(shop) == 2


SPELLINGS = ("https://EXAMPLE-store.com.", "example-store.com:443/", "https://www.example-store.com/index.html")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_command_twice_at_once_by_two_spellings_of_the_store(shop: Sandbox, spelling: str) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        two = begin(*SEND, CRMCLI_SECURE_URL=spelling)
        assert two.stderr
        waits = two.stderr.readline()
    assert f"Waiting for process {one.pid}" in waits
    assert ([ended(process)[0] for process in (one, two)], mailed(shop)) == ([0, 0], 1)


def test_what_was_written_down_under_another_spelling_is_found(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    """As what this version writes, in files of the version before, which knew each spelling as a store of its own."""
    plan = tmp_path / "a.plan"
    assert run(*SEND, "--once", "job").code == 0
    assert run("tickets", "delete", "5", "--yes").code == 0
    assert run("tickets", "list", "--checkpoint", "nightly", "-o", "ids").code == 0
    assert run("tickets", "update", "6", "--subject", "New", "--plan", str(plan)).code == 0
    files = {"outbox.db": "entries", "trash.db": "entries", "runs.db": "runs"}
    for name, table in files.items():
        with closing(sqlite3.connect(state_folder() / name)) as db, db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            db.execute(f"PRAGMA user_version = {version - 1}")
            db.execute(f"UPDATE {table} SET store = store || '.:443'")
    (checkpoint,) = state_folder().glob("checkpoints/*/nightly.db")
    with closing(sqlite3.connect(checkpoint)) as db, db:
        db.execute("UPDATE point SET store = store || '.:443'")
    plan.write_text(plan.read_text().replace(" example-store.com", " example-store.com.:443"))
    assert "nothing was sent again" in run(*SEND, "--once", "job").err
    assert [row["path"] for row in run("trash", "list", "--json").json] == ["/CRM/5"]
    assert len(run("runs", "list", "--json").json) == 3
    assert run("trash", "restore", "1", "--yes").code == 0
    assert run("tickets", "list", "--checkpoint", "nightly", "-o", "ids").code == 0
    assert run("apply", str(plan), "--yes").code == 0
    assert mailed(shop) == 1


def test_all_the_same(shop: Sandbox) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        two = begin(*SEND, "--send-again")
        written(2)
    assert [ended(one)[:2], ended(two)[:2]] == [(0, "✓ Message 122 created\n"), (0, "✓ Message 123 created\n")]
    assert mailed(shop) == 2


@pytest.mark.parametrize(
    ("first", "second", "mails"),
    [
        ((f"{TEXT} <https://a.example/1>",), (f"{TEXT} <https://a.example/2>",), 2),
        ((TEXT,), (TEXT, "--sender-name", "Bob"), 1),
        ((TEXT, "--sender-name", "Bob"), (TEXT,), 1),
    ],
)
def test_two_that_look_alike_at_the_store(
    shop: Sandbox, run: Run, first: tuple[str, ...], second: tuple[str, ...], mails: int
) -> None:
    """One answer is slow and the other's request is lost: neither is taken for the other."""
    shop.fault("cut-before,method=POST,skip=1,times=1")
    with first_post_held(shop, is_done=True) as came:
        one = begin("messages", "create", "4", "--text", *first)
        assert came.wait(PATIENCE)
        two = begin("messages", "create", "4", "--text", *second)
        written(2)
        time.sleep(0.3)
    told = [ended(one), ended(two)]
    assert [code for code, *_ in told] == [0, 8 if mails == 2 else 0], told
    assert mailed(shop) == 1
    assert sum(out.endswith("created\n") for _, out, _ in told) == 1
    shop.fault()
    assert run("messages", "create", "4", "--text", *second).code == 0
    assert mailed(shop) == 2


def test_a_resend_beside_the_same_command(shop: Sandbox, run: Run) -> None:
    shop.fault("cut-before,method=POST")
    assert run(*SEND).code == 8
    shop.fault()
    with first_post_held(shop):
        both = [begin("outbox", "resend", "1", "--yes"), begin(*SEND)]
        written(3)
    assert {ended(each)[0] for each in both} == {0}
    assert mailed(shop) == 1


# A number proves one send.


@pytest.mark.parametrize("number", [41, 122])
def test_an_answer_that_names_what_is_not_new(shop: Sandbox, run: Run, number: int) -> None:
    """As from a proxy that is out of step: the number was there before, or is another entry's."""
    if number == 122:
        assert run(*SEND).code == 0
    before = mailed(shop)
    shop.answer(201, json.dumps([{"Key": "MessageId", "Value": str(number), "Status": "201"}]), "POST", works=False)
    other = ("messages", "create", "4", "--text", f"{TEXT} And more.")
    result = run(*other)
    assert (result.code, mailed(shop)) == (10, before)
    assert f"names message {number}, which is not new" in result.err


def test_an_answer_that_names_what_is_not_new_after_the_work(shop: Sandbox, run: Run) -> None:
    shop.answer(201, json.dumps([{"Key": "MessageId", "Value": "41", "Status": "201"}]), "POST")
    result = run(*SEND)
    assert (result.code, result.out, mailed(shop)) == (0, "✓ Message 122 created\n", 1)


# The net that catches a repeated command.


@pytest.fixture
def interrupted(shop: Sandbox) -> None:
    """A command that was ended once its message was sent, and before it could say so."""
    shop.fault("delay=1.5,after,method=POST,times=1")
    process = begin(*SEND)
    until = time.monotonic() + PATIENCE
    while not mailed(shop):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.usefixtures("interrupted")
def test_the_same_command_within_the_hour_sends_nothing_and_says_so(shop: Sandbox, run: Run) -> None:
    again = run(*SEND, "--quiet", "--json")
    assert (again.code, mailed(shop)) == (0, 1)
    assert again.json[0]["Value"] == "122"
    assert again.json[0]["Outbox"] == {"entry": 1, "sent": False, "why": "same command"}
    assert (
        "Warning: This command sent it before it was ended (message 122, outbox entry 1): nothing was sent again."
        in again.err
    )
    assert "--send-again" in again.err
    assert run(*SEND, "--send-again").out == "✓ Message 123 created\n"
    assert run(*SEND).out == "✓ Message 124 created\n"


@pytest.mark.parametrize("how", ["later", "another command", "another writer"])
@pytest.mark.usefixtures("interrupted")
def test_a_new_decision_is_sent(shop: Sandbox, run: Run, how: str) -> None:
    """What was confirmed of an interrupted command stands for that command, and for an hour."""
    assert run("outbox", "resolve", "1").code == 0
    words: Words = SEND if how != "another command" else ("tickets", "reply", "4", "--text", TEXT, "--yes")
    if how == "later":
        change("UPDATE entries SET changed = changed - 3700, owner = ''")  # and the machine was started anew
    if how == "another writer":
        words = (*SEND, "--sender-name", "Bob")
    sent = run(*words)
    assert (sent.code, sent.out, sent.err, mailed(shop)) == (0, "✓ Message 123 created\n", "", 2)


OTHER: Words = ("tickets", "reply", "4", "--text", TEXT, "--yes")


@pytest.mark.usefixtures("interrupted")
def test_what_is_found_only_now_is_not_sent_by_another_command_within_the_hour(shop: Sandbox, run: Run) -> None:
    other = run(*OTHER, "--json")
    assert (other.code, mailed(shop), other.json[0]["Outbox"]["why"]) == (0, 1, "found now")
    assert "An earlier command sent the very same, and only now it is known that it arrived (message 122" in other.err
    assert run(*OTHER).out == "✓ Message 123 created\n"


@pytest.mark.parametrize("words", [SEND, OTHER])
@pytest.mark.usefixtures("interrupted")
def test_what_is_found_a_week_later_is_told_and_sent_anew(shop: Sandbox, run: Run, words: Words) -> None:
    a_week_later()
    sent = run(*words)
    assert (sent.code, sent.out, mailed(shop)) == (0, "✓ Message 123 created\n", 2)
    assert "The very same, of which nobody knew, has been at the store since long (message 122" in sent.err


def test_what_was_sent_by_a_command_that_ended_since_is_not_sent_again(shop: Sandbox, run: Run) -> None:
    """It was under way when the other began, and was killed then: nobody had told of it."""
    with first_post_held(shop, is_done=True) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        two = begin(*OTHER)
        written(2)
        one.kill()
        one.communicate()
        code, _, err = ended(two)
    assert (code, mailed(shop), "Another command sent the very same since" in err) == (0, 1, True)


@pytest.mark.usefixtures("interrupted")
def test_a_clock_that_was_set_back_makes_no_new_decision(shop: Sandbox, run: Run) -> None:
    change("UPDATE entries SET changed = changed + 8640000, made = made + 8640000")
    assert (run(*SEND).code, mailed(shop)) == (0, 1)


# Keys.


def test_a_key_stands_for_one_text(shop: Sandbox, run: Run) -> None:
    assert run(*SEND, "--once", "job").code == 0
    other = run("messages", "create", "4", "--text", "Something else.", "--once", "job")
    assert (other.code, len(shop.asked("POST"))) == (2, 1)
    for word in ("--once job stands for something else", TEXT, "Something else.", "outbox entry 1"):
        assert word in other.err
    same = run(*SEND, "--once", "job", "--json")
    assert same.json[0]["Outbox"] == {"entry": 1, "sent": False, "why": "same key"}
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize("key", ["", "  ", "\t"])
def test_an_empty_key_is_refused(shop: Sandbox, run: Run, key: str) -> None:
    refused = run(*SEND, "--once", key)
    assert (refused.code, "--once is empty" in refused.err, shop.asked("POST")) == (2, True, [])


def test_the_same_key_for_two_commands_is_two(shop: Sandbox, run: Run) -> None:
    sends = (
        ("tickets", "reply", "4", "--text", TEXT, "--yes", "--once", "job"),
        ("tickets", "reply", "4", "--text", TEXT, "--yes", "--once", "job/4"),
        ("messages", "create", "4", "--text", TEXT, "--once", "job/4"),
        ("messages", "create", "4", "--text", TEXT, "--once", "job"),
    )
    for at, words in enumerate(sends, start=1):
        assert run(*words).code == 0
        assert mailed(shop) == at
    for words in sends:
        assert run(*words).code == 0
    assert mailed(shop) == len(sends)


def test_a_key_of_an_outbox_of_before_still_stands(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "reply", "4", "--text", TEXT, "--yes", "--once", "job").code == 0
    change("UPDATE entries SET once = 'job/4', verb = '', part = '', alike = '', command = '', words = '', run = NULL")
    assert run("tickets", "reply", "4", "--text", TEXT, "--yes", "--once", "job").code == 0
    assert mailed(shop) == 1


# Runs.


REPLIES: Words = ("tickets", "reply", *map(str, range(4, 12)), "--text", TEXT, "--yes")


def killed_after(shop: Sandbox, posts: int, *words: str) -> None:
    """Run it as a process, and kill it once so many POSTs have come."""
    before = len(shop.asked("POST"))
    process = begin(*words)
    until = time.monotonic() + PATIENCE
    while len(shop.asked("POST")) < before + posts:
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_runs_killed_and_resumed_in_any_order(shop: Sandbox, run: Run) -> None:
    shop.app.latency = 0.03
    killed_after(shop, 3, *REPLIES)
    killed_after(shop, 2, *REPLIES)
    assert run("runs", "resume", "1", "--yes").code in (0, 9)
    second = run("runs", "resume", "2", "--yes")
    assert second.code in (0, 9, 2)
    assert [mailed(shop)] == [8], second.err


def test_a_run_that_repeats_a_killed_one_is_resumed(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command was run again, and ended before its first row: what it repeats is the killed one, and not `resume`."""
    shop.app.latency = 0.03
    killed_after(shop, 4, *REPLIES)

    def over(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("crmcli.bulk.work.go_on", over)
        assert run(*REPLIES).code == 130
    with closing(sqlite3.connect(state_folder() / "runs.db")) as journal:
        journal.executescript("UPDATE runs SET owner = ''")
    assert mailed(shop) in (3, 4)
    assert run("runs", "resume", "2").code in (0, 9)
    assert mailed(shop) == 8
    assert run("runs", "resume", "1", "--yes").code in (0, 9)
    assert mailed(shop) == 8


def test_a_row_that_may_be_there_is_looked_for_though_its_entry_is_forgotten(shop: Sandbox, run: Run) -> None:
    words = ("messages", "create", "4", "5", "6", "--text", TEXT)
    shop.fault("delay=1.5,after,method=POST,times=1")
    killed_after(shop, 1, *words)
    until = time.monotonic() + PATIENCE
    while not mailed(shop):
        assert time.monotonic() < until
        time.sleep(0.01)
    shop.fault()
    assert run("outbox", "forget", "1", "--yes").code == 0
    assert run("outbox", "list", "--all", "-o", "ids").lines == []
    assert run("outbox", "show", "1").code == 2
    assert run("runs", "resume", "1").code == 0
    assert mailed(shop) == 3


def test_a_failed_row_equal_to_another_stays_in_the_list(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"ticket": 4, "text": "{TEXT}"}}\n' * 2)
    shop.fault("status=400,method=POST,times=1")
    assert run("messages", "create", "--from", str(file)).code == 9
    assert (run("outbox", "list", "-o", "ids").lines, mailed(shop)) == (["1"], 1)
    assert run("outbox", "resend", "1", "--yes").code == 0
    assert (run("outbox", "list", "-o", "ids").lines, mailed(shop)) == ([], 2)


# Senders that stand still, or are dead.


def test_a_sender_that_is_stopped(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.waiting.STOPPED_FOR", 0.2)
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        one.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        second = run(*SEND)
        assert (second.code, f"Process {one.pid}" in second.err, f"kill -9 {one.pid}" in second.err) == (10, True, True)
        looked = run("outbox", "resolve", "1")
        assert (looked.code, box().get(1).state) == (10, "sent")
        assert f"process {one.pid}, which is stopped, may be sending it" in looked.err
    one.send_signal(signal.SIGCONT)
    assert ended(one)[0] == 0
    assert (mailed(shop), box().get(1).state) == (1, "confirmed")


def test_a_resend_of_what_a_stopped_process_may_send_names_it(shop: Sandbox, run: Run) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        one.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        refused = run("outbox", "resend", "1", "--yes")
        assert (refused.code, f"kill -9 {one.pid}" in refused.err) == (2, True)
    one.kill()
    one.communicate()
    again = run("outbox", "resend", "1", "--yes")
    assert mailed(shop) == 1, again.err


def test_what_a_stopped_process_was_to_send_can_be_taken_from_it(shop: Sandbox, run: Run) -> None:
    """It had not left yet: it finds that it may not, and says so."""
    came, go = threading.Event(), threading.Event()

    def hold(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "GET" and not came.is_set():
            came.set()
            go.wait(PATIENCE)

    shop.between(hold)
    one = begin(*SEND)
    assert came.wait(PATIENCE)
    one.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    assert run("outbox", "resend", "1", "--yes").code == 0
    go.set()
    one.send_signal(signal.SIGCONT)
    code, out, err = ended(one)
    assert (code, out, mailed(shop)) == (9, "", 1)
    assert "was taken out, or given up, before it left: nothing was sent" in err
    assert run("outbox", "list", "-o", "ids").lines == []


@pytest.mark.parametrize(
    ("verb", "also"), [("resend", ("--yes",)), ("resolve", ()), ("resolve", ("--not-sent",)), ("forget", ("--yes",))]
)
def test_a_stopped_process_from_which_a_send_was_taken_holds_its_ticket_no_longer(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, verb: str, also: Words
) -> None:
    monkeypatch.setattr("crmcli.waiting.STOPPED_FOR", 0.2)
    came, go = threading.Event(), threading.Event()

    def hold(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith("/message") and not came.is_set():
            came.set()
            go.wait(PATIENCE)

    shop.between(hold)
    one = begin(*SEND)
    assert came.wait(PATIENCE)
    one.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    update = ("tickets", "update", "4", "--subject", "Now")
    refused = run(*update)
    assert f"Process {one.pid}, which is changing ticket 4, is stopped" in refused.err
    assert run("outbox", verb, "1", *also).code == 0
    assert run(*update).code == 0
    go.set()
    one.send_signal(signal.SIGCONT)
    assert ended(one)[:2] == (9, "")
    assert mailed(shop) == (verb == "resend")


def test_a_sender_that_is_dead_and_not_reaped(shop: Sandbox, run: Run) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        os.kill(one.pid, signal.SIGKILL)  # and nobody waits for it
        time.sleep(0.1)
        second = run(*SEND)
        assert second.code == 0
    one.communicate()
    assert mailed(shop) >= 1


def test_nobody_waits_for_ever(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.waiting.PATIENCE", 0.3)
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        second = run(*SEND)
        assert (second.code, f"Process {one.pid} is sending" in second.err) == (10, True)
    assert ended(one)[0] == 0
    assert mailed(shop) == 1


# The outbox's file is gone, full or locked while a send is under way.


def gone(path: Path) -> None:
    path.unlink()


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


@pytest.mark.parametrize("spoil", [gone, garbage])
def test_what_was_sent_is_told_as_sent_though_the_outbox_is_gone(
    shop: Sandbox, run: Run, spoil: Callable[[Path], None]
) -> None:
    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            spoil(box().path)

    shop.between(see)
    done = run(*SEND)
    assert (done.code, done.out, mailed(shop)) == (0, "✓ Message 122 created\n", 1)
    if spoil is garbage:
        assert "Warning: It was sent. The outbox can't be used" in done.err
    else:
        assert [entry.became for entry in box().entries()] == [122]


def test_what_was_sent_is_told_as_sent_though_the_outbox_is_locked(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmcli.ledger.PATIENCE", 0.05)
    locks: list[sqlite3.Connection] = []

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            locks.append(sqlite3.connect(box().path, isolation_level=None, check_same_thread=False))
            locks[0].execute("BEGIN IMMEDIATE")

    shop.between(see)
    done = run(*SEND)
    assert (done.code, done.out) == (0, "✓ Message 122 created\n")
    assert "Warning: It was sent. The outbox can't be used" in done.err
    locks[0].close()


@pytest.mark.parametrize(
    "words", [SEND, ("tickets", "create", "--customer-email", "eve@example.com", "--subject", TEXT)]
)
def test_the_same_again_looks_before_it_sends_though_its_entry_is_gone(shop: Sandbox, run: Run, words: Words) -> None:
    """The process was killed once the store had its message, and the outbox taken away with it."""
    shop.fault("delay=1.5,after,method=POST,times=1")
    before = len(shop.store.rows(TICKET)) + len(shop.store.rows(MESSAGE))
    process = begin(*words)
    until = time.monotonic() + PATIENCE
    while len(shop.store.rows(TICKET)) + len(shop.store.rows(MESSAGE)) == before:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    box().path.unlink()
    again = run(*words, "--quiet", "--json")
    assert (again.code, len(shop.asked("POST"))) == (0, 1)
    assert again.json[0]["Outbox"] == {"entry": None, "sent": False, "why": "at the store"}
    assert "The store has the very same since less than an hour" in again.err
    assert run(*words, "--send-again").code == 0
    assert len(shop.asked("POST")) == 2
    assert run(*words).code == 0  # on purpose
    assert len(shop.asked("POST")) == 3


def test_what_the_customer_wrote_lately_is_not_taken_for_ours(shop: Sandbox, run: Run) -> None:
    shop.store.insert(MESSAGE, {"Message": TEXT, "Sender": 1, "SenderEmail": "ann@example.com"}, parent=4)
    assert run(*SEND).out == "✓ Message 123 created\n"


def test_what_the_store_has_since_long_is_not_taken_for_ours(shop: Sandbox, run: Run) -> None:
    old = {"Message": TEXT, "Sender": 0, "SenderEmail": "shop@example.com", "DateCreated": "2026-03-05T10:00:00"}
    shop.store.insert(MESSAGE, old, parent=4)
    assert run(*SEND).out == "✓ Message 123 created\n"


def test_a_reply_of_a_plan_is_held_against_the_ticket_after_every_wait(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    """The store asks to slow down, and meanwhile the customer writes."""
    plan = str(tmp_path / "reply.plan")
    assert run("tickets", "reply", "4", "--text", TEXT, "--plan", plan).code == 0

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.store.insert(MESSAGE, {"Message": "Never mind.", "Sender": 1}, parent=4)

    shop.between(see)
    shop.fault("status=429,method=POST,times=1")
    result = run("apply", plan, "--yes")
    assert (result.code, mailed(shop)) == (9, 0)
    assert "It has changed since" in result.err
    assert run("outbox", "show", "1", "--json").json["state"] == "refused"


def test_a_reply_of_a_plan_leaves_with_no_wait_since_the_ticket_was_read(
    shop: Sandbox, run: Run, tmp_path: Path, profile_file: Path
) -> None:
    """However long the thread is, and though the rate is used up: all turns of it are waited for before the reading."""
    for at in range(9):
        shop.store.insert(MESSAGE, {"Message": f"Number {at}", "Sender": 1}, parent=4)
    shop.switch("thread=none")
    plan = str(tmp_path / "reply.plan")
    profile_file.write_text(profile_file.read_text() + "page_size = 4\n")
    assert run("tickets", "reply", "4", "--text", TEXT, "--plan", plan).code == 0
    profile_file.write_text(profile_file.read_text() + "rate_limit = { burst = 1, per_second = 3 }\n")
    times: list[tuple[str, float]] = []
    shop.between(lambda asked: times.append((asked["REQUEST_METHOD"], time.monotonic())))
    assert run("apply", plan, "--yes").code == 0
    at = [method for method, _ in times].index("POST")
    assert times[at][1] - times[at - 4][1] < 0.32, "a turn of the rate takes 0.33 s"


def test_a_reply_of_a_plan_is_held_against_the_ticket_once_it_is_connected(
    shop: Sandbox, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes long to connect, and meanwhile the customer writes."""
    import httpcore

    plan = str(tmp_path / "reply.plan")
    assert run("tickets", "reply", "4", "--text", TEXT, "--plan", plan).code == 0
    connect, slow, read = httpcore.SyncBackend.connect_tcp, list[bool](), list[bool]()
    shop.between(lambda _: read.append(True) if [entry.state for entry in box().entries()] == ["sent"] else None)

    def slowly(self: Any, *args: Any, **more: Any) -> Any:
        stream = connect(self, *args, **more)
        if len(read) > 1 and not slow:  # for the POST: the ticket and its thread are read
            slow.append(True)
            time.sleep(1.1)
            shop.store.insert(MESSAGE, {"Message": "Never mind.", "Sender": 1}, parent=4)
        return stream

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", slowly)
    result = run("apply", plan, "--yes")
    assert (result.code, mailed(shop), slow) == (9, 0, [True])
    assert "It has changed since" in result.err


def test_what_is_given_up_while_it_waits_is_not_sent(shop: Sandbox, run: Run) -> None:
    shop.fault("status=429,method=POST,times=1,retry-after=1")
    one = begin(*SEND)
    until = time.monotonic() + PATIENCE
    while not shop.asked("POST"):
        assert time.monotonic() < until
        time.sleep(0.01)
    one.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    forgotten = run("outbox", "forget", "1", "--yes")
    assert (forgotten.code, f"kill -9 {one.pid}" in forgotten.err) == (0, True)
    one.send_signal(signal.SIGCONT)
    code, out, _ = ended(one)
    assert (code, out, mailed(shop)) == (9, "", 0)


def test_several_that_wait_decide_one_after_the_other(shop: Sandbox, run: Run) -> None:
    shop.app.latency = 0.05
    with first_post_held(shop) as came:
        first = begin(*SEND)
        assert came.wait(PATIENCE)
        others = [begin(*SEND, "--sender-name", name) for name in ("Bob", "Cat", "Bob")]
        written(4)
    codes = [ended(each)[0] for each in (first, *others)]
    assert (codes, mailed(shop)) == ([0] * 4, 1)
    # Bob's and Cat's contradict each other, and each might be the one that names nobody.
    assert sorted(entry.state for entry in box().entries()) == ["confirmed", "refused", "refused", "refused"]


@pytest.mark.usefixtures("interrupted")
def test_what_another_entry_stands_for_is_not_listed_as_not_sent(shop: Sandbox, run: Run) -> None:
    assert run(*SEND).code == 0
    assert run("outbox", "list", "-o", "ids").lines == []
    refused = run("outbox", "resend", "2", "--yes")
    assert (refused.code, "Entry 1 is at the store already" in refused.err, mailed(shop)) == (2, True, 1)


def test_a_resume_whose_outbox_is_spoilt_at_its_end_is_done(shop: Sandbox, run: Run) -> None:
    killed_after(shop, 1, "messages", "create", "4", "5", "--text", TEXT)
    left = [1]

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/5/message"):
            left.clear()
            garbage(box().path)

    shop.between(see)
    done = run("runs", "resume", "1")
    assert (done.code, left, mailed(shop)) == (0, [], 2)
    assert "The outbox can't be used" in done.err


def test_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    state, started = processes._seen(child.pid)
    name = f"{child.pid}:{started}:{processes._here()}"
    assert (processes.runs(name), processes.is_stopped(name), state in "RSD") == (True, False, True)
    assert not processes.runs(f"{child.pid}:1:{processes._here()}"), "another of the same number"
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(0.1)
    assert (processes.runs(name), processes.is_stopped(name)) == (True, True)
    os.kill(child.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert not processes.runs(name), "dead, and not yet reaped"
    child.wait()
    assert not processes.runs(name)


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="there is no ps")
def test_processes_where_there_is_no_proc() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    first, started = processes._by_ps(child.pid)
    assert (first in "RSD", len(started) > 10, ":" in started) == (True, True, False)
    os.kill(child.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert processes._by_ps(child.pid)[0] == "Z"
    child.wait()


def a_week_later() -> None:
    """By the clock; that of the boot, which counts too, can't be set: of another boot nobody's process is known."""
    change(
        "UPDATE entries SET changed = changed - 604800, made = made - 604800, owner = '';"
        "UPDATE facts SET value = value - 604800 WHERE name = 'born'; UPDATE decisions SET made = made - 604800"
    )


def test_after_a_bulk_reply_was_ended_by_ctrl_c_a_week_later_is_a_new_decision(shop: Sandbox, run: Run) -> None:
    shop.app.latency = 0.1
    replies = ("tickets", "reply", *map(str, range(4, 12)), "--saved", "2", "--yes")
    before = len(shop.asked("POST"))
    process = begin(*replies)
    until = time.monotonic() + PATIENCE
    while len(shop.asked("POST")) < before + 6:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130
    sent = mailed(shop, "Hello, and welcome.")
    assert sent in (5, 6)
    again = run("tickets", "reply", "4", "5", "--saved", "2", "--yes")  # other words: other tickets
    assert (again.code, mailed(shop, "Hello, and welcome.")) == (0, sent + 2)
    a_week_later()
    later = run("tickets", "reply", *map(str, range(4, 10)), "--saved", "2", "--yes", "--quiet", "--json")
    assert (later.code, mailed(shop, "Hello, and welcome.")) == (0, sent + 2 + 6)
    assert not any("Outbox" in row for row in later.json)
    a_week_later()
    assert run(*replies).code == 0
    assert mailed(shop, "Hello, and welcome.") == sent + 2 + 6 + 8


def test_a_command_that_sends_anew_what_a_stopped_run_had_sent_says_so(shop: Sandbox, run: Run) -> None:
    words: Words = ("messages", "create", *map(str, range(4, 10)), "--text", TEXT)
    shop.app.latency = 0.03
    killed_after(shop, 4, *words)
    a_week_later()
    said = "Run 1 of the same command was stopped with"
    with Person(*words) as person:
        person.sees("[y/N]")
        assert said in " ".join(person.screen.split())
        person.types("n\n")
        assert person.leaves() == 2
    sent = mailed(shop)
    anew = run(*words)
    assert (anew.code, mailed(shop), anew.err.count(said)) == (0, sent + 6, 1)
    assert "of its 6 rows left" in anew.err
    assert "crmcli runs resume 1" in anew.err
    a_week_later()
    assert said not in run(*words).err


def test_after_a_failed_status_a_week_later_is_a_new_decision(shop: Sandbox, run: Run) -> None:
    words = ("tickets", "reply", "4", "--text", TEXT, "--status", "Answered", "--yes")
    shop.fault("status=500,method=PUT,times=1")
    assert ended(begin(*words))[0] != 0
    assert (ended(begin(*words))[0], mailed(shop)) == (0, 1)
    shop.store.update(TICKET, 4, {"StatusID": 0})  # what is so already is not put
    shop.fault("status=500,method=PUT,times=1")
    assert ended(begin(*words))[0] != 0
    assert mailed(shop) == 2
    shop.fault()
    a_week_later()
    assert (ended(begin(*words))[0], mailed(shop)) == (0, 3)


@pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="the limits of a process are set from outside on Linux alone"
)
def test_what_was_sent_is_told_as_sent_though_the_disk_is_full(shop: Sandbox, run: Run) -> None:
    with first_post_held(shop) as came:
        one = begin(*SEND)
        assert came.wait(PATIENCE)
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    code, out, err = ended(one)
    assert (code, out) == (0, "✓ Message 122 created\n")
    assert "Warning: It was sent. The outbox can't be used" in err
    again = run(*SEND)
    assert (again.code, mailed(shop), "created before" in again.out) == (0, 1, True)
    assert "--send-again" in again.err


def test_a_run_whose_process_is_stopped_names_it(shop: Sandbox, run: Run) -> None:
    with first_post_held(shop) as came:
        one = begin(*REPLIES)
        assert came.wait(PATIENCE)
        one.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        refused = run("runs", "resume", "1")
        assert (refused.code, f"kill -9 {one.pid}" in refused.err) == (2, True)
    one.send_signal(signal.SIGCONT)
    assert (ended(one)[0], mailed(shop)) == (0, 8)
