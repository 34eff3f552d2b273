"""Who is changing what: of one state folder nobody else does, from the last read that a write rests on until its answer.

A claim is a row of a SQLite file, held by a thread of a process. It need not outlive a crash: what a process that has ended
held is nobody's. Nobody who holds one waits for another, but for the one claim that sends have among themselves: whoever
has that waits for this one, and never the other way round.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crmcli import errors, ledger, processes
from crmcli.waiting import Waiting

_STEPS: tuple[ledger.Step, ...] = (
    (
        "CREATE TABLE IF NOT EXISTS claims (store TEXT NOT NULL, what TEXT NOT NULL, owner TEXT NOT NULL,"
        " token TEXT NOT NULL, PRIMARY KEY (store, what)) WITHOUT ROWID",
    ),
)


class _Here(threading.local):
    """What this thread holds."""

    def __init__(self) -> None:
        self.held: set[tuple[Path, str, str]] = set()


_here = _Here()


@dataclass(frozen=True)
class Claims:
    """The claims on the objects of one store. Any thread and any process may use the same file.

    `pause` waits for a moment, and may raise; `warn` is told of a wait that takes long.
    """

    path: Path
    store: str
    pause: Callable[[float], None]
    warn: Callable[[str], None]

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Within it nobody else changes this, as `ticket 42`; a thread that holds it already holds it.

        Raises Held where who has it comes to no end, BadConfig where the file can't be used, and what `pause` raises.
        """
        key = (self.path, self.store, what)
        if key in _here.held:
            yield
            return
        token = self._claimed(what)
        _here.held.add(key)
        try:
            yield
        finally:
            _here.held.discard(key)
            with suppress(errors.BadConfig), self._change() as db:  # what is done stays done; it ends with the process
                db.execute("DELETE FROM claims WHERE token = ?", (token,))

    def take(self, what: str, *, owner: str) -> None:
        """Take it from this process, which has been made to write nothing more of it."""
        if not self.path.exists():
            return
        with self._change() as db:
            db.execute("DELETE FROM claims WHERE (store, what, owner) = (?, ?, ?)", (self.store, what, owner))

    def check(self) -> None:
        """Whether the file can be used. Raises BadConfig."""
        with self._change():
            pass

    def _claimed(self, what: str) -> str:
        waiting = Waiting(pause=self.pause, warn=self.warn, failure=errors.Held, so="it was left as it is")
        token = uuid.uuid4().hex
        while owner := self._tried(what, token):
            waiting.on(owner, f"changing {what}")
        return token

    def _tried(self, what: str, token: str) -> str:
        """Claim it; gives who has it, where somebody does."""
        with self._change() as db:
            found = db.execute("SELECT owner FROM claims WHERE (store, what) = (?, ?)", (self.store, what)).fetchone()
            if found and processes.runs(found["owner"]):
                return str(found["owner"])
            row = (self.store, what, processes.me(), token)
            db.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)", row)
            return ""

    def _change(self) -> AbstractContextManager[ledger.Ledger]:
        hint = "Take the file away: it holds nothing that is needed once no crmcli runs. Nothing was sent."
        return ledger.changing(self.path, _STEPS, what="What says who is changing what", hint=hint, last=False)
