"""The outbox's own time: the order in which it learns what becomes of entries, which no clock that jumps can turn round."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crmcli import ledger, processes
from crmcli.outbox import rows
from crmcli.outbox.entries import REPEATED_WITHIN, Decision
from crmcli.outbox.schema import STEPS


class Moments:
    """The file, and what it knows of moments and decisions. Raises BadConfig when it can't be used."""

    def __init__(self, path: Path, *, warn: Callable[[str], None]) -> None:
        self.path = path
        self.unreadable = ledger.Unreadable(warn)

    def now(self) -> str:
        """The moment that is, by the order in which this outbox learns what becomes of entries; "" where there is no file.

        Whose processes have ended by then is written down: what they sent was sent before.
        """
        if not self.path.exists():
            return ""
        with self._change() as db:
            owners = db.execute("SELECT DISTINCT owner FROM entries WHERE told = 0 AND ended = 0").fetchall()
            if over := [(owner,) for (owner,) in owners if _has_ended(owner)]:
                now = rows.count(db)
                db.executemany(
                    f"UPDATE entries SET ended = {now} WHERE told = 0 AND ended = 0 AND owner = ?",  # noqa: S608
                    over,
                )
            return f"{rows.fact(db, 'id')}:{rows.fact(db, 'settled')}"

    def since(self, moment: str) -> int:
        """The count at a moment that `now` gave: what has a higher one was learned after it. All has, in another file."""
        of, _, count = moment.partition(":")
        with self._change() as db:
            return int(count) if count and of == rows.fact(db, "id") else 0

    def begin(self, run: str, decision: Decision) -> None:
        """Write down when and by what the rows of a run were decided on."""
        with self._change() as db:
            known = (run, decision.settled, decision.words, decision.made)
            db.execute("INSERT OR IGNORE INTO decisions (run, settled, words, made) VALUES (?, ?, ?, ?)", known)

    def decision(self, run: str) -> Decision:
        """When and by what the rows of a run were decided on; before all else where nobody wrote it down."""
        with self._change() as db:
            found = db.execute("SELECT settled, words, made FROM decisions WHERE run = ?", (run,)).fetchone()
            return Decision(*found) if found else Decision()

    def last_run(self, words: str) -> tuple[str, float] | None:
        """The last run that a command of these words began, and when; None where there is none. No file is made."""
        if not self.path.exists():
            return None
        with self._change() as db:
            asked = "SELECT run, made FROM decisions WHERE words = ? ORDER BY settled DESC, made DESC LIMIT 1"
            found = db.execute(asked, (words,)).fetchone()
            return (str(found["run"]), float(found["made"])) if found else None

    def is_young(self) -> bool:
        """Whether this file was made within the hour: what was sent before that may have been in one that is gone."""
        with self._change() as db:
            return time.time() - float(rows.fact(db, "born")) < REPEATED_WITHIN

    @contextmanager
    def _change(self) -> Iterator[ledger.Ledger]:
        """A transaction that is on disk when it ends."""
        hint = "Nothing may be sent that can't be written down. 'crmcli doctor' says what to do."
        with ledger.changing(self.path, STEPS, what="The outbox", hint=hint, unreadable=self.unreadable) as db:
            yield db


def _has_ended(owner: object) -> bool:
    """Whether a process has surely ended; of one of another machine, or container, nobody here can tell."""
    return isinstance(owner, str) and processes.is_here(owner) and not processes.runs(owner)
