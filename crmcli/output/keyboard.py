"""Where a person types: standard input if that is a terminal, else the terminal that the process belongs to.

`crmcli tickets list -o ids | crmcli tickets delete -` has a pipe for standard input and a person all the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_TERMINAL = "CONIN$" if os.name == "nt" else "/dev/tty"


def is_there() -> bool:
    """Whether somebody who sees standard error can type."""
    if _is_terminal(sys.stdin):
        return True
    if not _is_terminal(sys.stderr):  # where questions stand
        return False
    try:
        with open(_TERMINAL) as keys:  # noqa: PTH123 - in the terminal's encoding
            # What runs in the background would be stopped if it read.
            return not hasattr(os, "tcgetpgrp") or os.tcgetpgrp(keys.fileno()) == os.getpgrp()
    except OSError:  # there is none, as in cron
        return False


@contextmanager
def opened() -> Iterator[TextIO]:
    """What they type; where nobody is, standard input."""
    try:
        keys = None if _is_terminal(sys.stdin) else open(_TERMINAL)  # noqa: PTH123, SIM115 - in the terminal's encoding
    except OSError:
        keys = None
    if keys is None:
        yield sys.stdin
        return
    with keys:
        yield keys


def _is_terminal(file: TextIO | None) -> bool:
    try:
        return file is not None and file.isatty()
    except ValueError:  # closed
        return False
