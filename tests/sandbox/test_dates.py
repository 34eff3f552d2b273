"""The sandbox's dates: what goes out comes back in, in every form, in every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.sandbox import dates

ZONES = st.sampled_from([dates.EASTERN, "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, ZONES)
def test_what_goes_out_comes_back_in(moment: datetime, zone: str) -> None:
    kept = dates.stored(moment)
    # In the hour that a clock change repeats the wall clock means two moments: then the first of them comes back.
    repeated = moment.astimezone(ZoneInfo(zone)).fold
    again = [dates.received(written(kept, zone), zone) for written in (dates.iso, dates.slashed)]
    assert again[0] == again[1]
    assert (again[0] != kept) == repeated


@given(MOMENTS, st.sampled_from([-300, 0, 60, 330]))
def test_an_offset_counts(moment: datetime, minutes: int) -> None:
    said = (moment.replace(microsecond=0) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "Z"
    assert dates.received(said + offset, "Asia/Tokyo") == dates.stored(moment)


@given(MOMENTS)
def test_http_dates_are_those_of_the_standard_library(moment: datetime) -> None:
    assert dates.http_date(moment) == format_datetime(moment, usegmt=True)


def test_unset_dates_are_year_one_and_back() -> None:
    assert dates.iso("", dates.EASTERN) == "0001-01-01T00:00:00"
    assert dates.slashed("", dates.EASTERN) == "01/01/0001 00:00"
    assert dates.received("0001-01-01T00:00:00", dates.EASTERN) == dates.received("01/01/0001 00:00", "UTC") == ""


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "1/2/26", "1/2/2026 13:00:00 PM", "2026-01-01T25:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dates.received(text, "UTC")
