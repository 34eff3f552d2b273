"""When a request is sent again, and after how long. One table, so that nobody has to guess.

| what happened                          | a read (GET)        | a write (POST, PUT, DELETE)             |
|----------------------------------------|---------------------|-----------------------------------------|
| no connection was made, or the proxy   |                     |                                         |
|   let nothing through                  | again               | again: it surely never arrived          |
| the proxy answers 403 or 407, or the   |                     |                                         |
|   host's certificate is not trusted    | given up            | given up: it surely never arrived       |
| 429                                    | again               | again: the store says it did nothing    |
|                                        |                     |   (who makes or deletes looks first)    |
| throttling in other words (400/403/503)| again               | given up: the words are a guess         |
| time-out                               | again, once         | given up: it may have arrived           |
| connection lost, cut body              | again               | given up: it may have arrived           |
| 5xx but 501                            | again               | given up: the work may have been done   |
| 3xx                                    | given up            | given up: the work may have been done   |
| anything else                          | given up            | given up                                |

Reads are safe to repeat and PUT and DELETE idempotent (RFC 9110 sections 9.2.1 and 9.2.2), but a POST here e-mails a
customer, so no write is repeated on a guess.
"""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event

from crmcli.errors import Interrupted

TRIES = 5
LATE_TRIES = 2
"""A time-out is two minutes long by default: who waited for two of them knows enough."""

LONGEST_WAIT = 60.0
"""Seconds. A `Retry-After` beyond it ends the tries: a person, or cron, comes back later."""

FIRST_WAIT = 0.25
_NUMBER = re.compile(r"\d+(\.\d*)?", re.ASCII)
_RETRIED_STATUSES = frozenset({408, 425, 500, 502, 503, 504})


@dataclass(frozen=True)
class Pace:
    """How long to wait, in seconds. `throttled` is the least wait after a throttled answer without `Retry-After`."""

    throttled: float = 0.0

    def wait(
        self,
        tried: int,
        *,
        throttled: bool = False,
        late: bool = False,
        retry_after: str | None = None,
        date: str | None = None,
    ) -> float | None:
        """Seconds to wait after the `tried`-th try (from 1); None when there is to be no further one.

        Back-off doubles from a quarter of a second, with full jitter so that cron jobs that fell over together don't
        come back together. `retry_after` and `date` are as in `asked`; it is obeyed up to `LONGEST_WAIT`.
        """
        if tried >= (LATE_TRIES if late else TRIES):
            return None
        seconds = asked(retry_after, date=date)
        if seconds is not None:
            return None if seconds > LONGEST_WAIT else seconds + random.uniform(0, 0.25)  # noqa: S311 - jitter, no secret
        backoff = FIRST_WAIT * 2 ** (tried - 1)
        least = self.throttled if throttled else backoff / 2
        return min(LONGEST_WAIT, least + random.uniform(0, backoff))  # noqa: S311


def is_passing(status: int) -> bool:
    """Whether a read that was answered with this status may do better at a second try."""
    return status in _RETRIED_STATUSES


def asked(retry_after: str | None, *, date: str | None = None) -> float | None:
    """`Retry-After` (RFC 9110 section 10.2.3) in seconds, from its number or its HTTP date; None when it is neither.

    A number may have a fraction, which the RFC doesn't know and servers send. `date` is the `Date` of the same answer, by
    which a date is understood: this machine's clock may be wrong.
    """
    said = (retry_after or "").strip()
    if _NUMBER.fullmatch(said):
        return min(float(said[:400]), 1e9)
    try:
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    except (TypeError, ValueError, OverflowError):
        now = datetime.now(UTC)
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def in_words(seconds: float) -> str:
    """A length of time in the unit that fits it, never shorter than it is: 90 -> "90 seconds", 121 -> "3 minutes"."""
    for length, unit, most in ((1, "second", 120), (60, "minute", 120 * 60), (3600, "hour", 72 * 3600)):
        if seconds <= most:
            count = math.ceil(seconds / length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{math.ceil(seconds / 86400):,} days"


class Pauses:
    """Waits, of any thread, until `end` ends them."""

    def __init__(self) -> None:
        self._over = Event()

    def __call__(self, seconds: float) -> None:
        """Wait. Raises Interrupted once they are to end, now and later."""
        if self._over.wait(seconds):
            raise Interrupted("Interrupted.")

    @property
    def ended(self) -> bool:
        """Whether nobody waits any more."""
        return self._over.is_set()

    def end(self) -> None:
        """Wait no more."""
        self._over.set()
