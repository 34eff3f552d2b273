"""Statistics for people and spreadsheets: numbers, bars and a row of days on a terminal, a figure a line in CSV and TSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crmcli.output.cells import cells, cut
from crmcli.output.columns import Column, Row, Shape
from crmcli.output.hostile import one_line
from crmcli.output.streams import BOLD, Stream

STATS = Shape(
    "set of statistics",
    "statistics",
    "unanswered_tickets",
    (
        Column("tickets", "Tickets", "number"),
        Column("open", "Open", "number"),
        Column("closed", "Closed", "number"),
        Column("unanswered", "Unanswered", "number"),
        Column("answered", "Answered", "number"),
        Column("unknown", "Unclear", "number"),
        Column("oldest_unanswered", "Oldest unanswered", "duration"),
        Column("oldest_unanswered_ticket", "Waiting longest", "reference"),
        Column("oldest_open", "Oldest open", "duration"),
        Column("first_answers", "First answers", "number"),
        Column("first_answer_median", "First answer, median", "duration"),
        Column("first_answer_p90", "First answer, 90 %", "duration"),
        Column("opened_today", "Opened today", "number"),
        Column("opened_per_day", "Opened per day", "number"),
        Column("by_status", "Open by status", "count"),
        Column("by_department", "Open by department", "count"),
        Column("by_age", "Open by age", "count"),
        Column("per_day", "Opened each day", "count"),
        Column("unanswered_tickets", "Unanswered tickets", "count"),
    ),
    table=(
        "tickets",
        "open",
        "unanswered",
        "unknown",
        "oldest_unanswered",
        "oldest_unanswered_ticket",
        "first_answer_median",
        "first_answer_p90",
        "opened_today",
        "by_status",
        "by_department",
        "by_age",
        "per_day",
    ),
)

# A figure a line: `of` is the status, department, age or day that a part of one is of.
FIGURES = Shape(
    "figure", "figures", "figure", (Column("figure", "Figure"), Column("of", "Of"), Column("value", "Value"))
)

# The fields of a part: what it is of, and its number.
_PARTS: Mapping[str, tuple[str, str]] = {
    "by_status": ("name", "tickets"),
    "by_department": ("name", "open"),
    "by_age": ("age", "open"),
    "per_day": ("day", "opened"),
}

_USUAL_WIDTH = 80
_LONGEST = 60
_GAP = "  "
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = "_.:-=+*#"

_SPANS = (("week", 604_800), ("day", 86_400), ("h", 3600), ("min", 60))


def span(seconds: int) -> str:
    """A length of time in its two largest units: `3 days 4 h`, `45 min`."""
    for at, (unit, length) in enumerate(_SPANS):
        if seconds >= length:
            some, rest = divmod(seconds, length)
            finer, fine = _SPANS[at + 1] if at + 1 < len(_SPANS) else ("", 0)
            more = rest // fine if fine else 0
            return f"{_counted(some, unit)} {_counted(more, finer)}" if more else _counted(some, unit)
    return "0 min"


def bar(part: int, most: int, room: int, *, unicode: bool = True) -> str:
    """A bar for `part` of `most` in `room` cells: all of them for the most, none for 0, and some for anything else."""
    if part <= 0 or room <= 0:
        return ""
    if not unicode:
        return "#" * max(1, part * room // most)
    full, eighths = divmod(max(1, part * room * 8 // most), 8)
    return "█" * full + _EIGHTHS[eighths].strip()


def sparkline(numbers: Sequence[int], *, unicode: bool = True) -> str:
    """A character for each number, the higher the larger; a blank for 0."""
    levels, most = _LEVELS if unicode else _ASCII_LEVELS, max(numbers, default=0)
    return "".join([levels[(number * len(levels) - 1) // most] if number else " " for number in numbers])


def rows(figures: Row) -> list[Row]:
    """Figures as the rows of `FIGURES`."""
    return list(_rows(figures))


def _rows(figures: Row) -> Iterator[Row]:
    for name, value in figures.items():
        if name in _PARTS:
            of, number = _PARTS[name]
            yield from ({"figure": name, "of": part[of], "value": part[number]} for part in value)
        elif isinstance(value, list):
            yield from ({"figure": name, "of": None, "value": each} for each in value)
        else:
            yield {"figure": name, "of": None, "value": value}


def lines(figures: Row, fields: Sequence[str] | None, stream: Stream) -> str:
    """Figures for a person: the usual ones, or those of these fields; no line wider than the terminal."""
    width = stream.width or _USUAL_WIDTH
    columns = STATS.of(fields) if fields else STATS.usual
    single = [column for column in columns if column.kind != "count"]
    # What can't be told is told of only where there is any.
    single = [column for column in single if fields or column.field != "unknown" or figures["unknown"]]
    label = max((cells(column.header) for column in single), default=0)
    told = [
        _fit(f"{column.header.ljust(label)}{_GAP}{_single(column, figures[column.field])}", width, stream)
        for column in single
    ]
    for column in columns:
        if column.kind == "count":
            drawn = _SECTIONS[column.field](figures[column.field], width, stream)
            told += ["", stream.paint(_fit(column.header, width, stream), BOLD), *drawn]
    return "".join([f"{line}\n" for line in (told if single else told[1:])])


def _single(column: Column, value: Any) -> str:
    if value is None:
        return "none"
    if column.kind == "duration":
        return span(value)
    return f"#{value}" if column.kind == "reference" else f"{value:,}"


def _bars(parts: Sequence[tuple[str, int]], width: int, stream: Stream) -> list[str]:
    """A line for each part: its name, its number, and a bar as wide as the terminal lets it be."""
    if not parts:
        return ["none"]
    most_for_names = max(8, width * 2 // 5)
    named = [(_fit(stream.encodable(one_line(name)), most_for_names, stream), number) for name, number in parts]
    label = max(cells(name) for name, _ in named)
    digits = max(len(f"{number:,}") for _, number in named)
    most = max(number for _, number in named)
    room = min(_LONGEST, width - label - digits - 2 * len(_GAP))
    drawn = []
    for name, number in named:
        blanks = " " * (label - cells(name))
        drawn.append(f"{name}{blanks}{_GAP}{number:>{digits},}{_GAP}{bar(number, most, room, unicode=stream.unicode)}")
    return [_fit(line.rstrip(), width, stream) for line in drawn]


def _open_by_status(parts: Sequence[Row], width: int, stream: Stream) -> list[str]:
    shown = [(part["name"], part["tickets"]) for part in parts if not part["closed"] and part["tickets"]]
    closed = ", ".join(one_line(part["name"]) for part in parts if part["closed"])
    return [*_bars(shown, width, stream), _fit(stream.encodable(f"not open: {closed or 'none'}"), width, stream)]


def _open_by(name: str) -> Callable[[Sequence[Row], int, Stream], list[str]]:
    return lambda parts, width, stream: _bars([(part[name], part["open"]) for part in parts], width, stream)


def _per_day(parts: Sequence[Row], width: int, stream: Stream) -> list[str]:
    shown = parts[-width:]
    numbers = [part["opened"] for part in shown]
    about = f"{shown[0]['day']} to {shown[-1]['day']}, most {max(numbers):,}"
    return [sparkline(numbers, unicode=stream.unicode).rstrip() or "none", _fit(about, width, stream)]


def _tickets(numbers: Sequence[int], width: int, _: Stream) -> list[str]:
    told, line = [], ""
    for number in map(str, numbers):
        if line and len(line) + 1 + len(number) > width:
            told.append(line)
            line = ""
        line = f"{line} {number}" if line else number
    return [*told, line or "none"]


_SECTIONS: Mapping[str, Callable[[Sequence[Any], int, Stream], list[str]]] = {
    "by_status": _open_by_status,
    "by_department": _open_by("name"),
    "by_age": _open_by("age"),
    "per_day": _per_day,
    "unanswered_tickets": _tickets,
}


def _fit(text: str, width: int, stream: Stream) -> str:
    return cut(text, width, "…" if stream.encodable("…") == "…" else "...")


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'s' if number != 1 and unit in ('day', 'week') else ''}"
