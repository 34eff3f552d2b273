"""What `--from FILE|-` hands to a bulk command: a CSV with a header, JSON lines or a JSON array, as checked rows.

All that is wrong with a file is told at once, with line numbers, before the first request. Lines are counted as an
editor does: they end in LF, CR LF or a lone CR. A CSV that crmcli wrote reads back the same: the mark that keeps a
spreadsheet from running a formula is taken off again. Whoever writes a CSV by hand doesn't write that mark, so of theirs
nothing is taken off.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from crmcli import inputs
from crmcli.errors import BadUsage
from crmcli.output.hostile import one_line
from crmcli.rows.csv_text import read_csv
from crmcli.rows.found import HINT, Field, Line, Rows, refusal
from crmcli.rows.json_text import read_json
from crmcli.rows.values import Kind

__all__ = ["Field", "Kind", "Line", "checked", "read"]

Made = TypeVar("Made")


def read(  # noqa: PLR0913  # one for each thing that a command says of its rows
    source: str,
    fields: Sequence[Field],
    *,
    noun: str,
    key: str | None = None,
    ours: Collection[str] = (),
    note: Callable[[str], None] | None = None,
) -> list[Line]:
    """The rows of a file, or of standard input for `-`; each value of the field `key` may come once.

    Blank lines, and rows of nothing but blanks, are none; an empty cell of a CSV and a null of JSON are not given.
    Columns of our own lists, `ours`, that are no field are passed over, which `note` is told of.
    Raises BadUsage with all that is wrong.
    """
    text = _text(source)
    rows = Rows(fields, noun, key, ours)
    if text.lstrip()[:1] in ("{", "["):
        read_json(text, rows)
    else:
        read_csv(text, rows)
    lines = rows.whole()
    if rows.passed and note:
        note(f"Passed over, since it can't be set here: {', '.join(map(one_line, rows.passed))}.")
    return lines


def checked(lines: Sequence[Line], make: Callable[[Line], Made]) -> list[Made]:
    """What `make` makes of each line. Raises one BadUsage for all that it raises, with line numbers; others pass."""
    made, faults = [], []
    for line in lines:
        try:
            made.append(make(line))
        except BadUsage as fault:
            faults += [f"line {line.number}: {said}" for said in (fault.message, *fault.details)]
    if faults:
        raise refusal(faults)
    return made


def _text(source: str) -> str:
    """A whole file or standard input."""
    if source == "-" and sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty():
        raise BadUsage("'-' reads standard input, which is a terminal: pipe the rows in, or name a file.", hint=HINT)
    try:
        text = inputs.stdin() if source == "-" else inputs.file(source, hint=HINT)
    except BadUsage as fault:
        fault.hint = fault.hint or HINT
        raise
    nul = text.find("\0")
    if nul >= 0:
        number = len(re.findall(r"\r\n?|\n", text[:nul])) + 1
        raise refusal(
            [f"line {number}: there is a NUL character, which no text has (is it UTF-16, or no text at all?)"]
        )
    return text
