"""A small shop known by heart: its rows, and what became of them after a command."""

from __future__ import annotations

from typing import Any

from crmcli.sandbox.objects import DEPARTMENT, MESSAGE, REPLY, STATUS, TICKET
from crmcli.sandbox.store import Row, Store

DEPARTMENTS = [
    {"DepartmentId": 1, "Name": "Sales", "Visible": True},
    {"DepartmentId": 2, "Name": "Returns", "Visible": True},
    {"DepartmentId": 5, "Name": "Wholesale", "Visible": False},
]
# Each Id is the StatusId of another status, so that a mix-up hits the wrong one and is no error.
STATUSES = [
    {"Id": 1, "StatusId": 3, "StatusName": "New"},
    {"Id": 2, "StatusId": 1, "StatusName": "Open"},
    {"Id": 3, "StatusId": 2, "StatusName": "Answered"},
    {"Id": 4, "StatusId": 0, "StatusName": "Archived"},
]
REPLIES = [
    {"Id": 1, "Title": "Shipping delay", "Message": "It is late.\nWe are sorry."},
    {"Id": 2, "Title": "Welcome", "Message": "Hello, and welcome."},
]


def _message(number: int) -> Row:
    return {
        "MessageId": number,
        "DateCreated": f"2026-03-0{number % 9 + 1}T09:30:00",
        "Message": f"Text of message {number}",
        "Sender": number % 2,
        "SenderName": "Ann Lee",
        "SenderEmail": "ann@example.com",
        "CustomerIPAddress": "192.0.2.7",
        "CrmFileList": [
            {"FileId": number, "FileName": "box.jpg", "DateCreated": "2026-03-01T09:30:00", "IsAdminUploaded": True}
        ],
    }


def _ticket(number: int, messages: int) -> Row:
    return {
        "CrmID": number,
        "DateOpened": f"2026-03-{number:02}T09:30:00",
        "DateLastAction": f"2026-03-{number:02}T17:05:00",
        "Subject": f"Subject {number}",
        "DepartmentID": 1 + number % 2,
        "StatusID": number % 4,
        "CustomerName": "Ann Lee",
        "CustomerEmail": "ann@example.com",
        "CustomerPhone": "212-555-0100",
        "CustomerIpAddress": "192.0.2.7",
        "OrderID": 1000 + number,
        "CustomerID": 7,
        "ProductId": 101,
        "CrmMessageList": [_message(10 * number + at) for at in range(1, messages + 1)],
    }


# The first has everything; the second nothing but an e-mail address; the third has no messages.
TICKETS = [
    _ticket(1, 3),
    {"CrmID": 2, "CustomerEmail": "bob@example.com", "DateOpened": "2026-03-02T09:30:00"},
    _ticket(3, 0),
    *(_ticket(number, 1) for number in range(4, 13)),
]

Things = dict[tuple[str, int], Row]


def stock(store: Store) -> None:
    """Put the shop's rows into a store, in place of all that is there."""
    store.reset()
    store.fill(departments=DEPARTMENTS, statuses=STATUSES, replies=REPLIES, tickets=TICKETS)


def everything(store: Store) -> Things:
    """All rows of a store, by noun and number."""
    return {
        (kind.name, row[kind.key]): {name: value for name, value in row.items() if name != "CrmMessageList"}
        for kind in (DEPARTMENT, STATUS, REPLY, TICKET, MESSAGE)
        for row in store.rows(kind)
    }


def difference(before: Things, after: Things) -> dict[tuple[str, int], Any]:
    """What became of the rows: None for one that is gone, the fields that are other than before, all that a new one has.

    The dates that the store sets by its clock are left out: a ticket's last action, and those of a new row.
    """
    found: dict[tuple[str, int], Any] = dict.fromkeys(set(before) - set(after))
    for thing, row in after.items():
        old = before.get(thing)
        if old is None:
            found[thing] = {name: value for name, value in row.items() if value and not name.startswith("Date")}
        else:
            changed = {name: value for name, value in row.items() if value != old[name] and name != "DateLastAction"}
            found |= {thing: changed} if changed else {}
    return found
