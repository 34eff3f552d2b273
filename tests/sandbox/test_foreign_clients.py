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


def test_continue_is_said_once(served: Served) -> None:
    url = served.client.base_url
    body = b'{"Message":"Hello"}'
    head = f"POST {url.path}CRM/42/message HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in TRIO.items())
    with socket.create_connection((url.host, url.port), timeout=5) as line:
        line.sendall(f"{head}\r\n".encode())
        came = b""
        while b"\r\n\r\n" not in came:
            came += line.recv(1000)
        line.sendall(body)
        while piece := line.recv(10_000):
            came += piece
    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n")
    assert came.count(b"HTTP/1.1") == 2
    assert len(served.store.mailbox()) == 1


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
    told: list[str] = []
    served.app.tell = told.append
    served.switch("errors=empty")
    served.call("GET", "/CRM?limit=3")
    served.call("PUT", "/CRM/42", json={"Subject": "x" * 51})
    served.call("GET", "/CRM", headers={"Token": ""})
    served.fault("status=503,after")
    served.call("DELETE", "/CRM/42")
    assert told == [
        "GET /CRM?limit=3 200",
        "PUT /CRM/42 400: Subject: takes at most 50 characters, 51 given",
        "GET /CRM 401: a key is missing: SecureURL, PrivateKey and Token go with every request",
        "DELETE /CRM/42 503: a fault on purpose (fault status)",
    ]
    assert not any(secret in line for line in told for secret in TRIO.values())
