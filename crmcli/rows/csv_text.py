"""Reads a CSV: with commas, or with semicolons or tabs as spreadsheets write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crmcli.rows.found import Rows, Target
from crmcli.rows.values import of_cell, short


def read_csv(text: str, rows: Rows) -> None:
    """Put all rows of a text into `rows`."""
    import csv
    from io import StringIO

    csv.field_size_limit(2**31 - 1)  # a long message is no fault, and a quotation never closed has an error of its own
    # With an empty `newline` each end of a line is left as it is, within a cell too.
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    columns: list[Target | None] | None = None
    begins, header, absent = 1, 0, list[str]()
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + 1
            if not any(map(str.strip, cells)):
                continue
            if columns is None:
                columns, header = _header(cells, number, rows), number
                absent = [name for name in rows.required if not any(each and each.field == name for each in columns)]
                rows.required = [name for name in rows.required if name not in absent]
                continue
            for name in absent:  # once for the file, and only where there are rows
                rows.fault(header, f"there is no column {name}")
            absent = []
            if len(cells) != len(columns):
                rows.fault(number, f"cells in the row: {len(cells)}, in the header: {len(columns)}")
                continue
            values: dict[str, Any] = {}
            for target, cell in zip(columns, cells, strict=True):
                if cell and target:
                    rows.put(number, values, target, cell, of_cell)
            rows.keep(number, values)
    except csv.Error as fault:
        unclosed = "end of data" in str(fault)
        rows.fault(begins, "a quotation is never closed" if unclosed else f"it is not CSV ({fault}); no more was read")


def _delimiter(text: str) -> str:
    start = len(text) - len(text.lstrip())
    start = max(text.rfind(end, 0, start) for end in "\r\n") + 1  # a tab may be what the header begins with
    header = re.compile(r"[^\r\n]*").match(text, start)
    return next((each for each in ",;\t" if header and each in header[0]), ",")


def _header(cells: Sequence[str], number: int, rows: Rows) -> list[Target | None]:
    columns: list[Target | None] = []
    unknown: dict[str, str] = {}
    places: dict[Target, str] = {}
    for place, cell in enumerate(cells, 1):
        said = cell.strip()
        target = rows.target(said)
        if not said:
            rows.fault(number, f"column {place} has no name")
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
