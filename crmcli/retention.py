"""How long what is over is kept: by its age, never without a good number of newer ones, and all of it when the clock jumps.

What is not over (open, stopped, unsure) is never dropped, whatever its age; that is for those to see to who ask here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

DAYS = 90
NEWER = 1000
"""So many newer ones there must be before anything old is dropped."""
_SLACK = 3600.0
"""Seconds by which a clock may be behind what was last written down: machines that share a folder never agree exactly."""


class Retention:
    """Says what is old, for all files of one command; `warn` is told, once, of a clock that jumped."""

    def __init__(self, warn: Callable[[str], None] = lambda _: None) -> None:
        self._warn = warn
        self._is_told = False

    def before(self, newest: object) -> float | None:
        """What is over since before this Unix time may be dropped; None where nothing may.

        `newest` is when the newest in the file was written down, None where it holds nothing. A clock that is behind it, or so
        far ahead that everything would be old, may be wrong, and what it says of ages is not believed.
        """
        now = time.time()
        if not isinstance(newest, int | float):
            return None
        if -_SLACK <= now - newest <= DAYS * 86400:
            return now - DAYS * 86400
        if not self._is_told:
            self._is_told = True
            self._warn(
                f"This machine's clock says {_told(now)}, and said {_told(newest)} when something was last written down: "
                "one of them may be wrong. Nothing old is dropped."
            )
        return None


def _told(unix: float) -> str:
    try:
        return f"{datetime.fromtimestamp(unix).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return "no date at all"
