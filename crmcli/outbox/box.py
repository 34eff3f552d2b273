"""The outbox's file: one SQLite database in the state folder, mode 0600, safe for several processes at once."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmcli import ledger, processes
from crmcli.errors import BadConfig, Changed
from crmcli.outbox import rows
from crmcli.outbox.entries import (
    COLUMNS,
    CONFIRMED,
    FORGOTTEN,
    INTENDED,
    OPEN,
    REFUSED,
    SENT,
    STATES,
    UNSURE,
    Entry,
    Key,
    sound,
)
from crmcli.outbox.moments import Moments
from crmcli.outbox.rows import Alike
from crmcli.retention import NEWER, Retention

__all__ = [
    "CONFIRMED",
    "FORGOTTEN",
    "INTENDED",
    "OPEN",
    "REFUSED",
    "SENT",
    "STATES",
    "UNSURE",
    "Box",
    "Entry",
    "Key",
    "Taken",
]


class Taken(Exception):
    """The number that is to prove a send is another entry's."""


class Box(Moments):
    """The entries. Every change is on disk when the call returns. Raises BadConfig when the file can't be used.

    `retention` says what is old; `unfinished` which of these runs (by their keys) are not at their end: they need theirs.
    Entries that can't be read are passed over, and `warn` is told of them; `unreadable` has them.
    """

    def __init__(
        self,
        path: Path,
        *,
        retention: Retention | None = None,
        unfinished: Callable[[Collection[str]], Collection[str]] = lambda keys: keys,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(path, warn=warn)
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
        key: Key | None = None,
        row: tuple[str, int] | None = None,
        alike: str = "",
        command: str = "",
        words: str = "",
    ) -> tuple[Entry, bool]:
        """Write a new entry down; where `key`, or the run's `row`, stands for one already, that one comes back.

        Out: the entry, and whether it is new.
        """
        now = time.time()
        with self._change() as db:
            self._drop_old(db)
            of = {"store": store, "profile": profile, "kind": kind, "path": path}
            stands = (key and rows.of_key(db, key, **of)) or (row and rows.of_row(db, store, row))
            if stands:
                return stands, False
            values: dict[str, Any] = {
                **of,
                "body": json.dumps(body),
                "alike": alike,
                "command": command,
                "words": words,
            }
            values |= {"state": INTENDED, "made": now, "changed": now, "owner": processes.me()}
            if key:
                values |= {"once": key.once, "verb": key.verb, "part": key.part}
            if row:
                values |= dict(zip(("run", "row"), row, strict=True))
            return rows.entry_at(db, rows.inserted(db, values)), True

    def prepared(self, entry: Entry, body: dict[str, Any]) -> Entry:
        """What it will send is complete: checked, and names turned into numbers."""
        with self._change() as db:
            return rows.changed(db, entry, body=json.dumps(body))

    def claim(self, entry: Entry, alike: Alike) -> tuple[Entry, Entry | None]:
        """Have it be the only one of its like that may leave, until it is settled. Raises Changed where it was taken out.

        Out: the entry, and the one that stands in its way (None: the claim is made).
        """
        with self._change() as db:
            for other in rows.alike(db, entry, (INTENDED, SENT), alike):
                if other.is_held:
                    return entry, other
            found = rows.there(db, entry)
            if not found or found.state != INTENDED:
                raise _gone(entry)
            return rows.changed(db, entry, claim=uuid.uuid4().hex, owner=processes.me()), None

    def leaves(self, entry: Entry, *, before: Sequence[int]) -> Entry:
        """It is about to leave: from here on it may be at the store. Raises Changed where its claim was taken from it."""
        with self._change() as db:
            found = rows.there(db, entry)
            if not found or found.claim != entry.claim:
                raise _gone(entry)
            return rows.changed(db, entry, state=SENT, before=json.dumps(list(before)), owner=processes.me())

    def hold(self, entry: Entry) -> None:
        """See that an entry that is about to leave has its claim still. Raises Changed."""
        with self._change() as db:
            found = rows.there(db, entry)
            if not found or found.claim != entry.claim:
                raise _gone(entry)

    def settle(
        self,
        entry: Entry,
        state: str,
        *,
        reason: str = "",
        became: int | None = None,
        ack: Sequence[dict[str, Any]] = (),
        again: int | None = None,
    ) -> Entry:
        """What became of it is known, or that it can't be. Raises Taken where another entry became this number.

        `again` is the entry that stands for it. A confirmed one makes up for what failed to send the very same before: nobody
        should send that once more. Where the file was taken away since then, it is put into the one that is there now.
        """
        with self._change() as db:
            if became is not None and became in rows.numbers(db, entry):
                raise Taken
            known: dict[str, Any] = {"state": state, "reason": reason, "became": became, "again": again, "claim": ""}
            found = rows.there(db, entry)
            if found and entry.claim and found.claim != entry.claim and state != CONFIRMED:
                return found  # it was taken from who was to send it, and somebody else has said what became of it
            if not found:
                if rows.has_had(db, entry.number):  # a person took it out, and wants its text nowhere
                    return replace(entry, **known, ack=list(ack))
                entry = rows.put_back(db, entry)
            entry = rows.changed(db, entry, **known, ack=json.dumps(list(ack)), settled=rows.count(db))
            if state == CONFIRMED:
                rows.make_up(db, entry)
        return entry

    def tell(self, numbers: Sequence[int]) -> None:
        """The command is over, and has said what became of these entries to whoever ran it."""
        with self._change() as db:
            now = rows.count(db)
            told = [(now, number) for number in numbers]
            db.executemany("UPDATE entries SET told = ? WHERE number = ? AND told = 0", told)

    def tell_rows(self, run: str, numbers: Sequence[int]) -> None:
        """What became of these rows of a run has been said, by whichever command went on with it."""
        with self._change() as db:
            now = rows.count(db)
            told = [(now, run, number) for number in numbers]
            db.executemany("UPDATE entries SET told = ? WHERE run = ? AND row = ? AND told = 0", told)

    def get(self, number: int) -> Entry:
        """One entry. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            return rows.entry_at(db, number)

    def entries(self, *, states: Sequence[str] = STATES) -> list[Entry]:
        """Entries in these states, oldest first."""
        with self._change() as db:
            marks = ", ".join("?" for _ in states)
            known = (*STATES, FORGOTTEN)  # one in none of these is told of
            found = db.execute(
                f"SELECT {COLUMNS} FROM entries WHERE state IN ({marks}) OR state NOT IN {known} ORDER BY number",  # noqa: S608
                states,
            )
            return sound(db, found.fetchall())

    def twins(self, entry: Entry, alike: Alike) -> list[Entry]:
        """The other entries that are, or may be, at the store, and may be taken for this one; oldest first."""
        with self._change() as db:
            return rows.alike(db, entry, (*OPEN, CONFIRMED), alike)

    def numbers(self, entry: Entry) -> set[int]:
        """The numbers at the store that other entries of this kind and path became: none of them is this one."""
        with self._change() as db:
            return rows.numbers(db, entry)

    def forget(self, entry: Entry) -> None:
        """Take an entry, and its text, out; of a row of a run that may be at the store stays that it must be looked for."""
        with self._change() as db:
            if entry.run and entry.state in (SENT, UNSURE):
                gone = {
                    "state": FORGOTTEN,
                    "body": "{}",
                    "ack": "[]",
                    "alike": "-",
                    "claim": "",
                    "once": None,
                    "reason": "",
                }
                rows.changed(db, entry, **gone)
            else:
                db.execute("DELETE FROM entries WHERE number = ?", (entry.number,))

    def wipe(self) -> None:
        """Overwrite what was taken out, in SQLite's journal, too."""
        ledger.wipe(self.path, what="The outbox", packed=True)

    def drop(self, entry: Entry) -> None:
        """Take an entry out without a trace."""
        with self._change() as db:
            db.execute("DELETE FROM entries WHERE number = ?", (entry.number,))

    def forget_store(self, store: str) -> None:
        """Forget all of a store that is gone; no file is made where there is none."""
        if self.path.exists():
            with self._change() as db:
                db.execute("DELETE FROM entries WHERE store = ?", (store,))

    def _drop_old(self, db: ledger.Ledger) -> None:
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


def _gone(entry: Entry) -> Changed:
    return Changed(
        f"Outbox entry {entry.number} was taken out, or given up, before it left: nothing was sent.",
        hint="'outbox resend', 'resolve' and 'forget' do so with what a stopped process was to send.",
    )
