"""The trash: all that a delete takes away is on disk before it leaves, in one SQLite file that only its owner can read.

An entry is written as `underway` and synced, then the DELETE leaves. Where the store refused it the entry goes again; where
nobody knows what became of it the entry stays, since it may be the only copy there is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmcli import dates, errors, ledger, processes

UNDERWAY, DELETED, UNSURE, RESTORED = "underway", "deleted", "unsure", "restored"
"""underway: is being deleted. deleted: the store has it no more. unsure: nobody can tell. restored: is there again."""

_ABOUT = 200
_UNDONE = {501, *range(300, 500)} - {404, 408, 410, 425}
"""Answers that say that nothing was done. One of "not found" doesn't: it was there a moment ago."""

_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS entries ("
        " number INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, profile TEXT NOT NULL, noun TEXT NOT NULL,"
        " path TEXT NOT NULL, object TEXT NOT NULL, about TEXT NOT NULL, messages INTEGER NOT NULL, made REAL NOT NULL,"
        " state TEXT NOT NULL, owner TEXT NOT NULL, became INTEGER)",
    ),
)
_BRIEF = "number, store, profile, noun, path, about, messages, made, state, owner, became"


@dataclass(frozen=True)
class Entry:
    """One thing that was deleted, without the thing itself, which may be large (`Trash.object`).

    `path` is where it was at the store, `about` the beginning of what it is called or says, `messages` how many went with
    it, `made` the Unix time of its delete, `became` the number that it was given when it was restored.
    """

    number: int
    store: str
    profile: str
    noun: str
    path: str
    about: str
    messages: int
    made: float
    state: str
    owner: str
    became: int | None

    def __str__(self) -> str:
        return str(self.number)

    @property
    def standing(self) -> str:
        """The state, where the process that was deleting it ended: whether it came to it, nobody knows."""
        return UNSURE if self.state == UNDERWAY and not processes.runs(self.owner) else self.state


class Trash:
    """The entries, of all stores. It has no state of its own: any thread and any process may use the same file.

    `note` is told what a person should know. Everything raises BadConfig when the file can't be used.
    """

    def __init__(self, path: Path, *, note: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self._note = note

    @contextmanager
    def keep(self, noun: str, path: str, whole: dict[str, Any], *, store: str, profile: str) -> Iterator[None]:
        """Within it the object is deleted at the store; it is on disk before that begins. An error says which entry has it."""
        number = self._keep(noun, path, whole, store=store, profile=profile)
        try:
            yield
        except BaseException as failure:
            try:
                is_kept = self._failed(number, failure)
            except errors.BadConfig:  # it stays as it is, and is unsure once this process has ended
                is_kept = True
            if is_kept and isinstance(failure, errors.CrmError):
                failure.details.append(f"It is kept in the trash: crmcli trash show {number}")
            raise
        try:
            self._deleted(number)
        except errors.BadConfig as fault:  # what is done stays done, though it can't be written down
            self._note(f"The {noun} was deleted, and is kept as entry {number}. {fault.message}")

    def entries(self, *, store: str | None = None) -> list[Entry]:
        """The entries of a store, or of all; oldest first."""
        with self._change() as db:
            found = db.execute(
                f"SELECT {_BRIEF} FROM entries WHERE store = ? OR ? IS NULL ORDER BY number",  # noqa: S608
                (store, store),
            ).fetchall()
        return [_entry(row) for row in found]

    def get(self, number: int) -> Entry:
        """One entry. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            found = db.execute(f"SELECT {_BRIEF} FROM entries WHERE number = ?", (number,)).fetchone()  # noqa: S608
        if not found:
            raise errors.BadUsage(f"The trash has no entry {number}.", hint="See 'crmcli trash list --all'.")
        return _entry(found)

    def object(self, entry: Entry) -> dict[str, Any]:
        """What was deleted, as the store gave it. Raises BadUsage when it was purged meanwhile."""
        with self._change() as db:
            found = db.execute("SELECT object FROM entries WHERE number = ?", (entry.number,)).fetchone()
        if not found:
            raise errors.BadUsage(f"The trash has no entry {entry.number}.", hint="See 'crmcli trash list --all'.")
        whole: dict[str, Any] = json.loads(found[0])
        return whole

    def restored(self, entry: Entry, became: int | None) -> None:
        """It is at the store again, under this number."""
        with self._change() as db:
            db.execute("UPDATE entries SET state = ?, became = ? WHERE number = ?", (RESTORED, became, entry.number))

    def purge(self, numbers: Sequence[int]) -> None:
        """Forget these entries and all that was in them, for good."""
        with self._change() as db:
            db.executemany("DELETE FROM entries WHERE number = ?", [(number,) for number in numbers])

    def forget_store(self, store: str) -> None:
        """Forget all of a store that is gone; no file is made where there is none."""
        if self.path.exists():
            with self._change() as db:
                db.execute("DELETE FROM entries WHERE store = ?", (store,))

    def _keep(self, noun: str, path: str, whole: dict[str, Any], *, store: str, profile: str) -> int:
        try:
            text = json.dumps(whole)  # in ASCII, so that whatever JSON may hold comes back as it was
            said = str(whole.get("Subject") or whole.get("Title") or whole.get("Message") or "")[:_ABOUT]
        except (ValueError, RecursionError):
            raise errors.StoreFailed(
                f"The {noun} can't be kept, and so was not deleted: it is nested too deeply."
            ) from None
        messages = whole.get("CrmMessageList")
        row = {
            "store": store,
            "profile": profile,
            "noun": noun,
            "path": path,
            "object": text,
            "about": json.dumps(said),
            "messages": len(messages) if isinstance(messages, list) else 0,
            "made": dates.utc_now().timestamp(),
            "state": UNDERWAY,
            "owner": processes.me(),
        }
        with self._change() as db:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            return db.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", tuple(row.values())).lastrowid or 0  # noqa: S608

    def _failed(self, number: int, failure: BaseException) -> bool:
        """Take an entry out whose DELETE surely did nothing; whether it stays."""
        with self._change() as db:
            if _did_nothing(failure) or (isinstance(failure, errors.NotFound) and _has_twin(db, number)):
                db.execute("DELETE FROM entries WHERE number = ?", (number,))
                return False
            db.execute("UPDATE entries SET state = ? WHERE number = ? AND state = ?", (UNSURE, number, UNDERWAY))
            return True

    def _deleted(self, number: int) -> None:
        """It is gone; and so is what earlier tries kept of it, of which nobody knew whether they had deleted it."""
        with self._change() as db:
            db.execute("UPDATE entries SET state = ? WHERE number = ? AND state = ?", (DELETED, number, UNDERWAY))
            twins = db.execute(
                "SELECT other.number, other.state, other.owner FROM entries one JOIN entries other"
                " USING (store, path, object) WHERE one.number = ? AND other.number != ?",
                (number, number),
            ).fetchall()
            tries = [
                (twin["number"],)
                for twin in twins
                if twin["state"] == UNSURE or (twin["state"] == UNDERWAY and not processes.runs(twin["owner"]))
            ]
            db.executemany("DELETE FROM entries WHERE number = ?", tries)

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when it ends."""
        with ledger.changing(
            self.path, _STEPS, what="The trash", hint="Nothing is deleted that can't be kept first."
        ) as db:
            db.execute("PRAGMA secure_delete = ON")  # what is purged is overwritten, not only let go
            yield db


def _entry(row: sqlite3.Row) -> Entry:
    values = dict(row)
    return Entry(**{**values, "about": json.loads(values["about"])})


def _did_nothing(failure: BaseException) -> bool:
    """Whether a DELETE that failed so surely deleted nothing."""
    if isinstance(failure, errors.CrmError):
        return isinstance(failure, errors.NeverArrived | errors.BadConfig) or failure.status in _UNDONE
    return False


def _has_twin(db: sqlite3.Connection, number: int) -> bool:
    """Whether another entry holds the very same thing: two who delete it at once both keep it, and one finds it gone."""
    found = db.execute(
        "SELECT 1 FROM entries one JOIN entries other USING (store, path, object) WHERE one.number = ? AND other.number != ?",
        (number, number),
    )
    return bool(found.fetchone())
