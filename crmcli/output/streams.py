"""Standard output and standard error as they really are: absent, closed, a pipe, a terminal of some width, not UTF-8.

A `Stream` is made anew for each call of the sink, since tests, shells and `sys` itself may swap the files underneath.
"""

from __future__ import annotations

import errno
import os
import re
from typing import TextIO

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "1;31", "32", "33", "1;36"

_USUAL_WIDTH, _USUAL_HEIGHT = 80, 24


class Stream:
    """One of the two standard streams, and what may be written to it. `color` is `auto`, `always` or `never`."""

    def __init__(self, file: TextIO | None, color: str = "auto") -> None:
        self._file = file
        self.terminal = _is_terminal(file)
        self.encoding = getattr(file, "encoding", None) or "utf-8"
        self.unicode = self.encoding.lower().replace("_", "-").startswith("utf")
        # https://no-color.org: the variable rules the default only; a flag given by hand rules the variable.
        wanted = self.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.lacks = ""
        """The first character that was written and that the encoding doesn't have."""
        self.color = color == "always" or (color == "auto" and wanted)

    @property
    def width(self) -> int | None:
        """Cells in a line of the terminal (`COLUMNS` rules, as everywhere); None when it isn't one: no limit."""
        if not self.terminal or self._file is None:
            return None
        columns = os.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns):
            return int(columns)
        try:
            return os.get_terminal_size(self._file.fileno()).columns or _USUAL_WIDTH
        except (OSError, ValueError):
            return _USUAL_WIDTH

    @property
    def height(self) -> int | None:
        """Lines on the terminal's screen; None when it isn't a real one."""
        if not self.terminal or self._file is None:
            return None
        try:
            return os.get_terminal_size(self._file.fileno()).lines or _USUAL_HEIGHT
        except (OSError, ValueError):
            return None

    def encodable(self, text: str) -> str:
        r"""`text` with what the stream's encoding can't hold as `\xe9`, so that writing it never fails for that."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        return text

    def paint(self, text: str, style: str) -> str:
        """`text` in one of the styles above where colour is wanted. Callers defuse what they paint."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.color else text

    def write(self, text: str) -> None:
        """Write and flush, so that what was printed has really left.

        Raises BrokenPipeError when the reader has gone, another OSError when it can't be written (disk full, closed).
        """
        if self._file is None:
            raise OSError(errno.EBADF, "standard output is closed")
        if self._file.closed:
            raise OSError(errno.EBADF, "standard output is closed")
        try:
            self._file.write(text)
        except UnicodeEncodeError as fault:  # nothing of it was taken
            self.lacks = self.lacks or text[fault.start]
            self._file.write(self.encodable(text))
        self._file.flush()

    def try_write(self, text: str) -> None:
        """Write what nobody depends on; a stream that can't take it is no reason to fail."""
        try:
            self.write(text)
        except OSError:
            self.abandon()

    def abandon(self) -> None:
        """Point a stream that can't be written at the null device.

        What is left in its buffer would fail once more when the interpreter flushes at exit, which prints a traceback
        and turns the exit code into 120.
        """
        if self._file is None:
            return
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._file.fileno())
            os.close(null)
        except (OSError, ValueError):
            return


# Statuses can be renamed at the store, and their numbers mean nothing known: what is told by colour is what the name says.
_DONE = re.compile(r"clos|resol|solved|done|complet|spam|delet|cancel", re.IGNORECASE)
_NEW = re.compile(r"open|new|unanswered|unread|urgent", re.IGNORECASE)


def status_style(name: str) -> str | None:
    """The style for the name of a status: dim where nothing is left to do, green where somebody waits for us, else none."""
    if _DONE.search(name):
        return DIM
    return GREEN if _NEW.search(name) else None


def _is_terminal(file: TextIO | None) -> bool:
    try:
        return file is not None and file.isatty()
    except ValueError:  # closed
        return False
