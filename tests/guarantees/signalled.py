"""Rounds of sends that are told to end, by a signal at any moment from their start on, imports included."""

from __future__ import annotations

import signal
import time

from tests.guarantees.game import Game

LATEST = 0.8
"""Seconds after the start of a process within which it is told to end."""


def play(game: Game) -> None:
    """A reply that is told to end, once or twice; then the same again, where that ended it."""
    dice = game.dice
    command = game.reply([game.ticket("New")])
    game.witness.latency = dice.choice((0.0, 0.0, 0.1))
    process = game.start(command)
    begun = time.monotonic()
    told = _told(game, dice.uniform(0, LATEST))
    if dice.random() < 0.2:
        time.sleep(dice.uniform(0.06, 0.3))
        if not process.poll():
            process.popen.send_signal(signal.SIGINT)
    process.wait()
    after = [each for each in game.witness.requests.get(process.pid, []) if each > told]
    mails = [deed for deed in game.witness.deeds if deed.verb == "mail" and deed.who == process.pid]
    # What was on its way when it was told comes first; what comes behind that was begun in spite of it.
    if len(after) > 1 and any(deed.at > after[1] for deed in mails):
        game.findings.append(f"[{process.pid}] told to end after {told - begun:.3f} s, and mailed then")
    if process.code != 0:
        game.run([(command, 0.0)])


def _told(game: Game, seconds: float) -> float:
    """Tell the last process to end, after so many seconds; out: when."""
    process = game.acts[-1].process
    while not process.poll() and time.monotonic() - process.begun < seconds:
        time.sleep(0.001)
    if not process.poll():
        process.popen.send_signal(game.dice.choice((signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
    return time.monotonic()
