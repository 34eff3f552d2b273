"""One value as the text of one table cell: names for numbers, readable dates, blanks for nothing; and its width."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from crmcli import dates
from crmcli.output.columns import MESSAGES, REPLIES, TICKETS, Column, Row
from crmcli.output.hostile import one_line


class Look(Protocol):
    """Names for numbers, given by the caller. Only tables and the view of one object ask it."""

    def department(self, number: int) -> str:
        """The department's name, or an empty string where there is none."""
        ...

    def status(self, number: int) -> str:
        """The name of the status with this StatusId, or an empty string where there is none."""
        ...

    @property
    def now(self) -> datetime:
        """The hour in the store's zone, aware."""
        ...

    def author(self, message: Row, ticket: Row) -> str | None:
        """Who wrote a message of a ticket, `customer` or `store`; None where nothing tells."""
        ...

    def hear(self, ticket: Row) -> None:
        """Warn, once, where the messages of a ticket contradict what is known of who wrote them."""
        ...

    def messages(self, ticket: Row) -> list[Row]:
        """The messages of a ticket that came without them."""
        ...


# Both forms seen on the wire (wire-facts section 7): recorded traffic and the documentation's samples.
_ISO = re.compile(r"(\d{4}-(?:0\d|1[0-2])-[0-3]\d)T([0-2]\d:[0-5]\d)(?::\d\d(?:\.\d+)?)?Z?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: ([0-2]?\d:[0-5]\d)(?::\d\d(?:\.\d+)?)?)?")
_HALVES = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d(:\d\d)? ?[AaPp][Mm]")

_CALLED = {column.field: column.header for shape in (REPLIES, MESSAGES, TICKETS) for column in shape.columns}

_UNSET_YEAR = "0001-"

_UNITS = ((525_600, "year"), (43_200, "month"), (1440, "day"), (60, "hour"), (1, "minute"))


def date(value: object) -> str:
    """A date of the store as `2026-11-23 14:05`, still in the store's zone; empty where none is set (year 1, "", null).

    One that is in no known form is shown as it came.
    """
    if not isinstance(value, str):
        return "" if value is None else one_line(str(value))
    if found := _ISO.fullmatch(value):
        text = f"{found[1]} {found[2]}"
    elif found := _SLASHED.fullmatch(value):
        text = f"{found[3]}-{found[1]:0>2}-{found[2]:0>2}" + (f" {found[4]:0>5}" if found[4] else "")
    else:
        return _halves(value)
    return "" if text.startswith(_UNSET_YEAR) else text


def _halves(value: str) -> str:
    """A date with an hour of half a day, `11/23/2026 2:05:00 PM`; anything else as it came."""
    try:
        if not _HALVES.fullmatch(value):
            return one_line(value)
        moment = dates.from_store(value)
    except ValueError:
        return one_line(value)
    return moment.isoformat(" ", "minutes") if moment else ""


def ago(value: object, look: Look | None) -> str:
    """How long ago a date of the store was: `3 hours ago`; empty where none is set, and for what is yet to come.

    A minute either way is now: the store's dates have no seconds, and clocks differ.
    """
    try:
        moment = dates.from_store(value)
    except ValueError:
        return ""
    if moment is None or look is None:
        return ""
    # As real time, and in an hour that comes twice the first: nobody who waits waits for less than is said.
    seconds = look.now.timestamp() - moment.replace(tzinfo=look.now.tzinfo).timestamp()
    minutes = int(seconds // 60)
    if minutes < -1:
        return ""
    for size, unit in _UNITS:
        if minutes >= size:
            amount = minutes // size
            return f"{amount} {unit}{'s' if amount > 1 else ''} ago"
    return "just now"


def plain(value: object) -> str:
    """Any value on one harmless line; null is empty, a boolean `yes` or `no`, a list its length, an object its fields."""
    if isinstance(value, str):
        return one_line(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, dict):
        return ", ".join(f"{one_line(str(name))}={plain(each)}" for name, each in value.items())
    return one_line(str(value))


def reference(value: object) -> str:
    """The number of an order, customer or product; the store writes 0 where there is none."""
    return "" if value in (0, "0") else plain(value)


def shower(column: Column, look: Look | None) -> Callable[[Row], str]:
    """A function from a row to the text of its cell in `column`, made once for a table."""
    field, spare = column.field, column.spare
    if column.kind == "date":
        return lambda row: date(row.get(field))
    if column.kind == "age":
        return lambda row: ago(row.get(field), look) or date(row.get(field))
    if column.kind == "reference":
        return lambda row: reference(row.get(field))
    if column.kind in ("department", "status") and look is not None:
        names = _names(look.department if column.kind == "department" else look.status)
        return lambda row: names(row.get(field))
    if column.kind == "said":
        from crmcli.output import html  # its names of characters are two thousand

        return lambda row: plain(_readable(row.get(field), html.readable))
    if column.kind == "field":
        return lambda row: called(plain(row.get(field)))
    if column.kind == "value":
        return lambda row: told(row.get("field"), row.get(field), look)
    if column.kind == "change":
        return lambda row: _change(row.get("before") or {}, row.get("after") or {}, look)
    if spare:
        return lambda row: plain(row.get(field)) or plain(row.get(spare))
    return lambda row: plain(row.get(field))


def _readable(value: object, read: Callable[[str], str]) -> object:
    return read(value) if isinstance(value, str) else value


def called(field: str) -> str:
    """What people call a field of the store's: the head of its column."""
    return _CALLED.get(field, one_line(field))


def told(field: object, value: object, look: Look | None) -> str:
    """The value of a field, with a name for the number of a department or status; of a whole ticket, what it is about.

    The numbers of messages say nothing to anybody.
    """
    if isinstance(value, dict) and "CrmMessageList" in value:
        customer = plain(value.get("CustomerName")) or plain(value.get("CustomerEmail"))
        return " ".join([plain(value.get("Subject")) or "(no subject)", *([f"({customer})"] if customer else [])])
    if isinstance(value, dict):
        return ", ".join(f"{called(str(each))}: {told(each, said, look)}" for each, said in value.items())
    if isinstance(value, list):
        return ""
    if type(value) is int and look is not None and field in ("DepartmentID", "StatusID"):
        return one_line((look.department if field == "DepartmentID" else look.status)(value)) or str(value)
    return plain(value)


def _change(before: Row, after: Row, look: Look | None) -> str:
    """What became of fields: `Status: Open -> Spam, Order: 1000`, the second of which was not read before.

    The status comes first: it is what most changes are about, and the end may be cut.
    """
    return ", ".join(
        f"{called(field)}: {f'{told(field, before[field], look)} -> ' if field in before else ''}{told(field, value, look)}"
        for field, value in sorted(after.items(), key=lambda change: change[0] != "StatusID")
    )


def _names(name_of: Callable[[int], str]) -> Callable[[object], str]:
    """A number's name, or the number itself where it has none. Each is asked for once."""
    known: dict[object, str] = {}

    def name(value: object) -> str:
        if type(value) is not int:
            return plain(value)
        if value not in known:
            known[value] = one_line(name_of(value)) or str(value)
        return known[value]

    return name


def cells(text: str) -> int:
    """How many cells of a terminal `text` takes: East Asian letters and emoji take two, combining marks none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # only for text beyond ASCII

    return cell_len(text)


def cut(text: str, width: int, mark: str) -> str:
    """`text` within `width` cells; what had to be cut ends in `mark` (`…`, or what the encoding has for it)."""
    if cells(text) <= width:
        return text
    room = width - len(mark)
    if room <= 0:
        return mark[:width]
    if text.isascii():
        return text[:room] + mark
    from rich.cells import set_cell_size  # as above

    return set_cell_size(text, room) + mark


def folded(line: str, room: int) -> list[str]:
    """A line in parts of at most `room` cells, at its blanks where it has some; whole where `room` is 0.

    No part may be wider than thought: the terminal would break it, and what it sets on a line of its own has no mark of
    ours before it. So a longer word is broken, and each character is as wide as in the terminal that makes it widest.
    """
    parts, at = [], 0
    while room and (end := _reach(line, at, room)) < len(line):
        blank = line.rfind(" ", at + 1, end + 1)
        parts.append(line[at : blank if blank > 0 else end])
        at = blank + 1 if blank > 0 else end
    return [part.rstrip() for part in [*parts, line[at:]]]


def clipped(text: str, width: int, mark: str, *, ambiguous: int = 2) -> str:
    """As `cut`, for a line of ours that a stranger's words are in: with their width taken as `most_cells` takes it."""
    if most_cells(text, ambiguous=ambiguous) <= width:
        return text
    room = width - most_cells(mark, ambiguous=ambiguous)
    return text[: _reach(text, 0, room, ambiguous)] + mark if room > 0 else mark[:width]


def most_cells(text: str, *, ambiguous: int = 2) -> int:
    """How many cells a text takes in the terminal that makes each of its characters widest.

    `ambiguous` is what Greek, Cyrillic and many signs take, which are two cells wide where a user of East Asian letters has
    set that: who can't do without what they would waste elsewhere says 1.
    """
    return len(text) if text.isascii() else sum(_most(char, ambiguous) for char in text)


@lru_cache(maxsize=4096)
def _most(char: str, ambiguous: int) -> int:
    """The most cells of a character. Never none: there are terminals that give marks a cell, and parts of an emoji theirs.

    Of symbols (skin tones and the letters of flags are some), and of Hangul's vowels and last consonants, which join the
    letter before them where a terminal knows how, nothing is sure.
    """
    import unicodedata  # as rich above

    if unicodedata.east_asian_width(char) == "A":
        return 1 if unicodedata.category(char) == "Mn" else ambiguous
    is_unsure = (
        unicodedata.category(char) in ("So", "Sk") or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"
    )
    is_wide = is_unsure or unicodedata.east_asian_width(char) in ("W", "F")
    return max(2 if is_wide and not char.isascii() else 1, cells(char))


def _reach(text: str, at: int, room: int, ambiguous: int = 2) -> int:
    """Where the part of a text ends that begins at a place and takes at most so many cells, or is one character."""
    if text.isascii():
        return min(at + room, len(text))
    end = at
    while end < len(text) and (room := room - _most(text[end], ambiguous)) >= 0:
        end += 1
    return max(end, at + 1)
