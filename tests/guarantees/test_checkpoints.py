"""`tickets list --checkpoint`: over many runs, with tickets arriving and changing meanwhile, nothing is missed."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmcli.paths import state_folder
from crmcli.sandbox.dates import EASTERN, stored
from crmcli.sandbox.objects import TICKET
from tests.conftest import Result, Run, Sandbox
from tests.sizes import size, some
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


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("start", "bounds"),
    some([(start, f"date-bounds={bounds}") for bounds in ("inclusive", "exclusive") for start in STARTS], every=3),
    ids=str,
)
def test_nothing_is_missed(shop: Sandbox, run: Run, small_pages: None, start: datetime, bounds: str) -> None:
    shop.switch(bounds, "dates=slash" if start.month == 3 else "dates=iso")
    for row in shop.store.rows(TICKET, whole=False):
        shop.store.update(TICKET, row["CrmID"], {"DateLastAction": "2026-03-01T00:00"})
    busy = Busy(shop, start, seed=start.month)
    printed: dict[int, list[str]] = {}
    failed = 0
    for _ in range(size(40, 75)):
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


def job(run: Run) -> Result:
    return run("tickets", "list", "--checkpoint", "job", "-o", "ids")


def at_the_store(shop: Sandbox, **ago: float) -> str:
    """A date of that long ago, as the sandbox keeps it."""
    return stored(shop.app.clock() - timedelta(**ago))


def touch(shop: Sandbox, number: int, date: str) -> None:
    shop.store.update(TICKET, number, {"Subject": f"as of {date}", "DateLastAction": date})


def dated(shop: Sandbox, date: str | None) -> None:
    """Give all answers this Date, or none."""
    inner = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            kept = [each for each in headers if each[0] != "Date"]
            return start_response(status, kept + ([("Date", date)] if date else []))

        return inner(environ, start)

    shop.server.app = app


@pytest.mark.parametrize("told", ["its time", "nothing", "nonsense", "1970", "9999"])
@pytest.mark.parametrize("ahead", [{"hours": 3}, {"days": 400}, {"days": 2_900_000}], ids=str)
def test_a_ticket_dated_ahead_silences_nothing(shop: Sandbox, run: Run, told: str, ahead: dict[str, int]) -> None:
    """Whatever the store says of its time: what changes after it is printed, once; and the ticket is named."""
    if told != "its time":
        dated(
            shop,
            {"nonsense": "soon", "1970": "Thu, 01 Jan 1970 00:00:01 GMT", "9999": "Fri, 31 Dec 9999 23:59:59 GMT"}.get(
                told
            ),
        )
    for number in range(1, 13):
        touch(shop, number, at_the_store(shop, days=number))
    assert len(job(run).lines) == 12
    touch(shop, 7, at_the_store(shop, **{unit: -amount for unit, amount in ahead.items()}))
    first = job(run)
    assert (first.code, first.lines) == (0, ["7"])
    whose = "this machine's" if told in ("nothing", "nonsense", "9999") else "the store's"
    assert ("Ticket 7 (" in first.err, f"is dated ahead of {whose} clock" in first.err) == (True, True)
    for number in (3, 4):
        touch(shop, number, at_the_store(shop))
        again = job(run)
        assert (again.code, again.lines) == (0, [str(number)])
        assert ("Ticket 7" in again.err) is False, "it was said"
    assert (job(run).lines, job(run).err if told != "1970" else "") == ([], "")


@pytest.mark.parametrize("ahead", [{"hours": 3}, {"days": 400}], ids=str)
def test_a_checkpoint_that_ran_ahead_begins_anew(shop: Sandbox, run: Run, ahead: dict[str, int]) -> None:
    """As an earlier version left it: nobody knows what it has passed over."""
    for number in range(1, 13):
        touch(shop, number, at_the_store(shop, days=number))
    assert len(job(run).lines) == 12
    mark = datetime.now(ZoneInfo(EASTERN)).replace(tzinfo=None) + timedelta(**ahead)
    (file,) = state_folder().rglob("job.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE point SET newest = ?", (mark.isoformat(),))
        db.execute("DELETE FROM seen")
    touch(shop, 3, at_the_store(shop))
    healed = job(run)
    assert (healed.code, sorted(map(int, healed.lines))) == (0, list(range(1, 13)))
    assert "ahead of the store's clock" in healed.err
    assert "everything was looked at anew" in healed.err
    touch(shop, 4, at_the_store(shop))
    again = job(run)
    assert (again.code, again.lines, again.err) == (0, ["4"], "")


def test_a_checkpoint_that_ran_ahead_stays_there_until_all_was_looked_at(
    shop: Sandbox, run: Run, small_pages: None
) -> None:
    assert len(job(run).lines) == 12
    (file,) = state_folder().rglob("job.db")
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE point SET newest = '2999-01-01T00:00:00'")
        db.execute("DELETE FROM seen")
    shop.fault("status=500,method=GET,skip=3")
    assert job(run).code == 1
    shop.fault()
    assert len(job(run).lines) == 12


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
