"""Signals at the worst moments: what was sent is never called not sent, and the same command again mails nothing twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import Any

import pytest

from crmcli import processes
from crmcli.outbox.box import CONFIRMED, SENT, UNSURE, Box
from crmcli.paths import state_folder
from tests.conftest import Run, Sandbox
from tests.sizes import some
from tests.terminal import PATIENCE, environment
from tests.test_signals import held, started

SEND = ("messages", "create", "4", "--text", "Your parcel left today.")


def test_interrupted_while_it_writes_down_what_it_sent(sandbox: Sandbox, run: Run) -> None:
    """Another run holds the journal's file, as any does for a moment at each of its rows."""
    came, go = threading.Event(), threading.Event()

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            came.set()
            go.wait(PATIENCE)

    sandbox.between(see)
    with started(*SEND) as process:
        assert came.wait(PATIENCE)
        with closing(sqlite3.connect(state_folder() / "runs.db", isolation_level=None)) as journal:
            journal.execute("BEGIN IMMEDIATE")
            go.set()
            until = time.monotonic() + PATIENCE
            while Box(state_folder() / "outbox.db").get(1).state != CONFIRMED:
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(0.2)  # now it waits for the journal
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
            journal.execute("COMMIT")
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert "nothing was sent" not in err
    again = run(*SEND)
    assert again.code == 0
    assert "nothing was sent again" in again.err
    assert len(sandbox.asked("POST")) == 1


@pytest.mark.parametrize("delay", some([0.0, 0.01, 0.02, 0.03, 0.05, 0.08], every=2))
def test_interrupted_around_the_answer(sandbox: Sandbox, run: Run, delay: float) -> None:
    answered = threading.Event()

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            answered.set()

    sandbox.between(see)
    with started(*SEND) as process:
        assert answered.wait(PATIENCE)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, 130)
    assert "nothing was sent" not in err
    assert "Traceback" not in err
    if process.returncode == 130:
        assert run(*SEND).code == 0, out
        assert len(sandbox.asked("POST")) == 1


def test_one_signal_said_twice_is_one(sandbox: Sandbox) -> None:
    """As a closing terminal says it: the text is kept all the same, and where is told."""
    with held(sandbox, "GET") as came, started(*SEND) as process:
        assert came.wait(PATIENCE)
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Your text is kept in " in err
    assert "Traceback" not in err


def test_what_is_ignored_stays_so(sandbox: Sandbox) -> None:
    """nohup(1) has SIGHUP ignored."""
    with held(sandbox, "GET") as came:
        process = subprocess.Popen(
            ["nohup", sys.executable, "-m", "crmcli", "tickets", "list", "--count"],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert came.wait(PATIENCE)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
    assert process.communicate(timeout=PATIENCE)[0] == b"40\n"
    assert process.returncode == 0


def test_a_reader_that_is_stuck_holds_nobody(sandbox: Sandbox) -> None:
    """Its pipe is full and nobody reads: the first Ctrl-C is told, and the process ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    process = subprocess.Popen(
        [sys.executable, "-m", "crmcli", *SEND],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    until = time.monotonic() + PATIENCE
    while not sandbox.asked("POST"):
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    os.close(reader)
    assert process.returncode == 130
    assert "nothing was sent" not in err
    assert "Traceback" not in err


def test_what_a_process_elsewhere_sends_is_not_given_up(sandbox: Sandbox, run: Run) -> None:
    """Two containers with one state folder: neither can see whether the other's process runs."""
    first = run(*SEND, "--once", "job")
    assert first.code == 0
    box = state_folder() / "outbox.db"
    elsewhere = f"{os.getpid()}:1:other/4026532178"
    assert not processes.runs(elsewhere)
    assert not processes.is_here(elsewhere)
    assert processes.is_here(f"{os.getpid()}:1")  # of the first version
    with closing(sqlite3.connect(box, isolation_level=None)) as db:
        db.execute("UPDATE entries SET state = ?, owner = ?, before = '[]'", (SENT, elsewhere))
    found = run(*SEND, "--once", "job")  # it is at the store
    assert (found.code, len(sandbox.asked("POST"))) == (0, 1)
    with closing(sqlite3.connect(box, isolation_level=None)) as db:
        db.execute("UPDATE entries SET state = ?, body = ?, became = NULL", (SENT, '{"Message": "Another"}'))
    unsure = run("messages", "create", "4", "--text", "Another", "--once", "job")
    assert (unsure.code, len(sandbox.asked("POST"))) == (10, 1)
    assert "other/4026532178 may be sending it" in unsure.err
    assert Box(box).get(1).state == SENT  # it is for the other to say
    sandbox.fault("status=500,method=GET")
    blind = run("messages", "create", "4", "--text", "Another", "--once", "job")
    assert (blind.code, Box(box).get(1).state) == (10, SENT)
    assert UNSURE not in run("outbox", "list").out
