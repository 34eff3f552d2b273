"""Each fault as a client meets it, over loopback, and whether the work was done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from crmcli.sandbox.faults import Cut, Fault, Faults
from crmcli.sandbox.store import Store
from crmcli.sandbox.wsgi import SandboxApp
from tests.sandbox.conftest import TRIO, Served

LOST = httpx.RemoteProtocolError
MESSAGE = {"Message": "Hello", "Sender": 1}


def send(served: Served, **more: Any) -> httpx.Response:
    return served.call("POST", "/CRM/42/message", json=MESSAGE, **more)


@pytest.mark.parametrize(
    ("spec", "raised", "done"),
    [
        ("cut-before", LOST, False),
        ("cut-before,reset", httpx.ReadError, False),
        ("cut-after", LOST, True),
        ("cut-after,reset", httpx.ReadError, True),
        ("cut-headers", LOST, True),
        ("cut-body", LOST, True),
        ("delay=0.3", httpx.ReadTimeout, True),
        ("delay=0.3,after", httpx.ReadTimeout, True),
    ],
)
def test_a_lost_answer(served: Served, spec: str, raised: type[Exception], *, done: bool) -> None:
    served.fault(f"{spec},method=POST,path=/CRM/*/message,times=1")
    assert served.call("GET", "/CRM/42").status_code == 200
    with pytest.raises(raised):
        send(served, timeout=0.15)
    if spec == "delay=0.3":
        assert served.store.mailbox() == []  # the work comes after the wait
        time.sleep(0.4)
    assert len(served.store.mailbox()) == done
    logged = served.store.log()[-1]
    assert (logged["Method"], logged["Path"], logged["Status"]) == ("POST", "/CRM/42/message", 201 if done else 0)
    assert send(served).status_code == 201


def test_a_body_is_cut_in_half(served: Served) -> None:
    whole = served.call("GET", "/CRM/42")
    served.fault("cut-body")
    with served.client.stream("GET", "/CRM/42") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == whole.headers["Content-Length"]
        read = b""
        with pytest.raises(LOST):
            for piece in answer.iter_bytes():
                read += piece
    assert read == whole.content[: len(whole.content) // 2]


def test_a_body_drips(served: Served) -> None:
    served.fault("drip=0.01,after")
    with served.client.stream("GET", "/CRM/42") as answer:
        pieces = answer.iter_bytes()
        assert [next(pieces) for _ in range(3)] == [b"a"] * 3


def test_where_there_is_no_body_the_head_is_cut(served: Served) -> None:
    served.switch("errors=empty")
    assert served.call("GET", "/CRM/99999").content == b""
    served.fault("cut-body")
    with pytest.raises(LOST):
        served.call("GET", "/CRM/99999")


@pytest.mark.parametrize(
    ("spec", "status", "done", "words"),
    [
        ("status=503", 503, False, ""),
        ("status=500,after", 500, True, ""),
        ("status=502,body=html", 502, False, "<title>502 Bad Gateway</title>"),
        ("status=500,body=ack", 500, False, '"Key":"Error"'),
        ("status=403,body=throttle-text", 403, False, "rate limit"),
        ("status=429,retry-after=7", 429, False, ""),
        ("status=599", 599, False, ""),
    ],
)
def test_an_error_status(served: Served, spec: str, status: int, words: str, *, done: bool) -> None:
    served.fault(spec)
    answer = send(served)
    assert answer.status_code == status
    assert words in answer.text
    assert bool(words) == bool(answer.text)
    assert answer.headers.get("Retry-After") == ("7" if "retry-after" in spec else None)
    assert len(served.store.mailbox()) == done


def test_a_delay_is_only_a_delay(served: Served) -> None:
    served.fault("delay=0.1")
    started = time.monotonic()
    assert send(served).status_code == 201
    assert time.monotonic() - started >= 0.1


def test_latency(served: Served) -> None:
    served.app.latency = 0.05
    started = time.monotonic()
    assert served.call("GET", "/CRM/42").status_code == 200
    assert time.monotonic() - started >= 0.05


def test_faults_can_be_added_and_taken_back_while_it_runs(served: Served) -> None:
    served.app.faults.add("status=500,times=1")
    served.app.faults.add("status=501")
    assert [served.call("GET", "/CRM/42").status_code for _ in range(3)] == [500, 501, 501]
    served.app.faults.clear()
    assert served.call("GET", "/CRM/42").status_code == 200


def test_keys_are_not_asked_for_where_the_store_fails_first(served: Served) -> None:
    served.fault("status=503")
    assert served.call("GET", "/CRM", headers={"Token": ""}).status_code == 503


class Lazy:
    """The in-process transport: no socket to cut, so the app's own error comes through."""

    def __init__(self, store: Store, spec: str) -> None:
        self.app = SandboxApp(store, faults=Faults.parse([spec]))
        self.client = httpx.Client(
            transport=httpx.WSGITransport(app=self.app), base_url="http://demo.invalid/3dCartWebAPI/v1", headers=TRIO
        )


@pytest.mark.parametrize(
    ("spec", "done"), [("cut-before", False), ("cut-after", True), ("cut-headers", True), ("cut-body", True)]
)
def test_in_process_a_cut_is_a_connection_error(store: Store, spec: str, *, done: bool) -> None:
    with pytest.raises(ConnectionError) as raised:
        Lazy(store, spec).client.post("/CRM/42/message", json=MESSAGE)
    assert isinstance(raised.value, Cut)
    assert len(store.mailbox()) == done


def strikes(spec: str, rounds: int, method: str = "GET", path: str = "/CRM") -> list[bool]:
    faults = Faults.parse([spec])
    return [faults.strike(method, path) is not None for _ in range(rounds)]


def test_times_and_skip_count_only_what_matches() -> None:
    faults = Faults.parse(["status=500,method=post,skip=1,times=2"])
    asked = ["POST", "GET", "POST", "GET", "POST", "POST"]
    assert [faults.strike(method, "/CRM") is not None for method in asked] == [False, False, True, False, True, False]
    assert strikes("status=500,times=0", 2) == [False, False]


def test_chance_falls_the_same_way_in_every_run() -> None:
    first = strikes("status=500,chance=0.3,seed=7", 1000)
    assert first == strikes("status=500,seed=7,chance=0.3", 1000)
    assert first != strikes("status=500,chance=0.3,seed=8", 1000)
    assert 200 < sum(first) < 400
    assert not any(strikes("status=500,chance=0", 100))
    assert all(strikes("status=500,chance=1", 100))


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("/CRM/*/message", "/crm/42/Message", True),
        ("/CRM/*/message", "/CRM/42", False),
        ("/CRM/*", "/CRM/42/message", True),
        ("/CRM", "/CRM/42", False),
        ("/CRM/[0-9]*", "/CRM/status", False),
        ("*", "/anything", True),
    ],
)
def test_paths(pattern: str, path: str, *, hit: bool) -> None:
    assert strikes(f"status=500,path={pattern}", 1, path=path) == [hit]


def wrong_specs() -> Iterator[str]:
    yield from (
        "",
        "statuss=500",
        "status",
        "status=200",
        "status=600",
        "status=5e2",
        "delay=x",
        "delay=-1",
        "delay=inf",
    )
    yield from (
        "delay=nan",
        "cut-before=1",
        "cut-body,times=x",
        "cut-body,chance=x",
        "cut-body,body=xml",
        "cut-body,until=3",
    )
    yield from ("status=500,after=yes", "cut-after,times=-1", "cut-after,,times=1")


@pytest.mark.parametrize("spec", list(wrong_specs()))
def test_wrong_specs_are_told_what_there_is(spec: str) -> None:
    with pytest.raises(ValueError, match=r"status=503 \| delay=2.5 \| cut-before .* method=POST"):
        Faults.parse([spec])


def test_a_spec_is_read_whole() -> None:
    assert Fault.parse("cut-after,method=post,path=/CRM/*,times=1,skip=2,chance=0.5,seed=3,reset") == Fault(
        "cut-after", method="POST", path="/crm/*", times=1, skip=2, chance=0.5, seed=3, reset=True
    )
