"""How a run of many rows ends: so many at once, never faster than allowed, and honest when it is cut short."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmcli.sandbox.objects import TICKET
from tests.benchmarks.million import cost
from tests.terminal import Person

from .conftest import Run, Sandbox
from .test_bulk import UPDATE, lines

MANY = range(1, 31)


@pytest.fixture
def flight(sandbox: Sandbox) -> Callable[[], int]:
    """How many requests were at the store at once, at most."""
    lock, now, most = threading.Lock(), [0], [0]
    inner = sandbox.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        try:
            return inner(environ, start_response)
        finally:
            with lock:
                now[0] -= 1

    sandbox.server.app = app
    return lambda: most[0]


@pytest.mark.parametrize(("rows", "rate", "at_once"), [(30, 1000, 8), (30, 0, 4), (11, 2, 2), (10, 1000, 1)])
def test_so_many_at_once(
    run: Run, sandbox: Sandbox, flight: Callable[[], int], profile_file: Path, rows: int, rate: int, at_once: int
) -> None:
    if rate:
        with profile_file.open("a") as file:
            file.write(f"rate_limit = {{ burst = 100, per_second = {rate} }}\n")
    sandbox.fault("delay=0.1" if rate == 1000 and rows == 30 else "delay=0.02")
    done = run("tickets", "update", "-", "--order", "7", "-o", "ids", stdin="\n".join(map(str, MANY[:rows])))
    assert (done.code, done.lines) == (0, [str(number) for number in MANY[:rows]])  # in order, whoever was quicker
    assert (flight() > 1, flight() <= at_once) == (at_once > 1, True)


def test_never_more_than_the_rate(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    with profile_file.open("a") as file:
        file.write("rate_limit = { burst = 5, per_second = 40 }\n")
    sandbox.switch("bucket=6/45")  # a store that throttles whoever comes quicker; its clock is not ours
    assert run("tickets", "update", "-", "--order", "7", stdin="\n".join(map(str, MANY[:20]))).code == 0
    assert {row["Status"] for row in sandbox.store.log()} == {200}


@pytest.mark.parametrize("rows", [3, 30])
def test_wrong_keys_try_one_row(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setenv("CRMCLI_TOKEN", "wrong")
    done = run(*UPDATE, "--json", stdin=lines(*MANY[:rows], column="order", value=7))
    assert (done.code, done.error["kind"], len(sandbox.asked())) == (4, "auth", 1)
    assert [row["Row"] for row in done.json] == [2]
    assert done.error["details"] == ["Nothing was done. Go on with: crmcli runs resume 1"]


def test_a_lost_network_ends_it(run: Run, sandbox: Sandbox) -> None:
    sandbox.fault("cut-before,method=PUT,skip=4")
    done = run("tickets", "update", "-", "--order", "7", stdin="\n".join(map(str, MANY)))
    lost = len(re.findall(r"^Error: ticket \d+: PUT", done.err, re.MULTILINE))
    assert (done.code, len(done.lines)) == (9, 4)
    assert 3 <= lost <= 9  # the third in a row ends it; others were under way, and one that was done may stand between
    assert f"not tried: {30 - 4 - lost} more." in done.err
    assert done.err.endswith("Hint: Go on with: crmcli runs resume 1\n")
    sandbox.fault()
    assert run("runs", "resume", "1", "-o", "ids").code == 0
    assert {row["OrderID"] for row in sandbox.store.rows(TICKET) if row["CrmID"] in MANY} == {7}


def test_a_first_row_that_may_be_done_is_not_called_undone(run: Run, shop: Sandbox) -> None:
    shop.fault("cut-after,method=PUT")
    done = run("tickets", "update", "5", "6", "--order", "7")
    assert (done.code, "Nothing was done" in done.err, len(shop.asked("PUT"))) == (8, False, 1)


def test_failures_in_the_middle_stop_nothing(run: Run, sandbox: Sandbox) -> None:
    sandbox.fault("status=500,method=PUT,skip=5,times=3", "status=429,method=PUT,times=2")
    done = run("tickets", "update", "-", "--order", "7", "--json", stdin="\n".join(map(str, MANY)))
    assert (done.code, len(done.json), done.error["message"]) == (9, 27, "3 of 30 failed.")


def test_output_that_closes_stops_nothing(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmcli.output.results.Stream.write", full)
    monkeypatch.setattr("crmcli.output.streams.Stream.abandon", lambda _: None)
    told: list[str] = []
    monkeypatch.setattr("crmcli.output.sink.Output.warn", lambda _, text: told.append(text))
    assert run("tickets", "update", "-", "--order", "7", stdin="\n".join(map(str, MANY))).code == 0
    assert {row["OrderID"] for row in sandbox.store.rows(TICKET) if row["CrmID"] in MANY} == {7}
    assert [text.partition(" (")[0] for text in told] == ["It was done, but the result could not be shown"]


def test_a_bar_that_makes_room_for_all_else(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(lines(*MANY, 999, column="text", value="hi"))
    sandbox.fault("cut-after,method=POST,skip=20,times=1", "delay=0.2,method=POST")
    with Person("tickets", "reply", "--from", str(tmp_path / "rows.csv"), "--yes") as person:
        assert person.leaves() == 9
    bar = r"\r\x1b\[K[█░]{30}  \d+ of 31(, \d+ failed)?, \d+ s left"
    assert re.search(bar, person.screen)
    assert "Looking whether the store has it" in person.screen  # which a worker tells
    for line in person.screen.split("\n"):
        assert re.fullmatch(rf"(({bar})*\r\x1b\[K)*[^█\r\x1b]*", line), line
    assert "✓" not in person.screen  # of more than ten rows those that failed are told


def test_ctrl_c_at_the_very_end(sandbox: Sandbox) -> None:
    sandbox.fault("delay=2,method=PUT,skip=11")
    with Person("tickets", "update", *map(str, MANY[:12]), "--order", "7") as person:
        until = time.monotonic() + 10
        while len(sandbox.asked("PUT")) < 11 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        person.types("\x03")
        assert person.leaves() == 130
    assert "12 of 12 are done." in person.screen
    assert "runs resume" not in person.screen
    assert "Nothing is left to do: see 'crmcli runs show 1'." in person.screen


def test_ctrl_c_twice(sandbox: Sandbox) -> None:
    sandbox.fault("delay=3,method=PUT,skip=1")
    with Person("tickets", "update", *map(str, MANY), "--order", "7") as person:
        until = time.monotonic() + 10
        while len(sandbox.asked("GET")) < 6 and time.monotonic() < until:
            time.sleep(0.02)
        person.types("\x03")
        time.sleep(0.3)  # what comes within a twentieth of a second is the same wish (crmcli/interrupts.py)
        person.types("\x03")
        assert person.leaves() == 130
    assert "Error: Interrupted. 1 of 30 are done, and some may be." in person.screen
    assert "'crmcli runs resume 1' looks at those that were under way" in person.screen
    assert "Traceback" not in person.screen


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("delay=3,path=/CRM/6/message,method=GET", "Error: Interrupted. 1 of 3 are done."),
        (
            "delay=3,path=/CRM/6/message,method=POST",
            "Interrupted: the message may have been sent already. 1 of 3 are done.",
        ),
    ],
)
def test_ctrl_c_in_a_few_replies(shop: Sandbox, run: Run, fault: str, told: str) -> None:
    shop.fault(fault)
    with Person("tickets", "reply", "5", "6", "7", "--text", "Hello", "--yes") as person:
        person.sees("Message 122 created")
        time.sleep(0.3)
        person.types("\x03")
        assert person.leaves() == 130
    assert told in person.screen
    assert "crmcli runs resume 1" in person.screen.replace("\n", " ")
    shop.fault()
    assert run("runs", "resume", "1").code == 0
    assert sorted(shop.asked("POST")) == [f"POST /CRM/{number}/message" for number in (5, 6, 7)]


def test_many_numbers_take_little_memory_and_end_at_once(tmp_path: Path) -> None:
    """tests/benchmarks/million.py has the figures for a million; here there are a fifth of them, twice each, and slack."""
    numbers = [*range(200_000, 0, -1), *range(1, 200_001)]
    found = cost(numbers, tmp_path, runs_for=0.3)
    assert found.code == 130
    assert found.memory < 130  # MB; lists of all rows took 600
    assert found.first < 4  # without the time in which a busy machine let it wait
    assert found.ended < 2
    with closing(sqlite3.connect(tmp_path / "state" / "crmcli" / "runs.db")) as db:
        assert db.execute("SELECT count(*), max(at) FROM rows").fetchall() == [(200_000, 200_000)]


def test_messages_that_were_not_tried_are_named_by_their_tickets(shop: Sandbox, run: Run) -> None:
    shop.fault("cut-before,method=POST,skip=1")
    done = run("messages", "create", "1", "3", "4", "5", "6", "7", "--text", "Hello")
    assert "None" not in done.err
    assert "not tried: message to ticket" in done.err
