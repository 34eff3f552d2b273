"""The one place the program prints from: a command hands over rows, what was done, or an error, and knows no format.

Data goes to standard output and nothing else does. A failed write of *data* raises (BrokenPipeError when the reader
has gone, another OSError otherwise), for the caller to end on; one of *a result that the store has already taken* never
does: a script that saw a failure would send again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from crmcli.errors import BadUsage, CrmError
from crmcli.output import follow, formats
from crmcli.output.cells import Look
from crmcli.output.columns import TICKETS, Row, Shape
from crmcli.output.failures import Failures
from crmcli.output.hostile import block, one_line
from crmcli.output.questions import Questions
from crmcli.output.results import Results
from crmcli.output.streams import YELLOW, Stream
from crmcli.output.view import notice

if TYPE_CHECKING:
    from crmcli.output.progress import Bar, Progress

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "ids")
_JSON = ("json", "jsonl")
_BATCH = 20  # rows that a table of single objects sees before it fixes its widths


class Output:
    """Where everything that is printed goes.

    `format` is one of `FORMATS`; None means a table on a terminal and TSV in a pipe. `fields` is what `--fields` said, `color`
    is auto, always or never, `look` gives tables names for numbers, `profile` is what -p named. Streams are looked up late.
    """

    def __init__(  # noqa: PLR0913  # one for each shared option
        self,
        *,
        format: str | None = None,  # the option's own name
        fields: str | None = None,
        color: str = "auto",
        quiet: bool = False,
        verbose: bool = False,
        csv_raw: bool = False,
        look: Look | None = None,
        paged: bool = True,
        profile: str | None = None,
    ) -> None:
        if format is not None and format not in FORMATS:
            raise BadUsage(f"No output format '{one_line(format)}'.", hint=f"Choose one of: {', '.join(FORMATS)}.")
        self._format, self._fields = format, fields
        self._color, self._csv_raw = color, csv_raw
        self._quiet, self._verbose = quiet, verbose
        self.look, self._paged = look, paged
        self._profile = profile
        self._bar: Bar | None = None

    @cached_property
    def waiting(self) -> Progress | None:
        """What tells a person at the terminal that the store is being waited for; None where nobody looks."""
        err = self._err()
        if self._quiet or self._verbose or not err.terminal or os.environ.get("TERM") == "dumb":
            return None
        from crmcli.output.progress import Progress

        return Progress(err)

    @property
    def is_read(self) -> bool:
        """Whether what is printed is a table on a terminal, thus read by a person."""
        return self.format == "table" and self._out().terminal

    def bar(self, total: int) -> Bar:
        """How far something of so many rows has come, for whoever looks: within it nothing else tells of waiting."""
        from crmcli.output.progress import Bar

        waiting = self.waiting if total > 1 else None
        if waiting:
            waiting.muted = True
        self._bar = Bar(self._err() if waiting else None, total)
        return self._bar

    @property
    def format(self) -> str:
        """The format in force: what was asked for, else a table on a terminal and TSV in a pipe."""
        return self._format or ("table" if self._out().terminal else "tsv")

    def fields_of(self, shape: Shape) -> list[str] | None:
        """The fields that `--fields` asks for, in the API's spelling; None without it.

        Raises BadUsage for a name that no field of `shape` has, an empty one, and with `-o ids`, which prints one by nature.
        """
        if self._fields is None:
            return None
        if self.format == "ids":
            raise BadUsage("--fields doesn't go with -o ids, which prints the ID alone.")
        return formats.named(self._fields, shape)

    def pages(self, pages: Iterable[Sequence[Row]], shape: Shape, *, empty: str | None = None) -> int:
        """Print a list, each page before the next is asked for, and return how many rows it had.

        `empty` is the note under an empty table, by default `No tickets match.` of the noun.
        """
        fields = self.fields_of(shape)
        out, rows = self._out(), 0

        def counted() -> Iterator[Sequence[Row]]:
            nonlocal rows
            for page in pages:
                rows += len(page)
                if self.waiting:
                    self.waiting.rows = rows
                yield page

        for chunk in filter(None, self._chunks(counted(), shape, fields, out)):
            out.write(chunk)
        if not rows and self.format == "table":
            self.note(empty or f"No {shape.plural} match.")
        return rows

    def objects(self, rows: Iterable[Row], shape: Shape, *, single: bool, kept: bool = False) -> None:
        """Print what was asked for by ID: a list, or when `single` one object (in JSON bare, in a table all of it).

        Tickets are conversations, one below the other, unless a format or fields are asked for; if `kept` here, whole.
        """
        told = shape is TICKETS and self._format is None and self._fields is None
        if told or (single and self.format in ("table", "json")):
            fields, out = self.fields_of(shape), self._out()
            for at, row in enumerate(rows):
                self._read("\n" * bool(at) + self._one(row, shape, fields, out, kept), out, paged=single)
            return
        self.pages(formats.batches(rows, _BATCH if self.format == "table" else 1), shape)

    def local(self, rows: Sequence[Row], shape: Shape, *, empty: str | None = None) -> None:
        """Print a list that lives on this machine (profiles, the mailbox) in the same formats."""
        self.pages([rows], shape, empty=empty or f"No {shape.plural}.")

    def document(self, data: object) -> None:
        """Print one JSON value that is none of the nouns' objects; nothing for None."""
        if data is not None:
            self._out().write(self._dumper(indent=self._out().terminal)(data) + "\n")

    def documents(self, pages: Iterable[Sequence[Row]]) -> None:
        """Print rows that are none of the nouns' objects: an array, or with -o jsonl a line each."""
        out = self._out()
        dump, pick = self._dumper(indent=out.terminal), formats.picker(None)
        lined = formats.json_lines(pages, self._dumper(indent=False), pick)
        whole = formats.json_array(pages, dump, pick, indent=out.terminal)
        for chunk in lined if self.format == "jsonl" else whole:
            out.write(chunk)

    def text(self, text: str) -> None:
        """Print a text as it came; on a terminal harmless."""
        out = self._out()
        out.write(block(text) + "\n" if out.terminal else text)

    def figures(self, figures: Row) -> None:
        """Print statistics: one object in JSON, bars in a table, else a figure a line; as IDs, the unanswered tickets."""
        from crmcli.output import charts  # for this alone

        fields, out = self.fields_of(charts.STATS), self._out()
        if self.format == "table":
            out.write(charts.lines(figures, fields, out))
        elif self.format in _JSON:
            self.objects([figures], charts.STATS, single=True)
        elif self.format == "ids":
            self.lines(map(str, figures[charts.STATS.key]))
        else:
            rows = charts.rows(formats.picker(fields)(figures))
            for chunk in self._chunks([rows], charts.FIGURES, None, out):
                out.write(chunk)

    def checks(self, rows: Iterable[Row], shape: Shape) -> None:
        """Print what was checked, at a terminal a line each as it is done."""
        out = self._out()
        if self.format != "table" or self._fields:
            self.local(list(rows), shape)
            return
        from crmcli.output import checks  # for this alone

        for row in rows:
            out.write(checks.lines(row, out))

    def told(self, rows: Sequence[Row], shape: Shape, *, whole: object = None) -> None:
        """Print something to be read: a table in a pipe too, unless another format is asked for.

        Its last column goes on in further lines where a terminal is too narrow for it, since it is there to be read whole.
        `whole` is what JSON has in place of the rows.
        """
        self._format = self._format or "table"
        if self.format == "table" and self._fields is None:
            from crmcli.output import glossary  # for this alone

            self._out().write(glossary.lines(rows, shape, self._out()))
        elif whole is not None and self.format == "json":
            self.document(whole)
        else:
            self.local(rows, shape)

    def lines(self, lines: Iterable[str]) -> None:
        """Print plain lines of our own, the same in every format."""
        self._out().write("".join(f"{line}\n" for line in lines))

    def number(self, number: int) -> None:
        """Print a count, alone and the same in every format."""
        self._out().write(f"{number}\n")

    @cached_property
    def results(self) -> Results:
        """Where what the store has done, or would do, is printed."""
        return Results(lambda: self.format, self._out, quiet=self._quiet, warn=self.warn)

    @cached_property
    def questions(self) -> Questions:
        """Where a person is asked."""
        return Questions(self._err)

    def note(self, text: str) -> None:
        """Tell a person something, on standard error; silent under `--quiet`."""
        if not self._quiet:
            err = self._err()
            err.try_write(notice(follow.in_line(text, self._profile), err))

    def trace(self, text: str) -> None:
        """Tell what goes over the wire, on standard error; only under `--verbose`. The caller leaves the keys out."""
        if self._verbose:
            self._err().try_write(block(text) + "\n")

    def warn(self, text: str) -> None:
        """Warn on standard error, always."""
        err = self._err()
        err.try_write(notice(follow.in_line(text, self._profile), err, mark="Warning:", style=YELLOW))

    def error(self, error: CrmError) -> None:
        """Tell what failed and what to do about it, on standard error."""
        self.failures.tell(error)

    @cached_property
    def failures(self) -> Failures:
        """Where what failed is told."""
        return Failures(lambda: self.format in _JSON, self._err, profile=self._profile)

    def _out(self) -> Stream:
        return Stream(sys.stdout, self._color)

    def _err(self) -> Stream:
        if self._bar:  # whatever is told there, from whatever thread, stands on a line of its own
            self._bar.clear()
        return Stream(sys.stderr, self._color)

    def _dumper(self, *, indent: bool) -> Callable[[object], str]:
        return formats.dumper(indent=indent, ascii_only=not self._out().unicode)

    def _chunks(
        self, pages: Iterable[Sequence[Row]], shape: Shape, fields: list[str] | None, out: Stream
    ) -> Iterator[str]:
        chosen = self.format
        if chosen == "table":
            from crmcli.output import table  # the layout is needed by this format alone

            return table.chunks(pages, shape, fields, out, self.look)
        pick = formats.picker(fields)
        if chosen == "json":
            return formats.json_array(pages, self._dumper(indent=out.terminal), pick, indent=out.terminal)
        if chosen == "jsonl":
            return formats.json_lines(pages, self._dumper(indent=False), pick)
        if chosen == "ids":
            return formats.ids(pages, shape.key)
        cells = fields or shape.flat_fields
        if chosen == "csv":
            lines = formats.csv_rows(pages, cells, raw=self._csv_raw, terminal=out.terminal)
        else:
            lines = formats.tsv_rows(pages, cells, terminal=out.terminal)
        return formats.watched(lines, out, self.warn)

    def _one(self, row: Row, shape: Shape, fields: list[str] | None, out: Stream, kept: bool) -> str:
        if self.format == "json":
            return self._dumper(indent=out.terminal)(formats.picker(fields)(row)) + "\n"
        if shape is TICKETS and fields is None:
            from crmcli.output import conversation

            return conversation.lines(row, out, self.look, program=follow.program(self._profile), whole=kept)
        from crmcli.output import view  # as the table

        return view.lines(row, shape, fields, out, self.look)

    def _read(self, text: str, out: Stream, *, paged: bool) -> None:
        """Print something to be read: what is longer than the screen goes through the pager."""
        if paged and self._paged and self.format == "table" and out.height:
            from crmcli.output import pager

            if pager.shown(text, height=out.height):
                return
        out.write(text)
