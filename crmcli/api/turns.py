"""What each thread has of the store's rate: turns taken ahead, so that several requests go one right after the other.

What is decided on what was read must be done before anything else can have happened: a wait for the rate, or for the next
try, comes before the reading and never between.
"""

from __future__ import annotations

import threading


class Turns(threading.local):
    """Of one thread: `ahead`, the requests that it may send without a wait; how many it `sent`, and how often it `waited`."""

    def __init__(self) -> None:
        self.ahead = 0
        self.sent = 0
        self.waited = 0

    def take(self) -> bool:
        """Count a request; whether its turn was taken ahead."""
        self.sent += 1
        if not self.ahead:
            return False
        self.ahead -= 1
        return True
