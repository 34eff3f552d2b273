"""How far a job came: `tickets list --checkpoint NAME` prints what changed since its last run, and misses nothing.

The store can say which tickets had their last action after a moment, but its dates have minutes only, whether its bounds
include the moment is unknown, and once a year an hour of its clock comes twice (wire-facts section 7). So each run asks again
for two hours before the newest action that it has seen, and for as long as the last walk took; what was printed already, and
is as it was, is known by its number and a digest. No clock of ours is asked what time it is, only how long a walk takes.

One SQLite file a checkpoint, and one transaction a run: begun before the store is asked, which keeps a second run out, and
committed once everything was written out. A run that ends in any other way leaves the file as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmcli import dates, ledger, paths
from crmcli.errors import BadUsage

if TYPE_CHECKING:
    from crmcli.api.paging import Listing

OVERLAP = timedelta(hours=2)
"""An hour for the end of daylight-saving time, and one for bounds, minutes, and clocks that are set right."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)
_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS point"
        " (store TEXT, filters TEXT, newest TEXT, runs INTEGER, printed INTEGER, changed REAL)",
        "CREATE TABLE IF NOT EXISTS seen (number TEXT PRIMARY KEY, action TEXT, digest TEXT NOT NULL)",
    ),
)


class Checkpoint:
    """One checkpoint within its run. `newest` is the newest last action that it knows (store's zone), None before any."""

    def __init__(self, db: sqlite3.Connection, newest: str | None) -> None:
        self._db = db
        self.newest = datetime.fromisoformat(newest) if newest else None
        self.printed = 0

    @property
    def since(self) -> str | None:
        """From when on the store is to be asked, as `dates.from_user` reads it; None for everything."""
        return None if self.newest is None else (self.newest - OVERLAP).isoformat(timespec="seconds")

    def fresh(self, listing: Listing) -> Iterator[list[dict[str, Any]]]:
        """The rows of a listing that were not printed yet, or have changed since, a page at a time."""
        began, newest = time.monotonic(), self.newest
        for page in listing.pages():
            new = []
            for row in page:
                action, digest = _action(row), _digest(row)
                number = str(row.get("CrmID"))
                known = self._db.execute("SELECT digest FROM seen WHERE number = ?", (number,)).fetchone()
                if not known or known[0] != digest:
                    new.append(row)
                stamp = action.isoformat() if action else None
                self._db.execute(
                    "INSERT OR REPLACE INTO seen (number, action, digest) VALUES (?, ?, ?)", (number, stamp, digest)
                )
                newest = max(filter(None, (newest, action)), default=None)
            self.printed += len(new)
            if new:
                yield new
        # Where the store counts more than it gave, the same is asked for again; what was printed stays known.
        if newest is not None and not listing.missing:
            # What changed during the walk, where it had passed already, is within its length of the newest.
            newest = max(newest - timedelta(seconds=time.monotonic() - began), self.newest or datetime.min)  # noqa: DTZ901
            # Kept for longer than is asked again: in the hour that comes twice a store may give what looks too old.
            self._db.execute("DELETE FROM seen WHERE action < ?", ((newest - 2 * OVERLAP).isoformat(),))
            self.newest = newest


@contextmanager
def run(*, profile: str, store: str, name: str, filters: Mapping[str, Any]) -> Iterator[Checkpoint]:
    """A run under a checkpoint; it is advanced when the block ends without an error.

    Raises BadUsage where another run has it, or it was made with other filters or for another store; BadConfig where its
    file can't be used.
    """
    asked = json.dumps({key: value for key, value in filters.items() if value is not None}, sort_keys=True)
    with _opened(_file(profile, name), name) as db:
        found = db.execute("SELECT store, filters, newest, runs, printed FROM point").fetchone()
        if found and (found[0], found[1]) != (store, asked):
            what = "for another store" if found[0] != store else f"with other filters: {_told(found[1])}"
            raise BadUsage(
                f"Checkpoint {name} was made {what}.", hint=f"Use another name, or: crmcli checkpoints reset {name}"
            )
        point = Checkpoint(db, found[2] if found else None)
        yield point
        newest = point.newest.isoformat() if point.newest else None
        runs, printed = (found[3], found[4]) if found else (0, 0)
        db.execute("DELETE FROM point")
        row = (store, asked, newest, runs + 1, printed + point.printed, time.time())
        db.execute("INSERT INTO point (store, filters, newest, runs, printed, changed) VALUES (?, ?, ?, ?, ?, ?)", row)


def known(profile: str) -> list[dict[str, Any]]:
    """The checkpoints of a profile, as rows. Raises BadConfig."""
    folder = _folder(profile)
    names = sorted(path.stem for path in folder.glob("*.db")) if folder.exists() else []
    return [row for name in names for row in [_row(profile, name)] if row]


def show(profile: str, name: str) -> dict[str, Any]:
    """One checkpoint as a row. Raises BadUsage when there is none of this name."""
    row = _row(profile, name) if _file(profile, name).exists() else None
    if row is None:
        raise BadUsage(f"There is no checkpoint {name}.", hint="See 'crmcli checkpoints list'.")
    return row


def reset(profile: str, name: str) -> None:
    """Forget a checkpoint: its next run prints everything. Raises BadUsage when there is none, or a run has it."""
    path = _file(profile, name)
    if not path.exists():
        raise BadUsage(f"There is no checkpoint {name}.", hint="See 'crmcli checkpoints list'.")
    with _opened(path, name):
        path.unlink()
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def forget(profile: str) -> None:
    """Forget all checkpoints of a profile whose store is gone."""
    folder = _folder(profile)
    for path in folder.glob("*.db*") if folder.exists() else ():
        path.unlink(missing_ok=True)


def _row(profile: str, name: str) -> dict[str, Any] | None:
    try:
        db = sqlite3.connect(f"file:{_file(profile, name)}?mode=ro", uri=True, timeout=5)
        try:
            found = db.execute("SELECT filters, newest, runs, printed FROM point").fetchone()
        finally:
            db.close()
    except sqlite3.Error:  # made by a run that has not come to its end yet
        return None
    if not found:
        return None
    return {"name": name, "newest": found[1] or "", "runs": found[2], "printed": found[3], "filters": _told(found[0])}


@contextmanager
def _opened(path: Path, name: str) -> Iterator[sqlite3.Connection]:
    """The file within a transaction, which is taken back unless all went well."""
    try:
        with ledger.changing(path, _STEPS, what=f"Checkpoint {name}", alone=True) as db:
            yield db
    except ledger.InUse:
        raise BadUsage(f"Checkpoint {name} is in use by another run.", hint="Let that one come to its end.") from None


def _file(profile: str, name: str) -> Path:
    if not _NAME.match(name):
        raise BadUsage(
            f"{name!r} can't be the name of a checkpoint.", hint="Letters, digits, '-', '_' and '.' make one."
        )
    return _folder(profile) / f"{name}.db"


def _folder(profile: str) -> Path:
    plain = re.sub(r"[^A-Za-z0-9_-]", lambda found: f"%{ord(found[0]):x}", profile)
    return paths.state_folder() / "checkpoints" / plain


def _action(row: Mapping[str, Any]) -> datetime | None:
    try:
        return dates.from_store(row.get("DateLastAction"))
    except ValueError:
        return None


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _told(filters: str) -> str:
    said = json.loads(filters)
    return ", ".join(f"--{key.replace('_', '-')} {value}" for key, value in said.items()) or "none"
