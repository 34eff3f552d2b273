"""The texts that a journal keeps of what was sent: where they are, and how they are taken out."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from crmcli import ledger
from crmcli.runs.records import ENDED, FAILED, SKIPPED
from crmcli.runs.schema import STEPS

_WHAT = "The journal"
_FORGOTTEN = "its text was forgotten"


def forget(path: Path, text: str, *, run: str | None, row: int | None) -> list[int]:
    """Take a text out of a row of the run of this key, and overwrite it; gives the runs that have the same text still.

    Raises BadConfig where the file can't be used.
    """
    if not path.exists():
        return []
    with ledger.changing(path, STEPS, what=_WHAT) as db:
        if run and row:
            _take_out(db, run, row)
        left = _runs_with(db, text)
    ledger.wipe(path, what=_WHAT, packed=True)
    return left


def _take_out(db: sqlite3.Connection, run: str, at: int) -> None:
    """Take out what a row of the run of this key was to send, where it is at its end; one that had failed is not tried again.

    What all rows have in common goes with the last of them.
    """
    found = db.execute(
        "SELECT run, action, after, state FROM rows JOIN runs ON number = run WHERE key = ? AND at = ?", (run, at)
    ).fetchone()
    if not found or found["state"] not in ENDED:
        return
    action, after = json.loads(found["action"]), json.loads(found["after"])
    action.pop("values", None)
    values = {
        "action": json.dumps(action),
        "after": json.dumps({} if "Message" in after else after),
        "state": SKIPPED if found["state"] == FAILED else found["state"],
        "reason": _FORGOTTEN,
    }
    sets = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE rows SET {sets} WHERE run = ? AND at = ?", (*values.values(), found["run"], at))  # noqa: S608
    others = db.execute(
        "SELECT 1 FROM rows WHERE run = ? AND reason != ? LIMIT 1", (found["run"], _FORGOTTEN)
    ).fetchone()
    if not others:
        (common,) = db.execute("SELECT common FROM runs WHERE number = ?", (found["run"],)).fetchone()
        kept = {name: value for name, value in json.loads(common).items() if name != "values"}
        db.execute("UPDATE runs SET common = ? WHERE number = ?", (json.dumps(kept), found["run"]))


def _runs_with(db: sqlite3.Connection, text: str) -> list[int]:
    """The runs that have a text in them."""
    as_json = json.dumps(text)[1:-1]
    found = db.execute(
        "SELECT run FROM rows WHERE instr(action, ?1) OR instr(after, ?1)"
        " UNION SELECT number FROM runs WHERE instr(common, ?1) ORDER BY 1",
        (as_json,),
    )
    return [row[0] for row in found]
