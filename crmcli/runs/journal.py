"""The journal's file: one SQLite database in the state folder, mode 0600, for several threads and several processes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmcli import ledger, processes
from crmcli.errors import BadUsage
from crmcli.retention import NEWER, Retention

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

WAITING, STARTED, DONE, SKIPPED, FAILED, UNSURE = STATES = (
    *("waiting", "started", "done", "skipped", "failed", "unsure"),
)
"""waiting: has not begun. started: may have been sent. done, skipped (it had changed meanwhile), failed: what became of it.
unsure: nobody can tell."""

UNFINISHED = (WAITING, STARTED, UNSURE)
ENDED = (DONE, SKIPPED, FAILED)

_RUN = "number, key, store, profile, command, digest, made, owner, common"
_ROW = "at, action, state, before, after, acks, reason, started, whole"
"""Read by name: a file may have others."""

_GOES_ON = f"EXISTS (SELECT 1 FROM rows WHERE run = number AND state NOT IN {ENDED})"  # noqa: S608
"""Whether a run has rows that are not at their end; one whose state nobody can read is none that is."""

_HALF_WAY = "state NOT IN ('waiting', 'done') AND whole != '{}'"
"""Whether a row was about to put a ticket, and never came to its end: what the PUT didn't name may be blank."""

_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL,"
        " store TEXT NOT NULL, profile TEXT NOT NULL, command TEXT NOT NULL, digest TEXT NOT NULL, made REAL NOT NULL,"
        " owner TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS rows (run INTEGER NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,"
        " state TEXT NOT NULL, before TEXT NOT NULL DEFAULT '{}', after TEXT NOT NULL DEFAULT '{}',"
        " acks TEXT NOT NULL DEFAULT '[]', reason TEXT NOT NULL DEFAULT '', started REAL NOT NULL DEFAULT 0,"
        " whole TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (run, at)) WITHOUT ROWID",
    ),
    (
        ledger.Column("rows", "ticket", "INTEGER"),
        f"CREATE INDEX half_way ON rows (ticket) WHERE {_HALF_WAY}",
    ),
    (ledger.Column("runs", "common", "TEXT NOT NULL DEFAULT '{}'"),),
)

_LONGEST_ROW = 3600.0
"""Seconds after which a row that another machine began is over: all its tries and waits are."""
_AT_ONCE, _WRITTEN = 500, 20_000
"""Rows that are read, and numbers that are written, at once."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One run. `key` is its name for the outbox, `digest` tells whether another was to do the very same.

    `made` is a Unix time, `owner` the process that works on it ("" for none), `common` what the actions of all its rows have,
    `counts` how many rows are in each state, `active` when one was last begun (a Unix time).
    """

    number: int
    key: str
    store: str
    profile: str
    command: str
    digest: str
    made: float
    owner: str
    common: Mapping[str, Any]
    counts: Mapping[str, int]
    active: float

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """How many of them are not finished."""
        return sum(self.counts.get(state, 0) for state in UNFINISHED)

    @property
    def is_underway(self) -> bool:
        """Whether a process works on it; of one elsewhere nobody here can tell."""
        return bool(self.owner) and processes.runs(self.owner)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a process of another machine, or container, may be working on it."""
        return bool(self.owner) and _may_be_elsewhere(self.owner, self.active)

    @property
    def standing(self) -> str:
        """running, elsewhere (it may be running there), stopped (some rows are left), or ended."""
        if self.is_elsewhere:
            return "elsewhere"
        return "running" if self.is_underway else "stopped" if self.left else "ended"

    def free(self) -> None:
        """Raises BadUsage where a process works on it, or may."""
        if self.is_underway:
            raise BadUsage(f"Run {self.number} is being worked on.", hint="Let that come to its end.")
        if self.is_elsewhere:
            minutes = max(0, round((time.time() - self.active) / 60))
            raise BadUsage(
                f"Run {self.number} may be worked on in another container or machine ({processes.place(self.owner)}): "
                f"its last row was begun there {minutes} minutes ago.",
                hint="Let that come to its end there. An hour after its last row it can be gone on with here.",
            )


@dataclass(frozen=True)
class RunRow:
    """One row of a run. `at` counts from 1; `action` is what it does; `before` and `after` are the fields that it changes.

    `acks` is what the store answered, `started` when it was last about to be sent (a Unix time; 0 for never), `whole` the
    fields that the object had then.
    """

    at: int
    action: dict[str, Any]
    state: str
    before: dict[str, Any]
    after: dict[str, Any]
    acks: list[dict[str, Any]]
    reason: str
    started: float
    whole: dict[str, Any]


@dataclass(frozen=True)
class Many:
    """Actions that differ in a number alone: what is `common` to them, and what each has of its `own`.

    That is JSON, with `%d` for its number.
    """

    common: Values
    own: str
    numbers: Sequence[int]


class Journal:
    """All runs, of all stores. Every change is on disk when the call returns. Raises BadConfig when the file can't be used.

    `retention` says what is old.
    """

    def __init__(self, path: Path, *, retention: Retention | None = None) -> None:
        self.path = path
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
            write = _write_many if isinstance(actions, Many) else _write_each
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

    def half_way(self, ticket: int, *, store: str) -> list[sqlite3.Row]:
        """Rows that were to put a ticket and never came to their end, oldest first; not those that a process works on."""
        if not self.path.exists():
            return []
        with self._change() as db:
            found = [
                row
                for of in (ticket, None)  # the first journals didn't say of which
                for row in db.execute(
                    "SELECT run, at, action, after, whole, ticket, started, owner FROM rows JOIN runs ON number = run"  # noqa: S608
                    f" WHERE {_HALF_WAY} AND ticket IS ? AND store = ?",
                    (of, store),
                )
            ]
        found.sort(key=lambda row: (row["run"], row["at"]))
        return [row for row in found if not _is_anothers(row["owner"], row["started"])]

    def given_back(self, rows: Sequence[sqlite3.Row]) -> None:
        """What these rows had left blank is there again."""
        with self._change() as db:
            db.executemany(
                "UPDATE rows SET whole = '{}' WHERE run = ? AND at = ?", [(row["run"], row["at"]) for row in rows]
            )

    def ended(self, run: Run, at: int, state: str, *, reason: str = "", acks: Sequence[Values] = ()) -> None:
        """What became of a row is known, or that it can't be."""
        self._set(run, at, state=state, reason=reason, acks=json.dumps(list(acks)))

    def get(self, number: int) -> Run:
        """One run. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            return self._get(db, number)

    def runs(self, *, store: str) -> list[Run]:
        """All runs at a store, oldest first."""
        with self._change() as db:
            found = db.execute("SELECT number FROM runs WHERE store = ? ORDER BY number", (store,)).fetchall()
            return [self._get(db, row["number"]) for row in found]

    def rows(self, run: Run) -> list[RunRow]:
        """The rows of a run, in order."""
        return list(self.each(run))

    def each(self, run: Run, *, states: Sequence[str] = STATES, after: int = 0) -> Iterator[RunRow]:
        """Rows of a run in these states, in order, from `after` a row on. They are read some at a time, as they are needed."""
        marks = ", ".join("?" for _ in states)
        while True:
            with self._change() as db:
                found = db.execute(
                    f"SELECT {_ROW} FROM rows WHERE run = ? AND at > ? AND state IN ({marks}) ORDER BY at LIMIT ?",  # noqa: S608
                    (run.number, after, *states, _AT_ONCE),
                ).fetchall()
            if not found:
                return
            after = found[-1]["at"]
            for row in found:
                yield _row(row, run.common)

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
            asked = f"SELECT key FROM runs WHERE key = ? AND {_GOES_ON}"  # noqa: S608
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
            f" AND NOT {_GOES_ON}",
            (before, NEWER),
        ).fetchall()
        old = [(row["number"],) for row in found if not (row["owner"] and processes.runs(row["owner"]))]
        db.executemany("DELETE FROM rows WHERE run = ?", old)
        db.executemany("DELETE FROM runs WHERE number = ?", old)

    def _get(self, db: sqlite3.Connection, number: int, *, counts: Mapping[str, int] | None = None) -> Run:
        found = db.execute(f"SELECT {_RUN} FROM runs WHERE number = ?", (number,)).fetchone()  # noqa: S608
        if not found:
            raise BadUsage(f"There is no run {number}.", hint="See 'crmcli runs list'.")
        active = found["made"]
        if counts is None:
            counted = db.execute(
                "SELECT state, count(*) AS rows, max(started) AS last FROM rows WHERE run = ? GROUP BY state", (number,)
            ).fetchall()
            counts = {row["state"]: row["rows"] for row in counted}
            active = max([active, *(row["last"] for row in counted)])
        return Run(**{**dict(found), "common": json.loads(found["common"]), "counts": counts, "active": active})

    def _change(self) -> AbstractContextManager[sqlite3.Connection]:
        return ledger.changing(
            self.path, _STEPS, what="The journal", hint="Nothing may be changed that can't be written down."
        )


def _is_anothers(owner: str, active: float) -> bool:
    """Whether another process works on a run, or may, elsewhere."""
    if not owner or owner == processes.me():
        return False
    return processes.runs(owner) or _may_be_elsewhere(owner, active)


def _may_be_elsewhere(owner: str, active: float) -> bool:
    return not processes.is_here(owner) and time.time() - active < _LONGEST_ROW


def _write_each(db: sqlite3.Connection, run: int, actions: Iterable[Values], digest: Digest) -> int:
    """Write a row for each action, none of which is held; gives how many there were."""
    at = 0
    for at, text in enumerate(map(json.dumps, actions), start=1):
        digest.update(f"\n{text}".encode())
        db.execute("INSERT INTO rows (run, at, action, state) VALUES (?, ?, ?, ?)", (run, at, text, WAITING))
    return at


def _write_many(db: sqlite3.Connection, run: int, actions: Many, digest: Digest) -> int:
    """The same for those that differ in a number alone: a million take SQLite half a second, and Python two."""
    numbers = actions.numbers
    for begins in range(0, len(numbers), _WRITTEN):
        text = f"[{','.join(map(str, numbers[begins : begins + _WRITTEN]))}]"
        digest.update(text.encode())
        db.execute(
            "INSERT INTO rows (run, at, action, state) SELECT ?, ? + key, replace(?, '%d', value), ? FROM json_each(?)",
            (run, begins + 1, actions.own, WAITING, text),
        )
    return len(numbers)


def _row(row: sqlite3.Row, common: Values) -> RunRow:
    return RunRow(
        row["at"],
        {**common, **json.loads(row["action"])},
        row["state"],
        json.loads(row["before"]),
        json.loads(row["after"]),
        json.loads(row["acks"]),
        row["reason"],
        row["started"],
        json.loads(row["whole"]),
    )
