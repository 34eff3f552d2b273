"""What one run is to work with: a profile's keys, with the environment laid over them, checked."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crmcli import profiles
from crmcli.errors import BadConfig
from crmcli.profiles import DEMO, NO_PROFILE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

STORE_EXAMPLE = "https://www.example-store.com"
REAL_HOST = "https://apirest.3dcart.com/3dCartWebAPI/v1"
STORE_BUCKET = (50, 2.0)
"""The real host's leaky bucket: burst, requests a second (wire-facts section 4)."""
COMMAND_SECONDS = 60.0
"""How long a program that prints a secret may take: it may ask for a passphrase in a window of its own."""


@dataclass(frozen=True)
class Settings:
    """A checked profile. `timezone` is the store's; `timeout` is in seconds; `rate_limit` is (burst, per second)."""

    profile: str
    secure_url: str
    private_key: str
    token: str
    timezone: str
    base_url: str
    timeout: float
    rate_limit: tuple[int, float] | None
    page_size: int
    read_only: bool
    send: bool
    senders: Mapping[str, int]
    settle: float

    @property
    def store(self) -> str:
        """What tells this store from others, whatever form its address has (both with and without https:// work)."""
        bare = self.secure_url.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
        return f"{self.base_url.lower()} {bare}"

    @property
    def is_demo(self) -> bool:
        """Whether the store is the demo store on this machine."""
        return self.profile == DEMO


@dataclass(frozen=True)
class Key:
    """A key of a profile: the variable that stands over it, its default, whether it is secret, and how it is read.

    `read` turns what the file or the environment holds into the value; it raises ValueError with what is needed.
    """

    name: str
    read: Callable[[Any], Any]
    about: str
    default: Any = None
    variable: str | None = None
    secret: bool = False


_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.ASCII)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed")
    return value.strip()


def _header(value: Any) -> str:
    """A text that goes into an HTTP header, so visible ASCII only (RFC 9110 section 5.5)."""
    text = _text(value)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("it holds characters that no key or address has")
    return text


def _zone(value: Any) -> str:
    from zoneinfo import ZoneInfo

    name = _text(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        raise ValueError(f"no time zone is named {name!r}; write one like 'America/New_York'") from None
    return name


def _store(value: Any) -> str:
    """The Secure URL, as a host or with https:// before it: the API takes both (wire-facts section 2)."""
    text = _header(value).rstrip("/")
    scheme, mark, host = text.lower().rpartition("://")
    if is_loopback(text if mark else f"//{text}"):
        return text
    if mark and scheme != "https":
        raise ValueError(f"a Secure URL begins with https://, like {STORE_EXAMPLE}")
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels):
        raise ValueError(f"a store's address like {STORE_EXAMPLE} is needed")
    return text


def _address(value: Any) -> str:
    text = _header(value).rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    plain = host and (":" in host or all(_LABEL.match(label) for label in host.split(".")))
    if parts.scheme not in ("http", "https") or not plain or any(mark in text for mark in "?#@"):
        raise ValueError(f"an address like {REAL_HOST} is needed")
    if parts.scheme == "http" and not is_loopback(text):
        raise ValueError("plain http would show the keys to the network: write https:// (http is for loopback alone)")
    return text


def _seconds(value: Any) -> float:
    return _between(value, 0.05, 3600, "a number of seconds is needed")


def _settle(value: Any) -> float:
    return _between(value, 0, 600, "a number of seconds is needed")


def _page(value: Any) -> int:
    return int(_between(value, 1, 500, "a number from 1 to 500 is needed"))


def _between(value: Any, least: float, most: float, needed: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(needed) from None
    if isinstance(value, bool) or not least <= number <= most:
        raise ValueError(needed)
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is needed")
    return value


def _rate(value: Any) -> tuple[int, float]:
    needed = "a table like { burst = 50, per_second = 2 } is needed"
    if not isinstance(value, dict) or set(value) != {"burst", "per_second"}:
        raise ValueError(needed)
    return int(_between(value["burst"], 1, 100_000, needed)), _between(value["per_second"], 0.001, 100_000, needed)


def _senders(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or any(isinstance(n, bool) or not isinstance(n, int) for n in value.values()):
        raise ValueError("a table of names and numbers like { store = 1 } is needed")
    return {str(name).casefold(): number for name, number in value.items()}


KEYS = (
    Key("secure_url", _store, "the store's Secure URL", variable="CRMCLI_SECURE_URL"),
    Key("private_key", _header, "the app's private key", variable="CRMCLI_PRIVATE_KEY", secret=True),
    Key("token", _header, "the store's token for the app", variable="CRMCLI_TOKEN", secret=True),
    Key("timezone", _zone, "the store's time zone", "America/New_York", "CRMCLI_TIMEZONE"),
    Key("base_url", _address, "the API's address", REAL_HOST, "CRMCLI_BASE_URL"),
    Key("timeout", _seconds, "seconds to wait for an answer", 120.0, "CRMCLI_TIMEOUT"),
    Key("rate_limit", _rate, "the store's leaky bucket; by default the real host's, and none on loopback"),
    Key("page_size", _page, "rows asked for at once", 100, "CRMCLI_PAGE_SIZE"),
    Key("read_only", _flag, "refuse every write", default=False),
    Key("send", _flag, "false refuses what mails a customer", default=True),
    Key(
        "settle",
        _settle,
        "seconds to look for a send whose answer was lost, or a write that was killed",
        10.0,
        "CRMCLI_SETTLE",
    ),
    Key("senders", _senders, "names for the store's sender codes", {}),
)
SECRETS = tuple(key.name for key in KEYS if key.secret)


def load(name: str | None) -> Settings:
    """The settings of the profile `name`; of `CRMCLI_PROFILE` or the file's default when it is None.

    Every key comes from its variable, else from the profile, else from its default. Raises BadConfig.
    """
    profile_name, profile = _chosen(name)
    if profile_name == DEMO:
        return _demo()
    unknown = set(profile) - {key.name for key in KEYS} - {f"{secret}_command" for secret in SECRETS}
    if unknown:
        raise BadConfig(
            f"Profile {profile_name!r} has a key that means nothing: {', '.join(sorted(unknown))}.",
            hint=f"There are {', '.join(key.name for key in KEYS)}.",
        )
    values = {key.name: _value(key, profile, profile_name) for key in KEYS}
    if values["rate_limit"] is None and not is_loopback(values["base_url"]):
        values["rate_limit"] = STORE_BUCKET
    return Settings(profile=profile_name, **values)


def zone(name: str | None) -> ZoneInfo | None:
    """The zone of the store that `load` would choose; None where it would choose none. No program is run for its keys."""
    from zoneinfo import ZoneInfo

    try:
        profile_name, profile = _chosen(name)
        if profile_name == DEMO:
            return ZoneInfo(_demo().timezone)
        store = {key.name: _value(key, profile, profile_name) for key in KEYS if key.name in ("secure_url", "timezone")}
    except BadConfig:
        return None
    return ZoneInfo(store["timezone"])


def overriding() -> dict[str, Key]:
    """The variables that are set and so stand over whatever profile is chosen, each with its key."""
    return {key.variable: key for key in KEYS if key.variable and os.environ.get(key.variable)}


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine (RFC 5735, RFC 4291: 127.0.0.0/8, ::1, and the name localhost)."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _chosen(name: str | None) -> tuple[str, Mapping[str, Any]]:
    """The profile that is to be used, by its name, and what the file has of it. Raises BadConfig."""
    name = name or os.environ.get("CRMCLI_PROFILE") or None
    if name == DEMO:
        return DEMO, {}
    complete = all(os.environ.get(key.variable) for key in KEYS if key.variable and key.default is None)
    return profiles.chosen(name, needed=not complete)


def _demo() -> Settings:
    defaults = {key.name: key.default for key in KEYS}
    return Settings(
        **{
            **defaults,
            "profile": DEMO,
            "secure_url": "https://demo.example.com",
            "private_key": DEMO,
            "token": DEMO,
            "base_url": "http://localhost/3dCartWebAPI/v1",
            "senders": {"store": 1, "customer": 2},
        }
    )


def _value(key: Key, profile: Mapping[str, Any], profile_name: str) -> Any:
    source, raw = f"{key.name} in profile {profile_name!r}", profile.get(key.name)
    if key.variable and os.environ.get(key.variable):
        source, raw = key.variable, os.environ[key.variable]
    elif raw is None and key.secret and f"{key.name}_command" in profile:
        source, raw = f"{key.name}_command of profile {profile_name!r}", _printed(key, profile)
    if raw is None:
        if key.default is not None or key.variable is None:
            return key.default
        raise BadConfig(
            f"No {key.name} for the store: neither profile {profile_name!r} nor {key.variable} gives it."
            if profile
            else f"No profile is set up, and {key.variable} is not set.",
            hint=None if profile else NO_PROFILE,
        )
    try:
        return key.read(raw)
    except ValueError as fault:
        raise BadConfig(f"{source}: {fault}.") from None


def _printed(key: Key, profile: Mapping[str, Any]) -> str:
    """What the `*_command` of a secret prints. Its own output is never quoted in an error: it may be the secret."""
    import subprocess

    command = profile[f"{key.name}_command"]
    try:
        words = shlex.split(command) if isinstance(command, str) else command
    except ValueError as fault:  # a quotation that doesn't end
        raise BadConfig(f"{key.name}_command: {str(fault).lower()}.") from None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise BadConfig(f"{key.name}_command: a command line is needed.")
    try:
        done = subprocess.run(  # noqa: S603 - the user's own profile names it
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except subprocess.CalledProcessError as fault:
        raise BadConfig(f"{key.name}_command: {words[0]} ended with code {fault.returncode}.") from None
    except subprocess.TimeoutExpired:
        raise BadConfig(f"{key.name}_command: {words[0]} printed nothing within {COMMAND_SECONDS:g} seconds.") from None
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the command, or bytes in what it prints
        reason = (
            fault.strerror if isinstance(fault, OSError) else "it can't be run, or printed something that is not text"
        )
        raise BadConfig(f"{key.name}_command: {words[0]}: {reason}.") from None
    return done.stdout.strip()
