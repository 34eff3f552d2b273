"""What an answer may take: httpx waits for each piece by itself, and unpacks it before anybody sees how much it becomes."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

LARGEST = 500_000_000
"""Bytes of a body, unpacked: a page of 500 tickets, each with long messages, is a tenth of it."""
CODINGS = ("gzip", "deflate")
"""How a body may be packed: by one of these, of which 64 KB, a piece of httpx's, become 66 MB at most."""
_UNBOUNDED = ("br", "zstd")
"""What httpx unpacks too where a package for it is installed."""


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


def body(response: httpx.Response) -> bytes:
    """The whole body of an answer, unpacked. Raises httpx.DecodingError where it is too large, or would be."""
    said = response.headers.get_list("Content-Encoding", split_commas=True)
    # Any other word is a mistake of the store's, and means nothing to httpx either.
    packed = [coding for coding in map(str.lower, said) if coding in CODINGS + _UNBOUNDED]
    if len(packed) > 1 or not set(packed).isdisjoint(_UNBOUNDED):
        raise httpx.DecodingError("it is packed twice, or as nobody asked", request=response.request)
    pieces, size = [], 0
    for piece in response.iter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise httpx.DecodingError("it is too large", request=response.request)
    return b"".join(pieces)
