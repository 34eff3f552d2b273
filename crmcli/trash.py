"""The trash: all that a delete takes away is on disk before it leaves, in one SQLite file that only its owner can read.

An entry is written as `underway` and synced, then the DELETE leaves. Where it was seen to be at the store still the entry goes
again; where nobody knows what became of it the entry stays, since it may be the only copy there is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmcli import dates, errors, ledger, processes, values

UNDERWAY, DELETED, UNSURE, RESTORED = "underway", "deleted", "unsure", "restored"
"""underway: is being deleted. deleted: the store has it no more. unsure: nobody can tell. restored: is there again."""

_ABOUT = 200

_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS entries ("
        " number INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, profile TEXT NOT NULL, noun TEXT NOT NULL,"
        " path TEXT NOT NULL, object TEXT NOT NULL, about TEXT NOT NULL, messages INTEGER NOT NULL, made REAL NOT NULL,"
        " state TEXT NOT NULL, owner TEXT NOT NULL, became INTEGER)",
    ),
    (ledger.Column("entries", "who", "TEXT NOT NULL DEFAULT ''"),),
    (ledger.Spelling("entries", "store", by=values.one_store),),
)
_BRIEF = (
    "number, store, profile, noun, path, about, messages, made, state, owner, became, who,"
    " CASE WHEN who = '' THEN object ELSE '' END AS object"
)
"""An entry that was written before `who` was is read for it."""
_WHO = {"ticket": ("CustomerName", "CustomerEmail"), "message": ("SenderName", "SenderEmail")}


@dataclass(frozen=True)
class Entry:
    """One thing that was deleted, without the thing itself, which may be large (`Trash.object`).

    `path` is where it was at the store, `about` the beginning of what it is called or says, `who` the customer, or who wrote
    it, `messages` how many went with it, `made` the Unix time of its delete, `became` the number that it was given when it
    was restored.
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
    who: str

    def __str__(self) -> str:
        return str(self.number)

    @property
    def label(self) -> str:
        """What it was, by its number: `ticket 3`, `message 11 of ticket 1`."""
        *_, of, _, number = ["", *self.path.split("/")]
        return f"{self.noun} {number}" + (f" of ticket {of}" if self.noun == "message" else "")

    @property
    def standing(self) -> str:
        """The state, where the process that was deleting it ended: whether it came to it, nobody knows."""
        return UNSURE if self.state == UNDERWAY and not processes.runs(self.owner) else self.state


class Kept:
    """What is kept of one thing while it is being deleted (`api.deleting.Kept`)."""

    def __init__(self, trash: Trash, number: int, noun: str) -> None:
        self._trash = trash
        self._number = number
        self._noun = noun

    def deleted(self, *, seen_gone: bool) -> None:
        """The store has it no more: it said so, or it was `seen_gone`. Never raises: what is done stays done."""
        try:
            self._trash.deleted(self._number, seen_gone=seen_gone)
        except errors.BadConfig as fault:
            self._trash.note(f"The {self._noun} was deleted, and is kept as entry {self._number}. {fault.message}")

    def undone(self) -> None:
        """It was not deleted: the entry goes. Where it can't, it stays, and is unsure once this process has ended."""
        with suppress(errors.BadConfig):
            self._trash.purge([self._number])

    def unsure(self) -> str:
        """Nobody can tell: the entry stays; says where."""
        with suppress(errors.BadConfig):
            self._trash.unsure(self._number)
        return f"It is kept in the trash: crmcli trash show {self._number}"


class Trash:
    """The entries, of all stores. It has no state of its own: any thread and any process may use the same file.

    `note` is told what a person should know, also of entries that can't be read (`unreadable` has them). Everything raises
    BadConfig when the file can't be used.
    """

    def __init__(self, path: Path, *, note: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self.note = note
        self.unreadable = ledger.Unreadable(note)

    def keep(self, noun: str, path: str, whole: dict[str, Any], *, store: str, profile: str) -> Kept:
        """Write down what is about to be deleted; it is on disk when this returns."""
        return Kept(self, self._keep(noun, path, whole, store=store, profile=profile), noun)

    def entries(self, *, store: str | None = None) -> list[Entry]:
        """The entries of a store, or of all; oldest first."""
        with self._change() as db:
            found = db.execute(
                f"SELECT {_BRIEF} FROM entries WHERE store = ? OR ? IS NULL OR typeof(store) != 'text' ORDER BY number",  # noqa: S608
                (store, store),
            ).fetchall()
            return [*db.sound(found, _entry, _name)]

    def get(self, number: int) -> Entry:
        """One entry. Raises BadUsage when there is none of this number."""
        with self._change() as db:
            found = db.execute(f"SELECT {_BRIEF} FROM entries WHERE number = ?", (number,)).fetchone()  # noqa: S608
            if not found:
                raise errors.BadUsage(f"The trash has no entry {number}.", hint="See 'crmcli trash list --all'.")
            return db.read(found, _entry, _name)

    def newest(self, path: str, *, store: str) -> Entry | None:
        """The newest entry of what was at this path of a store; None where there is none that can be read."""
        with self._change() as db:
            found = db.execute(
                f"SELECT {_BRIEF} FROM entries WHERE store = ? AND path = ? ORDER BY number DESC",  # noqa: S608
                (store, path),
            )
            return next(db.sound(found, _entry, _name), None)

    def object(self, entry: Entry) -> dict[str, Any]:
        """What was deleted, as the store gave it. Raises BadUsage when it was purged meanwhile."""
        with self._change() as db:
            found = db.execute("SELECT number, object FROM entries WHERE number = ?", (entry.number,)).fetchone()
            if not found:
                raise errors.BadUsage(f"The trash has no entry {entry.number}.", hint="See 'crmcli trash list --all'.")
            return db.read(found, _object, _name)

    def check(self) -> None:
        """Look at all that is kept, for entries that can't be read."""
        with self._change() as db:
            for _ in db.sound(db.execute(f"SELECT {_BRIEF} FROM entries"), _entry, _name):  # noqa: S608
                pass
            for _ in db.sound(db.execute("SELECT number, object FROM entries"), _object, _name):
                pass

    def restored(self, entry: Entry, became: int | None) -> None:
        """It is at the store again, under this number."""
        with self._change() as db:
            db.execute("UPDATE entries SET state = ?, became = ? WHERE number = ?", (RESTORED, became, entry.number))

    def purge(self, numbers: Sequence[int]) -> None:
        """Forget these entries and all that was in them, for good."""
        with self._change() as db:
            db.executemany("DELETE FROM entries WHERE number = ?", [(number,) for number in numbers])

    def wipe(self) -> None:
        """Overwrite what was purged, also in SQLite's journal."""
        ledger.wipe(self.path, what="The trash")

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
            "who": json.dumps(_who(noun, whole)),
            "messages": len(messages) if isinstance(messages, list) else 0,
            "made": dates.utc_now().timestamp(),
            "state": UNDERWAY,
            "owner": processes.me(),
        }
        with self._change() as db:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            return db.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", tuple(row.values())).lastrowid or 0  # noqa: S608

    def deleted(self, number: int, *, seen_gone: bool) -> None:
        """It is gone; and so is what earlier tries kept of it, of which nobody knew whether they had deleted it.

        What was only `seen_gone` another has deleted, where another entry says that it did, or is at it: if that has the very
        same, it is enough; if not, this one, which may have been read while it was going, stays as `unsure`.
        """
        with self._change() as db:
            twins = db.execute(
                "SELECT other.number, other.state, other.owner FROM entries one JOIN entries other"
                " USING (store, path, object) WHERE one.number = ? AND other.number != ?",
                (number, number),
            ).fetchall()
            if seen_gone and any(twin["state"] == DELETED for twin in twins):
                db.execute("DELETE FROM entries WHERE number = ?", (number,))
                return
            others = db.execute(
                "SELECT other.state, other.owner FROM entries one JOIN entries other USING (store, path)"
                " WHERE one.number = ? AND other.number != ?",
                (number, number),
            ).fetchall()
            is_anothers = seen_gone and any(
                other["state"] == DELETED or (other["state"] == UNDERWAY and processes.runs(other["owner"]))
                for other in others
            )
            state = UNSURE if is_anothers else DELETED
            db.execute("UPDATE entries SET state = ? WHERE number = ? AND state = ?", (state, number, UNDERWAY))
            tries = [
                (twin["number"],)
                for twin in twins
                if twin["state"] == UNSURE or (twin["state"] == UNDERWAY and not processes.runs(twin["owner"]))
            ]
            db.executemany("DELETE FROM entries WHERE number = ?", tries)

    def unsure(self, number: int) -> None:
        """Nobody can tell what became of it."""
        with self._change() as db:
            db.execute("UPDATE entries SET state = ? WHERE number = ? AND state = ?", (UNSURE, number, UNDERWAY))

    @contextmanager
    def _change(self) -> Iterator[ledger.Ledger]:
        """A transaction that is on disk when it ends."""
        hint = "Nothing is deleted that can't be kept first. 'crmcli doctor' says what to do."
        with ledger.changing(self.path, _STEPS, what="The trash", hint=hint, unreadable=self.unreadable) as db:
            yield db


def _entry(row: sqlite3.Row) -> Entry:
    values = dict(row)
    if values["state"] not in (UNDERWAY, DELETED, UNSURE, RESTORED):
        raise ValueError(f"state is {str(values['state'])[:40]!r}")
    who = _who(values["noun"], _object(row)) if values.pop("object") else json.loads(values["who"])
    return ledger.record(Entry, {**values, "about": json.loads(values["about"]), "who": who})


def _who(noun: str, whole: dict[str, Any]) -> str:
    return next((str(whole[name])[:_ABOUT] for name in _WHO.get(noun, ()) if whole.get(name)), "")


def _object(row: sqlite3.Row) -> dict[str, Any]:
    whole = json.loads(row["object"])
    if not isinstance(whole, dict):
        raise ValueError("what was deleted is no object")
    return whole


def _name(row: sqlite3.Row) -> str:
    return f"Entry {row['number']} of the trash"
