"""Dates as the store writes them, as people type them, and as the store's filters want them.

The store's dates carry no zone: they are wall-clock time in the store's own zone (wire-facts section 7). So a date
here is a naive `datetime` in the store's zone, unless it says otherwise.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal

from crmcli.errors import BadUsage

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?Z?(?: ?([AP])M)?)?\Z",
    re.ASCII | re.IGNORECASE,
)
_AGO = re.compile(r"(\d{1,6})([hdw])\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?\Z", re.ASCII)

EXPLAINED = (
    ("2026-11-23", "the first moment of a day in the store's zone"),
    ("2026-11-23T14:05", "a minute in the store's zone; seconds may follow"),
    ("2026-11-23T14:05+01:00", "an instant with its offset (or Z), converted to the store's zone"),
    ("11/23/2026 14:05", "as the store writes it, month first; seconds, AM or PM may follow"),
    ("today, yesterday", "the first moment of that day at the store"),
    ("now", "this moment"),
    ("36h", "so many hours ago, of real time"),
    ("7d, 2w", "so many days or weeks ago, at this hour by the store's clock"),
)
FORMS = "2026-11-23, 2026-11-23T14:05, 2026-11-23T14:05+01:00, 11/23/2026 14:05, today, yesterday, now, 36h, 7d, 2w"


_LAST = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 - in whatever zone
Side = Literal["after", "before"]
"""Which end of a span of time a date is."""
SIDES: tuple[Side, Side] = ("after", "before")


def from_store(text: object) -> datetime | None:
    """Read a date of the store's in either of its formats; None for unset (null, "", year 1).

    In: `2026-11-23T14:05:00`, with or without seconds, fraction and `Z`, or `11/23/2026 14:05`, as wire-facts section 7
    lists them, or `11/23/2026 2:05:00 PM`, as the vendor's own program writes it (section 11b). Out: naive, in the store's
    zone; a `Z` is dropped, since nothing on this API is known to mean UTC by it.
    Raises ValueError for anything else.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise ValueError(f"not a date: {text!r}")
    parsed = _slashed(text) or datetime.fromisoformat(text).replace(tzinfo=None)
    return None if parsed.year == 1 else parsed


def _slashed(text: str) -> datetime | None:
    """A date that is written with slashes; None for another form. Raises ValueError for a day or an hour that isn't."""
    found = _SLASHED.match(text)
    if found is None:
        return None
    month, day, year, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if found[7]:
        if not 1 <= hour <= 12:
            raise ValueError(f"no such hour: {text!r}")
        hour = hour % 12 + 12 * (found[7] in "Pp")
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - naive on purpose: the store's zone


def utc_now() -> datetime:
    """The hour, in UTC; in one place, so that a story can have its clock stand still."""
    return datetime.now(UTC)


def now_in(zone: str) -> datetime:
    """The hour in a store's zone, aware: in an hour that comes twice it tells which of the two it is."""
    from zoneinfo import ZoneInfo

    return utc_now().astimezone(ZoneInfo(zone))


def from_user(text: str, *, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """Read a date that a person typed, in the forms of `FORMS`; out: naive, in the store's zone.

    A day means its first moment. `7d` and `2w` are that many calendar days before now by the store's clock, `36h` that
    many hours of real time. An instant with an offset is converted to the store's zone, one without is in it.
    `now` is an aware datetime, for tests. Raises BadUsage.
    """
    return _read(text, zone, now)[0].replace(tzinfo=None, fold=0)


def instant(text: str, *, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """The same as an aware datetime; of two instants at which the store's clock shows that, the first. Raises BadUsage."""
    moment, _ = _read(text, zone, now)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def bound(text: str, *, zone: ZoneInfo, side: Side, now: datetime | None = None) -> datetime:
    """The wall clock that what came after (or before) the date a person typed is asked for with; naive, whole seconds.

    Where a clock is put back, an hour comes twice, and what came later may show an earlier time. So "after" a time of that
    hour begins with the hour, unless it is surely the second; "before" one ends with it, unless it is surely the first.
    Whatever happened within the wish is within what is asked for. Raises BadUsage.
    """
    moment, is_day = _read(text, zone, now)
    if moment.tzinfo:
        wall, fold = moment.replace(tzinfo=None, fold=0), moment.fold
    else:
        wall, fold = moment, int(side == "before" and not is_day)
    if fold == (side == "before") and not is_day:
        begins, ends = twice(wall, zone)
        wall = begins if side == "after" else ends
    whole = wall.replace(microsecond=0)
    if side == "after" and _AGO.match(text.strip().lower()):
        return whole.replace(
            second=0
        )  # the store's own dates may have minutes only, and nobody who says 1h counts seconds
    is_cut = side == "before" and whole < wall < _LAST
    return whole + timedelta(seconds=1) if is_cut else whole


def twice(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Where the hour begins and ends that comes twice and has this time of the clock in it; the time itself for any other."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    if first <= second:  # it comes once; or, where the clock is put forward, never
        return wall, wall
    # In UTC, before and after the clock was put back, which it is on a whole second.
    early, late = ((wall - offset).replace(microsecond=0) for offset in (first, second))
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        is_before = middle.replace(tzinfo=UTC).astimezone(zone).utcoffset() == first
        early, late = (middle, late) if is_before else (early, middle)
    return late + second, late + first


def _read(text: str, zone: ZoneInfo, now: datetime | None) -> tuple[datetime, bool]:
    """What a person typed: aware where the instant is known, else by the store's clock; and whether it is a whole day."""
    now = (now or utc_now()).astimezone(zone)
    word = text.strip()
    try:
        if word.lower() == "now":
            return now.replace(microsecond=0), False
        if word.lower() in ("today", "yesterday"):
            return _first_moment(now.date() - timedelta(days=word.lower() == "yesterday")), True
        ago = _AGO.match(word.lower())
        if ago:
            return _before(now, int(ago[1]), ago[2]), False
        if _DAY.match(word):
            return _first_moment(date.fromisoformat(word)), True
        if _INSTANT.match(word):
            moment = datetime.fromisoformat(word.upper())
            return moment.astimezone(zone) if moment.tzinfo else moment, False
        if slashed := _slashed(word):
            return slashed, ":" not in word
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
        return (now.astimezone(UTC) - timedelta(hours=amount)).astimezone(now.tzinfo).replace(microsecond=0)
    days = amount * (7 if unit == "w" else 1)
    return now.replace(tzinfo=None, microsecond=0, fold=0) - timedelta(days=days)
