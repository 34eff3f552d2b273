"""A few workers for many things: each thing once, what came of them in the things' order, and an end that loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Generic, TypeVar

from crmcli.errors import CrmError, Interrupted

Given = TypeVar("Given")
Made = TypeVar("Made")


_LOOK = 0.2
"""Seconds after which it is seen that a thread has ended, or that a ring was lost."""


class Crew(Generic[Given, Made]):
    """Does `do` with each thing, `at_once` of them at a time. The first goes alone: where it fails, others may not be tried.

    The things are taken from `todo` one by one, as they are begun, and only those under way are held. What taking one raises
    is `broken`, and ends it. `do` must not raise, but for Interrupted: then its thing has not begun, or is gone on with another
    time. What is made otherwise says what failed. `ends` is told of each as it is made, one at a time and in whatever order,
    and says whether nothing more is to begin. One at a time is done by whoever asks, in no thread.
    """

    def __init__(
        self,
        todo: Iterable[Given],
        do: Callable[[Given], Made],
        *,
        at_once: int,
        ends: Callable[[Made], bool] = lambda _: False,
    ) -> None:
        self._todo = iter(todo)
        self._do = do
        self._ends = ends
        self._at_once = at_once
        self._taken = self._told = 0
        self._working: set[Thread] = set()
        self._is_begun = self._stopped = False
        self._lock = Lock()
        self._kept: dict[int, tuple[Given, Made]] = {}
        self._bell: SimpleQueue[None] = SimpleQueue()  # rung after something came; an interrupt may take a ring away
        self.broken: CrmError | None = None

    @property
    def is_underway(self) -> bool:
        """Whether threads are at work: of those that were started, since an interrupt may come while they begin."""
        return any(each.ident is not None for each in tuple(self._working))

    def stop(self) -> None:
        """Begin nothing more; what is under way comes to its end."""
        self._stopped = True

    def next(self) -> tuple[Given, Made] | None:
        """A thing and what came of it; None when there is nothing more to come.

        After an interrupt it may be called again: what was under way is not lost.
        """
        if self._at_once == 1 or self._told == 0:
            came = self._one()
            if came is None:
                return None
            self._kept[came[0]] = came[1]
        elif not self._is_begun:
            self._begin()
        while self._told not in self._kept and self.is_underway:
            with suppress(Empty):
                self._bell.get(timeout=_LOOK)
        if not self._kept:
            return None
        # The next, but for things that were never begun; then no thread is left that would change what is kept.
        at = self._told if self._told in self._kept else min(self._kept)
        self._told = at + 1
        return self._kept.pop(at)

    def _begin(self) -> None:
        self._is_begun = True
        for _ in range(self._at_once):
            thread = Thread(target=self._work, daemon=True)
            self._working.add(thread)
            thread.start()

    def _work(self) -> None:
        try:
            while (came := self._one()) is not None:
                self._kept[came[0]] = came[1]
                self._bell.put(None)
        except Interrupted:
            self.stop()
        finally:
            self._working.discard(current_thread())
            self._bell.put(None)

    def _one(self) -> tuple[int, tuple[Given, Made]] | None:
        """Take a thing and do it: its place, and what came of it; None where there is none to begin."""
        with self._lock:
            try:
                if self._stopped:
                    return None
                thing = next(self._todo)
            except StopIteration:
                return None
            except CrmError as fault:
                self.broken, self._stopped = fault, True
                return None
            at = self._taken
            self._taken += 1
        made = self._do(thing)
        with self._lock:
            # Here, and not where it is told in order: a slow thing before it would let the others go on for long.
            self._stopped = self._ends(made) or self._stopped
        return at, (thing, made)
