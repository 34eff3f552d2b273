"""The table, our own, because it streams: the first page decides the widths and every later row is fitted to them.

(A table of rich must have seen all rows before it prints the first; 200,000 tickets would have to fit into memory.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from crmcli.output.cells import Look, cells, clipped, cut, most_cells, shower
from crmcli.output.columns import Column, Row, Shape
from crmcli.output.streams import BOLD, Stream, status_style

Paint = Callable[[str, str], str]
"""Puts a text into one of the styles of `streams`."""

GAP = "  "

# Shown as they are or not at all: a number or a date with its end cut off is another number.
_RIGID = frozenset({"number", "reference", "date", "age", "count", "yes"})
_RIGHT = frozenset({"number", "reference", "count"})

# However narrow the terminal, this many of the most important columns stay.
_ALWAYS = 2

# Greek and Cyrillic would have half the room, and each row with an umlaut its columns askew, for the sake of terminals that
# are set to draw those wide.
_most = partial(most_cells, ambiguous=1)
_clipped = partial(clipped, ambiguous=1)

# A value longer than this may be cut for a column that is less important.
_AMPLE = 40


@dataclass(slots=True)
class _Fitted:
    """A column with its place in the table: `width` is what it has, `natural` the first page's widest cell."""

    column: Column
    natural: int
    width: int
    rigid: bool
    right: bool


def chunks(
    pages: Iterable[Sequence[Row]], shape: Shape, fields: Sequence[str] | None, stream: Stream, look: Look | None
) -> Iterator[str]:
    """The table of `pages`, a chunk of whole lines a page; nothing at all for no rows.

    `fields` are those asked for by hand: all of them stay, where the usual table loses its least important columns on
    a narrow terminal. No line is wider than the terminal, and what is cut shows `…`. Into a file nothing is cut: a
    value longer than those of the first page pushes its row.
    """
    limit, mark = stream.width, "…" if stream.encodable("…") == "…" else "..."
    columns = shape.of(fields) if fields else shape.usual
    shows = [_cell(column, look, stream) for column in columns]
    paint = stream.paint if stream.color else None
    fitted: list[_Fitted] = []
    keep: list[int] = []
    for page in pages:
        if not page:
            continue
        texts = [[show(row) for show in shows] for row in page]
        head = ""
        if not keep:
            places = [_fit(column, [row[index] for row in texts]) for index, column in enumerate(columns)]
            keep = [
                at for at, column in enumerate(columns) if fields or not column.sparse or any(row[at] for row in texts)
            ]
            if limit is not None:
                keep = keep if fields else _chosen({at: places[at] for at in keep}, shape, limit)
                _share([places[index] for index in keep], limit)
            fitted = [places[index] for index in keep]
            shows = [shows[index] for index in keep]
            texts = [[row[index] for index in keep] for row in texts]
            headers = [place.column.header for place in fitted]
            head = stream.paint(_line(headers, fitted, limit, mark), BOLD) + "\n"
        yield head + "".join([_line(row, fitted, limit, mark, paint) + "\n" for row in texts])


def _cell(column: Column, look: Look | None, stream: Stream) -> Callable[[Row], str]:
    """As `shower`; where the encoding is poor, what it can't hold is escaped before anything is measured."""
    if column.kind == "age" and not stream.terminal:
        column = replace(column, kind="date")  # how long ago it was is true for a moment only, and a file stays
    show = shower(column, look)
    return show if stream.unicode else lambda row: stream.encodable(show(row))


def _fit(column: Column, texts: Sequence[str]) -> _Fitted:
    natural = max(map(cells, [column.header, *texts]))
    rigid = column.kind in _RIGID
    return _Fitted(column, natural, natural, rigid, column.kind in _RIGHT)


def _comfortable(place: _Fitted) -> int:
    column = place.column
    return place.natural if place.rigid else min(place.natural, max(column.least, len(column.header)))


def _ample(place: _Fitted) -> int:
    return place.natural if place.rigid else max(_comfortable(place), min(place.natural, _AMPLE))


def _chosen(places: Mapping[int, _Fitted], shape: Shape, limit: int) -> list[int]:
    """Which columns a terminal `limit` cells wide shows: by importance, as long as they fit as the shape wants them to."""
    by_field = {place.column.field: index for index, place in places.items()}
    chosen: list[int] = []
    for index in (by_field[field] for field in shape.rank or shape.fields if field in by_field):
        width = _comfortable if shape.core is None or len(chosen) < shape.core else _ample
        used = sum(len(GAP) + width(places[each]) for each in [*chosen, index]) - len(GAP)
        if used > limit and len(chosen) >= _ALWAYS:
            break
        chosen.append(index)
    return sorted(chosen)


def _share(places: Sequence[_Fitted], limit: int) -> None:
    """Give each column its width: what is left beyond comfort goes round, cell by cell, to the texts that want it."""
    texts = [place for place in places if not place.rigid]
    for place in texts:
        place.width = _comfortable(place)
    room = limit - len(GAP) * (len(places) - 1) - sum(place.width for place in places)
    while room < 0 and any(place.width > 1 for place in texts):
        max(texts, key=lambda place: place.width).width -= 1
        room += 1
    room = _grow(texts, room, [_ample(place) for place in texts])
    room = _grow(texts, room, [place.natural for place in texts])
    _grow(texts, room, [place.column.most for place in texts])


def _grow(places: Sequence[_Fitted], room: int, wishes: Sequence[int]) -> int:
    """Widen each place towards its wish, in turns, and return the room that nobody wanted."""
    while room > 0 and (hungry := [place for place, wish in zip(places, wishes, strict=True) if place.width < wish]):
        for place in hungry[:room]:
            place.width += 1
        room -= len(hungry[:room])
    return room


def _line(
    texts: Sequence[str], fitted: Sequence[_Fitted], limit: int | None, mark: str, paint: Paint | None = None
) -> str:
    """One row, its status in colour where there is `paint`.

    On a terminal a number longer than its column takes its room from the row's widest text.
    """
    if limit is None:
        padded = [_padded(text, place.width, place.right) for text, place in zip(texts, fitted, strict=True)]
        return _joined(padded, fitted, paint)
    widths = [place.width for place in fitted]
    for index, place in enumerate(fitted):
        longer = cells(texts[index]) - place.width
        if place.rigid and longer > 0:
            giver = max(range(len(fitted)), key=lambda other: 0 if fitted[other].rigid else widths[other])
            if not fitted[giver].rigid:
                widths[giver] = max(1, widths[giver] - longer)
    padded = [
        _padded(text if place.rigid else cut(text, width, mark), width, place.right)
        for text, place, width in zip(texts, fitted, widths, strict=True)
    ]
    if _most(GAP.join(padded).rstrip()) > limit:
        # Some terminal would break it. In others its columns stand further left then.
        padded = [
            _padded(text if place.rigid else _clipped(text, width, mark), width, place.right, of=_most)
            for text, place, width in zip(texts, fitted, widths, strict=True)
        ]
    line = GAP.join(padded).rstrip()
    return _clipped(line, limit, mark) if _most(line) > limit else _joined(padded, fitted, paint)


def _joined(padded: Sequence[str], fitted: Sequence[_Fitted], paint: Paint | None) -> str:
    if paint is None:
        return GAP.join(padded).rstrip()
    painted = [
        paint(text.rstrip(), style) + text[len(text.rstrip()) :]
        if place.column.kind == "status" and (style := status_style(text))
        else text
        for text, place in zip(padded, fitted, strict=True)
    ]
    return GAP.join(painted).rstrip()


def _padded(text: str, width: int, right: bool, *, of: Callable[[str], int] = cells) -> str:
    if text.isascii():
        return text.rjust(width) if right else text.ljust(width)
    blanks = " " * (width - of(text))
    return blanks + text if right else text + blanks
