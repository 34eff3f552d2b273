"""Bars are as wide as they may be and as they should be; what is drawn fits every terminal, and harms none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.output.charts import STATS, bar, rows, span, sparkline
from crmcli.output.sink import Output

from .conftest import Printing

counts = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 min"),
        (59, "0 min"),
        (60, "1 min"),
        (3600, "1 h"),
        (5460, "1 h 31 min"),
        (86_400, "1 day"),
        (90_000, "1 day 1 h"),
        (2 * 86_400 + 59, "2 days"),
        (604_800 + 86_399, "1 week"),
        (8_640_000, "14 weeks 2 days"),
        (7_000 * 604_800, "7,000 weeks"),
    ],
)
def test_a_span_in_words(seconds: int, text: str) -> None:
    assert span(seconds) == text


@given(part=counts, most=st.integers(1, 10**9), room=st.integers(-5, 300), unicode=st.booleans())
def test_a_bar_fits_and_shows_whatever_there_is(part: int, most: int, room: int, unicode: bool) -> None:
    part = min(part, most)
    drawn = bar(part, most, room, unicode=unicode)
    assert cell_len(drawn) == len(drawn) <= max(0, room)
    assert bool(drawn) == (part > 0 and room > 0)
    assert unicode or set(drawn) <= {"#"}
    if part == most and room > 0:
        assert drawn == ("█" if unicode else "#") * room


def eighths(drawn: str) -> int:
    return sum(" ▏▎▍▌▋▊▉█".index(each) for each in drawn)


@given(parts=st.tuples(counts, counts).map(sorted), more=counts, room=st.integers(1, 300))
def test_a_longer_bar_is_more(parts: list[int], more: int, room: int) -> None:
    most = max(1, parts[1] + more)
    short, long = (bar(part, most, room) for part in parts)
    assert eighths(short) <= eighths(long)
    assert abs(eighths(long) - parts[1] * room * 8 / most) <= 1


@given(numbers=st.lists(counts, max_size=400), unicode=st.booleans())
def test_a_sparkline_rises_and_falls_with_the_numbers(numbers: list[int], unicode: bool) -> None:
    levels = " ▁▂▃▄▅▆▇█" if unicode else " _.:-=+*#"
    drawn = [levels.index(each) for each in sparkline(numbers, unicode=unicode)]
    assert len(drawn) == len(numbers)
    assert [each > 0 for each in drawn] == [number > 0 for number in numbers]
    assert all(level == 8 for level, number in zip(drawn, numbers, strict=True) if number and number == max(numbers))
    assert [drawn[at] for at in sorted(range(len(numbers)), key=numbers.__getitem__)] == sorted(drawn)


names = st.text(st.sampled_from("aW\x1b\x07\u202e\u200d日👩\n\tה ") | st.characters(), max_size=60)


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    single = {column.field: draw(counts | st.none()) for column in STATS.columns if column.kind != "count"}
    named = st.lists(st.tuples(names, counts), max_size=4)
    return {
        **single,
        "unknown": draw(counts),
        "by_status": [
            {"status": 1, "name": name, "closed": draw(st.booleans()), "tickets": count} for name, count in draw(named)
        ],
        "by_department": [{"department": 1, "name": name, "open": count} for name, count in draw(named)],
        "by_age": [{"age": "under 1 day", "open": draw(counts)}],
        "per_day": [
            {"day": "2026-11-23", "opened": count} for count in draw(st.lists(counts, min_size=1, max_size=300))
        ],
        "unanswered_tickets": draw(st.lists(counts, max_size=50)),
    }


@settings(deadline=None, max_examples=60)
@given(
    drawn=figures(),
    width=st.integers(40, 220),
    encoding=st.sampled_from(["utf-8", "ascii", "latin-1", "cp437"]),
    fields=st.none() | st.lists(st.sampled_from(STATS.fields), min_size=1, max_size=5).map(",".join),
    color=st.sampled_from(["never", "always"]),
)
def test_what_is_drawn_fits_the_terminal(
    printing: Printing, drawn: dict[str, Any], width: int, encoding: str, fields: str | None, color: str
) -> None:
    with printing(terminal=True, width=width, encoding=encoding) as printed:
        Output(format="table", fields=fields, color=color).figures(drawn)
    for line in printed.out.splitlines():
        plain = line.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert plain.isprintable()
        assert cell_len(plain) <= width
    assert encoding == "utf-8" or not set(printed.out) & set("█▏▁▇")


def test_each_figure_has_a_line_of_its_own() -> None:
    parts = {
        "open": 3,
        "oldest_open": None,
        "by_age": [{"age": "under 1 day", "open": 3}],
        "unanswered_tickets": [7, 9],
    }
    assert [tuple(row.values()) for row in rows(parts)] == [
        ("open", None, 3),
        ("oldest_open", None, None),
        ("by_age", "under 1 day", 3),
        ("unanswered_tickets", None, 7),
        ("unanswered_tickets", None, 9),
    ]
