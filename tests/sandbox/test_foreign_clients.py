"""What programs by others do that work with the real API (wire-facts sections 8 and 11b) works here, too."""

from __future__ import annotations

import socket

import pytest

from crmcli.sandbox.store import Store
from crmcli.sandbox.wsgi import DEMO_KEYS
from tests.sandbox.conftest import TRIO, Serve, Served
from tests.sandbox.test_strictness import said


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("/CRM/?offset=1&limit=3", "/CRM?offset=1&limit=3"),
        ("/CRM/42/", "/CRM/42"),
        ("/crm/42/MESSAGE/", "/CRM/42/message"),
        ("/Crm/SavedReply/?title=", "/CRM/savedreply"),
        ("/CRM/STATUS/5/", "/CRM/status/5"),
    ],
)
def test_a_closing_slash_and_other_capitals_are_the_same_path(served: Served, path: str, same: str) -> None:
    assert served.json(path) == served.json(same)


def test_writes_take_a_closing_slash_too(served: Served) -> None:
    assert served.call("PUT", "/CRM/9/", json={"Subject": "Changed"}).status_code == 200
    assert served.json("/CRM/9")[0]["Subject"] == "Changed"
    assert served.call("POST", "/CRM/9/message/", json={"Message": "x"}).status_code == 201
    assert served.call("DELETE", "/CRM/savedreply/1/").status_code == 200


def test_a_fault_strikes_a_path_with_a_closing_slash_too(served: Served) -> None:
    served.fault("status=503,path=/CRM/42")
    assert served.call("GET", "/CRM/42/").status_code == 503
    assert served.call("GET", "/CRM/43/").status_code == 200


@pytest.mark.parametrize(
    ("there", "same"),
    [
        ("3/20/2026 12:00:00 PM", "03/20/2026 12:00:00"),
        ("3/20/2026 12:00:00 AM", "03/20/2026 00:00:00"),
        ("3/9/2026 1:05:09 pm", "03/09/2026 13:05:09"),
        ("3/9/2026", "03/09/2026"),
        ("3/9/2026 7:30", "03/09/2026 07:30"),
    ],
)
def test_dates_in_filters_may_be_as_dot_net_writes_them(served: Served, there: str, same: str) -> None:
    for name in ("openedstartdate", "lastactionenddate"):
        counts = [served.json("/CRM", countonly=1, **{name: date})["TotalCount"] for date in (there, same)]
        assert counts[0] == counts[1]
    assert counts[0] > 0


@pytest.mark.parametrize(
    "date", ["13/1/2026", "3/20/2026 13:00:00 PM", "3/20/2026 0:00:00 AM", "3/20/26", "2026-03-20"]
)
def test_other_dates_in_filters_are_refused(served: Served, date: str) -> None:
    status, words = served.refused("GET", "/CRM", params={"openedstartdate": date})
    assert (status, words.partition(":")[0]) == (400, "openedstartdate")


@pytest.mark.parametrize(
    ("path", "methods"), [("/CRM", "GET, POST"), ("/CRM/42/", "GET, PUT, DELETE"), ("/CRM/department/2", "PUT")]
)
def test_a_browser_may_ask_before_it_sends_the_keys(served: Served, path: str, methods: str) -> None:
    for name in TRIO:
        del served.client.headers[name]
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
    answer = served.call(
        "OPTIONS", path, headers=asked | {"Access-Control-Request-Headers": "privatekey,securekey,token"}
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == methods
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"secureurl", "privatekey", "token", "content-type", "accept"} <= set(allowed)
    assert served.call("OPTIONS", "/nowhere").status_code == 404
    assert served.call("GET", path).status_code == 401


def exchanged(served: Served, request: str, then: bytes = b"", *headers: str) -> bytes:
    """What comes back on a line of its own for a request as it stands, and for a body once there was a first answer."""
    url = served.client.base_url
    lines = [f"{request.replace('BASE', url.path.removesuffix('/'))} HTTP/1.1", f"Host: {url.host}", *headers]
    lines += [f"{name}: {value}" for name, value in TRIO.items()]
    with socket.create_connection((url.host, url.port), timeout=5) as line:
        line.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        came = b""
        while then and b"\r\n\r\n" not in came:
            came += line.recv(1000)
        line.sendall(then)
        while piece := line.recv(10_000):
            came += piece
    return came


def test_continue_is_said_once(served: Served) -> None:
    body = b'{"Message":"Hello"}'
    more = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Expect: 100-continue")
    came = exchanged(served, "POST BASE/CRM/42/message", body, *more)
    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")
    assert came.count(b"HTTP/1.1") == 2
    assert len(served.store.mailbox()) == 1


def test_head_has_no_body(served: Served) -> None:
    head, _, body = exchanged(served, "HEAD BASE/CRM/42").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 ")
    assert body == b""


def test_what_is_no_http_is_told_in_a_line(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    url = served.client.base_url
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 20 + b"\r\n\r\n"
    with socket.create_connection((url.host, url.port), timeout=5) as line:
        line.sendall(hello)
        assert b"Bad request" in line.recv(10_000)
    assert served.told[-1].startswith("refused: Bad request")
    assert served.told[-1].endswith("(an https:// address? this is http://)")
    broken = b"zz\r\nno chunk\r\n"
    more = ("Content-Type: application/json", "Transfer-Encoding: chunked", "Expect: 100-continue")
    assert exchanged(served, "POST BASE/CRM/42/message", broken, *more).count(b"HTTP/1.1") == 1
    assert served.call("GET", "/CRM/42").status_code == 200
    assert capfd.readouterr() == ("", "")


def test_keys_may_be_any_or_the_demos_alone(served: Served) -> None:
    assert served.call("GET", "/CRM/42").status_code == 200
    served.switch("keys=demo")
    assert served.call("GET", "/CRM/42").status_code == 401
    demo = {"SecureURL": DEMO_KEYS.secure_url, "PrivateKey": DEMO_KEYS.private_key, "Token": DEMO_KEYS.token}
    assert served.call("GET", "/CRM/42", headers=demo).status_code == 200
    assert served.call("GET", "/CRM/42", headers=demo | {"Token": "another"}).status_code == 401


def test_a_number_in_the_body_may_be_passed_over(served: Served) -> None:
    assert said(served.call("PUT", "/CRM/42", json={"CrmID": 7})) == "CrmID: 7 in the body, 42 at this path"
    served.switch("body-number=ignore")
    assert served.call("PUT", "/CRM/42", json={"CrmID": 7, "Subject": "Changed"}).status_code == 200
    assert [served.json(f"/CRM/{number}")[0]["Subject"] == "Changed" for number in (7, 42)] == [False, True]


def test_a_link_to_nothing_may_be_kept(served: Served) -> None:
    assert said(served.call("PUT", "/CRM/42", json={"StatusID": 99})) == "StatusID: there is no status 99"
    served.switch("links=keep")
    assert served.call("PUT", "/CRM/42", json={"StatusID": 99, "DepartmentID": -4}).status_code == 200
    assert (served.json("/CRM/42")[0]["StatusID"], served.json("/CRM/42")[0]["DepartmentID"]) == (99, -4)


def test_the_first_status_is_1_where_a_store_has_none(serve: Serve, store: Store) -> None:
    store.reset()
    served = serve(into=store)
    served.call("POST", "/CRM", json={"CustomerEmail": "ann@example.com"})
    assert served.json("/CRM/1")[0]["StatusID"] == 1


def test_each_request_is_told_in_a_line_with_the_reason_of_a_refusal(served: Served) -> None:
    served.switch("errors=empty")
    served.call("GET", "/CRM?limit=3")
    served.call("PUT", "/CRM/42", json={"Subject": "x" * 51})
    served.call("GET", "/CRM", headers={"Token": ""})
    served.fault("status=503,after")
    served.call("DELETE", "/CRM/42")
    assert served.told == [
        "GET /CRM?limit=3 200",
        "PUT /CRM/42 400: Subject: takes at most 50 characters, 51 given",
        "GET /CRM 401: a key is missing: SecureURL, PrivateKey and Token go with every request",
        "DELETE /CRM/42 503: a fault on purpose (fault status)",
    ]
    assert not any(secret in line for line in served.told for secret in TRIO.values())
