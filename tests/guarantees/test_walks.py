"""Walks over pages while the store changes under them and fails: what was there throughout comes exactly once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from crmcli.sandbox.objects import TICKET
from tests.conftest import Run, Sandbox

FAULTS = ("status=503", "status=500", "status=429", "cut-before", "cut-body", "cut-after")


class Restless:
    """A WSGI application in front of the sandbox's: before each page, tickets are taken out and others come in."""

    def __init__(self, sandbox: Sandbox, dice: random.Random) -> None:
        self._app, self._store, self._dice = sandbox.app, sandbox.store, dice
        self.gone: set[int] = set()

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterator[bytes]:
        numbers = [row["CrmID"] for row in self._store.rows(TICKET, whole=False)]
        for number in self._dice.sample(numbers, min(len(numbers), self._dice.randrange(5))):
            self._store.delete(TICKET, number)
            self.gone.add(number)
        for _ in range(self._dice.randrange(4)):
            self._store.insert(TICKET, {"CustomerEmail": "new@example.com"})
        return iter(self._app(environ, start_response))


@pytest.mark.parametrize("seed", range(12))
def test_what_is_there_throughout_comes_exactly_once(
    seed: int, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    for _ in range(260):
        sandbox.store.insert(TICKET, {"CustomerEmail": "old@example.com"})
    before = {row["CrmID"] for row in sandbox.store.rows(TICKET, whole=False)}
    sandbox.switch(
        f"offset-base={dice.choice('01')}",
        f"page-cap={dice.choice((0, 17, 60))}",
        f"past-end={dice.choice(('400', '404', 'empty'))}",
    )
    sandbox.fault(f"{FAULTS[seed % len(FAULTS)]},method=GET,chance=0.15,seed={seed}")
    restless = Restless(sandbox, dice)
    monkeypatch.setattr(sandbox.server, "app", restless)
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", str(dice.choice((20, 50, 100))))
    found = run("tickets", "list", "--all", "-o", "ids")
    assert found.code == 0, found.err
    assert len(found.lines) == len(set(found.lines)), "a ticket came twice"
    assert before - restless.gone <= {int(line) for line in found.lines}, "a ticket that was there throughout was lost"
