"""What httpx says when no whole answer came, in words of ours: its own may quote what a stranger wrote, and name no cause."""

from __future__ import annotations

import ssl
from http import HTTPStatus

import httpx

from crmcli import errors
from crmcli.api import certificates
from crmcli.api.proxies import Proxy

_FINAL = (403, 407)
"""What a proxy says to who is not let through: asking again changes nothing, and may lock an account."""


class Lost(Exception):
    """A call without a whole answer.

    `left` says whether a byte of the request may have left for the store, `proxy` through which proxy it goes, and
    `base_url` what it was for.
    """

    def __init__(
        self, method: str, path: str, *, fault: httpx.RequestError, left: bool, base_url: str, proxy: Proxy | None
    ) -> None:
        super().__init__(method, path)
        self.method = method
        self.path = path
        self.base_url = base_url
        self.fault = fault
        self.left = left
        self.proxy = proxy

    @property
    def is_late(self) -> bool:
        """Whether the connection is there, and no answer came in time."""
        return isinstance(self.fault, httpx.TimeoutException) and not isinstance(self.fault, httpx.ConnectTimeout)

    @property
    def error(self) -> errors.NetworkFailed:
        """The error that it is; for a call that may have been done it says so, and for one that never left that, too."""
        said = f"{self.method} {self.path}: {self.what} ({self.base_url})"
        reads = self.method == "GET"
        if self.left:
            hint = None if reads else "The store may have done it: look before you repeat it."
            return errors.NetworkFailed(f"{said}.", hint=hint)
        at, hint, again = self._in_between()
        return errors.NeverArrived(f"{said}." if reads else f"{said}; nothing was sent.", hint=hint, at=at, again=again)

    @property
    def what(self) -> str:
        """What happened, in a few words."""
        if isinstance(self.fault, httpx.ProxyError) and self.proxy:
            return f"the proxy {self.proxy.shown} {_answered(self.fault)}"
        if isinstance(self.fault, httpx.ConnectTimeout):
            return f"no connection{self._to_proxy} within the time-out"
        if isinstance(self.fault, httpx.TimeoutException):
            return f"no answer{self._from_proxy} within the time-out"
        if certificate := _certificate(self.fault):
            return f"the host's certificate is not trusted: {certificate}"
        if isinstance(self.fault, httpx.ConnectError):
            return f"no connection{self._to_proxy} could be made: {self.fault}"
        if isinstance(self.fault, httpx.DecodingError):
            return "the answer's compression is broken, or there is far too much of it"
        return f"the connection was lost before the whole answer{self._from_proxy} came"

    @property
    def _to_proxy(self) -> str:
        return f" through the proxy {self.proxy.shown}" if self.proxy and not self.left else ""

    @property
    def _from_proxy(self) -> str:
        return f" of the proxy {self.proxy.shown}" if self.proxy and not self.left else ""

    def _in_between(self) -> tuple[str, str | None, bool]:
        """Where a request that never left came to its end, what to do, and whether to try again."""
        if _certificate(self.fault):
            return "TLS", _about_trust(), False
        if not self.proxy:
            return "connection", None, True
        status = _status(self.fault)
        hints = {
            407: f"Give it a name and a password: {self.proxy.variable}=http://NAME:PASSWORD@HOST:PORT.",
            403: "It lets nothing through to that host: ask whoever runs it, or add the host to NO_PROXY.",
        }
        usual = "Is that the right proxy, and can it reach the host? Correct the variable, or add the host to NO_PROXY."
        return "proxy", hints.get(status, usual), status not in _FINAL


def _certificate(fault: httpx.RequestError) -> str:
    """What is wrong with the host's certificate; "" when that is not what failed."""
    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return "" if cause is None else cause.verify_message or "it could not be verified"


def _about_trust() -> str:
    if named := certificates.named():
        said = " and ".join(f"{variable}={place}" for variable, place in named.items())
        return f"{said} alone says whom to trust: add the authority of that certificate to it, or unset it."
    return (
        "Does a company's proxy or a virus scanner put its own certificate in? Name the file of its authority: "
        "SSL_CERT_FILE=/path/to/ca.pem (it stands over the system's)."
    )


def _status(fault: httpx.RequestError) -> int:
    """The status that a proxy answered with; 0 where it is none of HTTP."""
    digits, _, _ = str(fault).partition(" ")
    return int(digits) if digits.isdecimal() and len(digits) == 3 and isinstance(fault, httpx.ProxyError) else 0


def _answered(fault: httpx.ProxyError) -> str:
    """What a proxy said. Of HTTP its status alone, since the words beside it may be anybody's; of SOCKS httpx's words."""
    status = _status(fault)
    if not status:
        return f"refused: {fault}".rstrip(".")
    try:
        return f"answered {status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return f"answered {status}"
