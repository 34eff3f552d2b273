"""A few workers for many things: each thing once, what came of them in the things' order, and an end that loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


class Crew(Generic[Given, Made]):
    """Does `do` with each thing, `at_once` of them at a time. The first goes alone: where it fails, others may not be tried.

    `do` must not raise; what it says of a failure is what it makes. `ends` is told of each as it is made, one at a time and in
    whatever order, and says whether nothing more is to begin. One at a time is done by whoever asks, in no thread.
    """

    def __init__(
        self,
        todo: Sequence[Given],
        do: Callable[[Given], Made],
        *,
        at_once: int,
        ends: Callable[[Made], bool] = lambda _: False,
    ) -> None:
        self._todo = todo
        self._do = do
        self._ends = ends
        self._at_once = at_once
        self._taken = self._told = self._working = 0
        self._lock = Lock()
        self._came: SimpleQueue[tuple[int, Made] | None] = SimpleQueue()
        self._kept: dict[int, Made] = {}
        self._stopped = False

    def stop(self) -> None:
        """Begin nothing more; what is under way comes to its end."""
        self._stopped = True

    def next(self) -> tuple[Given, Made] | None:
        """A thing and what came of it; None when there is nothing more to come.

        After an interrupt it may be called again: what was under way is not lost.
        """
        if self._at_once == 1 or self._told == 0:
            at = self._take()
            if at is None:
                return None
            self._kept[at] = self._made(at)
        elif self._taken == self._told and not self._working:
            self._start()
        while self._told not in self._kept and self._working:
            came = self._came.get()
            if came is None:
                self._working -= 1
            else:
                self._kept[came[0]] = came[1]
        if not self._kept:
            return None
        at = min(self._kept)  # the next, but for things that were never begun
        self._told = at + 1
        return self._todo[at], self._kept.pop(at)

    def _start(self) -> None:
        for _ in range(min(self._at_once, len(self._todo) - self._taken)):
            self._working += 1
            Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        try:
            while (at := self._take()) is not None:
                self._came.put((at, self._made(at)))
        finally:
            self._came.put(None)

    def _made(self, at: int) -> Made:
        made = self._do(self._todo[at])
        with self._lock:
            # Here, and not where it is told in order: a slow thing before it would let the others go on for long.
            self._stopped = self._ends(made) or self._stopped
        return made

    def _take(self) -> int | None:
        with self._lock:
            if self._stopped or self._taken == len(self._todo):
                return None
            self._taken += 1
            return self._taken - 1
