"""What goes over the wire, request by request, and updates that must blank nothing and rename the right status."""

from __future__ import annotations

import io
import json
import shlex
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from crmcli import __version__
from tests.conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox
from tests.shop import difference, everything, stock
from tests.test_readings import CALLS


@pytest.mark.parametrize("call", CALLS)
def test_every_request_carries_the_trio_and_says_json(shop: Sandbox, run: Run, call: str) -> None:
    seen: list[dict[str, Any]] = []
    shop.between(lambda environ: seen.append(dict(environ)))
    assert run(*shlex.split(CALLS[call][0]), "--json").code == 0
    assert seen
    for environ in seen:
        sends = environ["REQUEST_METHOD"] in ("POST", "PUT")
        assert {name: environ.get(f"HTTP_{name}") for name in ("SECUREURL", "PRIVATEKEY", "TOKEN", "ACCEPT")} == {
            "SECUREURL": SECURE_URL,
            "PRIVATEKEY": PRIVATE_KEY,
            "TOKEN": TOKEN,
            "ACCEPT": "application/json",
        }
        assert environ["HTTP_USER_AGENT"] == f"crmcli/{__version__}"
        assert environ.get("CONTENT_TYPE", "") == ("application/json" if sends else "")
        assert (int(environ.get("CONTENT_LENGTH") or 0) > 0) == sends, "a length, and no chunks: IIS may want one"
        assert TOKEN not in environ["RAW_URI"]
        assert PRIVATE_KEY not in environ["RAW_URI"]


REQUESTS = {
    "tickets list": ["GET /CRM?limit=51&offset=0", "GET /CRM?countonly=1"],
    "tickets list --limit 2": ["GET /CRM?limit=3&offset=0"],
    "tickets list --count": ["GET /CRM?countonly=1"],
    "tickets list --count --subject x": ["GET /CRM?subject=x&countonly=1"],
    "tickets get 1 --json": ["GET /CRM/1"],
    "tickets delete 1 --yes": ["GET /CRM/1", "GET /CRM/1/message?limit=100&offset=0", "DELETE /CRM/1"],
    "tickets delete 3 --yes": ["GET /CRM/3", "GET /CRM/3/message?limit=100&offset=0", "DELETE /CRM/3"],
    "tickets update 1 --subject X": ["GET /CRM/1", "PUT /CRM/1", "GET /CRM/1"],
    "tickets update 1 3 --subject X": ["GET /CRM/1", "PUT /CRM/1", "GET /CRM/1", "GET /CRM/3", "PUT /CRM/3"],
    "messages list 1": ["GET /CRM/1/message?limit=51&offset=0", "GET /CRM/1/message?limit=50&offset=2"],
    "messages get 1 11": ["GET /CRM/1/message/11"],
    "messages create 1 --text Hi": [
        "GET /CRM/1/message?limit=100&offset=0",
        "GET /CRM/1/message?limit=100&offset=2",
        "POST /CRM/1/message",
    ],
    "replies create --title Hi --text Hello": [
        "GET /CRM/savedreply?limit=100&offset=0",
        "GET /CRM/savedreply?countonly=1",
        "POST /CRM/savedreply",
    ],
    "messages delete 1 11 --yes": ["GET /CRM/1/message/11", "DELETE /CRM/1/message/11"],
    "replies list --title wel": [
        "GET /CRM/savedreply?title=wel&limit=51&offset=0",
        "GET /CRM/savedreply?title=wel&countonly=1",
    ],
    "replies update 1 --title X": ["GET /CRM/savedreply/1", "PUT /CRM/savedreply/1"],
    "statuses get 1": ["GET /CRM/status/1"],
}


@pytest.mark.parametrize("command", REQUESTS)
def test_the_requests_of_a_command(shop: Sandbox, run: Run, command: str) -> None:
    shop.switch("empty-list=array", "past-end=empty")
    assert run(*shlex.split(command)).code == 0
    assert shop.asked() == REQUESTS[command]


def test_every_filter_has_its_documented_name(shop: Sandbox, run: Run) -> None:
    command = (
        "tickets list --subject Ä&b=c --department 2 --status 1 --opened-after 2026-01-02 --opened-before 2026-01-03T04:05"
        " --active-after 2026-07-04T12:00Z --active-before 2026-07-05T12:00:30+02:00 --customer-name Ann --customer-email a+b@c"
        " --customer-phone +1 --customer-ip 192.0.2.7 --order 5 --customer 6 --product 7 --limit 1"
    )
    assert run(*shlex.split(command)).code == 0
    (request, *_) = shop.asked()
    assert dict(parse_qsl(urlsplit(request.removeprefix("GET ")).query, strict_parsing=True)) == {
        "subject": "Ä&b=c",
        "departmentid": "2",
        "statusid": "1",
        "openedstartdate": "01/02/2026 00:00:00",
        "openedenddate": "01/03/2026 04:05:00",
        "lastactionstartdate": "07/04/2026 08:00:00",
        "lastactionenddate": "07/05/2026 06:00:30",
        "customername": "Ann",
        "customeremail": "a+b@c",
        "customerphone": "+1",
        "customeripaddress": "192.0.2.7",
        "orderid": "5",
        "custid": "6",
        "productid": "7",
        "limit": "2",
        "offset": "0",
    }


# The second ticket has nothing that could be blanked: from it nobody can tell whether a PUT blanks.
@pytest.mark.parametrize("numbers", ["1", "2 1", "2 3 1", "1 2 3 4"])
@pytest.mark.parametrize("reading", ["put=replace", "put=replace unset=null", "put=merge", "put=replace dates=slash"])
def test_an_update_of_tickets_blanks_nothing(shop: Sandbox, run: Run, reading: str, numbers: str) -> None:
    shop.switch(*reading.split(), "require-email-on-put=yes")
    before = everything(shop.store)
    assert run("tickets", "update", *numbers.split(), "--customer-phone", "1").code == 0
    changed = {("ticket", int(number)): {"CustomerPhone": "1"} for number in numbers.split()}
    assert difference(before, everything(shop.store)) == changed
    for body in shop.bodies():
        assert "CrmMessageList" not in body


@pytest.mark.parametrize("fault", ["status=503,method=GET,path=/CRM/1,skip=1", "status=503,method=PUT,skip=1"])
def test_an_update_that_may_have_blanked_something_says_so(shop: Sandbox, run: Run, fault: str) -> None:
    shop.switch("put=replace")
    shop.fault(fault)
    result = run("tickets", "update", "1", "--subject", "X", "--json")
    assert (result.code, result.error["kind"]) == (9, "partial")
    assert result.error["message"].startswith("Ticket 1 was updated, but its other fields may be blank now: ")


@pytest.mark.parametrize("field", ["--subject=", "--order=0", "--customer-name="])
def test_what_an_update_is_told_to_blank_is_blanked(shop: Sandbox, run: Run, field: str) -> None:
    for reading in ("put=merge", "put=replace"):
        stock(shop.store)
        shop.switch(reading)
        before = everything(shop.store)
        assert run("tickets", "update", "1", field).code == 0
        (changes,) = difference(before, everything(shop.store)).values()
        assert not any(changes.values())
        assert len(changes) == 1


@pytest.mark.parametrize("reading", ["put=replace", "put=merge"])
@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("departments update 1 --name X", {("department", 1): {"Name": "X"}}),
        ("departments update 1 --hidden", {("department", 1): {"Visible": False}}),
        ("replies update 1 --text X", {("saved reply", 1): {"Message": "X"}}),
        ("replies update 1 --title X", {("saved reply", 1): {"Title": "X"}}),
        ("statuses update 0 --name X", {("status", 4): {"StatusName": "X"}}),
    ],
)
def test_an_update_of_a_small_object_blanks_nothing(
    shop: Sandbox, run: Run, reading: str, command: str, changed: object
) -> None:
    shop.switch(reading, "single=object")
    before = everything(shop.store)
    assert run(*shlex.split(command)).code == 0
    assert difference(before, everything(shop.store)) == changed


def careless(environ: dict[str, Any]) -> None:
    """Take a status's numbers out of a PUT, as for a store that doesn't look whether they are those of the path."""
    if environ["REQUEST_METHOD"] == "PUT":
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        raw = json.dumps({name: value for name, value in body.items() if name == "StatusName"}).encode()
        environ["wsgi.input"] = io.BytesIO(raw)
        environ["CONTENT_LENGTH"] = str(len(raw))


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("get", ["yes", "404", "405"])
@pytest.mark.parametrize("by", ["StatusId", "Id"])
def test_the_right_status_is_renamed(shop: Sandbox, run: Run, by: str, get: str, strict: bool) -> None:
    shop.switch(f"status-by={by}", f"status-get={get}", "put=replace")
    if not strict:
        shop.between(careless)
    for row_id, number, name in ((1, 3, "new"), (2, 1, "OPEN"), (3, 2, "answered"), (4, 0, "ARCHIVED")):
        for word, new in ((str(number), "Fresh"), ("FRESH", name)):
            before = everything(shop.store)
            result = run("statuses", "update", word, "--name", new, "-o", "ids")
            assert (result.code, result.out, result.err) == (0, f"{number}\n", "")
            assert difference(before, everything(shop.store)) == {("status", row_id): {"StatusName": new}}
        assert run("statuses", "get", str(number), "--json").json["StatusName"] == name
