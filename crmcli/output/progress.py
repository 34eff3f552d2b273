"""That the program is at work, for whoever looks at it: a line on standard error that comes after a second and goes again."""

from __future__ import annotations

import time
from threading import Event, Lock, Thread
from typing import Self

from crmcli.output.streams import GREEN, RED, Stream

AFTER = 1.0
"""Seconds of a run before anything is shown: most runs are over by then. Then the line is drawn anew as often."""
_OFTEN = 0.1
_WIDEST, _WORDS = 30, 48
"""Cells of a bar, and of the words behind it."""


class Progress:
    """Use it as a context around each time that the store is waited for: nothing else is printed meanwhile.

    `rows` is how many rows came so far. The line is gone before anything else is printed. Several threads may wait at once;
    one that is `muted` shows nothing.
    """

    def __init__(self, err: Stream) -> None:
        self._err = err
        self._began = time.monotonic()
        self._over = Event()
        self._thread: Thread | None = None
        self._lock = Lock()
        self._waiting = 0
        self.rows = 0
        self.muted = False

    def __enter__(self) -> None:
        with self._lock:
            self._waiting += 1
            if self._waiting == 1 and not self.muted:
                self._over.clear()
                self._thread = Thread(target=self._tell, daemon=True)
                self._thread.start()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._waiting -= 1
            if self._waiting == 0 and self._thread:
                self._over.set()
                self._thread.join()
                self._thread = None

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


class Bar:
    """How far a run of `total` rows has come: a line at a terminal, drawn anew as rows are done.

    `err` is None where nobody looks. Use it as a context; `clear` takes the line away before something else is printed.
    """

    def __init__(self, err: Stream | None, total: int) -> None:
        self._err = err
        self._total = total
        self._done = self._failed = 0
        self._began = time.monotonic()
        self._drawn = 0.0
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def advance(self, *, failed: bool) -> None:
        """One row more is done, or has failed."""
        self._done += 1
        self._failed += failed
        now = time.monotonic()
        if self._err and now - self._began >= AFTER and now - self._drawn >= _OFTEN:
            with self._lock:
                self._drawn = now
                self._err.try_write(f"\r\x1b[K{self._line(self._err, now - self._began)}")

    def clear(self) -> None:
        """Take the line away. Any thread may."""
        with self._lock:
            if self._err and self._drawn:
                self._drawn = 0.0
                self._err.try_write("\r\x1b[K")

    def _line(self, err: Stream, seconds: float) -> str:
        """The bar, as far as there is room for it, and what it means in words."""
        width = max(0, min(_WIDEST, (err.width or 0) - _WORDS))
        full = width * self._done // self._total
        block, rest = ("█", "░") if err.unicode else ("#", ".")
        left = seconds / self._done * (self._total - self._done)
        words = [f"{self._done:,} of {self._total:,}", f"{_spoken(left)} left"]
        if self._failed:
            words.insert(1, f"{self._failed:,} failed")
        while len(words) > 1 and len(", ".join(words)) >= (err.width or 0):
            words.pop()  # a line that is folded could not be taken away again
        if len(words) > 1 and self._failed:
            words[1] = err.paint(words[1], RED)
        bar = err.paint(block * full, GREEN) + rest * (width - full)
        return f"{bar}  {', '.join(words)}" if width else ", ".join(words)


def _spoken(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
