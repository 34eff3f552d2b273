"""Two processes of one state folder at the same object: what the one read is so until what it writes of it is answered."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from crmcli import errors
from crmcli.claims import Claims
from crmcli.paths import state_folder
from crmcli.sandbox.objects import MESSAGE, TICKET
from crmcli.trash import Trash
from tests.conftest import Run, Sandbox
from tests.guarantees.test_alike import begin, ended
from tests.terminal import PATIENCE, environment

WRITES = ("POST", "PUT", "DELETE")


@contextmanager
def first_write_held(shop: Sandbox) -> Iterator[threading.Event]:
    """Hold the first write back, once it has come, until the block ends: all that it rests on was read by then."""
    came, go = threading.Event(), threading.Event()

    def hold(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] in WRITES and not came.is_set():
            came.set()
            go.wait(PATIENCE)

    shop.between(hold)
    try:
        yield came
    finally:
        go.set()


def side_by_side(shop: Sandbox, one: tuple[str, ...], two: tuple[str, ...]) -> tuple[tuple[int, str, str], ...]:
    """What both say: the second begins while the first's write is under way, and goes on when it waits, or has ended."""
    with first_write_held(shop) as came:
        first = begin(*one)
        assert came.wait(PATIENCE)
        second = begin(*two)
        assert second.stderr
        said = second.stderr.readline()
    code, out, err = ended(first)
    assert f"Waiting for process {first.pid}, which is changing" in said, said
    again, out_again, err_again = ended(second)
    return (code, out, err), (again, out_again, said + err_again)


def of_ticket(shop: Sandbox, number: int) -> dict[str, Any]:
    return shop.store.row(TICKET, number) or {}


def kept_texts() -> list[str]:
    trash = Trash(state_folder() / "trash.db")
    return [m["Message"] for entry in trash.entries() for m in trash.object(entry).get("CrmMessageList", [])]


def test_a_plan_reads_what_another_process_is_writing(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    plan = str(tmp_path / "update.plan")
    assert run("tickets", "update", "4", "--subject", "Planned", "--plan", plan).code == 0
    first, second = side_by_side(shop, ("tickets", "update", "4", "--subject", "Now"), ("apply", plan, "--yes"))
    assert (first[0], second[0], of_ticket(shop, 4)["Subject"]) == (0, 9, "Now")
    assert "changed since" in second[2]


def test_an_undo_reads_what_another_process_is_writing(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "--subject", "Set").code == 0
    first, second = side_by_side(shop, ("tickets", "update", "4", "--subject", "Now"), ("runs", "undo", "1"))
    assert (first[0], second[0], of_ticket(shop, 4)["Subject"]) == (0, 9, "Now")


def test_a_delete_keeps_what_another_process_is_writing(shop: Sandbox) -> None:
    first, second = side_by_side(
        shop, ("messages", "create", "4", "--text", "It left."), ("tickets", "delete", "4", "--yes")
    )
    assert (first[0], second[0], of_ticket(shop, 4)) == (0, 0, {})
    assert "It left." in kept_texts()


def test_nothing_is_mailed_to_what_another_process_is_deleting(shop: Sandbox) -> None:
    reply = ("messages", "create", "4", "--text", "It left.")
    first, second = side_by_side(shop, ("tickets", "delete", "4", "--yes"), reply)
    assert (first[0], second[0]) == (0, 5)
    assert not [row for row in shop.store.rows(MESSAGE) if row["Message"] == "It left."]


@pytest.mark.parametrize(
    ("one", "two", "what"),
    [
        ("departments update 1 --name Other", "departments update 1 --hidden", "department 1"),
        ("statuses update 1 --name Other", "statuses update 2 --name Third", "the statuses"),
        ("replies update 1 --title Other", "replies delete 1 --yes", "saved reply 1"),
        ("messages delete 1 11 --yes", "tickets delete 1 --yes", "ticket 1"),
        ("api PUT /CRM/1 -f Subject=X", "tickets update 1 --status 2", "ticket 1"),
        ("tickets reply 1 --text One --status 2 --yes", "tickets reply 1 --text Two --status 3 --yes", "ticket 1"),
    ],
)
def test_one_at_a_time(shop: Sandbox, one: str, two: str, what: str) -> None:
    first, second = side_by_side(shop, (*one.split(),), (*two.split(),))
    assert (first[0], second[0]) == (0, 0), first[2] + second[2]
    assert f"which is changing {what} …" in second[2]


def test_what_a_stopped_process_is_changing_is_left_to_it(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmcli.waiting.STOPPED_FOR", 0.2)
    with first_write_held(shop) as came:
        one = begin("tickets", "update", "4", "--subject", "Now")
        assert came.wait(PATIENCE)
        one.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        second = run("tickets", "update", "4", "5", "--subject", "Then")
    assert (second.code, of_ticket(shop, 5)["Subject"]) == (9, "Then")
    assert f"Process {one.pid}, which is changing ticket 4, is stopped" in second.err
    one.send_signal(signal.SIGCONT)
    assert (ended(one)[0], of_ticket(shop, 4)["Subject"]) == (0, "Now")
    assert run("runs", "resume", "2", "--failed", "--yes").code == 0
    assert of_ticket(shop, 4)["Subject"] == "Then"


def test_what_a_dead_process_was_changing_is_nobodys(shop: Sandbox, run: Run) -> None:
    with first_write_held(shop) as came:
        one = begin("tickets", "update", "4", "--subject", "Now")
        assert came.wait(PATIENCE)
        one.kill()  # and nobody takes it away
        time.sleep(0.1)
        assert run("tickets", "update", "4", "--subject", "Then").code == 0
    one.communicate()


def test_reads_and_rehearsals_claim_nothing(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "get", "4").code == 0
    assert run("tickets", "update", "4", "--subject", "X", "--dry-run").code == 0
    assert run("tickets", "delete", "4", "--yes", "--dry-run").code == 0
    assert not (state_folder() / "claims.db").exists()
    assert run("tickets", "update", "4", "--subject", "X").code == 0
    assert stat.S_IMODE((state_folder() / "claims.db").stat().st_mode) == 0o600


@pytest.fixture
def claims(tmp_path: Path) -> Callable[..., Claims]:
    def claims(store: str = "one") -> Claims:
        return Claims(tmp_path / "state" / "claims.db", store=store, pause=time.sleep, warn=pytest.fail)

    return claims


def test_a_thread_may_hold_twice_and_another_waits(claims: Callable[..., Claims]) -> None:
    within, most = 0, 0

    def at_it() -> None:
        nonlocal within, most
        for _ in range(10):
            with claims().held("ticket 1"), claims().held("ticket 1"), claims("other").held("ticket 1"):
                within += 1
                most = max(most, within)
                time.sleep(0.002)
                within -= 1

    threads = [threading.Thread(target=at_it) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 1


def test_it_is_given_back_whatever_happens(claims: Callable[..., Claims]) -> None:
    with suppress(KeyError), claims().held("ticket 1"):
        raise KeyError
    one = threading.Thread(target=lambda: claims().held("ticket 1").__enter__())
    one.start()
    one.join()
    assert not one.is_alive()


def test_waiting_has_an_end(claims: Callable[..., Claims], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.waiting.PATIENCE", 0.3)
    told: list[errors.CrmError] = []

    def late() -> None:
        try:
            with claims().held("ticket 1"):
                pass
        except errors.CrmError as failure:
            told.append(failure)

    with claims().held("ticket 1"):
        one = threading.Thread(target=late)
        one.start()
        one.join()
    assert "came to no end" in told[0].message
    assert isinstance(told[0], errors.Held)


def test_a_claim_that_was_taken_is_not_given_back_by_who_had_it(claims: Callable[..., Claims]) -> None:
    owner = "import os, sys; from crmcli.claims import Claims; from pathlib import Path; import time\n"
    owner += "with Claims(Path(sys.argv[1]), store='one', pause=time.sleep, warn=print).held('ticket 1'):\n"
    owner += "    print(__import__('crmcli.processes').processes.me(), flush=True); input()\n"
    with subprocess.Popen(
        [sys.executable, "-c", owner, str(claims().path)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        name = other.stdout.readline().strip()
        claims().take("ticket 1", owner=name)
        with claims().held("ticket 1"):
            other.communicate("\n")
            taken = threading.Event()

            def third() -> None:
                with claims().held("ticket 1"):
                    taken.set()

            thread = threading.Thread(target=third)
            thread.start()
            assert not taken.wait(0.3)
        thread.join()
        assert taken.is_set()


def test_a_spoilt_file_says_what_to_do(shop: Sandbox, run: Run) -> None:
    state_folder().mkdir(parents=True)
    with closing((state_folder() / "claims.db").open("wb")) as file:
        file.write(b"x" * 5000)
    result = run("tickets", "update", "4", "--subject", "X")
    assert (result.code, "claims.db" in result.err, "Take the file away" in result.err) == (3, True, True)
    assert f"Move it away with: mv {state_folder() / 'claims.db'}" in run("doctor").out
