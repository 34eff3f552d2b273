"""A store that fails, dawdles and loses connections: reads are tried again, and writes are never sent twice on a guess."""

from __future__ import annotations

import shlex
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from crmcli.api import retry
from crmcli.sandbox.serve import make_server
from tests.conftest import Run, Sandbox
from tests.shop import difference, everything
from tests.sizes import some
from tests.test_readings import READINGS

# The fault, and what a read is left with when it never ends.
READ_FAULTS = {
    "status=500": 1,
    "status=502,body=html": 1,
    "status=503": 1,
    "status=504": 1,
    "status=500,body=ack": 1,
    "status=408": 1,
    "status=429": 7,
    "status=429,body=html": 7,
    "status=400,body=throttle-text": 7,
    "status=403,body=throttle-text": 7,
    "status=503,body=throttle-text": 7,
    "cut-before": 8,
    "cut-before,reset": 8,
    "cut-after": 8,
    "cut-after,reset": 8,
    "cut-headers": 8,
    "cut-body": 8,
    "cut-body,reset": 8,
    "delay=0.4": 8,
    "delay=0.4,after": 8,
    "drip=0.01": 8,
    "drip=0.01,after": 8,
}
READS = ("tickets list --all", "statuses get 1")

# The fault, and what it leaves: of a POST, which is looked for at the store, and of a PUT or DELETE, which is not.
WRITE_FAULTS = {
    "cut-before": (8, 8),
    "cut-before,reset": (8, 8),
    "cut-after": (0, 8),
    "cut-after,reset": (0, 8),
    "cut-headers": (0, 8),
    "cut-body": (0, 8),
    "delay=0.4": (0, 8),
    "delay=0.4,after": (0, 8),
    "drip=0.01": (0, 8),
    "drip=0.01,after": (0, 8),
    "status=500": (1, 1),
    "status=500,after": (0, 1),
    "status=502,body=html": (1, 1),
    "status=503": (1, 1),
    "status=503,retry-after=1": (1, 1),
    "status=504,after": (0, 1),
    "status=408": (1, 1),
    "status=500,body=throttle-text": (7, 7),
    "status=400,body=throttle-text": (7, 7),
    "status=403,body=throttle-text": (7, 7),
    "status=429,retry-after=61": (7, 7),
    "status=501": (1, 1),
    "status=400": (6, 6),
    "status=409": (6, 6),
    "status=401": (4, 4),
    "status=403": (4, 4),
    "status=404": (5, 5),
    "status=410": (5, 5),
}
TEXT = "Dear Ann,\n\nyour parcel is on its way. 😀"
POSTS = (
    ("messages", "create", "1", "--text", TEXT),
    ("tickets", "create", "--customer-email", "a@example.com", "--message", TEXT),
    ("replies", "create", "--title", "Hi", "--text", TEXT),
)
CHANGES = {
    "PUT": ("tickets update 1 --subject X", "departments update 1 --name X", "statuses update 1 --name X"),
    "DELETE": ("tickets delete 1 --yes", "messages delete 4 41 --yes", "replies delete 1 --yes"),
}


def is_late(fault: str) -> bool:
    """Whether the answer comes past the time-out, or piece by piece for ever."""
    return "delay" in fault or "drip" in fault


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where an answer is to come too late, it must come within 0.15 s, and a send is looked for until it has."""
    late = is_late(request.node.name)
    monkeypatch.setenv("CRMCLI_SETTLE", "3" if late else "0")
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.0005)
    if late:
        monkeypatch.setenv("CRMCLI_TIMEOUT", "0.15")


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_reads_are_tried_again(shop: Sandbox, run: Run, fault: str) -> None:
    tries = retry.LATE_TRIES if is_late(fault) else retry.TRIES
    for command in READS[:1] if is_late(fault) else READS:
        shop.fault()
        plain = run(*shlex.split(command), "--json")
        assert plain.code == 0
        shop.fault(f"{fault},times={tries - 1}")
        shop.store.clear_log()
        again = run(*shlex.split(command), "--json")
        assert (again.code, again.out, again.err, command) == (0, plain.out, "", command)
        settle(fault)
        assert Counter(shop.asked()).most_common(1)[0][1] == tries, "the same request each time"
        shop.fault(fault)
        shop.store.clear_log()
        failed = run(*shlex.split(command), "--json")
        assert (failed.code, failed.error["kind"]) == (READ_FAULTS[fault], kind(failed.code))
        settle(fault)
        assert len(shop.asked()) == tries


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 415, 501])
def test_what_will_not_pass_is_asked_once(shop: Sandbox, run: Run, status: int) -> None:
    shop.fault(f"status={status},path=/CRM/1")
    assert run("tickets", "get", "1").code == {401: 4, 403: 4, 404: 5, 501: 1}.get(status, 6)
    assert shop.asked().count("GET /CRM/1") == 1


@pytest.mark.parametrize(
    ("fault", "argv"),
    some([(fault, argv) for fault in WRITE_FAULTS for argv in POSTS[: 1 if is_late(fault) else 3]], every=2),
)
def test_a_post_is_sent_once_and_its_text_is_kept(
    shop: Sandbox, run: Run, fault: str, argv: tuple[str, ...], home: Path
) -> None:
    shop.fault(f"{fault},method=POST")
    before = everything(shop.store)
    result = run(*argv, "--json")
    code = WRITE_FAULTS[fault][0]
    assert result.code == code, result.err
    settle(fault)
    made = difference(before, everything(shop.store))
    assert len(shop.asked("POST")) == 1
    assert not set(made) & set(before)
    assert bool(made) == (code == 0), "what it says is what is so"
    assert len(shop.store.mailbox()) == (code == 0 and argv[0] != "replies")
    if code == 0:
        noun, key = {"messages": ("message", 122), "tickets": ("ticket", 13), "replies": ("saved reply", 3)}[argv[0]]
        assert (noun, key) in made
        assert result.json[0]["Value"] == str(key)
        return
    assert (result.out, result.error["kind"]) == ("", kind(code))
    (draft,) = (home / "state").rglob("*.txt")
    assert draft.read_text() == TEXT
    assert draft.stat().st_mode & 0o777 == 0o600
    assert str(draft) in " ".join(result.error["details"])


@pytest.mark.parametrize("argv", POSTS, ids=lambda argv: argv[0])
def test_a_send_is_not_taken_for_an_equal_one_before_it(shop: Sandbox, run: Run, argv: tuple[str, ...]) -> None:
    for fault, code in (
        ("", 0),
        ("cut-before,method=POST", 8),
        ("cut-after,method=POST", 0),
        ("status=503,method=POST", 1),
    ):
        shop.fault(*[fault][: bool(fault)])
        before = everything(shop.store)
        assert run(*argv, "--json").code == code
        assert bool(difference(before, everything(shop.store))) == (code == 0)


# Each leaves no way to tell: the store answers nothing more, or it may be at it still.
@pytest.mark.parametrize(
    ("argv", "faults"),
    [
        *((argv, ("cut-after,method=POST", "cut-before,method=GET,skip={reads}")) for argv in POSTS),
        *((argv, ("cut-before,method=POST", "status=503,method=GET,skip={reads}")) for argv in POSTS),
        *((argv, ("status=500,after,method=POST", "status=401,method=GET,skip={reads}")) for argv in POSTS),
        (POSTS[0], ("delay=0.6,method=POST",)),
    ],
    ids=str,
)
def test_what_the_store_can_not_tell_is_unsure(
    shop: Sandbox, run: Run, faults: tuple[str, ...], argv: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_SETTLE", "0")
    reads = {"messages": 2, "tickets": 2, "replies": 2}[argv[0]]
    shop.fault(*(fault.format(reads=reads) for fault in faults))
    result = run(*argv, "--json")
    assert (result.code, result.out, result.error["kind"]) == (10, "", "unsure")
    settle("".join(faults))
    assert len(shop.asked("POST")) == 1
    assert len(shop.store.mailbox()) == ("cut-before,method=POST" not in faults and argv[0] != "replies")
    (draft,) = (home / "state").rglob("*.txt")
    assert draft.read_text() == TEXT
    assert str(draft) in " ".join(result.error["details"])


@pytest.mark.parametrize(
    ("reading", "argv"),
    some([(each, argv) for argv in POSTS for each in READINGS if not each.startswith(("host", "bucket"))], every=4),
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_lost_answer_is_found_under_each_reading(
    shop: Sandbox, run: Run, reading: str, argv: tuple[str, ...]
) -> None:
    shop.switch(reading)
    shop.fault("cut-after,method=POST")
    result = run(*argv, "-o", "ids")
    if reading == "message-text=signed" and argv[0] != "replies":  # it is there, but not word for word
        assert (result.code, result.out) == (10, "")
    else:
        assert (result.code, result.out) == (0, {"messages": "122\n", "tickets": "13\n", "replies": "3\n"}[argv[0]])
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize(
    ("fault", "method"), some([(fault, method) for method in CHANGES for fault in WRITE_FAULTS], every=3)
)
def test_a_put_or_delete_is_sent_once(shop: Sandbox, run: Run, fault: str, method: str) -> None:
    # What was answered is looked at, and a delete without an answer, too: of those that were done each is seen to be.
    is_answered = fault.startswith("status") and ",after" in fault
    is_seen = is_answered or (
        method == "DELETE" and (fault.startswith(("cut-after", "cut-headers", "cut-body", "drip")) or ",after" in fault)
    )
    code = 0 if is_seen else WRITE_FAULTS[fault][1]
    for command in CHANGES[method][:1] if is_late(fault) else CHANGES[method]:
        shop.fault(f"{fault},method={method}")
        shop.store.clear_log()
        result = run(*shlex.split(command), "--json")
        assert (result.code, command) == (code, command)
        assert is_seen or result.error["kind"] == kind(code)
        settle(fault)
        assert len(shop.asked(method)) == (2 if command.startswith("statuses") and code in (5, 6) else 1)
        if code == 8:
            assert "may have done it" in result.error["hint"]


@pytest.mark.parametrize("argv", [*POSTS, *(tuple(shlex.split(each)) for row in CHANGES.values() for each in row)])
@pytest.mark.parametrize("fault", ["status=429", "status=429,body=html"])
def test_a_429_did_nothing_so_a_write_is_sent_again(shop: Sandbox, run: Run, fault: str, argv: tuple[str, ...]) -> None:
    method = {"create": "POST", "update": "PUT", "delete": "DELETE"}[argv[1]]
    before = everything(shop.store)
    shop.fault(f"{fault},method={method}")
    assert run(*argv, "--json").error["kind"] == "rate-limited"
    assert len(shop.asked(method)) == retry.TRIES
    assert everything(shop.store) == before
    shop.store.clear_log()
    shop.fault(f"{fault},method={method},times=2")
    assert run(*argv).code == 0
    assert len(shop.asked(method)) == 3
    assert len(shop.store.mailbox()) == (method == "POST" and argv[0] != "replies")


def test_retry_after_is_obeyed(shop: Sandbox, run: Run) -> None:
    shop.fault("status=503,retry-after=1,times=1")
    started = time.monotonic()
    assert run("tickets", "get", "1").code == 0
    assert 1 <= time.monotonic() - started < 2


@pytest.mark.parametrize("fault", ["status=429", "status=503", "status=503,body=html"])
def test_a_wait_of_more_than_a_minute_is_left_to_the_user(shop: Sandbox, run: Run, fault: str) -> None:
    shop.fault(f"{fault},retry-after=61")
    assert run("tickets", "get", "1").code == (7 if "429" in fault else 1)
    assert len(shop.asked()) == 1


@pytest.mark.parametrize("argv", [("tickets", "get", "1"), POSTS[0], ("replies", "delete", "1", "--yes")], ids=str)
def test_a_refused_connection_is_tried_five_times(
    shop: Sandbox, run: Run, argv: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.server.shutdown()
    shop.server.server_close()
    result = run(*argv, "--json", "--verbose")
    assert (result.code, result.error["kind"]) == (8, "network")
    assert result.err.count("trying again") == retry.TRIES - 1
    assert "may have" not in result.error["hint"]
    assert len(list((home / "state").rglob("*.txt"))) == ("create" in argv)


def test_a_write_arrives_once_at_a_store_that_comes_up_late(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = shop.server.port
    shop.server.shutdown()
    shop.server.server_close()
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.1)

    def come_up() -> None:
        time.sleep(0.1)
        shop.server = make_server(shop.app, port)
        shop.server.serve_forever(0.005)

    threading.Thread(target=come_up).start()
    assert run(*POSTS[0], "-o", "ids").out == "122\n"
    assert len(shop.store.mailbox()) == len(shop.asked("POST")) == 1


def settle(fault: str) -> None:
    """Let the work be done that a delay put off."""
    if "delay" in fault:
        time.sleep(0.6 if "0.6" in fault else 0.4)


def kind(code: int) -> str:
    from crmcli.exits import EXITS

    return next(row.kind for row in EXITS if row.code == code)
