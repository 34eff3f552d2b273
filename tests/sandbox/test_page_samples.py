"""The API page's own samples, in the languages that are here, against `crmcli sandbox serve`.

A sample for each of the 19 calls, with the page's slips: the one for PUT /CRM/{id} goes to a department, that for GET
/CRM/status/{id} is a PUT, deletes say that they send XML. The values are as random as there: numbers of nothing in the
store, and in a body another number than in the path.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.terminal import PATIENCE
from tests.test_signals import started

_PAGING = "limit=&offset=&countonly="
_FILTERS = (
    "subject=&departmentid=&statusid=&openedstartdate=&openedenddate=&lastactionstartdate=&lastactionenddate=&customername="
    "&customeremail=&customerphone=&customeripaddress=&orderid=&custid=&productid="
)
_FILE = {"FileId": -73, "FileName": "ipsum", "DateCreated": "1987-03-14T19:24:16.226Z", "IsAdminUploaded": True}
_MESSAGE = {
    "MessageId": -32067,
    "DateCreated": "1960-01-03T09:31:12.907Z",
    "Message": "Lorem ipsum",
    "Sender": 80134704,
    "SenderName": "dolor sit",
    "SenderEmail": "amet",
    "CustomerIPAddress": "consectetur",
    "CrmFileList": [_FILE, {**_FILE, "IsAdminUploaded": False}],
}
_TICKET = {
    "CrmID": -96719,
    "DateOpened": "1965-10-13T18:57:26.841Z",
    "DateLastAction": "1993-02-20T22:22:18.158Z",
    "Subject": "adipiscing elit",
    "DepartmentID": -45898072,
    "StatusID": 42907803,
    "CustomerName": "sed do eiusmod",
    "CustomerEmail": "tempor incididunt",
    "CustomerPhone": "ut labore et dolore",
    "CustomerIpAddress": "magna",
    "OrderID": 62167845,
    "CustomerID": -1683604,
    "ProductId": -50664090,
    "CrmMessageList": [_MESSAGE, {**_MESSAGE, "CrmFileList": []}],
}
_DEPARTMENT = {"DepartmentId": -99961, "Name": "aliqua", "Visible": True}
_REPLY = {"Id": -19067, "Title": "ut enim", "Message": "ad minim veniam"}
_STATUS = {"Id": 51620653, "StatusId": 21695314, "StatusName": "quis nostrud"}
_XML = {"Content-Type": "application/xml"}

NO_DEPARTMENT = "DepartmentID: there is no department -45898072"


@dataclass(frozen=True)
class Sample:
    """What a sample sends, the status it gets, and the reason of the sandbox where that is a refusal."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    status: int = 200
    refused: str = ""
    headers: dict[str, str] = field(default_factory=dict)


SAMPLES = (
    Sample("POST", "/CRM", _TICKET, 400, NO_DEPARTMENT),
    Sample("GET", f"/CRM?{_FILTERS}&{_PAGING}"),
    Sample("GET", "/CRM/42"),
    Sample("PUT", "/CRM/department/2", _DEPARTMENT, 400, "DepartmentId: -99961 in the body, 2 at this path"),
    Sample("DELETE", "/CRM/41", headers=_XML),
    Sample("POST", "/CRM/42/message", _MESSAGE, 201),
    Sample("GET", "/CRM/42/message?limit=&offset="),
    Sample("GET", "/CRM/42/message/{msgid}"),
    Sample("DELETE", "/CRM/42/message/{msgid}"),
    Sample("GET", f"/CRM/department?{_PAGING}"),
    Sample("PUT", "/CRM/department/2", _DEPARTMENT, 400, "DepartmentId: -99961 in the body, 2 at this path"),
    Sample("POST", "/CRM/savedreply", _REPLY, 201),
    Sample("GET", f"/CRM/savedreply?title=&{_PAGING}"),
    Sample("GET", "/CRM/savedreply/1"),
    Sample("PUT", "/CRM/savedreply/1", _REPLY, 400, "Id: -19067 in the body, 1 at this path"),
    Sample("DELETE", "/CRM/savedreply/2", headers=_XML),
    Sample("GET", f"/CRM/status?{_PAGING}"),
    Sample("PUT", "/CRM/status/5", _STATUS, 400, "Id: 51620653 in the body, 6 at this path"),
    Sample("PUT", "/CRM/status/5", _STATUS, 400, "Id: 51620653 in the body, 6 at this path"),
)
BESIDE = (
    # What the page describes where its samples slip.
    Sample("PUT", "/CRM/40", {name: _TICKET[name] for name in ("Subject", "CustomerEmail")}),
    Sample("GET", "/CRM/status/5"),
)

PYTHON = """
import json, sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

for line in sys.stdin:
    method, url, headers, body = json.loads(line)
    request = Request(url, data=body and body.encode(), headers=headers)
    request.get_method = lambda: method
    try:
        answer = urlopen(request)
    except HTTPError as refused:
        answer = refused
    print(json.dumps([answer.code, answer.read().decode()]))
"""
NODE = """
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n');
(async () => {
  for (const line of lines) {
    const [method, url, headers, body] = JSON.parse(line);
    const answer = await fetch(url, {method, headers, body: body || undefined});
    console.log(JSON.stringify([answer.status, await answer.text()]));
  }
})();
"""
CURL = """
import json, subprocess, sys

for line in sys.stdin:
    method, url, headers, body = json.loads(line)
    words = ["curl", "-s", "--noproxy", "*", "-X", method, url, "-w", "\\\\n%{http_code}", "--data-raw", body]
    words = words if body else words[:-2]
    for header in headers.items():
        words += ["-H", ": ".join(header)]
    said, _, status = subprocess.run(words, capture_output=True, text=True, check=True).stdout.rpartition("\\n")
    print(json.dumps([int(status), said]))
"""
CLIENTS = {"python": (sys.executable, "-c", PYTHON), "node": ("node", "-e", NODE), "curl": (sys.executable, "-c", CURL)}


@contextmanager
def serving(*words: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """The real command on a free port: the variables that it prints, and the process."""
    with started("sandbox", "serve", "--port", "0", "--tickets", "45", *words) as server:
        assert server.stdout
        yield dict(server.stdout.readline().removeprefix("export ").strip().split("=", 1) for _ in range(4)), server


def asked(client: str, setup: dict[str, str], samples: tuple[Sample, ...]) -> list[tuple[int, Any]]:
    """Have a client make these calls; the status and the JSON of each."""
    trio = {"SecureURL": setup["CRMCLI_SECURE_URL"], "PrivateKey": setup["CRMCLI_PRIVATE_KEY"]}
    trio |= {"Token": setup["CRMCLI_TOKEN"], "Content-Type": "application/json", "Accept": "application/json"}
    lines = [
        json.dumps(
            [
                sample.method,
                setup["CRMCLI_BASE_URL"] + sample.path,
                trio | sample.headers,
                json.dumps(sample.body, indent=2) if sample.body else None,
            ]
        )
        for sample in samples
    ]
    done = subprocess.run(
        CLIENTS[client],
        input="\n".join(lines) + "\n",
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [(status, json.loads(said)) for status, said in answers]


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name != "python" and not shutil.which(name):
        pytest.skip(f"{name} is not here")
    return name


def with_message(setup: dict[str, str]) -> tuple[Sample, ...]:
    """All samples, the number of a message of ticket 42 filled in."""
    ((_, thread),) = asked("python", setup, (Sample("GET", "/CRM/42/message"),))
    number = str(thread[0]["MessageId"])
    return tuple(
        Sample(each.method, each.path.replace("{msgid}", number), each.body, each.status, each.refused, each.headers)
        for each in (*SAMPLES, *BESIDE)
    )


def test_the_samples_get_what_they_ask_for_or_the_reason_why_not(client: str) -> None:
    assert len(SAMPLES) == 19
    with serving() as (setup, server):
        samples = with_message(setup)
        answers = asked(client, setup, samples)
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=PATIENCE)
    for sample, (status, body) in zip(samples, answers, strict=True):
        assert (status, sample) == (sample.status, sample)
        assert isinstance(body, list)
        if sample.refused:
            assert [body[0]["Key"], body[0]["Status"]] == ["Error", str(status)]
            assert sample.refused in body[0]["Message"]
    # And whoever sits at the server reads the same there, a line a request.
    lines = told.splitlines()[2:]
    for sample, line in zip(samples, lines, strict=True):
        assert re.fullmatch(rf"{re.escape(f'{sample.method} {sample.path} {sample.status}')}(: .+)?", line)
        assert sample.refused in line


def test_a_store_that_passes_over_such_numbers_takes_all_of_them(client: str) -> None:
    with serving("--switch", "body-number=ignore", "--switch", "links=keep", "--quiet") as (setup, server):
        answers = asked(client, setup, with_message(setup))
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=PATIENCE)
    assert [status for status, _ in answers] == [201 if each.method == "POST" else 200 for each in (*SAMPLES, *BESIDE)]
    assert told == ""


def test_what_a_client_sends_reaches_the_terminal_as_text_and_its_keys_not_at_all() -> None:
    with serving() as (setup, server):
        path = "/CRM/%1b%5b31m%0aPOST%20/forged%20200%e2%80%ae"
        answers = asked("python", setup, (Sample("GET", path), Sample("GET", "/CRM/42", headers={"Token": "s3cret"})))
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=PATIENCE)
    assert [status for status, _ in answers] == [404, 200]
    forged, plain = told.splitlines()[1:]
    assert not {"\x1b", "\u202e"} & set(forged)
    assert plain == "GET /CRM/42 200"


def test_it_goes_on_serving_when_nobody_reads_its_lines() -> None:
    with serving() as (setup, server):
        assert server.stderr
        server.stderr.close()
        answers = asked(
            "python", setup, (Sample("GET", "/CRM/42"), Sample("GET", "/CRM/nowhere"), Sample("GET", "/CRM/42"))
        )
        assert [status for status, _ in answers] == [200, 404, 200]
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
