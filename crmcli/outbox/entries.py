"""One send, as the outbox has it: what it is, where it stands, and what is known of it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from crmcli import ledger, processes

INTENDED, SENT, CONFIRMED, REFUSED, UNSURE = STATES = ("intended", "sent", "confirmed", "refused", "unsure")
"""intended: on disk, has not left. sent: has left, or may have. confirmed: the store has it. refused: the store does not
have it. unsure: nobody can tell."""

FORGOTTEN = "forgotten"
"""The bare trace of a row of a run that may be at the store, and whose text a person took out: it must be looked for."""

OPEN = (INTENDED, SENT, UNSURE)
LONGEST_TRY = 3600.0
"""Seconds after which a send that another machine began is over: all its tries and waits are."""
REPEATED_WITHIN = 3600.0
"""Seconds within which a command that was interrupted, run again, is the same one; later it is a new decision."""


@dataclass(frozen=True)
class Key:
    """What `--once` stands for: the word that was given, the command that it was given to, and the part of that job.

    One of an outbox of before has all in its `once`, as `old` has it.
    """

    once: str
    verb: str = ""
    part: str = ""

    @property
    def old(self) -> str:
        """As it was written before commands and parts had columns of their own."""
        return f"{self.once}/{self.part}" if self.part else self.once

    def __str__(self) -> str:
        return self.old


@dataclass(frozen=True)
class Decision:
    """When it was decided what is sent, and by which command: a run's rows with the run, all else when a command begins.

    `settled` counts what the outbox had learned of its entries by then, `words` tell the command, `made` is a Unix time.
    """

    settled: int = 0
    words: str = ""
    made: float = 0.0


@dataclass(frozen=True)
class Entry:
    """One send.

    `made` and `changed` are Unix times; `before` are the numbers of what might have been it before it left; `became` is its
    number at the store, which no other entry has; `ack` the store's own answer. `run` and `row` say which row of which run
    it is, where it is one of several. `again` is the entry as which one that did not arrive was sent since. `verb` and
    `part` belong to `once`. `alike` is the mark that all have which may be taken for each other (`sends.Likeness`), "" in
    one of before. `command` is the run, or the process, that it is of, `words` tells a command that is run again. `claim`
    is held by who is about to send it; `settled` its place in the order in which the outbox learned what became of its
    entries, `told` the place in it at which its command was over and had said so, `ended` the one at which its process was
    seen to have ended without that; 0 for not yet.
    """

    number: int
    store: str
    profile: str
    kind: str
    path: str
    body: dict[str, Any]
    once: str | None
    state: str
    reason: str
    made: float
    changed: float
    owner: str
    before: tuple[int, ...]
    became: int | None
    ack: list[dict[str, Any]]
    told: int
    run: str | None
    row: int | None
    again: int | None
    verb: str
    part: str
    alike: str
    command: str
    words: str
    claim: str
    settled: int
    ended: int

    @property
    def text(self) -> str:
        """The text that it sends; "" where it sends none."""
        messages = self.body.get("CrmMessageList") or [{}]
        return str(self.body.get("Message") or messages[0].get("Message") or "")

    @property
    def ticket(self) -> int | None:
        """The ticket that a message is for."""
        _, _, number, *_ = [*self.path.split("/"), "", ""]
        return int(number) if number.isdecimal() and self.kind == "message" else None

    @property
    def key(self) -> Key | None:
        """What `--once` it stands for."""
        return None if self.once is None else Key(self.once, self.verb, self.part)

    @property
    def standing(self) -> str:
        """The state, where the process that would have gone on ended: an intended one never left, a sent one is unsure."""
        if self.is_underway or self.is_elsewhere:
            return self.state
        return {INTENDED: REFUSED, SENT: UNSURE}.get(self.state, self.state)

    @property
    def is_underway(self) -> bool:
        """Whether the process that is sending it still runs; of one elsewhere nobody here can tell."""
        return self.state in (INTENDED, SENT) and processes.runs(self.owner)

    @property
    def is_held(self) -> bool:
        """Whether nothing that looks like it may leave now: it is about to, or has, and its process runs."""
        return (bool(self.claim) or self.state == SENT) and self.is_underway

    @property
    def is_elsewhere(self) -> bool:
        """Whether a process of another machine, or container, may be sending it."""
        is_recent = time.time() - self.changed < LONGEST_TRY
        return self.state in (INTENDED, SENT) and is_recent and not processes.is_here(self.owner)

    def is_repeated_by(self, decision: Decision) -> bool:
        """Whether it was decided by the command that sent it, run again: that was ended before it could say so."""
        if not self.words or self.words != decision.words or self.told or processes.runs(self.owner):
            return False
        return self.is_recent(decision)

    def is_recent(self, decision: Decision) -> bool:
        """Whether the hour within which a person may not know of it was not over when something was decided.

        A clock that was set since doesn't end it: that of the boot, which nobody sets, counts too if there is one.
        """
        ages = (decision.made - self.changed, processes.age(self.owner))
        return any(age is not None and age < REPEATED_WITHIN for age in ages)

    def is_since(self, decided: int) -> bool:
        """Whether its command was not over yet when something else was decided on (a count), whenever it became known.

        A command that is not over has claimed what it sent: another with the same words beside it sends none of that again.
        """
        if self.told or self.ended:
            return (self.told or self.ended) > decided
        if self.owner == processes.me() or not processes.is_here(self.owner):  # whose end nobody here has seen
            return self.settled > decided
        return True


COLUMNS = ", ".join(each.name for each in fields(Entry))
"""Read by name: a file may have others."""


def entry_of(row: sqlite3.Row) -> Entry:
    """The entry that a row of the file holds. Raises ValueError, TypeError."""
    values = dict(row)
    body, before, ack = (json.loads(values[name]) for name in ("body", "before", "ack"))
    if not isinstance(body, dict) or values["state"] not in (*STATES, FORGOTTEN):
        raise ValueError(
            f"state is {str(values['state'])[:40]!r}" if isinstance(body, dict) else "its body is no object"
        )
    return ledger.record(Entry, {**values, "body": body, "before": tuple(before), "ack": ack})


def sound(db: ledger.Ledger, rows: Iterable[sqlite3.Row]) -> list[Entry]:
    """The entries that rows hold; those that can't be read are told of, and passed over."""
    return [*db.sound(rows, entry_of, _name)]


def read(db: ledger.Ledger, row: sqlite3.Row) -> Entry:
    """The entry that a row holds. Raises BadConfig where it can't be read."""
    return db.read(row, entry_of, _name)


def _name(row: sqlite3.Row) -> str:
    return f"Entry {row['number']} of the outbox"
