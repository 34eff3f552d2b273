"""How far a job came: `tickets list --checkpoint NAME` prints what changed since its last run, and misses nothing.

One SQLite file a checkpoint, and one transaction a run: begun before the store is asked, which keeps a second run out, and
committed once everything was written out. A run that ends in any other way leaves the file as it was.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from crmcli import ledger, paths, values
from crmcli.errors import BadConfig, BadUsage
from crmcli.news import Checkpoint

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)
_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS point"
        " (store TEXT, filters TEXT, newest TEXT, runs INTEGER, printed INTEGER, changed REAL)",
        "CREATE TABLE IF NOT EXISTS seen (number TEXT PRIMARY KEY, action TEXT, digest TEXT NOT NULL)",
    ),
)


@contextmanager
def run(*, profile: str, store: str, name: str, filters: Mapping[str, Any]) -> Iterator[Checkpoint]:
    """A run under a checkpoint; it is advanced when the block ends without an error.

    Raises BadUsage where another run has it, or it was made with other filters or for another store; BadConfig where its
    file can't be used.
    """
    asked = json.dumps({key: value for key, value in filters.items() if value is not None}, sort_keys=True)
    with _opened(_file(profile, name), name) as db:
        found = db.execute("SELECT store, filters, newest, runs, printed FROM point").fetchone()
        if found:
            try:
                _readable(found)
            except ValueError as fault:
                raise _unreadable(name, db.path, fault) from None
        is_other = bool(found) and values.one_store(str(found[0])) != store
        if found and (is_other or found[1] != asked):
            what = "for another store" if is_other else f"with other filters: {_told(found[1])}"
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


def known(profile: str, *, warn: Callable[[str], None]) -> list[dict[str, Any]]:
    """The checkpoints of a profile, as rows; `warn` is told of those that can't be read."""
    folder = _folder(profile)
    found = []
    for path in sorted(folder.glob("*.db")) if folder.exists() else ():
        try:
            row = _row(path)
        except BadConfig as fault:
            warn(f"{fault.message} {fault.hint}")
        else:
            found += [row] if row else []
    return found


def check() -> Iterator[BadConfig]:
    """Look at the checkpoints of all profiles; gives what is wrong with those that can't be read."""
    for path in sorted((paths.state_folder() / "checkpoints").glob("*/*.db")):
        try:
            _row(path)
        except BadConfig as fault:
            yield fault


def show(profile: str, name: str) -> dict[str, Any]:
    """One checkpoint as a row. Raises BadUsage when there is none of this name, BadConfig where it can't be read."""
    row = _row(_there(profile, name))
    if row is None:
        raise BadUsage(f"There is no checkpoint {name}.", hint="See 'crmcli checkpoints list'.")
    return row


def exists(profile: str, name: str) -> None:
    """Raises BadUsage when there is no checkpoint of this name; one that can't be read is there all the same."""
    try:
        show(profile, name)
    except BadConfig:
        return


def reset(profile: str, name: str) -> None:
    """Forget a checkpoint: its next run prints everything. Raises BadUsage when there is none, or a run has it."""
    path = _there(profile, name)
    try:
        with _opened(path, name):
            _take_away(path)
    except BadConfig:  # one that can't be read is as good as none
        _take_away(path)


def _take_away(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}-journal")):
        each.unlink(missing_ok=True)


def forget(profile: str) -> None:
    """Forget all checkpoints of a profile whose store is gone."""
    folder = _folder(profile)
    for path in folder.glob("*.db*") if folder.exists() else ():
        path.unlink(missing_ok=True)


def _row(path: Path) -> dict[str, Any] | None:
    """A checkpoint as a row; None for one in use, or of a run that has not come to its end yet. Raises BadConfig."""
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            found = db.execute("SELECT store, filters, newest, runs, printed FROM point").fetchone()
        finally:
            db.close()
        if not found:
            return None
        _readable(found)
        _, filters, newest, runs, printed = found
        return {
            "name": path.stem,
            "newest": newest or "",
            "runs": runs,
            "printed": printed,
            "filters": _told(filters),
        }
    except sqlite3.Error as fault:
        is_begun = "no such table" in str(fault)
        if is_begun or getattr(fault, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return None
        raise _unreadable(path.stem, path, fault) from None
    except ValueError as fault:
        raise _unreadable(path.stem, path, fault) from None


def _readable(point: Sequence[Any]) -> None:
    """Whether the one row of a checkpoint holds what it must. Raises ValueError."""
    _, filters, newest, runs, printed = point
    if not isinstance(json.loads(str(filters)), dict):
        raise ValueError("its filters are no filters")
    if newest is not None:
        datetime.fromisoformat(str(newest))
    if not (isinstance(runs, int) and isinstance(printed, int)):
        raise ValueError("its counts are no numbers")


def _unreadable(name: str, path: Path, fault: Exception) -> BadConfig:
    return BadConfig(
        f"Checkpoint {name} can't be read ({path}: {fault}).",
        hint=f"Forget it, and its next run prints everything: crmcli checkpoints reset {name}",
    )


@contextmanager
def _opened(path: Path, name: str) -> Iterator[ledger.Ledger]:
    """The file within a transaction, which is taken back unless all went well."""
    try:
        with ledger.changing(path, _STEPS, what=f"Checkpoint {name}", alone=True) as db:
            yield db
    except ledger.InUse:
        raise BadUsage(f"Checkpoint {name} is in use by another run.", hint="Let that one come to its end.") from None


def _there(profile: str, name: str) -> Path:
    path = _file(profile, name)
    if not path.exists():
        raise BadUsage(f"There is no checkpoint {name}.", hint="See 'crmcli checkpoints list'.")
    return path


def _file(profile: str, name: str) -> Path:
    if not _NAME.match(name):
        raise BadUsage(
            f"{name!r} can't be the name of a checkpoint.", hint="Letters, digits, '-', '_' and '.' make one."
        )
    return _folder(profile) / f"{name}.db"


def _folder(profile: str) -> Path:
    plain = re.sub(r"[^A-Za-z0-9_-]", lambda found: f"%{ord(found[0]):x}", profile)
    return paths.state_folder() / "checkpoints" / plain


def _told(filters: str) -> str:
    said = json.loads(filters)
    return ", ".join(f"--{key.replace('_', '-')} {value}" for key, value in said.items()) or "none"
