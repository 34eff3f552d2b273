"""That the program is at work, for whoever looks at it: a line on standard error that comes after a second and goes again."""

from __future__ import annotations

import time
from threading import Event, Thread

from crmcli.output.streams import Stream

AFTER = 1.0
"""Seconds of a run before anything is shown: most runs are over by then. Then the line is drawn anew as often."""


class Progress:
    """Use it as a context around each time that the store is waited for: nothing else is printed meanwhile.

    `rows` is how many rows came so far. The line is gone before anything else is printed.
    """

    def __init__(self, err: Stream) -> None:
        self._err = err
        self._began = time.monotonic()
        self._over = Event()
        self._thread: Thread | None = None
        self.rows = 0

    def __enter__(self) -> None:
        self._over.clear()
        self._thread = Thread(target=self._tell, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _tell(self) -> None:
        if self._over.wait(max(0.0, AFTER - (time.monotonic() - self._began))):
            return
        mark = self._err.encodable("…")
        while True:
            so_far = f"{self.rows:,} rows" if self.rows else "waiting for the store"
            self._err.try_write(f"\r\x1b[K{mark} {so_far}, {time.monotonic() - self._began:.0f} s")
            if self._over.wait(AFTER):
                break
        self._err.try_write("\r\x1b[K")
