"""The outbox's file: one SQLite database in the state folder, mode 0600, safe for several processes at once."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from crmcli import ledger, processes
from crmcli.errors import BadConfig, BadUsage
from crmcli.retention import NEWER, Retention

INTENDED, SENT, CONFIRMED, REFUSED, UNSURE = STATES = ("intended", "sent", "confirmed", "refused", "unsure")
"""intended: on disk, has not left. sent: has left, or may have. confirmed: the store has it. refused: the store does not
have it. unsure: nobody can tell."""

OPEN = (INTENDED, SENT, UNSURE)
LONGEST_TRY = 3600.0
"""Seconds after which a send that another machine began is over: all its tries and waits are."""

_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS entries ("
        " number INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, profile TEXT NOT NULL, kind TEXT NOT NULL,"
        " path TEXT NOT NULL, body TEXT NOT NULL, once TEXT, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',"
        " made REAL NOT NULL, changed REAL NOT NULL, owner TEXT NOT NULL, before TEXT NOT NULL DEFAULT '[]',"
        " became INTEGER, ack TEXT NOT NULL DEFAULT '[]', told INTEGER NOT NULL DEFAULT 0)",
        # What the first outboxes lack.
        ledger.Column("entries", "run", "TEXT"),
        ledger.Column("entries", "row", "INTEGER"),
        ledger.Column("entries", "again", "INTEGER"),
        # What a `--once` key stands for: one entry that is, or may be, at the store. A refused one leaves the key free.
        "CREATE UNIQUE INDEX IF NOT EXISTS once ON entries (store, profile, once)"
        " WHERE once IS NOT NULL AND state != 'refused'",
        "CREATE INDEX IF NOT EXISTS places ON entries (store, kind, path)",
        "CREATE INDEX IF NOT EXISTS rows ON entries (run, row)",
    ),
)


@dataclass(frozen=True)
class Entry:
    """One send.

    `made` and `changed` are Unix times; `before` are the numbers of what might have been it before it left; `became` is
    its number at the store; `ack` the store's own answer; `told` whether the command that sent it got to say so. `run` and
    `row` say which row of which run it is, where it is one of several. `again` is the entry as which one that did not arrive
    was sent since.
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
    def is_elsewhere(self) -> bool:
        """Whether a process of another machine, or container, may be sending it."""
        is_recent = time.time() - self.changed < LONGEST_TRY
        return self.state in (INTENDED, SENT) and is_recent and not processes.is_here(self.owner)

    @property
    def is_news(self) -> bool:
        """Whether it is at the store and the run that sent it was ended before it could say so."""
        return self.state == CONFIRMED and not self.told and not processes.runs(self.owner)


_COLUMNS = ", ".join(each.name for each in fields(Entry))
"""Read by name: a file may have others."""


class Box:
    """The entries. Every change is on disk when the call returns. Raises BadConfig when the file can't be used.

    `retention` says what is old; `unfinished` which of these runs (by their keys) are not at their end: they need theirs.
    """

    def __init__(
        self,
        path: Path,
        *,
        retention: Retention | None = None,
        unfinished: Callable[[Collection[str]], Collection[str]] = lambda keys: keys,
    ) -> None:
        self.path = path
        self._retention = retention or Retention()
        self._unfinished = unfinished

    def intend(
        self,
        *,
        store: str,
        profile: str,
        kind: str,
        path: str,
        body: dict[str, Any],
        once: str | None,
        row: tuple[str, int] | None = None,
    ) -> tuple[Entry, bool]:
        """Write a new entry down; where `once`, or the run's `row`, stands for one already, that one comes back.

        Out: the entry, and whether it is new.
        """
        now = time.time()
        with self._change() as db:
            self._drop_old(db)
            for clause, key in (("profile = ? AND once = ?", (profile, once)), ("run = ? AND row = ?", row or (None,))):
                found = (
                    key[-1] is not None
                    and db.execute(
                        f"SELECT {_COLUMNS} FROM entries WHERE store = ? AND {clause} AND state != 'refused'",  # noqa: S608
                        (store, *key),
                    ).fetchone()
                )
                if found:
                    return _entry(found), False
            number = db.execute(
                "INSERT INTO entries (store, profile, kind, path, body, once, state, made, changed, owner, run, row)"
                " VALUES (?, ?, ?, ?, ?, ?, 'intended', ?, ?, ?, ?, ?)",
                (store, profile, kind, path, json.dumps(body), once, now, now, processes.me(), *(row or (None, None))),
            ).lastrowid
            return self._get(db, number or 0), True

    def prepared(self, entry: Entry, body: dict[str, Any]) -> Entry:
        """What it will send is complete: checked, and names turned into numbers."""
        return self._set(entry, body=json.dumps(body))

    def leaves(self, entry: Entry, *, before: Sequence[int]) -> Entry:
        """It is about to leave: from here on it may be at the store."""
        return self._set(entry, state=SENT, before=json.dumps(list(before)), owner=processes.me())

    def settle(
        self,
        entry: Entry,
        state: str,
        *,
        reason: str = "",
        became: int | None = None,
        ack: Sequence[dict[str, Any]] = (),
    ) -> Entry:
        """What became of it is known, or that it can't be.

        A confirmed one makes up for what failed to send the very same before: nobody should send that once more.
        """
        with self._change() as db:
            settled = self._update(db, entry, state=state, reason=reason, became=became, ack=json.dumps(list(ack)))
            older = self._entries(db, (REFUSED,), like=entry) if state == CONFIRMED else ()
            db.executemany(
                "UPDATE entries SET again = ?, reason = ? WHERE number = ? AND again IS NULL",
                [
                    (entry.number, f"sent since, as entry {entry.number}", other.number)
                    for other in older
                    if other.number < entry.number
                ],
            )
        return settled

    def tell(self, numbers: Sequence[int]) -> None:
        """What became of these entries has been said to whoever ran the command."""
        with self._change() as db:
            db.executemany("UPDATE entries SET told = 1 WHERE number = ?", [(number,) for number in numbers])

    def tell_rows(self, run: str, rows: Sequence[int]) -> None:
        """What became of these rows of a run has been said, by whichever command went on with it."""
        with self._change() as db:
            db.executemany("UPDATE entries SET told = 1 WHERE run = ? AND row = ?", [(run, row) for row in rows])

    def get(self, number: int) -> Entry:
        """One entry. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            return self._get(db, number)

    def entries(self, *, states: Sequence[str] = STATES, like: Entry | None = None) -> list[Entry]:
        """Entries in these states, oldest first; with `like` only the others that send the very same thing."""
        with self._change() as db:
            return self._entries(db, states, like=like)

    def numbers(self, entry: Entry) -> set[int]:
        """The numbers at the store that other entries of this kind and path became: none of them is this one."""
        with self._change() as db:
            found = db.execute(
                "SELECT became FROM entries WHERE store = ? AND kind = ? AND path = ? AND number != ? AND became IS NOT NULL",
                (*_place(entry), entry.number),
            ).fetchall()
        return {row[0] for row in found}

    def forget(self, entry: Entry) -> None:
        """Take an entry, and its text, out."""
        with self._change() as db:
            db.execute("DELETE FROM entries WHERE number = ?", (entry.number,))

    def forget_store(self, store: str) -> None:
        """Forget all of a store that is gone; no file is made where there is none."""
        if self.path.exists():
            with self._change() as db:
                db.execute("DELETE FROM entries WHERE store = ?", (store,))

    def _drop_old(self, db: sqlite3.Connection) -> None:
        """Take out what is over: what may have been sent, stands for a job, or is of a run that goes on, is not."""
        newest = db.execute("SELECT made FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        before = self._retention.before(newest and newest[0])
        if before is None:
            return
        found = db.execute(
            "SELECT number, run FROM entries WHERE state IN ('confirmed', 'refused') AND once IS NULL AND changed < ?"
            " AND number <= (SELECT number FROM entries ORDER BY number DESC LIMIT 1 OFFSET ?)",
            (before, NEWER),
        ).fetchall()
        if not found:
            return
        try:
            needed = self._unfinished({row["run"] for row in found} - {None})
        except BadConfig:  # whether their runs are at their end can't be told
            return
        old = [(row["number"],) for row in found if row["run"] not in needed]
        db.executemany("DELETE FROM entries WHERE number = ?", old)

    def _set(self, entry: Entry, **values: object) -> Entry:
        with self._change() as db:
            return self._update(db, entry, **values)

    def _update(self, db: sqlite3.Connection, entry: Entry, **values: object) -> Entry:
        values["changed"] = time.time()
        sets = ", ".join(f"{name} = ?" for name in values)
        db.execute(f"UPDATE entries SET {sets} WHERE number = ?", (*values.values(), entry.number))  # noqa: S608
        return self._get(db, entry.number)

    def _entries(self, db: sqlite3.Connection, states: Sequence[str], *, like: Entry | None) -> list[Entry]:
        clause, places = ("", ()) if like is None else (" store = ? AND kind = ? AND path = ? AND", _place(like))
        marks = ", ".join("?" for _ in states)
        found = db.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE{clause} state IN ({marks}) ORDER BY number",  # noqa: S608
            (*places, *states),
        ).fetchall()
        entries = map(_entry, found)
        return [entry for entry in entries if like is None or (entry.body == like.body and entry.number != like.number)]

    def _get(self, db: sqlite3.Connection, number: int) -> Entry:
        found = db.execute(f"SELECT {_COLUMNS} FROM entries WHERE number = ?", (number,)).fetchone()  # noqa: S608
        if not found:
            raise BadUsage(f"The outbox has no entry {number}.", hint="See 'crmcli outbox list --all'.")
        return _entry(found)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when it ends."""
        hint = "Nothing may be sent that can't be written down."
        with ledger.changing(self.path, _STEPS, what="The outbox", hint=hint) as db:
            yield db


def _entry(row: sqlite3.Row) -> Entry:
    values = dict(row)
    return Entry(
        **{
            **values,
            "body": json.loads(values["body"]),
            "before": tuple(json.loads(values["before"])),
            "ack": json.loads(values["ack"]),
        }
    )


def _place(entry: Entry) -> tuple[str, str, str]:
    return entry.store, entry.kind, entry.path
