"""What the API page doesn't list is refused, by name: that is what the sandbox is for."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.sandbox import checks
from crmcli.sandbox.answers import Refusal
from crmcli.sandbox.objects import DEPARTMENT, MESSAGE, OBJECTS, TICKET, Field, Object
from crmcli.sandbox.switches import Switches
from crmcli.sandbox.wsgi import Keys
from tests.sandbox.conftest import TRIO, Serve, Served


def said(answer: httpx.Response) -> str:
    """The words of an error's ack."""
    (row,) = answer.json()
    assert list(row) == ["Key", "Value", "Status", "Message"]
    assert (row["Key"], row["Status"]) == ("Error", str(answer.status_code))
    return str(row["Message"])


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "words"),
    [
        ("GET", "/CRM?customerid=3", {}, 400, "customerid: unknown query parameter"),
        ("GET", "/CRM?limit=3&LIMIT=4", {}, 400, "limit: this query parameter came twice"),
        ("GET", "/CRM/42?limit=1", {}, 400, "limit: unknown query parameter; this call has none"),
        ("GET", "/CRM/42/message?countonly=1", {}, 400, "countonly: unknown query parameter"),
        ("PUT", "/CRM/42?force=1", {"json": {}}, 400, "force: unknown query parameter"),
        (
            "POST",
            "/CRM",
            {"json": {"CustomerEmail": "a@b.c", "customerName": "X"}},
            400,
            "customerName: a ticket has no",
        ),
        (
            "POST",
            "/CRM",
            {"json": {"CustomerEmail": "a@b.c", "CrmMessageList": [{"Text": ""}]}},
            400,
            "List[0].Text: a mes",
        ),
        ("PUT", "/CRM/42", {"json": {"CrmMessageList": []}}, 400, "CrmMessageList: messages are made"),
        ("PUT", "/CRM/42", {"json": {"CrmID": 43}}, 400, "CrmID: 43 in the body, 42 at this path"),
        ("PUT", "/CRM/status/5", {"json": {"Id": 5}}, 400, "Id: 5 in the body, 6 at this path"),
        ("PUT", "/CRM/status/5", {"json": {"StatusId": 4}}, 400, "StatusId: 4 in the body, 5 at this path"),
        ("PUT", "/CRM/department/2", {"json": {"DepartmentId": 3}}, 400, "DepartmentId: 3 in the body"),
        ("POST", "/CRM", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "not JSON"),
        (
            "POST",
            "/CRM",
            {"content": b'{"OrderID":1,"OrderID":2}', "headers": {"Content-Type": "text/json"}},
            400,
            "twice",
        ),
        ("POST", "/CRM", {"content": b'{"OrderID":NaN}', "headers": {"Content-Type": "text/json"}}, 400, "NaN"),
        ("POST", "/CRM", {"content": b"{}"}, 415, "Content-Type is missing"),
        (
            "PUT",
            "/CRM/42",
            {"content": b"<a/>", "headers": {"Content-Type": "application/xml"}},
            415,
            "application/xml",
        ),
        ("DELETE", "/CRM/42", {"json": {}}, 400, "DELETE has no body"),
        ("GET", "/CRM/42", {"headers": {"Accept": "application/xml"}}, 406, "JSON"),
        ("GET", "/CRM//", {}, 404, "there is no path /3dCartWebAPI/v1/CRM//"),
        ("GET", "/CRM/forty-two", {}, 404, "there is no path"),
        ("GET", "/CRM/-1", {}, 404, "there is no path"),
        ("GET", "/CRM/9999999999", {}, 404, "there is no path"),
        ("GET", "/Orders", {}, 404, "there is no path /3dCartWebAPI/v1/Orders"),
        ("PATCH", "/CRM/42", {"json": {}}, 405, "takes GET, PUT, DELETE, not PATCH"),
        ("GET", "/CRM/department/2", {}, 405, "takes PUT, not GET"),
        ("PUT", "/CRM/42/message/1", {"json": {}}, 405, "takes GET, DELETE, not PUT"),
        ("POST", "/CRM/status", {"json": {}}, 405, "takes GET, not POST"),
    ],
)
def test_what_is_not_documented_is_named_whatever_the_switches_say(
    served: Served, method: str, path: str, more: dict[str, Any], status: int, words: str
) -> None:
    for errors in ("empty", "html", "modelstate", "ack"):
        served.switch(f"errors={errors}")
        answer = served.call(method, path, **more)
        assert answer.status_code == status
        assert words in said(answer)
        assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/CRM", {}, "CustomerEmail: required"),
        ("POST", "/CRM", {"CustomerEmail": " "}, "CustomerEmail: required"),
        ("PUT", "/CRM/42", {"CustomerEmail": ""}, "CustomerEmail: required"),
        ("PUT", "/CRM/42", {"OrderID": "12"}, 'OrderID: takes a whole number of 32 bits, not "12"'),
        ("PUT", "/CRM/42", {"OrderID": True}, "OrderID: takes a whole number of 32 bits, not true"),
        ("PUT", "/CRM/42", {"OrderID": 1.0}, "OrderID: takes a whole number of 32 bits, not 1.0"),
        ("PUT", "/CRM/42", {"OrderID": 2**31}, "OrderID: takes a whole number of 32 bits, not 2147483648"),
        ("PUT", "/CRM/42", {"OrderID": None}, "OrderID: takes a whole number of 32 bits, not null"),
        ("PUT", "/CRM/42", {"Subject": 5}, "Subject: takes a text, not 5"),
        ("PUT", "/CRM/42", {"Subject": "\ud83d"}, "Subject: holds half of a surrogate pair"),
        ("PUT", "/CRM/42", {"DateOpened": "yesterday"}, "DateOpened: "),
        ("PUT", "/CRM/42", {"DateOpened": 3}, "DateOpened: takes a date, not 3"),
        ("PUT", "/CRM/42", {"StatusID": 8}, "StatusID: there is no status 8"),
        ("PUT", "/CRM/42", {"DepartmentID": 4}, "DepartmentID: there is no department 4"),
        ("PUT", "/CRM/department/2", {"Visible": 1}, "Visible: takes true or false, not 1"),
        (
            "POST",
            "/CRM",
            {"CustomerEmail": "a@b.c", "CrmMessageList": {}},
            "CrmMessageList: takes a list, not an object",
        ),
        (
            "POST",
            "/CRM",
            {"CustomerEmail": "a@b.c", "CrmMessageList": [3]},
            "CrmMessageList[0]: a message is an object, not 3",
        ),
        ("POST", "/CRM/42/message", {"Sender": 1}, "Message: required"),
        ("POST", "/CRM/savedreply", ["x"], ": a saved reply is an object, not a list"),
    ],
)
def test_wrong_values_are_refused_by_field(served: Served, method: str, path: str, body: object, words: str) -> None:
    before = served.json("/CRM", limit=500)
    served.switch("errors=ack")
    answer = served.call(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert words.removeprefix(": ") in said(answer)
    assert served.json("/CRM", limit=500) == before
    assert served.store.mailbox() == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=-1",
        "limit=0",
        "offset=-1",
        "countonly=yes",
        "statusid=Open",
        "limit=٣",
        "offset=" + "9" * 5000,
    ],
)
def test_parameters_that_are_no_whole_numbers_are_refused(served: Served, query: str) -> None:
    status, words = served.refused("GET", f"/CRM?{query}")
    assert (status, words.partition(":")[0]) == (400, query.partition("=")[0])


@pytest.mark.parametrize("day", ["2026-03-01", "13/01/2026", "02/30/2026", "03/01/2026 25:00:00", "today"])
def test_dates_in_filters_are_slashed(served: Served, day: str) -> None:
    status, words = served.refused("GET", "/CRM", params={"openedstartdate": day})
    assert (status, words.partition(":")[0]) == (400, "openedstartdate")
    assert served.json("/CRM", countonly=1, openedstartdate="03/01/2026", openedenddate="03/20/2026 23:59")[
        "TotalCount"
    ]


LONG = [(kind, field) for kind in OBJECTS for field in kind.fields if field.limit]


@pytest.mark.parametrize(("kind", "field"), LONG, ids=[f"{kind.name}-{field.name}" for kind, field in LONG])
def test_each_text_has_its_documented_limit(kind: Object, field: Field) -> None:
    def read(text: str) -> object:
        return checks.body(json.dumps({field.name: text}).encode(), "application/json", kind, Switches(), nested=True)

    # An emoji is two units to .NET, and one character to Python.
    for fits in ("x" * field.limit, "😀" * (field.limit // 2)):
        assert read(fits) == {field.name: fits}
        with pytest.raises(
            Refusal, match=rf"^{field.name}: takes at most {field.limit} characters, {field.limit + 1} giv"
        ):
            read("x" * (field.limit + 1 - 2 * fits.count("😀")) + "😀" * fits.count("😀"))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from([field.name for kind in (TICKET, MESSAGE, DEPARTMENT) for field in kind.fields]) | st.text(), inner
)))  # fmt: skip
def test_no_body_gets_past_the_checks_but_by_the_documented_names_and_types(body: object) -> None:
    try:
        row = checks.body(json.dumps(body).encode(), "application/json", TICKET, Switches(), nested=True)
    except Refusal:
        return
    names = {field.name: type(field.unset) for field in TICKET.fields} | {"CrmMessageList": list}
    assert all(type(value) is names[name] for name, value in row.items())


def test_all_faults_are_told_at_once(served: Served) -> None:
    status, words = served.refused("PUT", "/CRM/42", json={"Subject": "x" * 51, "OrderID": "1"})
    assert status == 400
    assert words == 'Subject: takes at most 50 characters, 51 given; OrderID: takes a whole number of 32 bits, not "1"'


@pytest.mark.parametrize("missing", list(TRIO))
def test_each_of_the_three_keys_is_needed(serve: Serve, missing: str) -> None:
    served = serve()
    answer = served.call("GET", "/CRM", headers={missing: ""})
    assert answer.status_code == 401
    assert said(answer)
    del served.client.headers[missing]
    assert served.call("DELETE", "/CRM/42").status_code == 401
    assert served.store.row(TICKET, 42)


def test_keys_have_to_be_the_stores(serve: Serve) -> None:
    served = serve(keys=Keys("https://www.example.com", "private", "token"))
    for url in ("https://www.example.com", "example.com", "http://EXAMPLE.com/", "www.example.com//"):
        assert served.call("GET", "/CRM", headers={"SecureURL": url}).status_code == 200
    for name, value in (("SecureURL", "example.org"), ("PrivateKey", "Private"), ("Token", "tokens")):
        assert served.call("GET", "/CRM", headers={name: value}).status_code == 401
    assert served.call("GET", "/Orders", headers={"Token": "no"}).status_code == 401


def test_keys_are_neither_shown_nor_kept(serve: Serve) -> None:
    keys = Keys("https://www.example.com", "private-4711", "token-4711")
    served = serve(keys=keys)
    served.call("GET", "/CRM", headers={"PrivateKey": "private-4711", "Token": "token-4711"})
    assert "4711" not in repr(keys)
    assert b"4711" not in served.store.path.read_bytes()
