"""The journal's file: one SQLite database in the state folder, mode 0600, for several threads and several processes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from crmcli import ledger, processes
from crmcli.errors import BadUsage
from crmcli.retention import NEWER, Retention
from crmcli.runs.records import (
    DONE,
    ENDED,
    FAILED,
    SKIPPED,
    STARTED,
    STATES,
    UNFINISHED,
    UNSURE,
    WAITING,
    Half,
    Many,
    Run,
    RunRow,
    Values,
    half_of,
    is_anothers,
    row_name,
    row_of,
    run_name,
    run_of,
)
from crmcli.runs.schema import GOES_ON, HALF_WAY, ROW, RUN, STEPS
from crmcli.runs.writing import write_each, write_many

__all__ = [
    "DONE",
    "ENDED",
    "FAILED",
    "SKIPPED",
    "STARTED",
    "STATES",
    "UNFINISHED",
    "UNSURE",
    "WAITING",
    "Half",
    "Journal",
    "Many",
    "Run",
    "RunRow",
]

_AT_ONCE = 500
"""Rows that are read at once."""


class Journal:
    """All runs, of all stores. Every change is on disk when the call returns. Raises BadConfig when the file can't be used.

    `retention` says what is old. Rows that can't be read are passed over, and `warn` is told of them; `unreadable` has them.
    """

    def __init__(
        self, path: Path, *, retention: Retention | None = None, warn: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path = path
        self.unreadable = ledger.Unreadable(warn)
        self._retention = retention or Retention()

    def begin(self, *, store: str, profile: str, command: str, actions: Iterable[Values] | Many) -> Run:
        """Write down a run with a row for each action, before the first of them begins; all of them, or none."""
        common = json.dumps(actions.common if isinstance(actions, Many) else {})
        digest = hashlib.sha256(f"{store}\n{command}\n{common}".encode())
        with self._change() as db:
            self._drop_old(db)
            number = db.execute(
                "INSERT INTO runs (key, store, profile, command, digest, made, owner, common) VALUES (?, ?, ?, ?, '', ?, ?, ?)",
                (uuid.uuid4().hex, store, profile, command, time.time(), processes.me(), common),
            ).lastrowid
            write = write_many if isinstance(actions, Many) else write_each
            count = write(db, number or 0, actions, digest)  # type: ignore[arg-type]  # as it was just seen to be
            db.execute("UPDATE runs SET digest = ? WHERE number = ?", (digest.hexdigest(), number))
            return self._get(db, number or 0, counts={WAITING: count})

    def claim(self, run: Run) -> Run:
        """Take a run over. Raises BadUsage where a process works on it, or may."""
        with self._change() as db:
            self._get(db, run.number).free()
            db.execute("UPDATE runs SET owner = ? WHERE number = ?", (processes.me(), run.number))
            return self._get(db, run.number)

    def release(self, run: Run) -> None:
        """Nobody works on a run any more."""
        with self._change() as db:
            db.execute("UPDATE runs SET owner = '' WHERE number = ?", (run.number,))

    def starting(  # noqa: PLR0913  # all of it is written down at once
        self,
        run: Run,
        at: int,
        *,
        after: Values,
        before: Values | None = None,
        ticket: int | None = None,
        whole: Values | None = None,
    ) -> None:
        """A row is about to be sent: what it changes, from what to what, and what of which ticket a PUT might blank."""
        texts = {"before": json.dumps(before or {}), "after": json.dumps(after), "whole": json.dumps(whole or {})}
        self._set(run, at, state=STARTED, started=time.time(), ticket=ticket, **texts)

    def half_way(self, ticket: int, *, store: str) -> list[Half]:
        """Rows that were to put a ticket and never came to their end, oldest first; not those that a process works on."""
        if not self.path.exists():
            return []
        with self._change() as db:
            found = [
                row
                for of in (ticket, None)  # the first journals didn't say of which
                for row in db.execute(
                    "SELECT run, at, action, after, whole, ticket, started, owner FROM rows JOIN runs ON number = run"  # noqa: S608
                    f" WHERE {HALF_WAY} AND ticket IS ? AND store = ?",
                    (of, store),
                )
            ]
            found.sort(key=lambda row: (row["run"], row["at"]))
            sound = [*db.sound(found, half_of, lambda row: row_name(row["run"], row["at"]))]
        return [row for row in sound if row.of == ticket and not is_anothers(row.owner, row.started)]

    def given_back(self, rows: Sequence[Half]) -> None:
        """What these rows had left blank is there again."""
        with self._change() as db:
            db.executemany("UPDATE rows SET whole = '{}' WHERE run = ? AND at = ?", [(row.run, row.at) for row in rows])

    def ended(self, run: Run, at: int, state: str, *, reason: str = "", acks: Sequence[Values] = ()) -> None:
        """What became of a row is known, or that it can't be."""
        self._set(run, at, state=state, reason=reason, acks=json.dumps(list(acks)))

    def get(self, number: int) -> Run:
        """One run. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            return self._get(db, number)

    def of_key(self, key: str) -> Run | None:
        """The run that the outbox knows by this name; None where there is none any more. No file is made."""
        if not self.path.exists():
            return None
        with self._change() as db:
            found = db.execute(f"SELECT {RUN} FROM runs WHERE key = ?", (key,)).fetchall()  # noqa: S608
            return next(db.sound(found, lambda row: run_of(db, row), run_name), None)

    def runs(self, *, store: str | None = None) -> list[Run]:
        """All runs at a store, or at any, oldest first."""
        with self._change() as db:
            found = db.execute(
                f"SELECT {RUN} FROM runs WHERE store = ? OR ? IS NULL OR typeof(store) != 'text' ORDER BY number",  # noqa: S608
                (store, store),
            ).fetchall()
            return list(db.sound(found, lambda row: run_of(db, row), run_name))

    def rows(self, run: Run) -> list[RunRow]:
        """The rows of a run, in order."""
        return list(self.each(run))

    def each(self, run: Run, *, states: Sequence[str] = STATES, after: int = 0) -> Iterator[RunRow]:
        """Rows of a run in these states, in order, from `after` a row on. They are read some at a time, as they are needed.

        One whose state can't be read is told of, whatever is asked for.
        """
        marks = ", ".join("?" for _ in states)
        while True:
            with self._change() as db:
                found = db.execute(
                    f"SELECT {ROW} FROM rows WHERE run = ? AND at > ? AND (state IN ({marks}) OR state NOT IN {STATES})"  # noqa: S608
                    " ORDER BY at LIMIT ?",
                    (run.number, after, *states, _AT_ONCE),
                ).fetchall()
                made = [
                    *db.sound(found, lambda row: row_of(row, run.common), lambda row: row_name(run.number, row["at"]))
                ]
            if not found:
                return
            after = found[-1]["at"]
            yield from made

    def count(self, run: Run, states: Sequence[str], *, after: int = 0, up_to: int = 2**62) -> int:
        """How many rows of a run are in these states, of those from `after` a row on, up to another."""
        marks = ", ".join("?" for _ in states)
        with self._change() as db:
            found = db.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND at > ? AND at <= ? AND state IN ({marks})",  # noqa: S608
                (run.number, after, up_to, *states),
            ).fetchone()
        return int(found[0])

    def unfinished(self, keys: Collection[str]) -> set[str]:
        """Which of the runs of these keys have rows that are not at their end."""
        if not keys or not self.path.exists():
            return set()
        with self._change() as db:
            asked = f"SELECT key FROM runs WHERE key = ? AND {GOES_ON}"  # noqa: S608
            found = (db.execute(asked, (key,)).fetchone() for key in keys)
            return {row["key"] for row in found if row}

    def forget_store(self, store: str) -> None:
        """Forget all of a store that is gone; no file is made where there is none."""
        if self.path.exists():
            with self._change() as db:
                db.execute("DELETE FROM rows WHERE run IN (SELECT number FROM runs WHERE store = ?)", (store,))
                db.execute("DELETE FROM runs WHERE store = ?", (store,))

    def _set(self, run: Run, at: int, **values: object) -> None:
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._change() as db:
            db.execute(f"UPDATE rows SET {sets} WHERE run = ? AND at = ?", (*values.values(), run.number, at))  # noqa: S608

    def _drop_old(self, db: sqlite3.Connection) -> None:
        """Take out what is over; a run that was stopped is not, and one that was killed has an owner still."""
        newest = db.execute("SELECT made FROM runs ORDER BY number DESC LIMIT 1").fetchone()
        before = self._retention.before(newest and newest[0])
        if before is None:
            return
        found = db.execute(
            "SELECT number, owner FROM runs WHERE made < ?"  # noqa: S608
            " AND number <= (SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET ?)"
            f" AND NOT {GOES_ON}",
            (before, NEWER),
        ).fetchall()
        old = [(row["number"],) for row in found if not (row["owner"] and processes.runs(row["owner"]))]
        db.executemany("DELETE FROM rows WHERE run = ?", old)
        db.executemany("DELETE FROM runs WHERE number = ?", old)

    def _get(self, db: ledger.Ledger, number: int, *, counts: Mapping[str, int] | None = None) -> Run:
        found = db.execute(f"SELECT {RUN} FROM runs WHERE number = ?", (number,)).fetchone()  # noqa: S608
        if not found:
            raise BadUsage(f"There is no run {number}.", hint="See 'crmcli runs list'.")
        return db.read(found, lambda row: run_of(db, row, counts=counts), run_name)

    def _change(self) -> AbstractContextManager[ledger.Ledger]:
        return ledger.changing(
            self.path,
            STEPS,
            what="The journal",
            hint="Nothing may be changed that can't be written down. 'crmcli doctor' says what to do.",
            unreadable=self.unreadable,
        )
