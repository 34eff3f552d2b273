"""Reads a CSV: with commas, or with semicolons or tabs as spreadsheets write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crmcli.rows.found import Rows, Target
from crmcli.rows.values import of_cell, short

_LINE_END = re.compile(r"\r\n?|\n")
_SEP = re.compile(r"\s*\"?sep=([,;\t|])\"?[,;\t ]*(?:\r\n?|\n|\Z)", re.IGNORECASE)


def read_csv(text: str, rows: Rows) -> None:
    """Put all rows of a text into `rows`."""
    import csv
    from io import StringIO

    csv.field_size_limit(2**31 - 1)  # a long message is no fault, and a quotation never closed has an error of its own
    delimiter, skipped = _delimiter(text)
    # With an empty `newline` each end of a line is left as it is, within a cell too.
    reader = csv.reader(StringIO(text[skipped:], newline=""), delimiter=delimiter, strict=True)
    table: _Table | None = None
    first = len(_LINE_END.findall(text[:skipped])) + 1
    begins = first
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + first
            if not any(map(str.strip, cells)):
                continue
            if table is None:
                table = _Table(cells, number, rows)
            else:
                table.row(cells, number)
    except csv.Error as fault:
        unclosed = "end of data" in str(fault)
        rows.fault(begins, "a quotation is never closed" if unclosed else f"it is not CSV ({fault}); no more was read")


class _Table:
    """What the header says of the rows below it."""

    def __init__(self, cells: Sequence[str], number: int, rows: Rows) -> None:
        self._header = number
        self._rows = rows
        self._columns = _columns(cells, number, rows)
        self._unnamed = {
            place: f"column {place + 1} has no name" for place, cell in enumerate(cells) if not cell.strip()
        }
        # Spreadsheets leave empty columns at the right: a row that ends before them lacks nothing.
        self._least = max((place + 1 for place in range(len(cells)) if place not in self._unnamed), default=0)
        self._absent = [
            name for name in rows.required if not any(each and each.field == name for each in self._columns)
        ]
        rows.required = [name for name in rows.required if name not in self._absent]

    def row(self, cells: Sequence[str], number: int) -> None:
        """Put a row that isn't blank into the rows."""
        for name in self._absent:  # once for the file, and only where there are rows
            self._rows.fault(self._header, f"there is no column {name}")
        self._absent = []
        if not self._least <= len(cells) <= len(self._columns):
            self._rows.fault(number, f"cells in the row: {len(cells)}, in the header: {len(self._columns)}")
            return
        for place in [place for place in self._unnamed if place < len(cells) and cells[place].strip()]:
            said = self._unnamed.pop(place)
            self._rows.fault(self._header, f"{said}, and line {number} has {short(cells[place])} in it")
        values: dict[str, Any] = {}
        for target, cell in zip(self._columns, cells, strict=False):
            if cell and target:
                self._rows.put(number, values, target, cell, of_cell)
        self._rows.keep(number, values)


def _delimiter(text: str) -> tuple[str, int]:
    """What parts the cells, and the end of the line `sep=;` if one tells it, as Excel writes and reads them."""
    if told := _SEP.match(text):
        return told[1], told.end()
    start = len(text) - len(text.lstrip())
    start = max(text.rfind(end, 0, start) for end in "\r\n") + 1  # a tab may be what the header begins with
    header = re.compile(r"[^\r\n]*").match(text, start)
    return next((each for each in ",;\t" if header and each in header[0]), ","), 0


def _columns(cells: Sequence[str], number: int, rows: Rows) -> list[Target | None]:
    columns: list[Target | None] = []
    unknown: dict[str, str] = {}
    places: dict[Target, str] = {}
    names = [cell.strip() for cell in cells]
    for said in names:
        target = None if rows.passes(said, names) else rows.target(said)
        if not said or said in rows.passed:  # one without a name may be empty
            pass
        elif target is None:
            unknown[said] = ""
        elif target.kind == "mapping" and not target.inner:
            rows.fault(number, f"{short(said)} names nothing in it: write {target.field}.NAME")
            target = target._replace(inner="?")  # it is there, if badly
        elif target in places:
            rows.fault(number, f"the columns {places[target]} and {short(said)} are both {target.label}")
        else:
            places[target] = short(said)
        columns.append(target)
    if unknown:
        rows.unknown(number, "column", unknown)
    return columns
