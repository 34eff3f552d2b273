"""The rows of a run, written down before it begins: none of them is held, however many they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crmcli.runs.records import WAITING, Many, Values

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

_WRITTEN = 20_000
"""Numbers that are written at once."""


def write_each(db: sqlite3.Connection, run: int, actions: Iterable[Values], digest: Digest) -> int:
    """Write a row for each action, none of which is held; gives how many there were."""
    at = 0
    for at, text in enumerate(map(json.dumps, actions), start=1):
        digest.update(f"\n{text}".encode())
        db.execute("INSERT INTO rows (run, at, action, state) VALUES (?, ?, ?, ?)", (run, at, text, WAITING))
    return at


def write_many(db: sqlite3.Connection, run: int, actions: Many, digest: Digest) -> int:
    """The same for those that differ in a number alone: a million take SQLite half a second, and Python two."""
    numbers = actions.numbers
    for begins in range(0, len(numbers), _WRITTEN):
        text = f"[{','.join(map(str, numbers[begins : begins + _WRITTEN]))}]"
        digest.update(text.encode())
        db.execute(
            "INSERT INTO rows (run, at, action, state) SELECT ?, ? + key, replace(?, '%d', value), ? FROM json_each(?)",
            (run, begins + 1, actions.own, WAITING, text),
        )
    return len(numbers)
