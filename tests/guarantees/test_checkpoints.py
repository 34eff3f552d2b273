"""`tickets list --checkpoint`: over many runs, with tickets arriving and changing meanwhile, nothing is missed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmcli.sandbox.dates import stored
from crmcli.sandbox.objects import TICKET
from tests.conftest import Run, Sandbox
from tests.terminal import environment

# Half an hour a step or so, over the night in which New York's clocks go back, and the one in which they go forward.
STARTS = (datetime(2026, 11, 1, 1, tzinfo=UTC), datetime(2026, 3, 8, 3, tzinfo=UTC))


class Busy:
    """A store in which tickets arrive and change, also while it is being read."""

    def __init__(self, shop: Sandbox, start: datetime, seed: int) -> None:
        self.shop, self.now, self.chance = shop, start, random.Random(seed)
        self.count = 0
        shop.between(self.see)

    def see(self, asked: dict[str, Any]) -> None:
        if asked["REQUEST_METHOD"] == "GET" and self.chance.random() < 0.3:
            self.happens()

    def happens(self) -> None:
        self.count += 1
        said = {"Subject": f"version {self.count}", "DateLastAction": stored(self.now)}
        numbers = [row["CrmID"] for row in self.shop.store.rows(TICKET, whole=False)]
        if self.chance.random() < 0.4:
            new = {"CustomerEmail": "a@example.com", "DateOpened": stored(self.now), "StatusID": 1}
            self.shop.store.insert(TICKET, {**new, **said})
        else:
            self.shop.store.update(TICKET, self.chance.choice(numbers), said)

    def passes(self) -> None:
        self.now += timedelta(minutes=self.chance.choice([0, 0, 1, 10, 45]))
        for _ in range(self.chance.randrange(3)):
            self.happens()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "4")
    return iter(())


@pytest.mark.parametrize("bounds", ["date-bounds=inclusive", "date-bounds=exclusive"])
@pytest.mark.parametrize("start", STARTS, ids=str)
def test_nothing_is_missed(shop: Sandbox, run: Run, small_pages: None, start: datetime, bounds: str) -> None:
    shop.switch(bounds, "dates=slash" if start.month == 3 else "dates=iso")
    for row in shop.store.rows(TICKET, whole=False):
        shop.store.update(TICKET, row["CrmID"], {"DateLastAction": "2026-03-01T00:00"})
    busy = Busy(shop, start, seed=start.month)
    printed: dict[int, list[str]] = {}
    failed = 0
    for _ in range(75):
        busy.passes()
        shop.fault(*(["cut-before,method=GET"] if busy.chance.random() < 0.15 else []))
        result = run("tickets", "list", "--checkpoint", "job", "-o", "jsonl")
        if result.code:
            failed += 1
            continue  # whoever runs it throws away what a failed run printed
        for row in map(json.loads, result.lines):
            printed.setdefault(row["CrmID"], []).append(row["Subject"])
    shop.fault()
    shop.server.app = shop.app
    for row in map(json.loads, run("tickets", "list", "--checkpoint", "job", "-o", "jsonl").lines):
        printed.setdefault(row["CrmID"], []).append(row["Subject"])
    assert failed >= 3
    assert {number: said[-1] for number, said in printed.items()} == {
        row["CrmID"]: row["Subject"] for row in shop.store.rows(TICKET)
    }
    # Each version once: what comes again has changed.
    assert [said for said in printed.values() if len(said) != len(set(said))] == []


def test_a_killed_run_prints_again(shop: Sandbox, small_pages: None, run: Run) -> None:
    shop.fault("delay=0.4,method=GET,skip=2")
    command = [sys.executable, "-m", "crmcli", "tickets", "list", "--checkpoint", "job", "-o", "ids"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True) as child:
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    shop.fault()
    assert len(run("tickets", "list", "--checkpoint", "job", "-o", "ids").lines) == len(shop.store.rows(TICKET))
    assert run("tickets", "list", "--checkpoint", "job", "-o", "ids").lines == []


def test_two_runs_at_once_do_not_mix(shop: Sandbox, run: Run) -> None:
    shop.fault("delay=3,method=GET,times=1")
    command = [sys.executable, "-m", "crmcli", "tickets", "list", "--checkpoint", "job", "-o", "ids"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True) as child:
        until = time.monotonic() + 20
        while not shop.asked() and time.monotonic() < until:
            time.sleep(0.02)
            if any(row for row in Path(environment()["XDG_STATE_HOME"]).rglob("job.db-journal")):
                break
        result = run("tickets", "list", "--checkpoint", "job", "-o", "ids")
        assert (result.code, result.out) == (2, "")
        assert "in use by another run" in result.err
        out, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    assert len(out.splitlines()) == len(shop.store.rows(TICKET))


def test_a_reader_that_has_gone_does_not_advance_it(shop: Sandbox) -> None:
    command = f"{sys.executable} -m crmcli tickets list --checkpoint job -o json --all | head -c 1"
    subprocess.run(["bash", "-c", command.replace(" | head -c 1", " > /dev/full")], env=environment(), check=False)
    done = subprocess.run(
        ["bash", "-c", command.replace(" | head -c 1", "")], env=environment(), capture_output=True, check=True
    )
    assert len(json.loads(done.stdout)) == len(shop.store.rows(TICKET))


@pytest.mark.parametrize("words", ["--limit 3", "--offset 1", "--newest", "--count", "--active-after 7d"])
def test_what_would_cut_the_list_is_refused(shop: Sandbox, run: Run, words: str) -> None:
    assert run("tickets", "list", "--checkpoint", "job", *words.split()).code == 2
    assert run("tickets", "list", "--checkpoint", "../job").code == 2
    assert not shop.asked()


def test_other_filters_are_another_job(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "list", "--checkpoint", "job", "--status", "Open").code == 0
    result = run("tickets", "list", "--checkpoint", "job")
    assert result.code == 2
    assert "--status Open" in result.err
    assert run("checkpoints", "list", "-o", "ids").lines == ["job"]
    assert run("checkpoints", "reset", "job").code == 2
    assert run("checkpoints", "reset", "job", "--yes").code == 0
    assert run("checkpoints", "show", "job").code == 2
    assert run("tickets", "list", "--checkpoint", "job").code == 0
