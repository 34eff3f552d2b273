"""Dates as the store writes them, as people type them, and as the store's filters want them.

The store's dates carry no zone: they are wall-clock time in the store's own zone (wire-facts section 7). So a date
here is a naive `datetime` in the store's zone, unless it says otherwise.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from crmcli.errors import BadUsage

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?)?\Z", re.ASCII)
_AGO = re.compile(r"(\d{1,6})([hdw])\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?\Z", re.ASCII)

EXPLAINED = (
    ("2026-11-23", "the first moment of a day in the store's zone"),
    ("2026-11-23T14:05", "a minute in the store's zone; seconds may follow"),
    ("2026-11-23T14:05+01:00", "an instant with its offset (or Z), converted to the store's zone"),
    ("today, yesterday", "the first moment of that day at the store"),
    ("now", "this moment"),
    ("36h", "so many hours ago, of real time"),
    ("7d, 2w", "so many days or weeks ago, at this hour by the store's clock"),
)
FORMS = "2026-11-23, 2026-11-23T14:05, 2026-11-23T14:05+01:00, today, yesterday, now, 36h, 7d, 2w"


def from_store(text: object) -> datetime | None:
    """Read a date of the store's in either of its formats; None for unset (null, "", year 1).

    In: `2026-11-23T14:05:00`, with or without seconds, fraction and `Z`, or `11/23/2026 14:05`, as wire-facts section 7
    lists them. Out: naive, in the store's zone; a `Z` is dropped, since nothing on this API is known to mean UTC by it.
    Raises ValueError for anything else.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise ValueError(f"not a date: {text!r}")
    slashed = _SLASHED.match(text)
    if slashed:
        month, day, year, hour, minute, second = (int(part or 0) for part in slashed.groups())
        parsed = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - naive on purpose: the store's zone
    else:
        parsed = datetime.fromisoformat(text).replace(tzinfo=None)
    return None if parsed.year == 1 else parsed


def utc_now() -> datetime:
    """The hour, in UTC; in one place, so that a story can have its clock stand still."""
    return datetime.now(UTC)


def wall_clock(zone: str) -> datetime:
    """The hour in a store's zone, naive as the store's own dates are."""
    from zoneinfo import ZoneInfo

    return utc_now().astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def from_user(text: str, *, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """Read a date that a person typed, in the forms of `FORMS`; out: naive, in the store's zone.

    A day means its first moment. `7d` and `2w` are that many calendar days before now by the store's clock, `36h` that
    many hours of real time. An instant with an offset is converted to the store's zone, one without is in it.
    `now` is an aware datetime, for tests. Raises BadUsage.
    """
    now = (now or utc_now()).astimezone(zone)
    word = text.strip()
    try:
        if word.lower() == "now":
            return now.replace(tzinfo=None, microsecond=0)
        if word.lower() in ("today", "yesterday"):
            return _first_moment(now.date() - timedelta(days=word.lower() == "yesterday"))
        ago = _AGO.match(word.lower())
        if ago:
            return _before(now, int(ago[1]), ago[2])
        if _DAY.match(word):
            return _first_moment(date.fromisoformat(word))
        if _INSTANT.match(word):
            instant = datetime.fromisoformat(word.upper())
            return instant.astimezone(zone).replace(tzinfo=None) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        pass
    raise BadUsage(f"Not a date: {text!r}.", hint=f"Write one of: {FORMS}.")


def to_filter(moment: datetime) -> str:
    """Write a moment as the store's filters take it: `mm/dd/yyyy hh:mm:ss`, 24-hour (API page; wire-facts section 7)."""
    # strftime pads no year below 1000 on Linux, so the year is padded here.
    return f"{moment:%m/%d/}{moment.year:04d}{moment: %H:%M:%S}"


def _first_moment(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _before(now: datetime, amount: int, unit: str) -> datetime:
    if unit == "h":
        # Hours are real time: subtracting in the store's zone would count wall-clock hours across a clock change.
        return (
            (now.astimezone(UTC) - timedelta(hours=amount)).astimezone(now.tzinfo).replace(tzinfo=None, microsecond=0)
        )
    days = amount * (7 if unit == "w" else 1)
    return now.replace(tzinfo=None, microsecond=0) - timedelta(days=days)
