"""The journal's file, as it came to be, and what is asked of it."""

from __future__ import annotations

from crmcli import ledger, values
from crmcli.runs.records import ENDED

RUN = "number, key, store, profile, command, digest, made, owner, common"
ROW = "at, action, state, before, after, acks, reason, started, whole"
"""Read by name: a file may have others."""

GOES_ON = f"EXISTS (SELECT 1 FROM rows WHERE run = number AND state NOT IN {ENDED})"  # noqa: S608
"""Whether a run has rows that are not at their end; one whose state nobody can read is none that is."""

HALF_WAY = "state NOT IN ('waiting', 'done') AND whole != '{}'"
"""Whether a row was about to put a ticket, and never came to its end: what the PUT didn't name may be blank."""

STEPS: tuple[ledger.Step, ...] = (
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
        f"CREATE INDEX half_way ON rows (ticket) WHERE {HALF_WAY}",
    ),
    (ledger.Column("runs", "common", "TEXT NOT NULL DEFAULT '{}'"),),
    (ledger.Spelling("runs", "store", by=values.one_store),),
)
