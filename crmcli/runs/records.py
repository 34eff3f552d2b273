"""What the journal holds: runs and their rows, read and checked."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmcli import ledger, processes
from crmcli.errors import BadUsage

WAITING, STARTED, DONE, SKIPPED, FAILED, UNSURE = STATES = (
    *("waiting", "started", "done", "skipped", "failed", "unsure"),
)
"""waiting: has not begun. started: may have been sent. done, skipped (it had changed meanwhile), failed: what became of it.
unsure: nobody can tell."""

UNFINISHED = (WAITING, STARTED, UNSURE)
ENDED = (DONE, SKIPPED, FAILED)

Values = Mapping[str, Any]

ACTION: dict[str, type] = {
    **dict.fromkeys(("do", "noun", "status_name", "digest", "part"), str),
    **dict.fromkeys(("number", "ticket", "status", "line"), int),
    **dict.fromkeys(("values", "expected"), dict),
}
"""What an action may say (`bulk.actions.Action`)."""

_LONGEST_ROW = 3600.0
"""Seconds after which a row that another machine began is over: all its tries and waits are."""


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
            process = processes.number(self.owner)
            if processes.is_stopped(self.owner):
                raise BadUsage(
                    f"Run {self.number} is being worked on by process {process}, which is stopped.",
                    hint=f"Let it go on (fg, or kill -CONT {process}), or end it (kill -9 {process}) and run this again.",
                )
            raise BadUsage(
                f"Run {self.number} is being worked on by process {process}.", hint="Let that come to its end."
            )
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
class Half:
    """A row that was to put a ticket (`of`) and never came to its end: what it wanted (`after`), and the `whole` of before."""

    run: int
    at: int
    of: int
    after: dict[str, Any]
    whole: dict[str, Any]
    started: float
    owner: str


@dataclass(frozen=True)
class Many:
    """Actions that differ in a number alone: what is `common` to them, and what each has of its `own`.

    That is JSON, with `%d` for its number.
    """

    common: Values
    own: str
    numbers: Sequence[int]


def half_of(row: sqlite3.Row) -> Half:
    """Raises ValueError, KeyError. Rows of the first journals say in their action alone which ticket they are of."""
    of = row["ticket"]
    if of is None:
        action = _object(row["action"])
        of = action["number"] if action["noun"] == "ticket" else 0
    values = {"of": of, "after": _object(row["after"]), "whole": _object(row["whole"])}
    return ledger.record(Half, {**{name: row[name] for name in ("run", "at", "started", "owner")}, **values})


def is_anothers(owner: str, active: float) -> bool:
    """Whether another process works on a run, or may, elsewhere."""
    if not owner or owner == processes.me():
        return False
    return processes.runs(owner) or _may_be_elsewhere(owner, active)


def _may_be_elsewhere(owner: str, active: float) -> bool:
    return not processes.is_here(owner) and time.time() - active < _LONGEST_ROW


def run_of(db: sqlite3.Connection, row: sqlite3.Row, *, counts: Mapping[str, int] | None = None) -> Run:
    """The run of a row; its rows are counted unless the counts are known. Raises ValueError."""
    active = row["made"]
    if counts is None:
        counted = db.execute(
            "SELECT state, count(*) AS rows, max(CASE typeof(started) WHEN 'real' THEN started END) AS last"
            " FROM rows WHERE run = ? GROUP BY state",
            (row["number"],),
        ).fetchall()
        counts = {each["state"]: each["rows"] for each in counted}
        active = max([active, *(each["last"] for each in counted if each["last"] is not None)])
    common = _object(row["common"])
    return ledger.record(Run, {**dict(row), "common": common, "counts": counts, "active": active})


def run_name(row: sqlite3.Row) -> str:
    """What a run is called where it can't be read."""
    return f"Run {row['number']} of the journal"


def row_name(run: int, at: int) -> str:
    """What a row is called where it can't be read."""
    return f"Row {at} of run {run} of the journal"


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{text[:40]!r} is no object")
    return found


def row_of(row: sqlite3.Row, common: Values) -> RunRow:
    """The row of a run whose rows have this in common. Raises ValueError, TypeError."""
    if row["state"] not in STATES:
        raise ValueError(f"state is {str(row['state'])[:40]!r}")
    values = {name: _object(row[name]) for name in ("action", "before", "after", "whole")}
    action = values["action"] = {**common, **values["action"]}
    if not {"do", "noun"} <= action.keys() <= ACTION.keys() or any(
        not isinstance(value, ACTION[name]) for name, value in action.items()
    ):
        raise ValueError("it doesn't say what is to be done")
    return ledger.record(RunRow, {**dict(row), **values, "acks": json.loads(row["acks"])})
