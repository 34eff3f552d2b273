"""Dates: what people type, what the store's filters take, and what the store writes, in zones that change their clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmcli import dates
from crmcli.dates import from_store, from_user, to_filter
from crmcli.errors import BadUsage
from tests.conftest import Run, Sandbox

ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")]
NEW_YORK, BERLIN, LORD_HOWE = ZONES[:3]

zones = st.sampled_from(ZONES)
walls = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001
instants = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))


def written(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@given(wall=walls, zone=zones)
def test_a_wall_clock_time_goes_to_the_filter_as_it_is(wall: datetime, zone: ZoneInfo) -> None:
    for text in (wall.isoformat(), wall.isoformat(sep=" "), f" {wall.isoformat()}.25 "):
        assert to_filter(from_user(text, zone=zone)) == wall.strftime("%m/%d/%Y %H:%M:%S")
    assert to_filter(from_user(wall.date().isoformat(), zone=zone)) == wall.strftime("%m/%d/%Y 00:00:00")


@given(instant=instants, offset=offsets, zone=zones)
def test_an_instant_with_an_offset_is_the_stores_clock_at_that_instant(
    instant: datetime, offset: timedelta, zone: ZoneInfo
) -> None:
    there = instant.astimezone(zone)
    typed = (instant + offset).replace(tzinfo=None).isoformat() + written(offset)
    for text in (
        typed,
        typed[:-3] + typed[-2:],
        instant.isoformat().replace("+00:00", "Z"),
    ):
        found = from_user(text, zone=zone)
        assert found.tzinfo is None
        assert found == there.replace(tzinfo=None)
    # And back: what the store's clock shows is that instant, or the one an hour (on Lord Howe half) from it.
    read = from_store(there.replace(tzinfo=None).isoformat())
    assert read is not None
    assert instant in {read.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}


@given(wall=walls)
def test_both_formats_of_the_store_are_read(wall: datetime) -> None:
    minute = wall.replace(second=0)
    for text in (
        wall.isoformat(),
        f"{wall.isoformat()}.000",
        f"{wall.isoformat()}.1234567Z",
        f"{wall:%m/%d/%Y %H:%M:%S}",
    ):
        found = from_store(text)
        assert found is not None
        assert found.replace(microsecond=0) == wall
    for text in (minute.isoformat(timespec="minutes"), f"{minute:%m/%d/%Y %H:%M}", to_filter(minute)):
        assert from_store(text) == minute
    assert from_store(f"{wall.month}/{wall.day}/{wall.year}") == minute.replace(hour=0, minute=0)


@given(wall=walls)
def test_a_filter_is_read_back_as_it_was_written(wall: datetime) -> None:
    assert from_store(to_filter(wall)) == wall


@pytest.mark.parametrize(
    "unset", [None, "", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "01/01/0001 00:00", "1/1/0001"]
)
def test_a_date_that_is_unset_is_none(unset: str | None) -> None:
    assert from_store(unset) is None


@given(text=st.one_of(st.text(), st.integers(), st.floats(), st.text("0123456789/:-T .Z+", max_size=30)))
def test_whatever_the_store_writes_is_a_date_or_a_value_error(text: object) -> None:
    try:
        found = from_store(text)
    except ValueError:
        return
    assert found is None or found.tzinfo is None


# Hours are real time, days and weeks the store's calendar; each pair is what it was and what the clock showed.
@pytest.mark.parametrize(
    ("zone", "now", "typed", "wanted"),
    [
        (NEW_YORK, "2026-11-23T19:05:30Z", "7d", "2026-11-16T14:05:30"),
        (NEW_YORK, "2026-11-23T19:05:30Z", "36h", "2026-11-22T02:05:30"),
        (NEW_YORK, "2026-11-23T19:05:30Z", "2w", "2026-11-09T14:05:30"),
        (NEW_YORK, "2026-11-23T19:05:30Z", "0h", "2026-11-23T14:05:30"),
        (NEW_YORK, "2026-11-23T19:05:30Z", "now", "2026-11-23T14:05:30"),
        (NEW_YORK, "2026-11-23T03:00:00Z", "today", "2026-11-22T00:00:00"),
        (NEW_YORK, "2026-11-23T03:00:00Z", "Yesterday", "2026-11-21T00:00:00"),
        (BERLIN, "2026-11-23T23:30:00Z", "today", "2026-11-24T00:00:00"),
        # The clock went back at 06:00 UTC on the first of November, and forward at 07:00 on the eighth of March.
        (NEW_YORK, "2026-11-01T17:00:00Z", "24h", "2026-10-31T13:00:00"),
        (NEW_YORK, "2026-11-01T17:00:00Z", "1d", "2026-10-31T12:00:00"),
        (NEW_YORK, "2026-11-01T06:30:00Z", "1h", "2026-11-01T01:30:00"),
        (NEW_YORK, "2026-03-08T12:00:00Z", "6h", "2026-03-08T01:00:00"),
        (NEW_YORK, "2026-03-08T07:30:00Z", "1h", "2026-03-08T01:30:00"),
        (BERLIN, "2026-10-25T12:00:00Z", "24h", "2026-10-24T14:00:00"),
        (BERLIN, "2026-03-29T12:00:00Z", "24h", "2026-03-28T13:00:00"),
        # Lord Howe's clock goes back by half an hour, at 15:00 UTC on the fourth of April.
        (LORD_HOWE, "2026-04-05T00:00:00Z", "24h", "2026-04-04T11:00:00"),
        (LORD_HOWE, "2026-04-05T00:00:00Z", "1d", "2026-04-04T10:30:00"),
    ],
)
def test_so_long_ago(zone: ZoneInfo, now: str, typed: str, wanted: str) -> None:
    found = from_user(typed, zone=zone, now=datetime.fromisoformat(now))
    assert found.isoformat() == wanted


@given(now=instants, amount=st.integers(0, 5000), zone=zones)
def test_hours_are_real_and_days_are_of_the_calendar(now: datetime, amount: int, zone: ZoneInfo) -> None:
    hours = from_user(f"{amount}h", zone=zone, now=now)
    assert hours == (now - timedelta(hours=amount)).astimezone(zone).replace(tzinfo=None)
    days = from_user(f"{amount}d", zone=zone, now=now)
    assert days == now.astimezone(zone).replace(tzinfo=None) - timedelta(days=amount)
    assert from_user(f"{amount}w", zone=zone, now=now) == from_user(f"{7 * amount}d", zone=zone, now=now)


typed = st.one_of(
    st.text(),
    st.text("0123456789-:T+Zhdw ./", max_size=32),
    st.from_regex(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,12})?)?([Zz]|[+-]\d{2}:?\d{2})?)?", fullmatch=True),
    st.from_regex(r"\d{1,9}[hdw]", fullmatch=True),
)


@given(text=typed, zone=zones)
@example(text="0001-01-01T00:00+14:00", zone=NEW_YORK)
@example(text="9999-12-31T23:59-14:00", zone=BERLIN)
@example(text="999999w", zone=NEW_YORK)
@example(text="999999h", zone=LORD_HOWE)
@example(text="2026-11-23T14:05+99:99", zone=NEW_YORK)
@example(text="٢٠٢٦-١١-٢٣", zone=NEW_YORK)
@example(text="\ud800", zone=NEW_YORK)
def test_whatever_is_typed_is_a_date_or_refused(text: str, zone: ZoneInfo) -> None:
    try:
        found = from_user(text, zone=zone)
    except BadUsage as refused:
        assert dates.FORMS in (refused.hint or "")  # noqa: PT017 - it may be a date as well
        return
    assert found.tzinfo is None
    assert datetime.strptime(to_filter(found), "%m/%d/%Y %H:%M:%S") == found.replace(microsecond=0)  # noqa: DTZ007


@pytest.mark.parametrize("form", dates.FORMS.split(", "))
def test_the_forms_that_are_told_are_taken(form: str) -> None:
    from_user(form, zone=NEW_YORK)


def test_the_profiles_zone_is_the_stores(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for zone, clock in (
        (None, "07/04/2026 08:00:00"),
        ("Europe/Berlin", "07/04/2026 14:00:00"),
        ("Australia/Lord_Howe", "07/04/2026 22:30:00"),
    ):
        if zone:
            monkeypatch.setenv("CRMCLI_TIMEZONE", zone)
        shop.store.clear_log()
        assert run("tickets", "list", "--opened-after", "2026-07-04T12:00Z", "--limit", "1").code == 0
        assert shop.store.log()[0]["Query"].startswith(
            f"openedstartdate={clock.replace('/', '%2F').replace(' ', '+').replace(':', '%3A')}&"
        )


@pytest.mark.parametrize("dates_as", ["iso", "slash"])
@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
def test_a_range_of_dates_finds_what_is_in_it(shop: Sandbox, run: Run, dates_as: str, bounds: str) -> None:
    shop.switch(f"dates={dates_as}", f"date-bounds={bounds}")
    days = ("--opened-after", "2026-03-04", "--opened-before", "2026-03-06")
    assert run("tickets", "list", *days, "-o", "ids").out.split() == ["4", "5"]
