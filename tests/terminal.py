"""A person at a terminal: the program as a process of its own on a pseudo-terminal, and what is typed and seen there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 20.0
"""Seconds after which a process that neither speaks nor ends has failed its test."""


def environment() -> dict[str, str]:
    """The test's own environment, with this checkout importable from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "200"}


class Person:
    """Somebody who runs `crmcli` with these words; use it as a context, which ends the process whatever happens.

    The terminal controls the process, as a shell's does: a typed `\x03` is a SIGINT. It echoes what is typed, unless
    the program turns that off, so a secret on `screen` was shown. Standard output goes into the file `out`, if one is given;
    standard input comes from the file `stdin`.
    """

    def __init__(self, *argv: str, out: Path | None = None, stdin: Path | None = None) -> None:
        self.screen = ""
        self._ours, theirs = pty.openpty()
        # A session's leader gets the terminal that it opens first for its own; fork() isn't for a process with threads.
        self.process = subprocess.Popen(
            [
                *("sh", "-c", 'exec 3<>"$0"; exec "$@" <"${IN:-$0}" 2>&3 >"${OUT:-$0}" 3>&-'),
                *(os.ttyname(theirs), sys.executable, "-m", "crmcli", *argv),
            ],
            env=environment() | {"OUT": str(out or ""), "IN": str(stdin or "")},
            start_new_session=True,
        )
        self._theirs = theirs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def sees(self, text: str) -> None:
        """Wait until a text is on the screen, beyond what was seen before."""
        until, start = time.monotonic() + PATIENCE, len(self.screen)
        while text not in self.screen[start:]:
            assert time.monotonic() < until, f"{text!r} never came: {self.screen!r}"
            assert self._read(0.1) or self.process.poll() is None, f"ended without {text!r}: {self.screen!r}"

    def types(self, text: str) -> None:
        """Type a text, `\n` being the Enter key."""
        os.write(self._ours, text.encode())

    def leaves(self) -> int:
        """Wait for the end; returns the exit code."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < until, f"it doesn't end: {self.screen!r}"
            self._read(0.02)
        while self._read(0):
            pass
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        self.screen += os.read(self._ours, 65536).decode(errors="replace").replace("\r\n", "\n")
        return True
