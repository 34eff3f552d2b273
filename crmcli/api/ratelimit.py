"""The store's leaky bucket, kept on this side so that it never overflows on that one.

The real host lets through 50 requests at once and 2 a second after that (wire-facts section 4); beyond it nobody knows
what happens. All processes that talk to one store share one bucket, so its level is in a file.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from crmcli import private

_SCHEMA = "CREATE TABLE IF NOT EXISTS buckets (store TEXT PRIMARY KEY, empty_at REAL NOT NULL)"

_SPOILT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""What a power cut leaves, or another version: a table without our columns."""


class Bucket:
    """A leaky bucket of `burst` requests that leaks `per_second`, for one store, in a SQLite file shared by processes.

    One number says all: when the bucket would be empty if nothing more came (a Unix time). A request adds
    1/per_second to it; it must wait for as long as the bucket would hold more than `burst`.
    """

    def __init__(self, path: Path, *, store: str, burst: int, per_second: float) -> None:
        self._path = path
        self._store = hashlib.sha256(store.encode()).hexdigest()[:16]
        self._drop = 1 / per_second
        self._depth = burst / per_second

    def take(self, requests: int = 1) -> float:
        """Put one request in, or several that go together; returns the seconds to wait before they may be sent.

        A home that can't be written must not stop the work: then none, and the store's own limit still holds.
        """
        now = time.time()
        # A queue of a minute at most: after the clock was set back, an old number must not lock a shop out.
        return max(
            0.0,
            self._set(lambda at: min(max(at, now), now + self._depth + 60) + requests * self._drop) - now - self._depth,
        )

    def fill(self) -> None:
        """The store says that the bucket is full: believe it, whatever was counted here."""
        self._set(lambda at: max(at, time.time() + self._depth))

    def level(self) -> float:
        """How many requests it holds now; beyond `burst` the next one waits."""
        return max(0.0, self._set(lambda at: at) - time.time()) / self._drop

    def _set(self, change: Callable[[float], float]) -> float:
        """Change the number, and return it; 0.0 where it can't be kept."""
        try:
            return self._kept(change)
        except (OSError, sqlite3.Error) as fault:
            if getattr(fault, "sqlite_errorcode", None) in _SPOILT:
                with suppress(OSError):  # the next request begins a new one
                    self._path.unlink()
            return 0.0

    def _kept(self, change: Callable[[float], float]) -> float:
        private.file(self._path)
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as db:
            # It is asked before every request, and nothing in it is precious: a disk that syncs in 10 ms would set the pace.
            db.execute("PRAGMA synchronous = OFF")
            db.execute(_SCHEMA)
            db.execute("BEGIN IMMEDIATE")
            found = db.execute("SELECT empty_at FROM buckets WHERE store = ?", (self._store,)).fetchone()
            empty_at = change(found[0] if found and isinstance(found[0], int | float) else 0.0)
            db.execute("INSERT OR REPLACE INTO buckets (store, empty_at) VALUES (?, ?)", (self._store, empty_at))
            db.execute("COMMIT")
        return empty_at
