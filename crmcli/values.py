"""What the keys of a profile may hold: each function reads a value of the file or the environment.

It returns the value as the program uses it, and raises ValueError with what is needed.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit

STORE_EXAMPLE = "https://www.example-store.com"
REAL_HOST = "https://apirest.3dcart.com/3dCartWebAPI/v1"

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.ASCII)

_SHOP = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(?:www\.)?(\[[^]/?#@]*\]|[^]/?#@:\[]+?)\.?(?::([0-9]{0,5}))?(/[^?#]*)?(?:[?#].*)?",
    re.ASCII,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|aspx?)/*\Z", re.ASCII)


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed")
    return value.strip()


def header(value: Any) -> str:
    """A text that goes into an HTTP header, so visible ASCII only (RFC 9110 section 5.5)."""
    said = text(value)
    if not said.isascii() or not said.isprintable() or " " in said:
        raise ValueError("it holds characters that no key or address has")
    return said


def zone(value: Any) -> str:
    """The name of a time zone."""
    from zoneinfo import ZoneInfo

    name = text(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise ValueError(f"no time zone is named {name!r}; write one like 'America/New_York'") from None
    return name


def store(value: Any) -> str:
    """The Secure URL, as a host or with https:// before it: the API takes both (wire-facts section 2)."""
    said = header(value).rstrip("/")
    scheme, mark, host = said.lower().rpartition("://")
    if is_loopback(said if mark else f"//{said}"):
        return said
    if mark and scheme != "https":
        raise ValueError(f"a Secure URL begins with https://, like {STORE_EXAMPLE}")
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        raise ValueError(f"a store's address like {STORE_EXAMPLE} is needed")
    return said


def address(value: Any) -> str:
    """The API's address in its one form (`one_form`); plain http only to loopback."""
    said = header(value)
    try:
        plain = one_form(said)
        host = urlsplit(plain).hostname or ""
    except ValueError:
        host = plain = ""
    labels = host.split(".")
    is_name = all(_LABEL.match(label) for label in labels) and not (labels[-1].isdigit() and not _is_address(host))
    is_host = bool(host) and (":" in host or is_name)
    if not plain.startswith(("http://", "https://")) or not is_host or any(mark in said for mark in "?#@"):
        raise ValueError(f"an address like {REAL_HOST} is needed")
    if plain.startswith("http:") and not is_loopback(plain):
        raise ValueError("plain http would show the keys to the network: write https:// (http is for loopback alone)")
    return plain


def one_form(url: str) -> str:
    """A URL with its scheme and host in small letters, without the scheme's usual port and the slashes at its end.

    So that addresses that mean the same compare as the same (RFC 3986 section 6.2). Raises ValueError for none.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
    user, mark, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{mark}{host}{port}")).rstrip("/")


def one_store(said: str) -> str:
    """What tells a store from others (`Settings.store`), of the API's address and its Secure URL in whatever spelling.

    Of a Secure URL no letter's size, scheme, name, `www.`, usual port, closing dot, closing slash or index page tells anything.
    """
    base, _, shop = said.partition(" ")
    found = _SHOP.fullmatch(shop.lower())
    if not found:
        return f"{base} {shop.lower()}"
    host, port, path = found.groups(default="")
    port = "" if not port or int(port) in (80, 443) else f":{int(port)}"
    return f"{base} {host}{port}{_INDEX.sub('', path).rstrip('/')}"


def shown(url: str) -> str:
    """An address as it may be shown: a name and a password before its host are left out."""
    return re.sub(r"(^|//)[^/?#]*@", r"\1…@", url)


def is_real_host(url: str) -> bool:
    """Whether a URL is the API's own, whatever version of it."""
    return urlsplit(url).hostname == urlsplit(REAL_HOST).hostname


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def seconds(value: Any) -> float:
    """A time-out in seconds."""
    return _between(value, 0.05, 3600, "a number of seconds is needed")


def settle(value: Any) -> float:
    """Seconds to look for what was lost; 0 for once."""
    return _between(value, 0, 600, "a number of seconds is needed")


def page(value: Any) -> int:
    """Rows of a page."""
    return int(_between(value, 1, 500, "a number from 1 to 500 is needed"))


def _between(value: Any, least: float, most: float, needed: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(needed) from None
    if isinstance(value, bool) or not least <= number <= most:
        raise ValueError(needed)
    return number


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false is needed")
    return value


def rate(value: Any) -> tuple[int, float]:
    """A leaky bucket: burst, requests a second."""
    needed = "a table like { burst = 50, per_second = 2 } is needed"
    if not isinstance(value, dict) or set(value) != {"burst", "per_second"}:
        raise ValueError(needed)
    return int(_between(value["burst"], 1, 100_000, needed)), _between(value["per_second"], 0.001, 100_000, needed)


def senders(value: Any) -> dict[str, int]:
    """Numbers by the names that stand for them, in small letters."""
    if not isinstance(value, dict) or any(isinstance(n, bool) or not isinstance(n, int) for n in value.values()):
        raise ValueError("a table of names and numbers like { store = 0, customer = 1 } is needed")
    return {str(name).casefold(): number for name, number in value.items()}


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine (RFC 5735, RFC 4291: 127.0.0.0/8, ::1, and the name localhost)."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)  # Python before 3.13 does not look into ::ffff:127.0.0.1
    return (mapped or address).is_loopback
