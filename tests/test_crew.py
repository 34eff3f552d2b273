"""The workers of a bulk run, where a signal comes while they begin."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest

from crmcli.bulk.crew import Crew


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_interrupt_while_the_workers_begin_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, at: int, when: str
) -> None:
    """Some of them are never started; whoever waited for these would wait for good."""
    started = []

    def start(thread: Thread, begin: Callable[[Thread], None] = Thread.start) -> None:
        started.append(thread)
        if (len(started), when) == (at, "before"):
            raise KeyboardInterrupt
        begin(thread)
        if (len(started), when) == (at, "after"):
            raise KeyboardInterrupt

    monkeypatch.setattr(Thread, "start", start)
    crew = Crew(range(100), lambda number: number, at_once=3)
    assert crew.next() == (0, 0)
    with pytest.raises(KeyboardInterrupt):
        crew.next()
    crew.stop()
    monkeypatch.undo()
    told: list[int] = []
    waiting = Thread(target=lambda: told.extend(came[0] for came in iter(crew.next, None)), daemon=True)
    waiting.start()
    waiting.join(10)
    assert not waiting.is_alive()
    assert told == list(range(1, 1 + len(told)))
