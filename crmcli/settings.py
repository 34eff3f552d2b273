"""What one run is to work with: a profile's keys, with the environment laid over them, checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmcli import profiles, values
from crmcli.errors import BadConfig
from crmcli.profiles import DEMO, NO_PROFILE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

STORE_BUCKET = (50, 2.0)
"""The real host's leaky bucket: burst, requests a second (wire-facts section 4)."""


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
        return values.one_store(f"{self.base_url.lower()} {self.secure_url}")

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


KEYS = (
    Key("secure_url", values.header, "the store's Secure URL", variable="CRMCLI_SECURE_URL"),
    Key("private_key", values.header, "the app's private key", variable="CRMCLI_PRIVATE_KEY", secret=True),
    Key("token", values.header, "the store's token for the app", variable="CRMCLI_TOKEN", secret=True),
    Key("timezone", values.zone, "the store's time zone", "America/New_York", "CRMCLI_TIMEZONE"),
    Key("base_url", values.address, "the API's address", values.REAL_HOST, "CRMCLI_BASE_URL"),
    Key("timeout", values.seconds, "seconds to wait for an answer", 120.0, "CRMCLI_TIMEOUT"),
    Key("rate_limit", values.rate, "the store's leaky bucket; by default the real host's, and none on loopback"),
    Key("page_size", values.page, "rows asked for at once", 100, "CRMCLI_PAGE_SIZE"),
    Key("read_only", values.flag, "refuse every write", default=False),
    Key("send", values.flag, "false refuses what mails a customer", default=True),
    Key(
        "settle",
        values.settle,
        "seconds to look for a send whose answer was lost, or a write that was killed",
        10.0,
        "CRMCLI_SETTLE",
    ),
    Key("senders", values.senders, "names for the store's sender codes", {}),
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
    found = {key.name: _value(key, profile, profile_name) for key in KEYS}
    if found["rate_limit"] is None and not values.is_loopback(found["base_url"]):
        found["rate_limit"] = STORE_BUCKET
    return Settings(profile=profile_name, **found)


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


def name(named: str | None) -> str:
    """The name of the profile that `load` would choose; "" where it would choose none. No program is run for its keys."""
    try:
        return _chosen(named)[0]
    except BadConfig:
        return named or ""


KEYS_OF_A_STORE = {"CRMCLI_SECURE_URL", "CRMCLI_PRIVATE_KEY", "CRMCLI_TOKEN"}
"""The variables that make another store of a profile, with the rest of its settings."""


def overriding() -> dict[str, Key]:
    """The variables that are set and so stand over whatever profile is chosen, each with its key."""
    return {key.variable: key for key in KEYS if key.variable and os.environ.get(key.variable)}


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
            "senders": {"store": 0, "customer": 1},
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
    from crmcli import printed  # for this alone

    name = f"{key.name}_command"
    return printed.secret(profile[name], name=name)
