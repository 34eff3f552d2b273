"""What an answer may take: httpx waits for each piece by itself, and unpacks it before anybody sees how much it becomes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

LARGEST = 500_000_000
"""Bytes of a body, unpacked: a page of 500 tickets, each with long messages, is a tenth of it."""
CODINGS = ("gzip", "deflate")
"""How a body may be packed: by one of these, of which 64 KB, a piece of httpx's, become 66 MB at most."""
_UNBOUNDED = ("br", "zstd")
"""What httpx unpacks too where a package for it is installed."""


class Exchange(threading.local):
    """The exchange that this thread is at: when it must be over, on the monotonic clock, and whether it has left.

    `trace` goes with each request as httpx's extension of that name. It is shown every connection that is opened, the only
    public way to one before an answer has come, and has it ask for the time left at each piece that it reads. And it is
    shown the moment before the request goes out, behind the proxy's consent and the host's certificate: what fails earlier
    has surely not arrived.
    """

    until = float("inf")
    left = True
    _opened: Any = None
    _leaving: Callable[[], None]
    _seconds = 0.0
    look: Callable[[], None] | None = None
    """Called once, when the next exchange is connected, and may have exchanges of its own. Where it raises, nothing leaves."""

    def begin(self, seconds: float, *, left: bool = False, leaving: Callable[[], None]) -> None:
        """Begin one that is to take so long at most; `left` where nobody will tell when it leaves.

        `leaving` is called before a connection is looked for, and again right before the request goes out on it; what it
        raises keeps the request here.
        """
        self.until = time.monotonic() + seconds
        self._seconds = seconds
        self.left = left
        self._opened = None
        self._leaving = leaving
        leaving()

    def failed(self) -> None:
        """Close the connection of one that never left: httpx leaves it open where a SOCKS proxy refused."""
        if self._opened and not self.left:
            self._opened.close()

    def _looked(self) -> None:
        """Have it looked once more, and be at this exchange again."""
        look, self.look = self.look, None
        if look:
            leaving, opened, seconds = self._leaving, self._opened, self._seconds
            look()
            self.until, self.left = time.monotonic() + seconds, False
            self._leaving, self._opened = leaving, opened

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Have a new connection, or the encrypted one inside it, keep to the deadline of whoever reads from it."""
        if event.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
            self._looked()
            self._leaving()
            self.left = True
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        stream = info["return_value"]
        read = stream.read
        self._opened = stream

        def read_in_time(max_bytes: int, timeout: float | None = None) -> Any:
            left = self.until - time.monotonic()
            if left <= 0:
                raise httpx.ReadTimeout("it drips")
            return read(max_bytes, timeout=left if timeout is None else min(timeout, left))

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
