"""Each of the 19 calls, over loopback, as the API page has it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from crmcli.sandbox.calls import ROUTES
from crmcli.sandbox.objects import DEPARTMENT, FILE, MESSAGE, STATUS, TICKET
from tests.sandbox.conftest import NOW, NOW_THERE, Served

TICKET_FIELDS = [
    "CrmID", "DateOpened", "DateLastAction", "Subject", "DepartmentID", "StatusID", "CustomerName", "CustomerEmail",
    "CustomerPhone", "CustomerIpAddress", "OrderID", "CustomerID", "ProductId", "CrmMessageList",
]  # fmt: skip
MESSAGE_FIELDS = [
    "MessageId", "DateCreated", "Message", "Sender", "SenderName", "SenderEmail", "CustomerIPAddress", "CrmFileList",
]  # fmt: skip


def ack(answer: httpx.Response, key: str, status: int, message: str) -> int:
    """The number in an ack, which is all as documented."""
    assert answer.status_code == status
    (row,) = answer.json()
    assert list(row) == ["Key", "Value", "Status", "Message"]
    assert (row["Key"], row["Status"], row["Message"]) == (key, str(status), message)
    assert isinstance(row["Value"], str)
    return int(row["Value"])


def test_there_are_nineteen_calls() -> None:
    assert sum(len(route.methods) for route in ROUTES) == 19


def test_lists_tickets_ten_at_a_time_with_all_that_nests_in_them(served: Served) -> None:
    first = served.json("/CRM")
    assert len(first) == 10
    assert all(list(row) == TICKET_FIELDS for row in first)
    every = served.json("/CRM", limit=500)
    assert [row["CrmID"] for row in every] == sorted(row["CrmID"] for row in every)
    assert len(every) == served.store.count(TICKET) == 240
    messages = [message for row in every for message in row["CrmMessageList"]]
    assert all(list(message) == MESSAGE_FIELDS for message in messages)
    assert len(messages) == served.store.count(MESSAGE)
    files = [file for message in messages for file in message["CrmFileList"]]
    assert all(list(file) == ["FileId", "FileName", "DateCreated", "IsAdminUploaded"] for file in files)
    assert len(files) == served.store.count(FILE) > 0


def test_offset_counts_records_from_one(served: Served) -> None:
    every = [row["CrmID"] for row in served.json("/CRM", limit=500)]
    paged = []
    for offset in range(1, 241, 100):
        paged += [row["CrmID"] for row in served.json("/CRM", limit=100, offset=offset)]
    assert paged == every
    assert [row["CrmID"] for row in served.json("/CRM", limit=3, offset=0)] == every[:3]


def test_counts_under_the_filters_and_counts_nothing_as_zero(served: Served) -> None:
    assert served.json("/CRM", countonly=1) == {"TotalCount": 240}
    closed = served.json("/CRM", countonly=1, statusid=5)["TotalCount"]
    assert 0 < closed < 240
    assert closed == len(served.json("/CRM", statusid=5, limit=500))
    assert served.json("/CRM", countonly=1, subject="no such subject") == {"TotalCount": 0}
    assert len(served.json("/CRM", countonly=0)) == 10


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("subject", "Subject"),
        ("customername", "CustomerName"),
        ("customeremail", "CustomerEmail"),
        ("customerphone", "CustomerPhone"),
        ("customeripaddress", "CustomerIpAddress"),
        ("departmentid", "DepartmentID"),
        ("statusid", "StatusID"),
        ("orderid", "OrderID"),
        ("custid", "CustomerID"),
        ("productid", "ProductId"),
    ],
)
def test_each_filter_finds_the_rows_that_have_the_value_and_no_others(served: Served, name: str, field: str) -> None:
    every = served.json("/CRM", limit=500)
    value = next(row[field] for row in every if row[field])
    wanted = [row["CrmID"] for row in every if row[field] == value or str(value).lower() in str(row[field]).lower()]
    if isinstance(value, int):
        wanted = [row["CrmID"] for row in every if row[field] == value]
    asked = str(value).upper()
    assert [row["CrmID"] for row in served.json("/CRM", limit=500, **{name: asked})] == wanted
    assert len(wanted) < 240
    assert served.json("/CRM", countonly=1, **{name: "0" if isinstance(value, int) else ""}) == {"TotalCount": 240}


def test_date_filters_are_in_the_stores_wall_clock(served: Served) -> None:
    every = served.json("/CRM", limit=500)
    some = every[100]
    for field, start, end in (
        ("DateOpened", "openedstartdate", "openedenddate"),
        ("DateLastAction", "lastactionstartdate", "lastactionenddate"),
    ):
        moment = datetime.fromisoformat(some[field])
        asked = f"{moment:%m/%d/%Y %H:%M:%S}"
        assert [row["CrmID"] for row in served.json("/CRM", limit=500, **{start: asked})] == [
            row["CrmID"] for row in every if row[field] >= some[field]
        ]
        assert [row["CrmID"] for row in served.json("/CRM", limit=500, **{end: asked})] == [
            row["CrmID"] for row in every if row[field] <= some[field]
        ]
    day = served.json("/CRM", limit=500, openedstartdate="03/10/2026", openedenddate="03/11/2026")
    assert day
    assert all(row["DateOpened"][:10] == "2026-03-10" for row in day)


def test_gets_one_ticket_as_an_array_of_one(served: Served) -> None:
    (row,) = served.json("/CRM/42")
    assert list(row) == TICKET_FIELDS
    assert row["CrmID"] == 42
    assert [row] == [each for each in served.json("/CRM", limit=500) if each["CrmID"] == 42]
    assert served.refused("GET", "/CRM/99999") == (404, "ticket 99999 does not exist")


def test_creates_a_ticket_whose_number_and_dates_are_the_stores(served: Served) -> None:
    sent = {
        "CrmID": 7,
        "DateOpened": "2001-01-01T00:00:00",
        "Subject": "Hello",
        "DepartmentID": 3,
        "StatusID": 4,
        "CustomerEmail": "new@example.com",
        "OrderID": 12,
        "CrmMessageList": [
            {"Message": "One", "Sender": 2, "SenderName": "N", "CrmFileList": [{"FileName": "a.pdf"}]},
            {"Message": "Two"},
        ],
    }
    number = ack(served.call("POST", "/CRM", json=sent), "CrmID", 201, "Created successfully")
    assert number == 241
    (row,) = served.json(f"/CRM/{number}")
    assert (row["DateOpened"], row["DateLastAction"]) == (NOW_THERE, NOW_THERE)
    assert (row["Subject"], row["DepartmentID"], row["StatusID"], row["OrderID"]) == ("Hello", 3, 4, 12)
    assert (row["CustomerName"], row["ProductId"]) == ("", 0)
    assert [(each["Message"], each["Sender"]) for each in row["CrmMessageList"]] == [("One", 2), ("Two", 0)]
    assert row["CrmMessageList"][0]["CrmFileList"][0]["FileName"] == "a.pdf"


def test_a_ticket_without_a_status_is_new(served: Served) -> None:
    number = ack(
        served.call("POST", "/CRM", json={"CustomerEmail": "a@example.com"}), "CrmID", 201, "Created successfully"
    )
    new = next(row["StatusId"] for row in served.json("/CRM/status") if row["StatusName"] == "New")
    (row,) = served.json(f"/CRM/{number}")
    assert (row["StatusID"], row["DepartmentID"]) == (new, 0)


def test_updates_only_what_is_sent(served: Served) -> None:
    (before,) = served.json("/CRM/42")
    answer = served.call("PUT", "/CRM/42", json={"StatusID": 5, "CustomerEmail": before["CustomerEmail"]})
    assert ack(answer, "CrmID", 200, "Updated successfully") == 42
    (after,) = served.json("/CRM/42")
    assert after == {**before, "StatusID": 5, "DateLastAction": NOW_THERE}
    assert served.refused("PUT", "/CRM/99999", json={"StatusID": 5}) == (404, "ticket 99999 does not exist")


def test_deletes_a_ticket_with_its_messages_and_gives_its_number_to_nobody(served: Served) -> None:
    messages = served.store.count(MESSAGE)
    assert ack(served.call("DELETE", "/CRM/240"), "CrmID", 200, "Deleted successfully") == 240
    assert served.refused("GET", "/CRM/240")[0] == served.refused("DELETE", "/CRM/240")[0] == 404
    assert served.refused("GET", "/CRM/240/message")[0] == 404
    assert served.store.count(MESSAGE) < messages
    assert served.call("POST", "/CRM", json={"CustomerEmail": "a@example.com"}).json()[0]["Value"] == "241"


def test_lists_all_messages_of_a_ticket_and_pages_them(served: Served) -> None:
    long = max(served.json("/CRM", limit=500), key=lambda row: len(row["CrmMessageList"]))
    thread = served.json(f"/CRM/{long['CrmID']}/message")
    assert len(thread) > 100
    assert thread == long["CrmMessageList"]
    assert served.json(f"/CRM/{long['CrmID']}/message", limit=5, offset=3) == thread[2:7]


def test_a_ticket_without_messages_and_no_ticket_are_both_404(served: Served) -> None:
    bare = next(row for row in served.json("/CRM", limit=500) if not row["CrmMessageList"])
    assert served.refused("GET", f"/CRM/{bare['CrmID']}/message") == (404, "there is no message")
    assert served.refused("GET", "/CRM/99999/message") == (404, "ticket 99999 does not exist")


def test_gets_one_message_of_its_own_ticket_alone(served: Served) -> None:
    message = served.json("/CRM/42/message")[1]
    assert served.json(f"/CRM/42/message/{message['MessageId']}") == [message]
    assert served.refused("GET", f"/CRM/43/message/{message['MessageId']}")[0] == 404


def test_a_message_mails_the_customer_and_moves_the_last_action(served: Served) -> None:
    (before,) = served.json("/CRM/42")
    sent = {"Message": "It is on its way.", "Sender": 1, "SenderName": "Maya", "SenderEmail": "maya@example.com"}
    number = ack(served.call("POST", "/CRM/42/message", json=sent), "MessageId", 201, "Created successfully")
    (message,) = served.json(f"/CRM/42/message/{number}")
    assert message == {
        **dict.fromkeys(MESSAGE_FIELDS, ""),
        **sent,
        "MessageId": number,
        "DateCreated": NOW_THERE,
        "CrmFileList": [],
    }
    assert served.store.mailbox() == [
        {
            "MailId": 1,
            "Date": NOW_THERE,
            "To": before["CustomerEmail"],
            "Subject": f"Re: {before['Subject']} [#42]",
            "Text": "It is on its way.",
            "CrmID": 42,
            "MessageId": number,
        }
    ]
    (after,) = served.json("/CRM/42")
    assert after["DateLastAction"] == NOW_THERE != before["DateLastAction"]
    assert after["StatusID"] == before["StatusID"]
    assert served.refused("POST", "/CRM/99999/message", json=sent)[0] == 404
    assert len(served.store.mailbox()) == 1


def test_deletes_a_message_of_its_own_ticket_alone(served: Served) -> None:
    thread = served.json("/CRM/42/message")
    number = thread[0]["MessageId"]
    assert served.refused("DELETE", f"/CRM/43/message/{number}")[0] == 404
    assert ack(served.call("DELETE", f"/CRM/42/message/{number}"), "MessageId", 200, "Deleted successfully") == number
    assert served.json("/CRM/42/message") == thread[1:]


def test_departments_are_listed_and_renamed_but_not_read_alone(served: Served) -> None:
    rows = served.json("/CRM/department", limit=500)
    assert {row["Visible"] for row in rows} == {True, False}
    assert served.json("/CRM/department", countonly=1) == {"TotalCount": served.store.count(DEPARTMENT)}
    number = rows[1]["DepartmentId"]
    answer = served.call("PUT", f"/CRM/department/{number}", json={"Name": "Overseas"})
    assert ack(answer, "DepartmentId", 200, "Updated successfully") == number
    rows[1]["Name"] = "Overseas"
    assert served.json("/CRM/department", limit=500) == rows
    assert served.refused("GET", f"/CRM/department/{number}")[0] == 405
    assert served.refused("PUT", "/CRM/department/99999", json={"Name": "X"})[0] == 404


def test_saved_replies_are_made_found_changed_and_deleted(served: Served) -> None:
    total = served.json("/CRM/savedreply", countonly=1)["TotalCount"]
    sent = {"Title": "Back in stock", "Message": "Hello {{customer_name}}, it is back."}
    number = ack(served.call("POST", "/CRM/savedreply", json=sent), "SavedReplyID", 201, "Created successfully")
    assert served.json(f"/CRM/savedreply/{number}") == [{"Id": number, **sent}]
    assert served.json("/CRM/savedreply", title="back in") == [{"Id": number, **sent}]
    assert served.json("/CRM/savedreply", countonly=1) == {"TotalCount": total + 1}
    answer = served.call("PUT", f"/CRM/savedreply/{number}", json={"Title": "In stock"})
    assert ack(answer, "SavedReplyID", 200, "Updated successfully") == number
    assert served.json(f"/CRM/savedreply/{number}") == [{"Id": number, **sent, "Title": "In stock"}]
    answer = served.call("DELETE", f"/CRM/savedreply/{number}")
    assert ack(answer, "SavedReplyID", 200, "Deleted successfully") == number
    assert served.refused("GET", f"/CRM/savedreply/{number}")[0] == 404


def test_statuses_go_by_their_code_and_can_only_be_renamed(served: Served) -> None:
    rows = served.json("/CRM/status")
    assert served.json("/CRM/status", countonly=1) == {"TotalCount": served.store.count(STATUS)}
    assert all(row["Id"] != row["StatusId"] for row in rows)
    row = next(row for row in rows if row["StatusName"] == "Closed")
    assert served.json(f"/CRM/status/{row['StatusId']}") == [row]
    answer = served.call("PUT", f"/CRM/status/{row['StatusId']}", json={"StatusName": "Done"})
    assert ack(answer, "StatusId", 200, "Updated successfully") == row["StatusId"]
    assert served.json(f"/CRM/status/{row['StatusId']}") == [{**row, "StatusName": "Done"}]
    assert served.refused("GET", "/CRM/status/999")[0] == served.refused("PUT", "/CRM/status/999", json={})[0] == 404


def test_paths_and_parameters_have_no_case(served: Served) -> None:
    answer = served.client.get(str(served.client.base_url).replace("3dCartWebAPI", "3DCARTwebapi") + "crm?LIMIT=2")
    assert len(answer.json()) == 2


def test_headers_are_those_that_were_recorded(served: Served) -> None:
    answer = served.call("GET", "/CRM/42")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert answer.headers.get_list("Date") == ["Fri, 20 Mar 2026 16:00:00 GMT"]
    assert parsedate_to_datetime(answer.headers["Date"]) == NOW
    assert served.call("GET", "/CRM/99999").headers.get_list("Date") == ["Fri, 20 Mar 2026 16:00:00 GMT"]


def test_dates_follow_the_clock_change(served: Served) -> None:
    served.app.clock = lambda: datetime(2026, 1, 15, 16, 0, 59, tzinfo=UTC)
    number = served.call("POST", "/CRM", json={"CustomerEmail": "a@example.com"}).json()[0]["Value"]
    assert served.json(f"/CRM/{number}")[0]["DateOpened"] == "2026-01-15T11:00:00"
