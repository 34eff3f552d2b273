"""The proxy that the environment names for the store's host, as curl reads the same variables.

httpx reads them too, but takes no networks in NO_PROXY, and fails in its own words on what it can't read.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from crmcli import values
from crmcli.errors import BadConfig

_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""In curl's order. Plain http goes to loopback alone, which is never behind a proxy, so HTTP_PROXY has no say."""
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_SCHEMES = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True)
class Proxy:
    """A proxy and the variable that names it. `url` may hold a password; `shown` is what may be printed of it."""

    variable: str
    url: str

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS and not HTTP."""
        return self.url.startswith("socks")

    @property
    def shown(self) -> str:
        """Its address without name and password, and who says so."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]} (from {self.variable})"


def proxy_for(base_url: str) -> Proxy | None:
    """The proxy that leads to a host; None where it is to be reached straight. Raises BadConfig, naming the variable."""
    parts = urlsplit(base_url)
    if values.is_loopback(base_url):
        return None
    variable = next((name for name in _VARIABLES if os.environ.get(name, "").strip()), None)
    if variable is None:
        return _of_the_system(parts.hostname or "")
    if _is_skipped(parts, next(filter(None, map(os.environ.get, _EXCEPTIONS)), "")):
        return None
    return Proxy(variable, _read(os.environ[variable].strip(), variable))


def _of_the_system(host: str) -> Proxy | None:
    """The one of the system's settings, where it has such (Windows, macOS), for whoever sets no variable."""
    if os.name != "nt" and sys.platform != "darwin":
        return None
    from urllib.request import getproxies, proxy_bypass

    said = getproxies().get("https")
    where = "the system's settings"
    return Proxy(where, _read(said, where)) if said and not proxy_bypass(host) else None


def _read(said: str, variable: str) -> str:
    """A proxy's URL as httpx takes it. Nothing of it is quoted in an error but what can't be its password."""
    try:
        parts = urlsplit(said if "://" in said else f"http://{said}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _wrong(variable, "its port is no number from 1 to 65535, or its brackets don't match") from None
    if parts.scheme not in _SCHEMES:
        raise _wrong(variable, "its kind is none of http, https and socks5")
    if not host or not re.fullmatch(r"[!-~]+", said) or port == 0:
        raise _wrong(variable, "it names no host, or holds characters that no address has")
    user, mark, _ = parts.netloc.rpartition("@")
    named = f"[{host}]" if ":" in host else host
    # The name of the store's host goes to a SOCKS proxy in either kind: httpx resolves none itself.
    return f"{parts.scheme.removesuffix('h')}://{user}{mark}{named}:{port or _SCHEMES[parts.scheme]}"


def _wrong(variable: str, why: str) -> BadConfig:
    return BadConfig(
        f"{variable} is no proxy's address: {why}.",
        hint="Write it like http://proxy.example:3128 or socks5://127.0.0.1:1080, or unset it.",
    )


def _is_skipped(parts: SplitResult, said: str) -> bool:
    """Whether NO_PROXY names a host: itself, a domain above it, or a network that its address is in."""
    host = (parts.hostname or "").rstrip(".")
    return any(
        name == "*" or _covers(name, host)
        for name, port in _entries(said)
        if port is None or port == (parts.port or 443)
    )


def _entries(said: str) -> Iterator[tuple[str, int | None]]:
    """Each name or network of NO_PROXY, and the port that it is meant for alone."""
    for entry in re.split(r"[\s,]+", said.lower()):
        found = re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d{1,5})", entry)
        name, port = (found[1], int(found[2])) if found else (entry, None)
        if name:
            yield name.replace("[", "").replace("]", ""), port


def _covers(name: str, host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host) in ip_network(name, strict=False)
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))
