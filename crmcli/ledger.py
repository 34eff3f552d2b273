"""State on disk: SQLite files in the state folder that only their owner can read, with every change on disk once it is made.

A file's version (SQLite's `user_version`) is the number of steps that made it what it is. One that has had fewer gets the
rest when it is next opened, in one transaction; one that has had more was written by a newer crmcli, and is refused.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from crmcli import private
from crmcli.errors import BadConfig

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""


_MAKING = Lock()
_text = partial(str, encoding="utf-8", errors="surrogateescape")
Made = TypeVar("Made")


class InUse(BadConfig):
    """Another process has the file."""


class Newer(BadConfig):
    """The file was written by a newer version of this program."""


@dataclass(frozen=True)
class Column:
    """A column that a step adds to a table; where it is there already, as in a file without a version, nothing is done."""

    table: str
    name: str
    kind: str


@dataclass(frozen=True)
class Spelling:
    """A step that writes the texts of a column as `by` spells them; where that would make two of one, they stay as they are."""

    table: str
    name: str
    by: Callable[[str], str]

    def take(self, db: sqlite3.Connection) -> None:
        """Take it."""
        for (said,) in db.execute(f"SELECT DISTINCT {self.name} FROM {self.table}").fetchall():  # noqa: S608
            if isinstance(said, str) and said.isascii() and (spelt := self.by(said)) != said:
                db.execute(f"UPDATE OR IGNORE {self.table} SET {self.name} = ? WHERE {self.name} = ?", (spelt, said))  # noqa: S608


class Unreadable:
    """Rows that can't be read: each is told of once, by what it is, and passed over. `found` says what they are."""

    def __init__(self, warn: Callable[[str], None] = lambda _: None) -> None:
        self._warn = warn
        self.found: list[str] = []

    def __call__(self, path: Path, name: str, fault: Exception) -> None:
        """One of them."""
        said = f"{name} can't be read ({path}: {fault}), and is left as it is."
        if said not in self.found:
            self.found.append(said)
            self._warn(said)


class Ledger(sqlite3.Connection):
    """A connection to such a file, which knows where it is and whom to tell of rows that can't be read."""

    path: Path
    unreadable: Unreadable

    def sound(
        self, rows: Iterable[sqlite3.Row], make: Callable[[sqlite3.Row], Made], name: Callable[[sqlite3.Row], str]
    ) -> Iterator[Made]:
        """What `make` makes of rows; those of which it makes nothing are told of by their `name`, and passed over."""
        for row in rows:
            try:
                made = make(row)
            except _UNREADABLE as fault:
                self.unreadable(self.path, name(row), fault)
            else:
                yield made

    def read(self, row: sqlite3.Row, make: Callable[[sqlite3.Row], Made], name: Callable[[sqlite3.Row], str]) -> Made:
        """What `make` makes of a row. Raises BadConfig where it makes nothing of it."""
        try:
            return make(row)
        except _UNREADABLE as fault:
            raise BadConfig(
                f"{name(row)} can't be read ({self.path}: {fault}).", hint="'crmcli doctor' says what to do."
            ) from None


def record(kind: type[Made], values: Mapping[str, Any]) -> Made:
    """A frozen dataclass of plain fields, of the values of a row. Raises ValueError where one can't be a value of its field."""
    for each in fields(kind):  # type: ignore[arg-type]  # a dataclass
        value, takes = values[each.name], _TYPES.get(str(each.type))
        if takes and not isinstance(value, takes):
            raise ValueError(f"{each.name} is {str(value)[:40]!r}")
        if each.type == "float" and not abs(value) < _FARTHEST:
            raise ValueError(f"{each.name} is {value}, which is no time")
        if isinstance(value, str) and any("\udc80" <= each <= "\udcff" for each in value):
            raise ValueError(f"{each.name} is no text")
    return kind(**values)


_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "int | None": (int, type(None)),
    "float": (int, float),
    "str": (str,),
    "str | None": (str, type(None)),
}
_FARTHEST = 1e11
"""A Unix time beyond which nothing can be told as a date."""

Step = Sequence[str | Column | Spelling]
"""What brings a file from one version to the next: statements of SQL, columns, spellings. Once it is out it is never changed.

The first step also meets files of the time before there were versions, so it makes only what isn't there (`IF NOT EXISTS`).
"""


@contextmanager
def changing(  # noqa: PLR0913  # what it is called, and what is done where it can't be used
    path: Path,
    steps: Sequence[Step],
    *,
    what: str,
    hint: str | None = None,
    alone: bool = False,
    last: bool = True,
    unreadable: Unreadable | None = None,
) -> Iterator[Ledger]:
    """A transaction on the file, which is made where it isn't there (mode 0600, its folder 0700) and has had all `steps`.

    It is on disk when the block has ended, and taken back when the block raises. `alone` keeps readers out, too, and
    waits for nobody. Where nothing in it need `last` beyond a crash of the machine, the disk is not waited for. Raises InUse
    where another process has the file, Newer where the file has had more steps, BadConfig where it can't be used for another
    reason; all say so of `what`. `unreadable` is told of rows that can't be read.
    """
    try:
        _make(path)
        db = sqlite3.connect(path, timeout=0 if alone else PATIENCE, isolation_level=None, factory=Ledger)
    except (OSError, sqlite3.Error) as fault:
        raise BadConfig(f"{what} can't be used ({path}: {fault}).", hint=hint) from None
    try:
        db.path, db.unreadable = path, unreadable or Unreadable()
        db.row_factory = sqlite3.Row
        _set_up(db, path, last=last)
        db.text_factory = _text  # bytes that are no text spoil their own row, and not the whole answer
        db.execute("BEGIN EXCLUSIVE" if alone else "BEGIN IMMEDIATE")
        _bring_up(db, steps, path, what)
        yield db
        db.execute("COMMIT")
    except sqlite3.Error as fault:
        is_locked = getattr(fault, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise (InUse if is_locked else BadConfig)(f"{what} can't be used ({path}: {fault}).", hint=hint) from None
    finally:
        db.close()


def wipe(path: Path, *, what: str, packed: bool = False) -> None:
    """Overwrite what was taken out of the file, as far as the disk writes in place: the rest of it in the rollback journal.

    `packed` also has the file written anew, for one that earlier versions wrote: they left what was taken out in it. That takes
    as much memory as it is large. Raises as `changing`.
    """
    if not path.exists():
        return
    try:
        db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            _set_up(db, path)
            if packed:
                db.execute("PRAGMA temp_store = MEMORY")  # and in no file of its own
                db.execute("VACUUM")
            db.execute("BEGIN IMMEDIATE")  # nobody else has a use for the journal meanwhile, and we write nothing
            journal = _journal(path)
            if journal.exists():
                with journal.open("r+b") as stream:
                    private.overwrite(stream.fileno())
                    stream.truncate(0)
        finally:
            db.close()
    except (OSError, sqlite3.Error) as fault:
        raise BadConfig(f"{what}: what was taken out may be in it still ({path}: {fault}).") from None


def _set_up(db: sqlite3.Connection, path: Path, *, last: bool = True) -> None:
    """What each connection to a file of ours is like.

    One file and no write-ahead log: a copy of it is whole, and FULL means synced before COMMIT returns. What is deleted is
    overwritten. The journal stays, of which a commit overwrites no more than the head: were it deleted, what it holds would be
    on the disk, where nobody could overwrite it (`wipe`).
    """
    with _overwritten(_journal(path)):
        db.execute("PRAGMA journal_mode = PERSIST").fetchone()
    db.execute(f"PRAGMA synchronous = {'FULL' if last else 'OFF'}")
    db.execute("PRAGMA secure_delete = ON").fetchone()


@contextmanager
def _overwritten(journal: Path) -> Iterator[None]:
    """Within it SQLite may undo what a process that was killed had begun, and delete its journal, which is overwritten."""
    try:
        descriptor = os.open(journal, os.O_RDWR) if hasattr(os, "fchmod") else None  # Windows deletes no open file
    except OSError:
        descriptor = None
    try:
        yield
        if descriptor is not None and not os.fstat(descriptor).st_nlink:
            private.overwrite(descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _journal(path: Path) -> Path:
    """SQLite's rollback journal of a file, which is beside what a link leads to."""
    real = path.resolve()
    return real.with_name(f"{real.name}-journal")


def _bring_up(db: sqlite3.Connection, steps: Sequence[Step], path: Path, what: str) -> None:
    """Take the steps that the file has not had. Raises Newer."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise Newer(
            f"{what} was written by a newer crmcli ({path}: version {version}, and this one knows {len(steps)}).",
            hint="Use that crmcli, or update this one. The file was left as it is.",
        )
    if version == len(steps):
        return
    for step in steps[version:]:
        for part in step:
            if isinstance(part, str):
                db.execute(part)
            elif isinstance(part, Spelling):
                part.take(db)
            elif part.name not in {row["name"] for row in db.execute(f"PRAGMA table_info({part.table})")}:
                db.execute(f"ALTER TABLE {part.table} ADD COLUMN {part.name} {part.kind}")
    db.execute(f"PRAGMA user_version = {len(steps)}")


def _make(path: Path) -> None:
    """Make the file where it isn't there. One that is there is left to SQLite alone.

    For whoever closes a file drops all locks that his process has on it (fcntl(2), "Advisory record locking"): those of
    another thread's transaction, too.
    """
    with _MAKING:
        if not path.exists():
            private.file(path)
