"""The rows of the outbox's file, within a transaction of whoever asks for them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from crmcli.errors import BadUsage
from crmcli.ledger import Ledger
from crmcli.outbox.entries import COLUMNS, FORGOTTEN, Entry, Key, read, sound

Alike = Callable[[dict[str, Any]], bool]
"""Whether a body may, at the store, be taken for the one that is sent."""


def of_key(db: Ledger, key: Key, *, store: str, profile: str, kind: str, path: str) -> Entry | None:
    """What a key stands for; also in the form in which it was written before."""
    own = "verb = ? AND once = ? AND part = ?"
    before = "verb = '' AND part = '' AND once = ? AND kind = ? AND path = ?"
    for clause, values in ((own, (key.verb, key.once, key.part)), (before, (key.old, kind, path))):
        found = db.execute(
            f"SELECT {COLUMNS} FROM entries WHERE store = ? AND profile = ? AND {clause} AND state != 'refused'",  # noqa: S608
            (store, profile, *values),
        ).fetchone()
        if found:
            return read(db, found)
    return None


def of_row(db: Ledger, store: str, row: tuple[str, int]) -> Entry | None:
    """What a row of a run stands for."""
    found = db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE store = ? AND run = ? AND row = ? AND state != 'refused'",  # noqa: S608
        (store, *row),
    ).fetchone()
    return read(db, found) if found else None


def alike(db: Ledger, entry: Entry, states: Sequence[str], alike: Alike) -> list[Entry]:
    """The other entries of its place that look like it; those of before were written down without a mark."""
    marks = ", ".join("?" for _ in states)
    found = db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE store = ? AND kind = ? AND path = ? AND alike IN (?, '')"  # noqa: S608
        f" AND state IN ({marks}) AND number != ? ORDER BY number",
        (*place(entry), entry.alike, *states, entry.number),
    ).fetchall()
    return [other for other in sound(db, found) if alike(other.body)]


def numbers(db: Ledger, entry: Entry) -> set[int]:
    """The numbers at the store that other entries of its place became."""
    found = db.execute(
        "SELECT became FROM entries WHERE store = ? AND kind = ? AND path = ? AND number != ? AND became IS NOT NULL",
        (*place(entry), entry.number),
    ).fetchall()
    return {row[0] for row in found if isinstance(row[0], int)}


def make_up(db: Ledger, entry: Entry) -> None:
    """Mark what failed to send the very same before; of each other command one, since two equal rows are meant to be two."""
    found = db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE store = ? AND kind = ? AND path = ? AND alike IN (?, '')"  # noqa: S608
        " AND state = 'refused' AND again IS NULL AND number < ? ORDER BY number",
        (*place(entry), entry.alike, entry.number),
    ).fetchall()
    commands: set[str] = set()
    for other in sound(db, found):
        is_same_row = other.run is not None and (other.run, other.row) == (entry.run, entry.row)
        is_its_like = not other.command or (other.command not in {*commands, entry.command})
        if other.body == entry.body and (is_same_row or is_its_like):
            commands.add(other.command)
            changed(db, other, again=entry.number, reason=f"sent since, as entry {entry.number}")


def inserted(db: Ledger, values: dict[str, Any]) -> int:
    """Write a row; its number."""
    marks = ", ".join("?" for _ in values)
    made = db.execute(f"INSERT INTO entries ({', '.join(values)}) VALUES ({marks})", (*values.values(),))  # noqa: S608
    return made.lastrowid or 0


def changed(db: Ledger, entry: Entry, **values: object) -> Entry:
    """Change an entry, and give it as it is then."""
    values["changed"] = time.time()
    sets = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE entries SET {sets} WHERE number = ?", (*values.values(), entry.number))  # noqa: S608
    return _by_number(db, entry.number)


def there(db: Ledger, entry: Entry) -> Entry | None:
    """The entry as it is now; None where it was taken out, or the number is another's in a file made since."""
    found = db.execute(
        f"SELECT {COLUMNS} FROM entries WHERE number = ? AND made = ?",  # noqa: S608
        (entry.number, entry.made),
    ).fetchone()
    return read(db, found) if found else None


def has_had(db: Ledger, number: int) -> bool:
    """Whether this file once had an entry of this number and has none now."""
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    is_there = db.execute("SELECT 1 FROM entries WHERE number = ?", (number,)).fetchone()
    return bool(last) and last[0] >= number and not is_there


def put_back(db: Ledger, entry: Entry) -> Entry:
    """Write an entry into a file that was made since; under its own number, unless that is another's."""
    values = {name: getattr(entry, name) for name in COLUMNS.split(", ")}
    values |= {"body": json.dumps(entry.body), "before": json.dumps(entry.before), "ack": json.dumps(entry.ack)}
    if db.execute("SELECT 1 FROM entries WHERE number = ?", (entry.number,)).fetchone():
        del values["number"]
    return _by_number(db, inserted(db, values))


def count(db: Ledger) -> int:
    """One more that was learned of entries."""
    db.execute("UPDATE facts SET value = value + 1 WHERE name = 'settled'")
    return int(fact(db, "settled"))


def entry_at(db: Ledger, number: int) -> Entry:
    """One entry. Raises BadUsage when there is none of this number."""
    is_there = db.execute("SELECT 1 FROM entries WHERE number = ? AND state != ?", (number, FORGOTTEN)).fetchone()
    if not is_there:
        raise BadUsage(f"The outbox has no entry {number}.", hint="See 'crmcli outbox list --all'.")
    return _by_number(db, number)


def _by_number(db: Ledger, number: int) -> Entry:
    return read(db, db.execute(f"SELECT {COLUMNS} FROM entries WHERE number = ?", (number,)).fetchone())  # noqa: S608


def fact(db: Ledger, name: str) -> Any:
    """What is known of the file itself."""
    return db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()[0]


def place(entry: Entry) -> tuple[str, str, str]:
    """Where it is posted."""
    return entry.store, entry.kind, entry.path
