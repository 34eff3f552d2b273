"""The bucket that keeps the store's from overflowing: a burst, then the pace, whoever asks, and never a reason to fail."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.api.ratelimit import Bucket
from crmcli.sandbox.objects import TICKET
from tests.conftest import Run, Sandbox

# Prints when each request is sent, as Unix times.
TAKER = """
import sys, time
from pathlib import Path
from crmcli.api.ratelimit import Bucket
path, start, times, burst, per_second = sys.argv[1:]
bucket = Bucket(Path(path), store="shop", burst=int(burst), per_second=float(per_second))
time.sleep(max(0, float(start) - time.time()))
for _ in range(int(times)):
    time.sleep(bucket.take())
    print(time.time())
"""


def take(file: Path, *, processes: int, times: int, burst: int, per_second: float) -> list[float]:
    """Have several processes take at once; when each request was sent."""
    told = [str(file), str(time.time() + 0.5), str(times), str(burst), str(per_second)]
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, *told], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(processes)
    ]
    sent = []
    for taker in takers:
        out, err = taker.communicate(timeout=60)
        assert (taker.returncode, err) == (0, "")
        sent += [float(line) for line in out.splitlines()]
    assert len(sent) == processes * times
    return sent


def overflows(sent: Iterable[float], *, burst: int, per_second: float) -> bool:
    """Whether requests at these times would overflow the store's bucket, by the plain definition of a leaky bucket."""
    level, last = 0.0, 0.0
    for moment in sorted(sent):
        level = max(0.0, level - (moment - last) * per_second) + 1
        last = moment
        if level > burst + 0.001:
            return True
    return False


class Clock:
    """A clock that a test sets."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1_700_000_000.0
        patch.setattr("crmcli.api.ratelimit.time.time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_burst_at_once_and_then_the_pace(tmp_path: Path, clock: Clock) -> None:
    bucket = Bucket(tmp_path / "rate.db", store="shop", burst=50, per_second=2)
    assert [bucket.take() for _ in range(50)] == [0.0] * 50
    assert [round(bucket.take(), 3) for _ in range(4)] == [0.5, 1.0, 1.5, 2.0]
    clock.now += 27
    assert [bucket.take() for _ in range(50)] == [0.0] * 50
    assert round(bucket.take(), 3) == 0.5


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.one_of(st.just(0.0), st.floats(0, 3)), max_size=40),
    burst=st.integers(1, 20),
    per_second=st.sampled_from([0.5, 2.0, 10.0]),
)
def test_it_never_overflows_and_never_waits_in_vain(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[float], burst: int, per_second: float
) -> None:
    bucket = Bucket(tmp_path_factory.mktemp("rate") / "rate.db", store="shop", burst=burst, per_second=per_second)
    sent: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        for gap in gaps:
            clock.now += gap
            wait = bucket.take()
            assert wait < 0.001 or overflows([*sent, clock.now + wait - 0.01], burst=burst, per_second=per_second)
            sent.append(clock.now + wait)
    assert not overflows(sent, burst=burst, per_second=per_second)


def test_the_store_knows_better(tmp_path: Path, clock: Clock) -> None:
    bucket = Bucket(tmp_path / "rate.db", store="shop", burst=50, per_second=2)
    assert bucket.take() == 0
    bucket.fill()
    assert round(bucket.take(), 3) == 0.5
    clock.now += 60
    assert bucket.take() == 0


def test_each_store_has_a_bucket_of_its_own(tmp_path: Path, clock: Clock) -> None:
    one, other, again = (
        Bucket(tmp_path / "rate.db", store=store, burst=1, per_second=1) for store in ("one", "other", "one")
    )
    assert (one.take(), other.take(), again.take()) == (0, 0, 1)


@pytest.mark.parametrize("back", [3600, 86_400 * 365])
def test_a_clock_that_was_set_back_locks_nobody_out(tmp_path: Path, clock: Clock, back: int) -> None:
    bucket = Bucket(tmp_path / "rate.db", store="shop", burst=50, per_second=2)
    for _ in range(60):
        bucket.take()
    clock.now -= back
    waits = []
    for _ in range(5):
        waits.append(bucket.take())
        clock.now += waits[-1]
    assert waits[0] <= 61
    assert [round(wait, 3) for wait in waits[1:]] == [0.5] * 4
    clock.now += 3600
    assert [bucket.take() for _ in range(50)] == [0.0] * 50


def test_a_file_that_a_power_cut_spoilt_is_made_anew(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "rate.db").write_bytes(b"x" * 5000)
    bucket = Bucket(tmp_path / "rate.db", store="shop", burst=1, per_second=1)
    assert [bucket.take() for _ in range(3)] == [0, 0, 1]


def test_processes_share_it(tmp_path: Path) -> None:
    sent = take(tmp_path / "new folder" / "rate.db", processes=5, times=5, burst=5, per_second=20)
    assert not overflows(sent, burst=6, per_second=20), "one more than the burst, since nobody wakes up on time"
    assert 0.9 <= max(sent) - min(sent) < 5, "and it doesn't hold anybody up"


def test_no_process_loses_what_another_wrote(tmp_path: Path) -> None:
    take(tmp_path / "rate.db", processes=4, times=100, burst=10_000, per_second=0.001)
    with closing(sqlite3.connect(tmp_path / "rate.db")) as db:
        ((empty_at,),) = db.execute("SELECT empty_at FROM buckets").fetchall()
    assert round((empty_at - time.time()) / 1000) == 400


def limit(profile_file: Path, burst: int, per_second: float) -> None:
    with profile_file.open("a") as stream:
        stream.write(f"rate_limit = {{ burst = {burst}, per_second = {per_second} }}\n")


def test_several_runs_of_the_program_never_see_a_429(shop: Sandbox, profile_file: Path) -> None:
    # The store takes a little more than is sent, since no two requests take as long to arrive: on a busy machine one may be
    # more than a second late. Were each run to count for itself, all twelve would go out at once.
    limit(profile_file, 3, 3)
    shop.switch("bucket=7/3")
    # A ticket each: of one, they would wait for each other, and only the first would have something to change.
    commands = [[sys.executable, "-m", "crmcli", "tickets", "update", ticket, "--subject", "X"] for ticket in "1456"]
    runs = [subprocess.Popen(each, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for each in commands]
    for each in runs:
        assert each.communicate(timeout=30)[1] == b""
    statuses = [row["Status"] for row in shop.store.log()]
    assert statuses == [200] * 12


def test_a_run_keeps_the_pace(shop: Sandbox, run: Run, profile_file: Path) -> None:
    limit(profile_file, 4, 20)
    shop.switch("bucket=6/20", "throttle=503")
    started = time.monotonic()
    assert run("tickets", "get", *(str(number) for number in range(1, 11)), "-o", "ids").lines[-1] == "10"
    assert time.monotonic() - started >= 6 / 20
    assert [row["Status"] for row in shop.store.log()] == [200] * 10


def test_after_a_429_the_bucket_is_let_run_out(shop: Sandbox, run: Run, profile_file: Path) -> None:
    limit(profile_file, 5, 50)
    shop.fault("status=429,times=1")
    started = time.monotonic()
    assert run("tickets", "get", "1", "2", "3", "-o", "tsv").code == 0
    assert 0.4 <= time.monotonic() - started < 5
    assert len(shop.asked()) == 4


# How throttling is said, what it leaves, and how often a write goes out: again only where the words are sure.
@pytest.mark.parametrize(
    ("said", "code", "writes"),
    [("429", 7, 5), ("html", 7, 5), ("retry-after", 7, 1), ("503", 1, 1), ("400-text", 7, 1)],
)
def test_a_store_that_throttles_us_all_the_same(shop: Sandbox, run: Run, said: str, code: int, writes: int) -> None:
    shop.switch("bucket=1/0.01", f"throttle={said}")
    assert run("tickets", "get", "1", "-o", "tsv").code == 0
    assert run("tickets", "get", "1", "--json").error["kind"] == ("store" if code == 1 else "rate-limited")
    assert len(shop.asked("GET")) == 1 + (1 if said == "retry-after" else 5), "the wait would be longer than a minute"
    assert run("api", "PUT", "/CRM/department/1", "-f", "Name=X").code == code  # a write that reads nothing first
    assert len(shop.asked("PUT")) == writes
    assert shop.store.row(TICKET, 1)


def test_on_loopback_there_is_none_unless_it_is_set(shop: Sandbox, run: Run, profile_file: Path, home: Path) -> None:
    assert run("tickets", "get", "1", "-o", "tsv").code == 0
    assert not list((home / "state").rglob("*"))
    limit(profile_file, 5, 50)
    assert run("tickets", "get", "1", "-o", "tsv").code == 0
    (file,) = (home / "state").rglob("rate.db")
    assert b"example-store" not in file.read_bytes()


@pytest.mark.parametrize(
    "obstacle", ["a file for the folder", "a folder for the file", "not a database", "other tables"]
)
def test_a_home_that_can_not_be_written_stops_no_work(
    shop: Sandbox, run: Run, profile_file: Path, home: Path, obstacle: str
) -> None:
    limit(profile_file, 2, 50)
    file = home / "state" / "crmcli" / "rate.db"
    if obstacle == "a file for the folder":
        file.parent.parent.write_text("")
    elif obstacle == "a folder for the file":
        file.mkdir(parents=True)
    else:
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x" * 5000)
    if obstacle == "other tables":
        file.unlink()
        with closing(sqlite3.connect(file)) as db:
            db.execute("CREATE TABLE buckets (other)")
    shop.fault("status=429,times=1")
    for _ in range(3):
        result = run("tickets", "get", "1", "--json")
        assert (result.code, result.err) == (0, "")
