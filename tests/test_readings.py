"""Each of the 19 calls, through the command line, under each reading of what the API page leaves open."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from crmcli.sandbox.answers import PAST_THE_END, shown
from crmcli.sandbox.objects import DEPARTMENT, MESSAGE, REPLY, STATUS, TICKET, Object
from crmcli.sandbox.switches import Switches
from tests.conftest import Run, Sandbox
from tests.shop import difference, everything, stock
from tests.sizes import size, some

# Values for the switches that take more than a few words. The bucket: one request, and one more every 2 ms, which the
# round trips and the shortened waits of the tests (up to 2, 4, 8 and 16 ms, by chance) allow for many times over.
SAMPLES = {"page-cap": "2", "zone": "Europe/Berlin", "bucket": "1/500", "message-status": "2"}


WRITTEN = {"message-text=html": "<p>{}</p>", "message-text=signed": "{}\n--\nYour shop"}
"""What becomes of the text of a message."""


def readings() -> Iterator[str]:
    """The default, and every other choice of every switch, by the sandbox's own description: a new one is tested unasked."""
    yield "offset-base=1"
    for name, form, _ in Switches.described():
        for choice in form.split("|"):
            reading = f"{name}={SAMPLES[name] if re.fullmatch('[A-Z_/]+', choice) else choice}"
            # How throttling is said makes no difference before a bucket is full: see test_ratelimit.py.
            if Switches.parse([reading]) != Switches() and name != "throttle":
                yield reading


READINGS = tuple(readings())
# These say what a write does that is done; no other call knows of them.
_OF_WRITES = (
    "ack-text",
    "put=",
    "put-bumps",
    "bumps",
    "sent-dates",
    "mail-on-create",
    "mailed",
    "message-status",
    "message-text",
    "message-sender",
    "store-sender",
    "ticket-order",
)
OTHER_READINGS = tuple(reading for reading in READINGS if not reading.startswith(_OF_WRITES))


@dataclass(frozen=True)
class Read:
    """What a call reads: the rows with these keys, in an array or bare."""

    kind: Object
    keys: tuple[int, ...]
    bare: bool = False

    def rows(self, sandbox: Sandbox) -> Any:
        """These rows as the store writes them."""
        switches = sandbox.app.switches
        whole = self.bare or self.kind is not TICKET or switches.message_in_list == "yes"
        rows = [row for row in sandbox.store.rows(self.kind, whole=whole) if row[self.kind.key] in self.keys]
        found = [shown(self.kind, row, switches) for row in rows]
        return found[0] if self.bare else found


@dataclass(frozen=True)
class Write:
    """What a call changes: by noun and number, the fields that are other afterwards, or None for a row that is gone."""

    ack: str
    number: int
    changes: dict[tuple[str, int], Any] = field(default_factory=dict)


FRESH = {"CustomerEmail": "new@example.com", "Subject": "Fresh", "StatusID": 1, "DepartmentID": 2}
HELLO = {"MessageId": 122, "Message": "Hello", "Sender": 1, "SenderName": "Eve", "SenderEmail": "eve@example.com"}
MADE = "tickets create --subject Fresh --customer-email new@example.com --status open --department RETURNS --message Hi"
SAID = "messages create 1 --text Hello --sender 1 --sender-name Eve --sender-email eve@example.com"

# The call on the wire, the command that makes it, and what comes of it.
CALLS: dict[str, tuple[str, Read | Write]] = {
    "POST /CRM": (
        MADE,
        Write(
            "CrmID",
            13,
            {
                ("ticket", 13): {"CrmID": 13, **FRESH},
                ("message", 122): {"MessageId": 122, "Message": "Hi"},
            },
        ),
    ),
    "GET /CRM": ("tickets list --customer-phone 212-555-0100", Read(TICKET, (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))),
    "GET /CRM/1": ("tickets get 1", Read(TICKET, (1,), bare=True)),
    "PUT /CRM/1": (
        "tickets update 1 --subject Fresh --status Answered",
        Write("CrmID", 1, {("ticket", 1): {"Subject": "Fresh", "StatusID": 2}}),
    ),
    "DELETE /CRM/1": (
        "tickets delete 1 --yes",
        Write("CrmID", 1, {("ticket", 1): None, **{("message", number): None for number in (11, 12, 13)}}),
    ),
    "POST /CRM/1/message": (SAID, Write("MessageId", 122, {("message", 122): HELLO})),
    "GET /CRM/1/message": ("messages list 1", Read(MESSAGE, (11, 12, 13))),
    "GET /CRM/1/message/12": ("messages get 1 12", Read(MESSAGE, (12,), bare=True)),
    "DELETE /CRM/1/message/12": ("messages delete 1 12 --yes", Write("MessageId", 12, {("message", 12): None})),
    "GET /CRM/department": ("departments list", Read(DEPARTMENT, (1, 2, 5))),
    "PUT /CRM/department/2": (
        "departments update returns --name Repairs",
        Write("DepartmentId", 2, {("department", 2): {"Name": "Repairs"}}),
    ),
    "POST /CRM/savedreply": (
        "replies create --title Hi --text Hello",
        Write("SavedReplyID", 3, {("saved reply", 3): {"Id": 3, "Title": "Hi", "Message": "Hello"}}),
    ),
    "GET /CRM/savedreply": ("replies list", Read(REPLY, (1, 2))),
    "GET /CRM/savedreply/2": ("replies get 2", Read(REPLY, (2,), bare=True)),
    "PUT /CRM/savedreply/2": (
        "replies update welcome --title Bye",
        Write("SavedReplyID", 2, {("saved reply", 2): {"Title": "Bye"}}),
    ),
    "DELETE /CRM/savedreply/2": ("replies delete 2 --yes", Write("SavedReplyID", 2, {("saved reply", 2): None})),
    "GET /CRM/status": ("statuses list", Read(STATUS, (1, 2, 3, 4))),
    "GET /CRM/status/1": ("statuses get 1", Read(STATUS, (2,), bare=True)),
    "PUT /CRM/status/#": (
        "statuses update 1 --name Fresh",
        Write("StatusId", 1, {("status", 2): {"StatusName": "Fresh"}}),
    ),
}

# What the client asks on purpose though it may be refused: past a list's end, whether a ticket like the one that is to
# be made is there, and a status by either of its numbers.
PROBES = re.compile(
    rf"{PAST_THE_END}|there is no (such call|ticket)|throttled|status \d+ does not exist|.* at this path|"
)

# Commands that name something that isn't there, or values that the store refuses, and their exit codes.
FAILING = {
    "tickets get 99": 5,
    "tickets update 99 --subject X": 5,
    "tickets delete 99 --yes": 5,
    "messages list 99": 5,
    "messages get 1 41": 5,
    "messages create 99 --text Hi": 5,
    "messages delete 1 41 --yes": 5,
    "departments get 99": 5,
    "departments update 99 --name X": 5,
    "replies get 99": 5,
    "replies update 99 --title X": 5,
    "replies delete 99 --yes": 5,
    "statuses get 99": 5,
    "statuses update 99 --name X": 5,
    "tickets create --customer-email a@example.com --department 99": 6,
    "tickets update 1 --department 99": 6,
    "tickets list --order 99999999999": 6,
}
EMPTY = ("tickets list --subject nothing", "messages list 3", "replies list --title nothing", "tickets list --order 5")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "5")


def test_all_nineteen_calls_are_here() -> None:
    assert len(CALLS) == 19


@pytest.mark.parametrize(
    ("call", "reading"),
    some(
        [
            (call, reading)
            for call, (_, what) in CALLS.items()
            for reading in (READINGS if isinstance(what, Write) else OTHER_READINGS)
        ],
        every=5,
    ),
)
def test_each_call_under_each_reading(shop: Sandbox, run: Run, call: str, reading: str) -> None:
    shop.switch(reading)
    command, wanted = CALLS[call]
    before = everything(shop.store)
    expected = wanted.rows(shop) if isinstance(wanted, Read) else None

    result = run(*shlex.split(command), "--json")

    if reading == "host=store":
        assert (result.code, result.error["kind"], result.error["status"]) == (3, "config", 302)
        assert not difference(before, everything(shop.store))
        return
    assert (result.code, result.err) == (0, "")
    changed = difference(before, everything(shop.store))
    if isinstance(wanted, Write):
        (ack,) = result.json
        # To a store that goes by the row's Id, that is the number of a status.
        number = 2 if (reading, call) == ("status-by=Id", "PUT /CRM/status/#") else wanted.number
        assert (ack["Key"], ack["Value"]) == (wanted.ack, str(number))
        assert ack["Status"] == ("201" if call.startswith("POST") else "200")
        moved = reading == "message-status=2" and call == "POST /CRM/1/message"
        expected_changes = wanted.changes | ({("ticket", 1): {"StatusID": 2}} if moved else {})
        read = Switches.parse([reading])
        for thing, row in expected_changes.items():
            if thing[0] == "message" and row:
                kept = {**row, "Sender": read.sender(row.get("Sender", 0)), **read.writer()}
                expected_changes[thing] = {name: value for name, value in kept.items() if value}
        if reading.startswith("message-text="):
            for thing, row in expected_changes.items():
                if thing[0] == "message" and row:
                    expected_changes[thing] = {**row, "Message": WRITTEN[reading].format(row["Message"])}
        assert changed == expected_changes
    else:
        assert result.json == expected
        assert not changed
    made = call.replace("#", r"\d+")
    log = shop.store.log()
    assert any(re.fullmatch(made, f"{row['Method']} {row['Path']}") for row in log)
    assert not [row["Refused"] for row in log if not PROBES.fullmatch(row["Refused"])]


@pytest.mark.sampled
@pytest.mark.parametrize("command", FAILING)
def test_what_is_not_there_or_refused_under_each_reading(shop: Sandbox, run: Run, command: str) -> None:
    before, step = everything(shop.store), size(5, 1)
    for reading in OTHER_READINGS[list(FAILING).index(command) % step :: step]:
        if reading == "links=keep" and "--department 99" in command:
            continue  # such a store takes it
        shop.switch(reading)
        result = run(*shlex.split(command), "--json")
        assert (result.code, reading) == (3 if reading == "host=store" else FAILING[command], reading)
        assert (result.out.strip(), reading) in (("", reading), ("[", reading), ("[]", reading), ("[\n]", reading))
        assert result.error["kind"] in ("config", "not-found", "rejected")
    assert everything(shop.store) == before


@pytest.mark.parametrize("command", EMPTY)
def test_a_list_without_rows_is_no_failure(shop: Sandbox, run: Run, command: str) -> None:
    for reading in OTHER_READINGS:
        if reading == "host=store":
            continue
        shop.switch(reading)
        result = run(*shlex.split(command), "--json")
        assert (result.code, result.out, result.err, reading) == (0, "[]\n", "", reading)
        result = run(*shlex.split(command), "--count")
        assert (result.code, result.out, reading) == (0, "0\n", reading)


@pytest.mark.parametrize("call", CALLS)
def test_wrong_keys_are_told_as_such(shop: Sandbox, run: Run, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(shop.store)
    monkeypatch.setenv("CRMCLI_TOKEN", "f" * 32)
    forms = [reading for reading in READINGS if reading.startswith(("unauthorized", "offset-base=1"))]
    for reading in forms:
        shop.switch(reading)
        result = run(*shlex.split(CALLS[call][0]), "--json")
        assert (result.code, result.error["kind"], result.error["status"]) == (4, "auth", 401)
        assert "f" * 32 not in result.err
    assert everything(shop.store) == before
    assert len(shop.asked()) == len(forms), "keys that were refused are not tried again"


def test_stock_is_as_new_after_a_reset(shop: Sandbox) -> None:
    before = everything(shop.store)
    stock(shop.store)
    assert everything(shop.store) == before
