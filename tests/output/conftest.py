"""A stand-in for the two standard streams, which tests of the sink read back."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from unittest import mock

import pytest


class FakeFile(io.TextIOWrapper):
    """A standard stream in memory, a terminal or not, that tells what has been flushed."""

    def __init__(self, *, terminal: bool, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def fileno(self) -> int:
        raise OSError("in memory")

    @property
    def flushed(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


class Printed:
    """What went to standard output and standard error."""

    def __init__(self, *, terminal: bool, encoding: str) -> None:
        self.stdout = FakeFile(terminal=terminal, encoding=encoding)
        self.stderr = FakeFile(terminal=terminal, encoding=encoding)

    @property
    def out(self) -> str:
        return self.stdout.flushed

    @property
    def err(self) -> str:
        return self.stderr.flushed


Printing = Callable[..., AbstractContextManager[Printed]]


@pytest.fixture(scope="session")
def printing() -> Printing:
    """Give a context manager (so that a property test may enter it for each example) that catches what is printed."""

    @contextmanager
    def catch(*, terminal: bool = False, width: int = 80, encoding: str = "utf-8") -> Iterator[Printed]:
        printed = Printed(terminal=terminal, encoding=encoding)
        environment = {"COLUMNS": str(width), "TERM": "xterm", "NO_COLOR": ""}
        with (
            mock.patch.dict(os.environ, environment),
            mock.patch.object(sys, "stdout", printed.stdout),
            mock.patch.object(sys, "stderr", printed.stderr),
        ):
            yield printed

    return catch
