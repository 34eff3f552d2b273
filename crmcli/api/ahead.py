"""Work that is under way in a thread while something else is done."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Ahead(Generic[Result]):
    """The result of `do`, begun at once. The thread is a daemon: whoever has gone must not wait for it."""

    def __init__(self, do: Callable[[], Result]) -> None:
        self._came: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()
        self._do = do
        Thread(target=self._work, daemon=True).start()

    def result(self) -> Result:
        """What came of it, once; raises what it raised."""
        result, fault = self._came.get()
        if fault is not None:
            raise fault
        return result  # type: ignore[return-value]  # None only where `do` gives None

    def _work(self) -> None:
        try:
            self._came.put((self._do(), None))
        except BaseException as fault:
            self._came.put((None, fault))
