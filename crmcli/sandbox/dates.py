"""Dates in the sandbox: kept in UTC to the minute, shown as the store's wall clock, which is all the API ever shows.

The store's dates have no zone and no seconds (wire-facts section 7). Filters compare wall clock with wall clock, so an
hour that the clock change repeats is as ambiguous here as it is there; a client has to live with that.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERN = "America/New_York"

_UNSET = datetime(1, 1, 1)  # noqa: DTZ001 - what the store gives for "none": year 1, without a zone
_SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP])M)?)?\Z", re.ASCII | re.IGNORECASE
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stored(moment: datetime) -> str:
    """An aware moment as the store keeps it: UTC to the minute, `2026-11-23T19:05`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


@lru_cache(maxsize=8192)
def wall(kept: str, zone: str) -> datetime:
    """A kept date on the wall clock of a zone, naive; year 1 for an unset one ("")."""
    if not kept:
        return _UNSET
    return datetime.fromisoformat(kept).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def iso(kept: str, zone: str) -> str:
    """A kept date as recorded traffic has it: `2026-11-23T14:05:00`, in the zone's wall clock."""
    return wall(kept, zone).isoformat()


def slashed(kept: str, zone: str) -> str:
    """A kept date as the API page prints it: `11/23/2026 14:05`."""
    moment = wall(kept, zone)
    return f"{moment:%m/%d}/{moment.year:04d} {moment:%H:%M}"


def bound(text: str) -> str:
    """A date of a filter, in the form of `iso`. Raises ValueError.

    In: `mm/dd/yyyy[ hh:mm[:ss]]` in 24 hours (API page), or as .NET writes it, `m/d/yyyy h:mm:ss AM` (wire-facts section 11b).
    """
    match = _SLASHED.match(text)
    if not match:
        raise ValueError("it is not mm/dd/yyyy hh:mm:ss")
    *digits, half = match.groups()
    month, day, year, hour, minute, second = (int(part or 0) for part in digits)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("an hour before AM or PM is 1 to 12")
        hour = hour % 12 + (12 if half in "pP" else 0)
    return datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001 - wall clock on purpose


def received(text: str, zone: str) -> str:
    """A date in a body as the store keeps it; "" for unset. Raises ValueError.

    In: `2026-11-23T14:05:00` or `11/23/2026 14:05`, in the zone's wall clock; or with `Z` or an offset, which counts.
    """
    moment = datetime.fromisoformat(text if "/" not in text else bound(text))
    if moment.year == 1:
        return ""
    return stored(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))


def http_date(moment: datetime) -> str:
    """A moment as the `Date` header writes it (RFC 9110 section 5.6.7); not by strftime, which speaks the user's language."""
    moment = moment.astimezone(UTC)
    return f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} GMT"
