"""Dates: what people type, what the store's filters take, and what the store writes, in zones that change their clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crmcli import dates
from crmcli.dates import bound, from_store, from_user, to_filter
from crmcli.errors import BadUsage
from crmcli.news import Checkpoint
from crmcli.output import cells
from crmcli.sandbox.objects import TICKET
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


# Clocks that are put back or forward, at 2:00, at midnight, by half an hour, by two hours, by a day.
CHANGES = [
    ("America/New_York", "2026-11-01T06:00Z"),
    ("America/New_York", "2026-03-08T07:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00Z"),
    ("Europe/Berlin", "2026-03-29T01:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30Z"),
    ("America/Havana", "2026-11-01T05:00Z"),
    ("America/Havana", "2026-03-08T05:00Z"),
    ("Atlantic/Azores", "2026-10-25T01:00Z"),
    ("America/Santiago", "2026-04-05T03:00Z"),
    ("Antarctica/Troll", "2026-10-25T01:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00Z"),
    ("Pacific/Kwajalein", "1969-10-01T00:00Z"),
    ("Asia/Kolkata", "2026-11-01T06:00Z"),
    ("UTC", "2026-11-01T06:00Z"),
]
changes = st.sampled_from(CHANGES).map(lambda each: (ZoneInfo(each[0]), datetime.fromisoformat(each[1])))
seconds = st.integers(-30 * 3600, 30 * 3600) | st.integers(-3 * 3600, 3 * 3600)


def shown(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the store's clock shows at an instant, thus the date that a ticket of then gets."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


@settings(max_examples=400, deadline=None)
@given(change=changes, wished=seconds, opened=seconds, form=st.sampled_from(["hours", "offset", "Z", "fraction"]))
def test_what_was_opened_within_the_wish_is_asked_for(
    change: tuple[ZoneInfo, datetime], wished: int, opened: int, form: str
) -> None:
    zone, around = change
    wish, ticket = around + timedelta(seconds=wished), around + timedelta(seconds=opened)
    typed, now = wish.isoformat(), wish
    if form == "hours":
        typed, now = "5h", wish + timedelta(hours=5)
    elif form == "Z":
        typed = typed.replace("+00:00", "Z")
    elif form == "fraction":
        wish += timedelta(milliseconds=250)
        typed = wish.isoformat()
    after, before = (bound(typed, zone=zone, side=side, now=now) for side in dates.SIDES)
    if ticket >= wish:
        kept = shown(ticket, zone)
        assert (kept.replace(second=0) if form == "hours" else kept) >= after, "a store may keep minutes alone"
    if ticket <= wish:
        assert shown(ticket, zone) <= before
    assert (after.tzinfo, before.tzinfo, after.microsecond, before.microsecond) == (None, None, 0, 0)


@settings(max_examples=400, deadline=None)
@given(change=changes, wished=seconds, opened=seconds, day=st.booleans(), part=st.sampled_from([0, 0, 1, 999_999]))
def test_what_was_opened_after_or_before_an_hour_of_the_clock_is_asked_for(
    change: tuple[ZoneInfo, datetime], wished: int, opened: int, day: bool, part: int
) -> None:
    """An hour that comes twice is from its first beginning to its second end; one that never comes is no hindrance."""
    zone, around = change
    wall = shown(around, zone) + timedelta(seconds=wished)
    wall = wall.replace(hour=0, minute=0, second=0) if day else wall.replace(microsecond=part)
    typed = wall.date().isoformat() if day else wall.isoformat()
    first, second = ((wall.replace(tzinfo=zone, fold=fold)).astimezone(UTC) for fold in (0, 1))
    if shown(first, zone) != wall:  # the clock never shows it: it stands for the moment at which it is put forward
        first, second = around, around - timedelta(seconds=1)
    elif day:  # begins once
        second = first - timedelta(seconds=1)
    ticket = around + timedelta(seconds=opened)
    if ticket >= first:
        assert shown(ticket, zone) >= bound(typed, zone=zone, side="after")
    if ticket <= second:
        assert shown(ticket, zone) <= bound(typed, zone=zone, side="before")


@pytest.mark.parametrize(
    ("zone", "now", "typed", "after", "before"),
    [
        (NEW_YORK, "2026-11-01T06:50Z", "1h", "01:00", "01:50"),
        (NEW_YORK, "2026-11-01T06:50Z", "0h", "01:50", "02:00"),
        (NEW_YORK, "2026-11-01T06:50Z", "now", "01:50", "02:00"),
        (NEW_YORK, "2026-11-01T07:50Z", "2h", "01:00", "01:50"),
        (NEW_YORK, "2026-11-01T07:10Z", "1h", "01:10", "02:00"),
        (NEW_YORK, "2026-11-01T07:10Z", "3h", "00:10", "00:10"),
        (NEW_YORK, "2026-11-02T06:30Z", "1d", "01:00", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T01:30", "01:00", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T01:59:59.999999", "01:00", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T01:00:00.000001", "01:00", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "11/1/2026 1:30 AM", "01:00", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T01:30-04:00", "01:00", "01:30"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T01:30-05:00", "01:30", "02:00"),
        (NEW_YORK, "2026-11-02T06:30Z", "2026-11-01T02:00", "02:00", "02:00"),
        (NEW_YORK, "2026-03-08T07:30Z", "1h", "01:30", "01:30"),
        (NEW_YORK, "2026-03-08T07:30Z", "2026-03-08T02:30", "02:30", "02:30"),
        (LORD_HOWE, "2026-04-04T15:10Z", "0h", "01:40", "02:00"),
        (LORD_HOWE, "2026-04-04T15:10Z", "1h", "01:10", "01:10"),
        (ZoneInfo("America/Havana"), "2026-11-01T12:00Z", "today", "00:00", "00:00"),
        (ZoneInfo("America/Havana"), "2026-11-01T12:00Z", "2026-11-01T00:00", "00:00", "01:00"),
    ],
)
def test_the_hour_that_comes_twice(zone: ZoneInfo, now: str, typed: str, after: str, before: str) -> None:
    found = [bound(typed, zone=zone, side=side, now=datetime.fromisoformat(now)) for side in dates.SIDES]
    assert [f"{moment:%H:%M}" for moment in found] == [after, before]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("1h", "05:50"), ("0h", "06:50"), ("2026-11-01T01:30", "05:30"), ("2026-11-01T01:30-05:00", "06:30")],
)
def test_an_instant_is_that_very_one_or_the_first_that_it_may_be(typed: str, wanted: str) -> None:
    """What is purged is older than that for sure."""
    found = dates.instant(typed, zone=NEW_YORK, now=datetime(2026, 11, 1, 6, 50, tzinfo=UTC))
    assert f"{found.astimezone(UTC):%H:%M}" == wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("02/26/2019 17:01", "2019-02-26T17:01:00"),
        ("02/26/2019 17:01:59", "2019-02-26T17:01:59"),
        ("02/26/2019 17:01:59.123", "2019-02-26T17:01:59"),
        ("2/6/2019", "2019-02-06T00:00:00"),
        ("2019-02-26T17:01:00", "2019-02-26T17:01:00"),
        ("2019-02-26T17:01:00.1234567", "2019-02-26T17:01:00"),
        ("2019-02-26T17:01:00Z", "2019-02-26T12:01:00"),
        ("11/1/2026 12:00:00 AM", "2026-11-01T00:00:00"),
        ("11/1/2026 12:30 pm", "2026-11-01T12:30:00"),
        ("11/11/2026 1:05:09 PM", "2026-11-11T13:05:09"),
        ("26/02/2019 17:01", None),
        ("02/30/2019", None),
        ("11/1/2026 13:00 PM", None),
        ("11/1/2026 0:30 AM", None),
        ("11/1/2026 24:00", None),
        ("11/1/26", None),
    ],
)
def test_the_stores_own_forms_are_taken(typed: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(BadUsage):
            from_user(typed, zone=NEW_YORK)
        return
    assert from_user(typed, zone=NEW_YORK).replace(microsecond=0).isoformat() == wanted
    read = from_store(typed)
    assert "Z" in typed or (read and read.replace(microsecond=0).isoformat()) == wanted


@pytest.mark.parametrize("dates_as", ["iso", "slash"])
def test_a_date_that_came_out_goes_back_in(shop: Sandbox, run: Run, dates_as: str) -> None:
    shop.switch(f"dates={dates_as}", "date-bounds=inclusive")
    came = run("tickets", "get", "5", "--json").json["DateOpened"]
    assert run("tickets", "list", "--opened-after", came, "--opened-before", came, "-o", "ids").lines == ["5"]


def test_a_ticket_of_the_hour_that_comes_again_is_found(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 1, 6, 50, tzinfo=UTC)
    monkeypatch.setattr(dates, "utc_now", lambda: now)
    shop.store.update(TICKET, 4, {"DateOpened": "2026-11-01T06:20", "DateLastAction": "2026-11-01T06:20"})
    for span in (
        ("--opened-after", "1h"),
        ("--active-after", "1h"),
        ("--opened-after", "2026-11-01T01:50"),
        ("--opened-after", "2026-11-01T01:50-04:00", "--opened-before", "2026-11-01T01:20-05:00"),
        ("--opened-after", "2026-11-01T01:50", "--opened-before", "2026-11-01T01:10"),
    ):
        shop.store.clear_log()
        found = run("tickets", "list", *span, "-o", "ids")
        assert (found.code, found.lines) == (0, ["4"]), span
    assert "1 hour ago" in run("tickets", "get", "4", terminal=True).out, (
        "or half an hour: the longer of the two is said"
    )


@settings(max_examples=300, deadline=None)
@given(change=changes, seen=st.lists(seconds, min_size=1, max_size=4), later=st.integers(0, 4 * 3600))
def test_a_checkpoint_asks_again_from_before_the_hour_that_comes_twice(
    change: tuple[ZoneInfo, datetime], seen: list[int], later: int
) -> None:
    """Whatever happens after a run is within what the next one asks for, though its clock may show less."""
    zone, around = change
    assume(around.year == 2026)  # the calendar of an island may be put back by a day, once in history
    newest = max(shown(around + timedelta(seconds=each), zone) for each in seen)
    ticket = around + timedelta(seconds=max(seen) + later)
    since = Checkpoint(None, newest.isoformat()).since  # type: ignore[arg-type]  # it needs no file for this
    assert since is not None
    assert shown(ticket, zone) >= bound(since, zone=zone, side="after")


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


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("11/1/2026 1:05:09 PM", "2026-11-01 13:05"),
        ("11/1/2026 12:00:00 AM", "2026-11-01 00:00"),
        ("1/1/0001 12:00:00 AM", ""),
        ("11/1/2026 13:05 PM", "11/1/2026 13:05 PM"),
    ],
)
def test_a_date_with_half_a_day_is_told_as_any_other(written: str, told: str) -> None:
    assert cells.date(written) == told
