"""One round of two commands side by side over the same tickets: what is run, how it is disturbed, and what follows."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from crmcli.sandbox.objects import TICKET
from tests.guarantees.game import Command, Game, Strike

KINDS = ("apply replies", "apply updates", "reply many", "reply one", "resume", "undo", "delete", "resend")
PAIRS = [f"{one} / {two}" for one in KINDS for two in (*KINDS, "same")]
LATENCIES = (0.0, 0.02, 0.1, 0.3)
"""Seconds that a request waits at most, before the work and after it."""
SECOND_STARTS = 0.4
"""Seconds within which the second command begins."""
FAULTS = ("cut-before", "cut-after", "cut-body", "status=500", "status=500,after", "status=429", "status=503,after")
FOLLOW_UPS = 4
_UNFINISHED = ("waiting", "started", "unsure")


def play(game: Game) -> None:
    """Set it up, run the two commands, strike them, and do what a person does then."""
    dice = game.dice
    for at in range(dice.randint(2, 4)):
        game.ticket(f"New {at}")
    _age_outbox(game)
    first, second = game.name.split(" / ")
    one = _MADE[first](game)
    two = one if second == "same" else _MADE[second](game)
    game.witness.latency = dice.choice(LATENCIES)
    game.sandbox.fault(*_faults(game))
    game.run([(one, 0.0), (two, dice.uniform(0, SECOND_STARTS))], [strike(game), strike(game)])
    game.sandbox.fault()
    for _ in range(FOLLOW_UPS):
        if not _follow_up(game):
            break
    game.witness.latency = 0


def _age_outbox(game: Game) -> None:
    """In half of the rounds the outbox is not new: a new one also takes what it finds at the store for its own."""
    if game.dice.random() < 0.5:
        game.here("outbox", "list")
        with closing(sqlite3.connect(game.state / "crmcli" / "outbox.db", isolation_level=None)) as db:
            db.execute("UPDATE facts SET value = 0 WHERE name = 'born'")


def _reply(game: Game, tickets: Sequence[int]) -> Command:
    return game.reply(tickets, *(["--status", "2"] if game.dice.random() < 0.3 else []))


def _apply_replies(game: Game) -> Command:
    plan = str(game.folder / f"replies-{game.dice.random()}.plan")
    game.here("tickets", "reply", *map(str, game.tickets), "--text", game.text, "--plan", plan)
    words = ["apply", plan, "--yes", "--json"]
    return Command(words, "reply", game.tickets, text=game.text, family=f"apply {plan}", planned=time.monotonic())


def _apply_updates(game: Game) -> Command:
    plan = str(game.folder / f"updates-{game.dice.random()}.plan")
    subject = f"Planned {game.seed}"
    game.here("tickets", "update", *map(str, game.tickets), "--subject", subject, "--plan", plan)
    expects, words = _common(_subjects(game)), ["apply", plan, "--yes", "--json"]
    return Command(words, "update", game.tickets, subject=subject, expects=expects, family=f"apply {plan}")


def _subjects(game: Game) -> list[str]:
    rows = [game.sandbox.store.row(TICKET, ticket) for ticket in game.tickets]
    return [str(row["Subject"]) for row in rows if row]


def _common(subjects: Sequence[str]) -> str:
    """How all of them begin: what tickets were called first has the ticket's place in it, `New 0` and `New 1`."""
    return os.path.commonprefix([*subjects])  # noqa: RUF071 - of letters, and not of folders


def _update(game: Game, subject: str) -> Command:
    words = ["tickets", "update", *map(str, game.tickets), "--subject", subject, "--json"]
    return Command(words, "update", game.tickets, subject=subject, family=" ".join(words))


def _resume(game: Game) -> Command:
    """Of a run that is killed first, at a request of it."""
    if game.dice.random() < 0.3:
        run = _update(game, f"Resumed {game.seed}")
    else:
        run = _reply(game, game.tickets) if game.dice.random() < 0.6 else _apply_replies(game)
    known = set(game.numbers("runs"))
    process = game.start(run)
    at = game.dice.randint(2, 3 * len(game.tickets) + 2)
    game.witness.strike(process.pid, at=at, when=game.dice.choice(("before", "after")))
    process.wait()
    number = next(iter(set(game.numbers("runs")) - known), 1)
    return replace(run, words=["runs", "resume", str(number), "--yes", "--json"], is_fresh=False, origin=process.pid)


def _undo(game: Game) -> Command:
    """Of a run that set the subjects, and came to its end."""
    known = set(game.numbers("runs"))
    set_, before = f"Set {game.seed}", _common(_subjects(game))
    game.here("tickets", "update", *map(str, game.tickets), "--subject", set_)
    (number,) = set(game.numbers("runs")) - known
    words = ["runs", "undo", str(number), "--json"]
    return Command(words, "update", game.tickets, subject=before, expects=set_, family=f"undo {number}")


def _resend(game: Game) -> Command:
    """Of an entry that surely was not sent."""
    ticket = game.dice.choice(game.tickets)
    send = _reply(game, [ticket])
    game.sandbox.fault("status=400,method=POST,times=1")
    known = set(game.numbers("outbox"))
    refused = game.start(send).wait()
    game.sandbox.fault()
    (number,) = set(game.numbers("outbox")) - known
    words = ["outbox", "resend", str(number), "--yes", "--json"]
    return replace(send, words=words, is_fresh=False, origin=refused.pid)


def _delete(game: Game) -> Command:
    words = ["tickets", "delete", *map(str, game.tickets), "--yes", "--json"]
    return Command(words, "delete", game.tickets, family="delete")


_MADE: dict[str, Callable[[Game], Command]] = {
    "apply replies": _apply_replies,
    "apply updates": _apply_updates,
    "reply many": lambda game: _reply(game, game.tickets),
    "reply one": lambda game: _reply(game, [game.dice.choice(game.tickets)]),
    "resume": _resume,
    "undo": _undo,
    "delete": _delete,
    "resend": _resend,
}


def _faults(game: Game) -> list[str]:
    dice = game.dice
    if dice.random() < 0.7:
        return []
    return [
        f"{dice.choice(FAULTS)},method={dice.choice(('POST', 'PUT', 'DELETE', '[PD]*'))}"
        f",times={dice.choice((1, 1, 2))},skip={dice.randrange(4)}"
        for _ in range(dice.randint(1, 2))
    ]


def strike(game: Game, chance: float = 0.35) -> Strike | None:
    """How a process is struck, or that it isn't."""
    dice = game.dice
    if dice.random() >= chance:
        return None
    by = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT))
    seconds = dice.uniform(0.1, 1.2) if dice.random() < 0.4 else 0.0
    return Strike(seconds, dice.randint(1, 10), dice.choice(("before", "after")), by)


def _follow_up(game: Game) -> bool:
    """The same again, or on with what was stopped, or a look at what is unsure; False where nothing is left to do."""
    stopped = game.numbers("runs", state="stopped")
    unsure = game.numbers("outbox", state="unsure")
    done = [act.command.words for act in game.acts if act.process.code == 0]
    ended = [act for act in game.acts if act.process.was_ended and act.command.words not in done]
    was_resumed = any(act.command.words[:2] == ["runs", "resume"] for act in game.acts)
    choices = [resumed(game, number) for number in stopped] * 2
    if unsure:
        choices.append(Command(["outbox", "resolve", str(game.dice.choice(unsure)), "--json"], "look", []))
    if ended and not was_resumed:
        choices.append(game.dice.choice(ended).command)
    if not choices:
        return False
    game.run([(game.dice.choice(choices), 0.0)], [strike(game, 0.1)])
    return True


def resumed(game: Game, number: int) -> Command:
    """Going on with a run, with what of it is not finished."""
    rows = [row for row in game.json("runs", "show", str(number)) if row["state"] in _UNFINISHED]
    does = rows[0]["do"] if rows else "look"
    tickets = [int(row["what"].split()[1]) for row in rows]
    subject = _common([str(row["after"].get("Subject") or "") for row in rows]) if does == "update" else ""
    text = game.text if does == "reply" else ""
    words = ["runs", "resume", str(number), "--yes", "--json"]
    return Command(words, does, tickets, text=text, subject=subject, origin=_origin(game, number))


def _origin(game: Game, number: int) -> int:
    """The process that began a run; 0 where that can't be told."""
    if number not in game.origins:
        with closing(sqlite3.connect(game.state / "crmcli" / "runs.db")) as db:
            (owner,) = db.execute("SELECT owner FROM runs WHERE number = ?", (number,)).fetchone()
        last = game.act(int(owner.partition(":")[0] or 0))
        named = re.compile(rf"\brun {number}\b|runs (?:resume|show) {number}\b")
        begun = last or next((act for act in game.acts if named.search(act.process.err)), None)
        game.origins[number] = game.root(begun).process.pid if begun else 0
    return game.origins[number]
