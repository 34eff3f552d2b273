"""Tables of our own words, to be read rather than looked through: nothing in them is cut, the last column is wrapped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from crmcli.output.columns import Row, Shape
from crmcli.output.streams import BOLD, Stream

_GAP = "  "
_MOST = 26
"""A cell wider than this has its explanation below it, so that one long name doesn't narrow all the others' texts."""
_LEAST = 20
"""Cells that the last column has on however narrow a terminal."""


def lines(rows: Sequence[Row], shape: Shape, stream: Stream) -> str:
    """The usual columns of `shape`, the last one wrapped to the terminal; in one line each where there is none."""
    columns = shape.usual
    table = [[str(row[column.field]) for column in columns] for row in rows]
    head = [column.header for column in columns]
    widths = [
        max(len(cell) for cell in cells if len(cell) <= _MOST) for cells in list(zip(head, *table, strict=True))[:-1]
    ]
    places = [(width, column.kind == "number") for width, column in zip(widths, columns, strict=False)]
    told = [stream.paint(_entry(head, places, None), BOLD), *(_entry(row, places, stream.width) for row in table)]
    return stream.encodable("".join(f"{entry}\n" for entry in told))


def _entry(cells: Sequence[str], places: Sequence[tuple[int, bool]], limit: int | None) -> str:
    padded = [
        cell.rjust(width) if right else cell.ljust(width) for cell, (width, right) in zip(cells, places, strict=False)
    ]
    before = "".join(cell + _GAP for cell in padded)
    indent = sum(width + len(_GAP) for width, _ in places)
    below = " " * indent
    if limit is None:
        return (before + cells[-1]).rstrip()
    width = max(indent + _LEAST, limit)
    wrapped = textwrap.wrap(
        cells[-1], width, initial_indent=below, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    )
    if len(before) > indent:
        return "\n".join([before.rstrip(), *wrapped])
    return "\n".join([before + "\n".join(wrapped)[indent:]]).rstrip()
