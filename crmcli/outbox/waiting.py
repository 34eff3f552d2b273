"""Waiting for another that is sending what looks just the same: it is said, has an end, and names the process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from crmcli import errors, processes
from crmcli.outbox.entries import Entry

PATIENCE = 600.0
"""Seconds after which nobody waits any longer: all that a send may take, with its tries and waits, is over sooner."""
SAID_AFTER = 1.0
"""Seconds of waiting that nobody need be told of."""
STOPPED_FOR = 3.0
"""Seconds for which a process that is stopped may yet go on."""
STEP = 0.1


class Waiting:
    """The wait of one send. `pause` waits for a moment, and may raise; `warn` is told of it once."""

    def __init__(self, *, pause: Callable[[float], None], warn: Callable[[str], None]) -> None:
        self._pause = pause
        self._warn = warn
        self._begun = time.monotonic()
        self._stopped_since: float | None = None
        self._is_said = False

    def on(self, entry: Entry) -> None:
        """Wait for a moment for the process that sends this entry. Raises Unsure once that is in vain."""
        now = time.monotonic()
        number = processes.number(entry.owner)
        if not processes.is_stopped(entry.owner):
            self._stopped_since = None
        elif self._stopped_since is None:
            self._stopped_since = now
        elif now - self._stopped_since > STOPPED_FOR:
            raise errors.Unsure(
                f"Process {number}, which is sending what looks just the same (outbox entry {entry.number}), is stopped: "
                "this command sent nothing.",
                hint=f"Let it go on (fg, or kill -CONT {number}) or end it (kill -9 {number}), and run the same again. "
                f"'crmcli outbox resolve {entry.number}' looks what became of it.",
            )
        if now - self._begun > PATIENCE:
            raise errors.Unsure(
                f"Process {number} is sending what looks just the same (outbox entry {entry.number}) and came to no end in "
                f"{PATIENCE:g} s: this command sent nothing.",
                hint=f"See what it is at (ps -p {number}), and run the same again once it has ended.",
            )
        if not self._is_said and now - self._begun > SAID_AFTER and number != os.getpid():
            self._is_said = True
            self._warn(
                f"Waiting for process {number}, which is sending what looks just the same (outbox entry {entry.number}) …"
            )
        self._pause(STEP)
