"""What a write rests on, read whole right before it leaves: a wait comes before the reading and never between."""

from __future__ import annotations

import time
from collections.abc import Callable

from crmcli import errors
from crmcli.api.bodies import Row
from crmcli.api.transport import Look, Transport

_ROUNDS = 5
"""How often it is read anew because something was waited for meanwhile."""
_LAG = 1.0
"""Seconds between reading and leaving, to write it down in, that are no wait: about as long as the two requests take."""


class Latest:
    """What is read right before one write, in about so many `requests`.

    What was read is in `found`. Where each reading would be followed by a wait, the write is given up in the words of `waits`
    and `hint`.
    """

    def __init__(self, transport: Transport, read: Callable[[], Row], *, requests: int, waits: str, hint: str) -> None:
        self._transport = transport
        self._read = read
        self._requests = requests
        self._waits = waits
        self._hint = hint
        self._read_at = 0.0
        self.found: Row = {}

    def see(self, check: Callable[[Row], None]) -> Look:
        """Read it, with the write's own turn taken ahead, and show it to `check`; anew, where something was waited for.

        Gives what is to be called once the write is connected: where that took long, it does the same once more. Raises
        RateLimited, and what reading and `check` do.
        """
        self._see(check)
        return lambda: self._see(check) if time.monotonic() - self._read_at >= _LAG else None

    def _see(self, check: Callable[[Row], None]) -> None:
        turns = self._transport.turns
        for _ in range(_ROUNDS):
            self._transport.reserve(self._requests + 1)
            waited, sent = turns.waited, turns.sent
            self.found = self._read()
            self._read_at = time.monotonic()
            self._requests = turns.sent - sent
            check(self.found)
            if turns.waited == waited and time.monotonic() - self._read_at < _LAG:
                return
        raise errors.RateLimited(self._waits, hint=self._hint)
