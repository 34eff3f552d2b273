"""State on disk: SQLite files in the state folder that only their owner can read, with every change on disk once it is made."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from crmcli.errors import BadConfig

PATIENCE = 30.0
"""Seconds to wait for another process that is changing the same file."""


_MAKING = Lock()


class InUse(BadConfig):
    """Another process has the file."""


@contextmanager
def changing(
    path: Path,
    schema: Sequence[str],
    *,
    what: str,
    hint: str | None = None,
    alone: bool = False,
) -> Iterator[sqlite3.Connection]:
    """A transaction on the file, which is made where it isn't there (mode 0600, its folder 0700) and given its `schema`.

    It is on disk when the block has ended, and taken back when the block raises. `alone` keeps readers out, too, and
    waits for nobody. Raises InUse where another process has the file, BadConfig where it can't be used for another reason;
    both say so of `what`.
    """
    try:
        _make(path)
        db = sqlite3.connect(path, timeout=0 if alone else PATIENCE, isolation_level=None)
    except (OSError, sqlite3.Error) as fault:
        raise BadConfig(f"{what} can't be used ({path}: {fault}).", hint=hint) from None
    try:
        db.row_factory = sqlite3.Row
        # One file and no write-ahead log: a copy of it is whole, and FULL means synced before COMMIT returns.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN EXCLUSIVE" if alone else "BEGIN IMMEDIATE")
        for statement in schema:
            db.execute(statement)
        yield db
        db.execute("COMMIT")
    except sqlite3.Error as fault:
        is_locked = getattr(fault, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise (InUse if is_locked else BadConfig)(f"{what} can't be used ({path}: {fault}).", hint=hint) from None
    finally:
        db.close()


def _make(path: Path) -> None:
    """Make the file where it isn't there. One that is there is left to SQLite alone.

    For whoever closes a file drops all locks that his process has on it (fcntl(2), "Advisory record locking"): those of
    another thread's transaction, too.
    """
    with _MAKING:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            except FileExistsError:  # another process was quicker
                return
