"""The store's data: one SQLite file, shared by several threads and several processes.

Rows go in and out as dicts with the store's own field names in the documented order; dates as `dates.stored` writes
them. What they look like on the wire is not this file's business.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmcli import private
from crmcli.sandbox import dates
from crmcli.sandbox.filters import Filter, teach, where
from crmcli.sandbox.objects import DEPARTMENT, FILE, MESSAGE, OBJECTS, REPLY, STATUS, TICKET, Object, Row

__all__ = ["Row", "Store"]

# How long one process waits for another's transaction; each lasts milliseconds, a big sowing some seconds.
BUSY_SECONDS = 30.0
LOG_ROWS = 10_000
VERSION = 1  # of the file; one without is of the time when the store's own messages had Sender 1 and the customers' 2
_AT_ONCE = 500  # below SQLite's oldest limit of 999 parameters a statement

_SQL_TYPES = {"number": "INTEGER", "flag": "INTEGER", "text": "TEXT", "date": "TEXT"}
_OWN_TABLES = (
    'CREATE TABLE mail (MailId INTEGER PRIMARY KEY AUTOINCREMENT, Date TEXT, "To" TEXT, Subject TEXT, Text TEXT,'
    " CrmID INTEGER, MessageId INTEGER)",
    "CREATE TABLE request (Number INTEGER PRIMARY KEY AUTOINCREMENT, Method TEXT, Path TEXT, Query TEXT, Status INTEGER,"
    " Body TEXT, Refused TEXT)",
    "CREATE TABLE origin (Said TEXT NOT NULL)",
)

# A Sender of 0 meant nobody in particular: a customer's, by its address, is given a number that still means that.
_SENDERS_TURNED = """
UPDATE message SET Sender = CASE Sender WHEN 1 THEN 0 WHEN 2 THEN 1 ELSE 2 END
WHERE Sender IN (1, 2) OR (Sender = 0
    AND SenderEmail = (SELECT CustomerEmail FROM ticket WHERE ticket.CrmID = message.CrmID))
"""


class Store:
    """The rows of one sandbox store. Opening it makes the file (mode 0600) and the tables, but puts nothing in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        private.file(path)  # first, since SQLite would make it as the umask says
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        # A crash of ours loses nothing, a power cut may: good enough for a sandbox, and each write is several times as fast.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA foreign_keys = ON")
        teach(self._db)
        try:
            self._bring_up_to_date()
        except sqlite3.DatabaseError:
            self._db.close()
            raise

    def _bring_up_to_date(self) -> None:
        """Make the tables of a new file, and change what an older version wrote. Raises DatabaseError for a newer file."""
        asked = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
        if self._db.execute(asked).fetchone()[0] == VERSION:
            return
        with self.transaction():
            version, tables = self._db.execute(asked).fetchone()  # again: another process may have done the work
            if version > VERSION:
                raise sqlite3.DatabaseError("a newer crmcli made it")
            if version < VERSION:
                for statement in [_SENDERS_TURNED] if tables else _schema():
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All within happens as one, alone: no other thread or process writes meanwhile. Undone when it raises.

        One within another is part of it.
        """
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            # Immediate: a transaction that reads first and then finds another's write could only be given up.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def is_empty(self) -> bool:
        """Whether nothing was ever put in, or all was reset."""
        return not any(self.count(kind) for kind in OBJECTS)

    def reset(self) -> None:
        """Forget everything: rows, mailbox, log, origin, and the numbers given out."""
        with self.transaction():
            for table in (*(kind.table for kind in reversed(OBJECTS)), "mail", "request", "origin", "sqlite_sequence"):
                self._db.execute(f"DELETE FROM {table}")

    @property
    def origin(self) -> str:
        """How the store was sown, as whoever sowed it put it; "" when nobody said."""
        found = self._dicts("SELECT Said FROM origin")
        return str(found[0]["Said"]) if found else ""

    @origin.setter
    def origin(self, said: str) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM origin")
            self._db.execute("INSERT INTO origin VALUES (?)", (said,))

    def count(self, kind: Object, filters: Sequence[Filter] = ()) -> int:
        """How many rows match all filters."""
        clause, args = where(filters)
        with self._lock:
            found = self._db.execute(f"SELECT count(*) FROM {kind.table}{clause}", args).fetchone()
        return int(found[0])

    def rows(
        self, kind: Object, filters: Sequence[Filter] = (), *, limit: int = -1, skip: int = 0, whole: bool = True
    ) -> list[Row]:
        """The rows that match all filters, ascending by key, each with the lists that nest in it; -1 is no limit.

        Without `whole` the nested lists are empty.
        """
        with self._lock:
            rows = [row for _, row in self._select(kind, *where(filters), limit=limit, skip=skip)]
            self._nest(kind, rows, whole=whole)
        return rows

    def row(self, kind: Object, number: int, *, by: str = "", parent: int | None = None) -> Row | None:
        """The row with a number in its key, or in the column `by`; below `parent` alone, where one is given."""
        filters = [Filter(by or kind.key, "is", number)]
        if parent is not None:
            filters.append(Filter(kind.parent, "is", parent))
        return next(iter(self.rows(kind, filters)), None)

    def insert(self, kind: Object, values: Row, *, parent: int | None = None) -> int:
        """A new row, with whatever of the documented fields `values` has; out: its number."""
        row = {name: values.get(name, unset) for name, unset in kind.blank().items() if name != kind.key}
        if kind.parent:
            row[kind.parent] = parent
        sql = f"INSERT INTO {kind.table} ({', '.join(row)}) VALUES ({_marks(row)})"
        with self._lock:
            return int(self._db.execute(sql, list(row.values())).lastrowid or 0)

    def fill(
        self,
        *,
        departments: Iterable[Row] = (),
        statuses: Iterable[Row] = (),
        replies: Iterable[Row] = (),
        tickets: Iterable[Row] = (),
    ) -> None:
        """Put many rows in as they are, numbers included; tickets with their messages, and those with their files.

        Dates here are as the API writes them, in US Eastern wall clock.
        """
        with self.transaction():
            for kind, rows in ((DEPARTMENT, departments), (STATUS, statuses), (REPLY, replies)):
                self._load(kind, [_values(kind, row) for row in rows])
            loads: dict[str, list[list[Any]]] = {TICKET.name: [], MESSAGE.name: [], FILE.name: []}
            for ticket in tickets:
                loads[TICKET.name].append(_values(TICKET, ticket))
                for message in ticket.get("CrmMessageList", ()):
                    loads[MESSAGE.name].append([*_values(MESSAGE, message), ticket["CrmID"]])
                    for file in message.get("CrmFileList", ()):
                        loads[FILE.name].append([*_values(FILE, file), message["MessageId"]])
            for kind in (TICKET, MESSAGE, FILE):
                self._load(kind, loads[kind.name])

    def _load(self, kind: Object, rows: list[list[Any]]) -> None:
        columns = [*kind.blank(), *([kind.parent] if kind.parent else [])]
        self._db.executemany(f"INSERT INTO {kind.table} ({', '.join(columns)}) VALUES ({_marks(columns)})", rows)

    def update(self, kind: Object, number: int, values: Row) -> None:
        """Change fields of one row."""
        if values:
            changed = ", ".join(f"{name} = ?" for name in values)
            sql = f"UPDATE {kind.table} SET {changed} WHERE {kind.key} = ?"
            with self._lock:
                self._db.execute(sql, [*values.values(), number])

    def delete(self, kind: Object, number: int) -> None:
        """Take one row away, with what is nested in it."""
        with self._lock:
            self._db.execute(f"DELETE FROM {kind.table} WHERE {kind.key} = ?", (number,))

    def mail(self, *, date: str, to: str, subject: str, text: str, ticket: int, message: int) -> None:
        """Put a mail into the mailbox, in place of sending it."""
        sql = 'INSERT INTO mail (Date, "To", Subject, Text, CrmID, MessageId) VALUES (?, ?, ?, ?, ?, ?)'
        with self._lock:
            self._db.execute(sql, (date, to, subject, text, ticket, message))

    def mailbox(self) -> list[Row]:
        """What was mailed, oldest first: MailId, Date (ISO, US Eastern wall clock), To, Subject, Text, CrmID, MessageId."""
        mails = self._dicts('SELECT MailId, Date, "To", Subject, Text, CrmID, MessageId FROM mail ORDER BY MailId')
        return [{**mail, "Date": dates.iso(mail["Date"], dates.EASTERN)} for mail in mails]

    def note(self, *, method: str, path: str, query: str, status: int, body: str, refused: str) -> None:
        """Put a request into the log, which keeps the last `LOG_ROWS`. Headers, where the keys are, never get here."""
        sql = "INSERT INTO request (Method, Path, Query, Status, Body, Refused) VALUES (?, ?, ?, ?, ?, ?)"
        with self._lock:
            number = self._db.execute(sql, (method, path, query, status, body, refused)).lastrowid or 0
            self._db.execute("DELETE FROM request WHERE Number <= ?", (number - LOG_ROWS,))

    def log(self) -> list[Row]:
        """The requests seen, oldest first: Method, Path (below the base), Query, Status, Body (the request's), Refused.

        `Refused` is the sandbox's reason, even where the answer has no body. `Status` is 0 where no answer was made,
        since a fault came first.
        """
        return self._dicts("SELECT Method, Path, Query, Status, Body, Refused FROM request ORDER BY Number")

    def clear_log(self) -> None:
        """Forget the requests seen."""
        with self._lock:
            self._db.execute("DELETE FROM request")

    def _dicts(self, sql: str) -> list[Row]:
        with self._lock:
            found = self._db.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, values, strict=True)) for values in found]

    def _select(
        self, kind: Object, clause: str, args: Sequence[Any], *, limit: int = -1, skip: int = 0
    ) -> list[tuple[int, Row]]:
        """Rows, each with the number of its parent before it (its own where there is no parent)."""
        names = list(kind.blank())
        flags = [field.name for field in kind.fields if field.kind == "flag"]
        sql = (
            f"SELECT {kind.parent or kind.key}, {', '.join(names)} FROM {kind.table}{clause}"
            f" ORDER BY {kind.key} LIMIT ? OFFSET ?"
        )
        found = []
        for parent, *values in self._db.execute(sql, [*args, limit, skip]):
            row = dict(zip(names, values, strict=True))
            row.update({flag: bool(row[flag]) for flag in flags})
            found.append((parent, row))
        return found

    def _nest(self, kind: Object, rows: list[Row], *, whole: bool = True) -> None:
        """Give each row the list of its parts, and those theirs."""
        if not kind.part:
            return
        name, part = kind.part
        by_number = {row[kind.key]: row.setdefault(name, []) for row in rows}
        numbers = list(by_number) if whole else []
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            found = self._select(part, f" WHERE {part.parent} IN ({_marks(some)})", some)
            self._nest(part, [row for _, row in found])
            for number, row in found:
                by_number[number].append(row)


def _schema() -> Iterator[str]:
    for kind in OBJECTS:
        # AUTOINCREMENT: the number of a deleted row is never given out again, as with the real store's identity columns.
        columns = [f"{kind.key} INTEGER PRIMARY KEY AUTOINCREMENT"]
        columns += [
            f"{field.name} {_SQL_TYPES[field.kind]} NOT NULL" for field in kind.fields if field.name != kind.key
        ]
        if kind.parent:
            above = next(other for other in OBJECTS if other.part and other.part[1] is kind)
            columns.append(f"{kind.parent} INTEGER NOT NULL REFERENCES {above.table} ON DELETE CASCADE")
        yield f"CREATE TABLE {kind.table} ({', '.join(columns)})"
        if kind.parent:
            yield f"CREATE INDEX {kind.table}_{kind.parent} ON {kind.table} ({kind.parent})"
    yield from _OWN_TABLES


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _values(kind: Object, row: Row) -> list[Any]:
    """A row of `fill` as its columns take it."""
    values: list[Any] = []
    for field in kind.fields:
        value = row.get(field.name, field.unset)
        values.append(dates.received(value, dates.EASTERN) if field.kind == "date" and value else value)
    return values
