"""What the store has done, as it is printed: a line, its own acks as JSON, or the number alone.

A write that succeeded stays one whatever happens to its printing: a script that saw a failure would send again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from crmcli.errors import CrmError
from crmcli.output import formats
from crmcli.output.columns import Row
from crmcli.output.hostile import one_line
from crmcli.output.streams import Stream

_JSON = ("json", "jsonl")


class Results:
    """Prints writes and rehearsals. `format` and `out` give what is in force when something is printed."""

    def __init__(
        self, format: Callable[[], str], out: Callable[[], Stream], *, quiet: bool, warn: Callable[[str], None]
    ) -> None:
        self._format = format
        self._out = out
        self._quiet = quiet
        self._warn = warn
        self._opening: str | None = None
        self._is_lost = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Within it all writes (or dry runs) are one JSON array; without, each `written` is an array of its own."""
        self._opening = "["
        try:
            yield
        except OSError:  # standard output itself: there is nothing to close
            raise
        except BaseException:
            self._close()
            raise
        else:
            self._close()
        finally:
            self._opening = None

    def written(self, raw: Sequence[Row], *, did: str, ident: str | None) -> None:
        """Print what the store has done: `did` is `Ticket 42 created`, `ident` the ID, `raw` the store's own answer.

        Never raises for a stream that can't take it: the write is done, and a warning says so.
        """
        self._never_failing(lambda: self._ack(raw, did, ident))

    def failed(self, error: CrmError, *, line: int, number: int | None) -> None:
        """Print why a row of a file failed, in the form that the store has for errors; in JSON alone. Never raises."""
        if self._format() in _JSON:
            status, value = ("" if given is None else str(given) for given in (error.status, number))
            row = {"Row": line, "Key": "Error", "Value": value, "Status": status, "Message": error.message}
            self._never_failing(lambda: self._documents([row], wrap=True), done=False)

    def raw(self, answered: Sequence[object]) -> None:
        """Print the store's answer to a write, as JSON in every format. Never raises, as `written`."""
        self._never_failing(lambda: self._dumper(indent=False)(answered) + "\n" if answered else "")

    def request(self, method: str, url: str, body: object | None) -> None:
        """Print the request that a dry run doesn't send."""
        shown = {"method": method, "url": url, "body": body}
        if self._format() in _JSON:
            self._out().write(self._documents([shown], wrap=False))
            return
        text = "" if body is None else self._dumper(indent=True)(body) + "\n"
        self._out().write(f"{one_line(method)} {one_line(url)}\n{text}")

    def _close(self) -> None:
        if self._format() == "json":
            closing = "[]\n" if self._opening == "[" else "]\n"
            self._never_failing(lambda: closing, done=False)

    def _documents(self, rows: Sequence[object], *, wrap: bool) -> str:
        """JSON of a write or a dry run, `wrap` for an array by itself; in `together` a part of the one array."""
        dump = self._dumper(indent=False)
        if self._format() == "jsonl":
            return "".join([dump(row) + "\n" for row in rows])
        text = ",\n".join([dump(row) for row in rows])
        if self._opening is None:
            return f"[{text}]\n" if wrap else f"{text}\n"
        if not rows:
            return ""
        opening, self._opening = self._opening, ",\n"
        return opening + text

    def _ack(self, raw: Sequence[Row], did: str, ident: str | None) -> str:
        if self._format() in _JSON:
            return self._documents(raw, wrap=True)
        if self._format() == "ids":
            return "" if ident is None else f"{one_line(ident)}\n"
        if self._quiet:
            return ""
        tick = "✓" if self._out().encodable("✓") == "✓" else "ok:"
        return f"{tick} {one_line(did)}\n"

    def _never_failing(self, make: Callable[[], str], *, done: bool = True) -> None:
        out = self._out()
        try:
            if text := make():
                out.write(text)
        except (OSError, ValueError) as failure:
            out.abandon()
            if not self._is_lost:  # once for a run, however many rows it has
                but, again = ("It was done, but the", " Don't send it again.") if done else ("The", "")
                self._warn(f"{but} result could not be shown ({failure}).{again}")
            self._is_lost = True

    def _dumper(self, *, indent: bool) -> Callable[[object], str]:
        return formats.dumper(indent=indent, ascii_only=not self._out().unicode)
