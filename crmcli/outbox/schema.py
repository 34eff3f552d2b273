"""The outbox's file, as it came to be: each step brings it from one version to the next."""

from __future__ import annotations

from crmcli import ledger, values

STEPS: tuple[ledger.Step, ...] = (
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
    (
        *(ledger.Column("entries", name, "TEXT NOT NULL DEFAULT ''") for name in ("verb", "part", "alike", "command")),
        *(ledger.Column("entries", name, "TEXT NOT NULL DEFAULT ''") for name in ("words", "claim")),
        ledger.Column("entries", "settled", "INTEGER NOT NULL DEFAULT 0"),
        # The same word, given to two commands or for two parts of a job, is two keys.
        "DROP INDEX IF EXISTS once",
        "CREATE UNIQUE INDEX jobs ON entries (store, profile, verb, once, part)"
        " WHERE once IS NOT NULL AND state != 'refused'",
        "DROP INDEX IF EXISTS places",
        "CREATE INDEX alikes ON entries (store, kind, path, alike)",
        # One number at the store proves one send. Where two had it, it is the first one's, and of the other nobody knows.
        "UPDATE entries SET became = NULL, state = 'unsure', reason = 'its number is another entry''s, too'"
        " WHERE became IS NOT NULL AND number NOT IN"
        " (SELECT min(number) FROM entries WHERE became IS NOT NULL GROUP BY store, kind, path, became)",
        "CREATE UNIQUE INDEX proofs ON entries (store, kind, path, became) WHERE became IS NOT NULL",
        # `settled` counts what was learned of entries; `id` tells this file from one made in its place; `born` (a Unix time)
        # says since when it knows everything: 0 for one that had entries already.
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        "INSERT INTO facts VALUES ('settled', 0), ('id', lower(hex(randomblob(8))))",
        "INSERT INTO facts SELECT 'born', CASE WHEN EXISTS (SELECT * FROM entries) THEN 0"
        " ELSE CAST(strftime('%s', 'now') AS INTEGER) END",
        # When the rows of a run were decided on, by that count.
        "CREATE TABLE decisions (run TEXT PRIMARY KEY, settled INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        # What tells the command that decided on them, and the hour: whoever resumes the run repeats no other command.
        ledger.Column("decisions", "words", "TEXT NOT NULL DEFAULT ''"),
        ledger.Column("decisions", "made", "REAL NOT NULL DEFAULT 0"),
    ),
    (
        # The count at which the process of an entry was seen to have ended, though it had not told what became of it.
        ledger.Column("entries", "ended", "INTEGER NOT NULL DEFAULT 0"),
        "CREATE INDEX unended ON entries (owner) WHERE told = 0 AND ended = 0",
    ),
    (ledger.Spelling("entries", "store", by=values.one_store),),
)
