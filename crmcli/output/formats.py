"""The formats for programs: JSON, JSON lines, CSV, TSV and IDs, each a generator of text, one chunk a page.

They are generators so that a page is out before the next is asked for, and so that they know no stream.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from json import JSONEncoder

from crmcli.errors import BadUsage, CrmError, Partial
from crmcli.output.columns import Row, Shape
from crmcli.output.hostile import in_file, json_text, one_line, safe
from crmcli.output.sheets import cell_of, defused, json_cell
from crmcli.output.streams import Stream

Pages = Iterable[Sequence[Row]]

# The writer puts quotes around a cell that holds one of its line end's characters, so this is what it ends lines with. With
# a bare LF the one of Python 3.11 leaves a cell with a lone CR unquoted, which no reader takes; and there are spreadsheets
# that split a line at `;` and tabs as well.
_QUOTED = ";\t\r\n"


MANY = 500
"""Values after which a list counts as long."""
_AT_ONCE = 20


def dumper(*, indent: bool = False, ascii_only: bool = False) -> Callable[[object], str]:
    """A function from a value to its JSON: on one line without blanks, or indented by two for people.

    Called for a long list it turns to what writes faster, once that is worth its import.
    """
    encode = JSONEncoder(
        ensure_ascii=ascii_only,
        check_circular=False,
        indent=2 if indent else None,
        separators=(",", ": " if indent else ":"),
    ).encode
    rapid: Callable[[object], str] | None = None
    left = MANY

    def dump(value: object) -> str:
        nonlocal rapid, left
        left -= 1
        if left < 0 and rapid is None and not (indent or ascii_only):
            from crmcli.rapid import encoded as rapid
        if rapid is not None:
            try:
                return json_text(rapid(value))
            except ValueError:  # half a character, which UTF-8 can't hold
                pass
        return json_text(encode(value))

    return dump


def named(said: str, shape: Shape) -> list[str]:
    """Fields as `--fields` has them, with commas and in whatever case, in the API's spelling. Raises BadUsage."""
    official = {field.lower(): field for field in shape.fields}
    picked = []
    for name in said.split(","):
        field = official.get(name.strip().lower())
        if field is None:
            what = f"A {shape.noun} has no field '{one_line(name)}'."
            hint = f"Its fields: {', '.join(shape.fields)}."
            raise BadUsage(what if name.strip() else "--fields has an empty name.", hint=hint)
        picked.append(field)
    return picked


def picker(fields: Sequence[str] | None) -> Callable[[Row], Row]:
    """A function from a row to one of these fields alone, in their order; None leaves the row untouched."""
    if fields is None:
        return lambda row: row
    return lambda row: {field: row.get(field) for field in fields}


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of so many, the last as it comes out; what came before an error is given before it is raised."""
    batch: list[Row] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
    except CrmError:
        yield batch  # what came before the error is shown
        raise
    yield batch


def json_array(
    pages: Pages, dump: Callable[[object], str], pick: Callable[[Row], Row], *, indent: bool
) -> Iterator[str]:
    """One array. It is closed only when all that exists came: a list cut by an error is not valid JSON, on purpose."""
    opening, between, closing = ("[\n  ", ",\n  ", "\n]\n") if indent else ("[", ",\n", "]\n")
    started = False
    try:
        for page in pages:
            if page:
                rows = [dump(pick(row)) for row in page]
                if indent:
                    # A raw line feed is layout: within a string it is escaped.
                    rows = [row.replace("\n", "\n  ") for row in rows]
                yield (between if started else opening) + between.join(rows)
                started = True
    except Partial:  # each row that is missing was reported by itself
        yield closing if started else "[]\n"
        raise
    yield closing if started else "[]\n"


def json_lines(pages: Pages, dump: Callable[[object], str], pick: Callable[[Row], Row]) -> Iterator[str]:
    """An object a line (https://jsonlines.org), some at a time: the text of a page is several times as large as its rows."""
    for page in pages:
        for start in range(0, len(page), _AT_ONCE):
            yield "".join([dump(pick(row)) + "\n" for row in page[start : start + _AT_ONCE]])


def csv_rows(pages: Pages, fields: Sequence[str], *, raw: bool, terminal: bool) -> Iterator[str]:
    """RFC 4180 with a header, and lines ending in LF as Unix tools like them.

    Cells are as `sheets.cell_of` makes them. With `raw` values are exact (but for a lone surrogate, which no encoding
    holds); what goes to a terminal is harmless all the same, and its cells keep nothing but line feeds.
    """
    dump = dumper()

    def cell(value: object) -> object:
        if isinstance(value, str):
            return as_text(value)
        if type(value) is int:
            return value
        return _text(value, dump) if raw else json_cell(_text(value, dump))

    def as_text(text: str) -> str:
        if terminal:
            return safe(text, keep="\n") if raw else defused(safe(text, keep="\n"))
        return text if raw else cell_of(text)

    lines: list[str] = []
    writer = csv.writer(_Lines(lines), lineterminator=_QUOTED)
    writer.writerow(fields)
    for page in pages:
        writer.writerows([[cell(row.get(field)) for field in fields] for row in page])
        yield "".join([line.removesuffix(_QUOTED) + "\n" for line in lines])
        lines.clear()
    yield "".join([line.removesuffix(_QUOTED) + "\n" for line in lines])


class _Lines:
    """The file that `csv.writer` wants: it calls `write` once a row."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def tsv_rows(pages: Pages, fields: Sequence[str], *, terminal: bool) -> Iterator[str]:
    r"""A row a line, cells between tabs, no header. Tabs, line ends, backslashes in a cell are `\t` `\n` `\r` `\\`."""
    dump = dumper()

    def cell(value: object) -> str:
        text = value if isinstance(value, str) else _text(value, dump)
        return safe(text.replace("\\", "\\\\")) if terminal else in_file(text)

    for page in pages:
        yield "".join(["\t".join([cell(row.get(field)) for field in fields]) + "\n" for row in page])


def watched(chunks: Iterable[str], out: Stream, warn: Callable[[str], None]) -> Iterator[str]:
    """The same, each written before the next is asked for; it is said once where the stream's encoding lacks characters."""
    is_told = False
    for chunk in chunks:
        yield chunk
        if out.lacks and not is_told:
            is_told = True
            escaped = out.lacks.encode("unicode_escape").decode("ascii")
            warn(
                f"The output is in {out.encoding}, which lacks characters of these rows: they stand as {escaped} and the like. "
                "To keep them, set PYTHONIOENCODING=utf-8, or use -o json."
            )


def ids(pages: Pages, key: str) -> Iterator[str]:
    """The ID of each row, one a line."""
    for page in pages:
        yield "".join([safe(str(row.get(key, ""))) + "\n" for row in page])


def _text(value: object, dump: Callable[[object], str]) -> str:
    """A value that is no string, in a cell for programs: null is empty, everything else its JSON."""
    return "" if value is None else dump(value)
