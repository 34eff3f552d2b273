"""Rounds of sends whose surroundings break: a slow answer beside a lost one, the outbox's file, the clock, a stopped sender."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.guarantees.game import Command, Game
from tests.guarantees.side_by_side import resumed
from tests.guarantees.witness import PATIENCE

IMPATIENT = """
import crmcli.ledger
from crmcli.__main__ import program
crmcli.ledger.PATIENCE = 0.3
program()
"""
"""The program, that waits for a file that another process has for a moment, and not for half a minute."""
AT_ANOTHER_TIME = """
import datetime, time
import crmcli.dates
ahead, real = {days} * 86400, time.time
time.time = lambda: real() + ahead
crmcli.dates.utc_now = lambda: datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
from crmcli.__main__ import program
program()
"""
"""The program on a machine whose clock is so many days ahead."""
STOPPED = ("stopped", "zombie")
ALIKE = ("same words", "another link", "another writer")
DAYS = (100, 400, 3, -100, -1)
SOON = 20.0
"""Seconds within which a command ends whose twin is a dead process that nobody reaped."""


def alike(game: Game) -> None:
    """Two sends that look alike: the answer of one is slow, the other never arrives, or is lost once it was carried out."""
    dice = game.dice
    ticket = game.ticket("New")
    one = two = game.reply([ticket])
    if game.name == "another link":
        one, two = (game.reply([ticket], text=f"{game.text} <https://{name}.example/>") for name in ("one", "two"))
    elif game.name == "another writer":
        two = game.reply([ticket], "--sender-name", "Ann")
    game.environ = {"CRMCLI_TIMEOUT": "0.8"}
    slow = dice.choice(
        ("delay=0.5", "delay=0.5,after", "delay=1.0", "delay=1.0,after", "status=500,after", "cut-after")
    )
    faults = [f"{slow},method=POST,times=1", f"{dice.choice(('cut-before', 'status=500'))},method=POST,times=1"]
    dice.shuffle(faults)
    game.sandbox.fault(*faults)
    game.run([(one, 0.0), (two, dice.uniform(0, 0.4))])
    game.sandbox.fault()
    time.sleep(0.5)  # what the store is at still shall count
    failed = [act.command for act in game.acts if act.process.code not in (0, 10)]
    for _ in range(2):
        if failed and dice.random() < 0.7:
            game.run([(failed.pop(), 0.0)])
        for number in game.numbers("outbox", state="unsure"):
            game.run([(Command(["outbox", "resolve", str(number), "--json"], "look", []), 0.0)])


def broken_outbox(game: Game) -> None:
    """While a POST is under way the outbox's file goes, or can't be used; in some rounds the process is killed then, too."""
    dice = game.dice
    tickets = [game.ticket(f"New {at}") for at in range(dice.choice((1, 1, 3)))]
    if dice.random() < 0.5:  # an outbox with something in it
        game.run([(game.reply(tickets[:1], text=f"Before that, round {game.seed}."), 0.0)])
    box, over = game.state / "crmcli" / "outbox.db", threading.Event()
    is_killed = dice.random() < 0.3

    def breaks(process: int) -> None:
        _BREAKS[game.name](box, process, over)
        if is_killed:
            os.kill(process, signal.SIGKILL)

    command = game.reply(tickets)
    process = game.start(command, launcher=IMPATIENT)
    at, when = dice.randint(1, len(tickets)), dice.choice(("before", "after"))
    game.witness.strike(process.pid, at=at, when=when, by=breaks, method="POST")
    process.wait()
    over.set()
    game.forgets = game.name in ("removed", "garbage")
    if game.name == "garbage":  # as the error says: it is put aside
        box.unlink()
    stopped = game.numbers("runs", state="stopped")
    if process.was_ended and dice.random() < 0.6:
        game.run([(command, 0.0)])
    elif stopped:
        game.run([(resumed(game, stopped[-1]), 0.0)])


def _removed(box: Path, _: int, __: threading.Event) -> None:
    for file in box.parent.glob(f"{box.name}*"):
        file.unlink()


def _locked(box: Path, _: int, over: threading.Event) -> None:
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(box, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            held.set()
            over.wait(PATIENCE)

    threading.Thread(target=hold, daemon=True).start()
    held.wait(PATIENCE)


def _full(_: Path, process: int, __: threading.Event) -> None:
    """No file of this process grows beyond a page, as on a disk that has no more (getrlimit(2), RLIMIT_FSIZE)."""
    resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, 4096))


def _garbage(box: Path, _: int, __: threading.Event) -> None:
    box.write_bytes(b"This is no database. " * 1000)


_BREAKS: dict[str, Callable[[Path, int, threading.Event], None]] = {
    "removed": _removed,
    "locked": _locked,
    "full": _full,
    "garbage": _garbage,
}
DAMAGES = tuple(_BREAKS)


def clock(game: Game) -> None:
    """A run is killed; before it, in it or after it the clock is days away for one command; then it is gone on with."""
    dice = game.dice
    tickets = [game.ticket(f"New {at}") for at in range(3)]
    command, days = game.reply(tickets), dice.choice(DAYS)
    elsewhere = AT_ANOTHER_TIME.format(days=days)
    is_first = dice.random() < 0.4
    process = game.start(command, launcher=elsewhere if is_first else "")
    game.witness.strike(process.pid, at=dice.randint(1, 7), when=dice.choice(("before", "after")))
    process.wait()
    if not is_first:
        other = game.ticket("Another")
        words = ["tickets", "update", str(other), "--subject", "Changed"]
        others = (game.reply([other], text="Good morning."), Command(words, "update", [other], subject="Changed"))
        game.start(dice.choice(others), launcher=elsewhere).wait()
    for _ in range(3):
        stopped = game.numbers("runs", state="stopped")
        if not process.was_ended or (game.acts[-1].command == command and game.acts[-1].process.code == 0):
            break
        if stopped and dice.random() < 0.6:
            game.run([(resumed(game, stopped[-1]), 0.0)])
            break
        game.run([(command, 0.0)])


def stopped(game: Game) -> None:
    """A sender is stopped while its POST is under way, or dead and not reaped; the same command is run beside it."""
    dice = game.dice
    command = game.reply([game.ticket("New")])
    first = game.start(command)
    is_dead = game.name == "zombie"
    by = signal.SIGKILL if is_dead else signal.SIGSTOP
    game.witness.latency = 0.05
    game.witness.strike(first.pid, at=1, when=dice.choice(("before", "after")), by=by, method="POST")
    game.witness.waits_for("POST", first.pid)
    time.sleep(dice.uniform(0, 0.2))
    second = game.start(command)
    begun = time.monotonic()
    second.wait()
    if is_dead and second.ended - begun > SOON:
        game.findings.append(f"[{second.pid}] took {second.ended - begun:.0f} s beside a dead process")
    if not is_dead:
        if str(first.pid) not in second.err:
            game.findings.append(f"[{second.pid}] waited and does not name {first.pid}: {second.err[:200]!r}")
        first.popen.send_signal(signal.SIGCONT)
    first.wait()
    if second.code != 0:
        game.run([(command, 0.0)])
