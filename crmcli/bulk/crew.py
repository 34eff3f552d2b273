"""A few workers for many things: each thing once, what came of them in the things' order, and an end that loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from crmcli.errors import Interrupted

Given = TypeVar("Given")
Made = TypeVar("Made")


_LOOK = 0.2
"""Seconds after which it is seen that a thread has ended, or that a ring was lost."""


class Crew(Generic[Given, Made]):
    """Does `do` with each thing, `at_once` of them at a time. The first goes alone: where it fails, others may not be tried.

    `do` must not raise, but for Interrupted: then its thing has not begun, or is gone on with another time. What is made
    otherwise says what failed. `ends` is told of each as it is made, one at a time and in whatever order, and says whether
    nothing more is to begin. One at a time is done by whoever asks, in no thread.
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
        self._taken = self._told = 0
        self._threads: list[Thread] = []
        self._lock = Lock()
        self._kept: dict[int, Made] = {}
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung after something came; an interrupt may take a ring away
        self._stopped = False

    @property
    def is_underway(self) -> bool:
        """Whether threads are at work."""
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Begin nothing more; what is under way comes to its end."""
        self._stopped = True

    def next(self) -> tuple[Given, Made] | None:
        """A thing and what came of it; None when there is nothing more to come.

        After an interrupt it may be called again: what was under way is not lost.
        """
        if self._told == len(self._todo):
            return None
        if self._at_once == 1 or self._told == 0:
            at = self._take()
            if at is None:
                return None
            self._kept[at] = self._made(at)
        elif not self._threads:
            self._start()
        while self._told not in self._kept and self.is_underway:
            with suppress(Empty):
                self._bell.get(timeout=_LOOK)
        if not self._kept:
            return None
        # The next, but for things that were never begun; then no thread is left that would change what is kept.
        at = self._told if self._told in self._kept else min(self._kept)
        self._told = at + 1
        return self._todo[at], self._kept.pop(at)

    def _start(self) -> None:
        for _ in range(min(self._at_once, len(self._todo) - self._taken)):
            self._threads.append(Thread(target=self._work, daemon=True))
            self._threads[-1].start()

    def _work(self) -> None:
        try:
            while (at := self._take()) is not None:
                self._kept[at] = self._made(at)
                self._bell.put(None)
        except Interrupted:
            self.stop()

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
