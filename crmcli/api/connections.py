"""The connections to one store: kept ones for what is read, one of its own for each write.

A server or a proxy that has come out of step may give one answer too many, and the next request on that connection would
take it for its own: a message would be called sent that never was. An answer on a connection that was opened for one write
can be no other's. It costs the time to connect: nothing beside the two requests a second that the real host allows.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import httpx

from crmcli import errors
from crmcli.api import certificates, proxies

CONNECT_SECONDS = 10.0


class Connections:
    """Two httpx clients for one `base_url`, made when first used. `app` is a WSGI application in place of the network.

    `proxy` is the one that they go through, None without one; `trusted` says whose certificates they trust, None where
    there is no TLS. Raises BadConfig for a proxy or certificates that can't be used.
    """

    def __init__(self, *, base_url: str, headers: Mapping[str, str], timeout: float, app: Any = None) -> None:
        self._app = app
        self._headers = headers
        self._timeout = httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
        self.proxy = None if app else proxies.proxy_for(base_url)
        # A TLS context takes 13 ms to build and plain loopback has no use for one.
        self._tls: ssl.SSLContext | None = None
        self.trusted: str | None = None
        if not app and urlsplit(base_url).scheme == "https":
            self._tls, self.trusted = certificates.trust()
        if self.proxy and self.proxy.is_socks:
            _need_socks(self.proxy)

    def of(self, method: str) -> httpx.Client:
        """The client for a method."""
        return self._kept if method == "GET" or self._app else self._fresh

    def close(self) -> None:
        """Close all connections."""
        for name in ("_kept", "_fresh"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @cached_property
    def _kept(self) -> httpx.Client:
        return self._client(httpx.Limits(max_connections=100, max_keepalive_connections=20))

    @cached_property
    def _fresh(self) -> httpx.Client:
        return self._client(httpx.Limits(max_connections=100, max_keepalive_connections=0))

    def _client(self, limits: httpx.Limits) -> httpx.Client:
        try:
            return httpx.Client(
                headers=self._headers,
                timeout=self._timeout,
                limits=limits,
                follow_redirects=False,
                verify=self._tls or False,
                proxy=self._through(),
                # What the environment says is read here, where what is wrong with it can be said.
                trust_env=False,
                transport=httpx.WSGITransport(self._app) if self._app else None,
            )
        except (ValueError, httpx.InvalidURL):
            where = self.proxy.variable if self.proxy else "base_url"
            raise errors.BadConfig(f"{where} is no address that can be used.", hint=f"Correct {where}.") from None

    def _through(self) -> httpx.Proxy | None:
        if self.proxy is None:
            return None
        speaks_tls = self.proxy.url.startswith("https:")  # to itself: httpcore refuses the context for any other
        return httpx.Proxy(self.proxy.url, ssl_context=self._tls if speaks_tls else None)


def _need_socks(proxy: proxies.Proxy) -> None:
    """Raise BadConfig where what speaks to a SOCKS proxy isn't installed: its import would take 2 ms of every start."""
    if find_spec("socksio") is None:
        raise errors.BadConfig(
            f"{proxy.variable} names a SOCKS proxy, and what speaks to one is not installed.",
            hint="Install it: pip install 'crmcli[socks]', or pipx inject crmcli socksio. Or unset the variable.",
        )
