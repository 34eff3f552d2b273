"""Waiting for another process, or thread, that is at something: it is said, has an end, and names the process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from crmcli import processes
from crmcli.errors import CrmError

PATIENCE = 600.0
"""Seconds after which nobody waits any longer: all that a write may take, with its tries and waits, is over sooner."""
SAID_AFTER = 1.0
"""Seconds of waiting that nobody need be told of."""
STOPPED_FOR = 3.0
"""Seconds for which a process that is stopped may yet go on."""
_FIRST_STEP, _STEP = 0.01, 0.1


class Waiting:
    """One wait. `pause` waits for a moment, and may raise; `warn` is told of it once. Once it is in vain it raises `failure`.

    `so` says in words what comes of that.
    """

    def __init__(
        self, *, pause: Callable[[float], None], warn: Callable[[str], None], failure: type[CrmError], so: str
    ) -> None:
        self._pause = pause
        self._warn = warn
        self._failure = failure
        self._so = so
        self._begun = time.monotonic()
        self._step = _FIRST_STEP
        self._stopped_since: float | None = None
        self._is_said = False

    def on(self, owner: str, doing: str, *, also: str = "") -> None:
        """Wait for a moment for the process of this name, which is `doing` something; `also` is said of a stopped one."""
        now = time.monotonic()
        number = processes.number(owner)
        if not processes.is_stopped(owner):
            self._stopped_since = None
        elif self._stopped_since is None:
            self._stopped_since = now
        elif now - self._stopped_since > STOPPED_FOR:
            raise self._failure(
                f"Process {number}, which is {doing}, is stopped: {self._so}.",
                hint=f"Let it go on (fg, or kill -CONT {number}) or end it (kill -9 {number}), and run the same again.{also}",
            )
        if now - self._begun > PATIENCE:
            raise self._failure(
                f"Process {number} is {doing} and came to no end in {PATIENCE:g} s: {self._so}.",
                hint=f"See what it is at (ps -p {number}), and run the same again once it has ended.",
            )
        if not self._is_said and now - self._begun > SAID_AFTER and number != os.getpid():
            self._is_said = True
            self._warn(f"Waiting for process {number}, which is {doing} …")
        self._pause(self._step)
        self._step = min(_STEP, 2 * self._step)
