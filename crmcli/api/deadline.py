"""The end of a whole exchange: httpx's time-outs are for each piece that comes, and a store may drip for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx


class Deadline(threading.local):
    """When the exchange that this thread is at must be over, on the monotonic clock.

    `trace` goes with each request as httpx's extension of that name. It is shown every connection that is opened, the only
    public way to one before an answer has come, and has it ask for the time left at each piece that it reads.
    """

    until = float("inf")

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Have a new connection, or the encrypted one inside it, keep to the deadline of whoever reads from it."""
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        stream = info["return_value"]
        read = stream.read

        def read_in_time(max_bytes: int, timeout: float) -> Any:
            left = self.until - time.monotonic()
            if left <= 0:
                raise httpx.ReadTimeout("it drips")
            return read(max_bytes, timeout=min(timeout, left))

        stream.read = read_in_time
