"""What httpx says when no whole answer came, in words of ours: its own may quote what a stranger wrote, and name no cause."""

from __future__ import annotations

import httpx

from crmcli import errors

# Raised before a byte of the request has left: what was to be sent surely never arrived.
NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def network_failed(method: str, path: str, base_url: str, fault: httpx.RequestError) -> errors.NetworkFailed:
    """The error for a call that was not answered; one that may have been done says so."""
    said = f"{method} {path}: {what_happened(fault)} ({base_url})."
    if isinstance(fault, NEVER_ARRIVED):
        return errors.NeverArrived(said)
    hint = None if method == "GET" else "The store may have done it: look before you repeat it."
    return errors.NetworkFailed(said, hint=hint)


def what_happened(fault: httpx.RequestError) -> str:
    """A transport error in a few words."""
    if isinstance(fault, httpx.ConnectTimeout):
        return "no connection within the time-out"
    if isinstance(fault, httpx.TimeoutException):
        return "no answer within the time-out"
    if isinstance(fault, httpx.ConnectError):
        return f"no connection could be made: {fault}"
    if isinstance(fault, httpx.DecodingError):
        return "the answer's compression is broken, or there is far too much of it"
    return "the connection was lost before the whole answer came"
