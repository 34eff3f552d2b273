"""Checks as people read them: a mark, what was looked at, how it stands, and below it what to do."""

from __future__ import annotations

from crmcli.output.columns import Row
from crmcli.output.hostile import one_line
from crmcli.output.streams import GREEN, RED, YELLOW, Stream

# The mark says it without colour; the second is for encodings that lack the first.
_MARKS = {"ok": ("✓", "ok", GREEN), "warning": ("!", "!", YELLOW), "failed": ("✗", "X", RED)}
_WIDTH = 11


def lines(row: Row, stream: Stream) -> str:
    """One check, as a line or two."""
    mark, plain, style = _MARKS[row["state"]]
    mark = mark if stream.encodable(mark) == mark else plain
    told = f"{stream.paint(mark, style)} {row['check'].ljust(_WIDTH)}  {one_line(row['message'])}\n"
    return told + (f"  {' ' * _WIDTH}  {one_line(row['hint'])}\n" if row["hint"] else "")
