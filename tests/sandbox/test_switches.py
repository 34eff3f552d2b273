"""Each switch changes what it says, and nothing else of the answer."""

from __future__ import annotations

import dataclasses
import re

import pytest

from crmcli.sandbox.dates import EASTERN
from crmcli.sandbox.objects import STATUS, TICKET
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches
from tests.sandbox.conftest import NOW_THERE, Serve, Served

NOTHING = {"subject": "no such subject"}
PAST_THE_END = "Offset amount exceeds the total number of records"


def numbers(served: Served, **params: object) -> list[int]:
    return [row["CrmID"] for row in served.json("/CRM", **params)]


def test_words_become_switches_and_wrong_ones_name_the_choices() -> None:
    assert Switches.parse([]) == Switches()
    assert Switches.parse(
        ["past-end=404", "bucket=50/2", "page-cap=7", "zone=Europe/Rome", "message-status=4"]
    ) == Switches(past_end="404", bucket=(50, 2.0), page_cap=7, zone="Europe/Rome", message_status=4)
    for word, choices in (
        ("past-end=500", "400 or 404 or empty"),
        ("past-end", "400 or 404 or empty"),
        ("page-cap=-1", "a number, 0 for off"),
        ("bucket=50", "off or BURST/PER_SECOND"),
        ("bucket=0/2", "off or BURST/PER_SECOND"),
        ("zone=Nowhere/At_All", "a zone's name"),
        ("zone=../etc/passwd", "a zone's name"),
        ("pastend=404", "offset-base, page-cap, max-limit"),
    ):
        with pytest.raises(ValueError, match=choices):
            Switches.parse([word])


def test_each_switch_is_described() -> None:
    described = Switches.described()
    assert [name.replace("-", "_") for name, _, _ in described] == [each.name for each in dataclasses.fields(Switches)]
    for name, form, what in described:
        assert what
        if re.fullmatch(r"[\w|-]+", form) and "|" in form and form.upper() != form:
            first, *others = form.split("|")
            assert getattr(Switches.parse([f"{name}={first}"]), name.replace("-", "_")) == getattr(
                Switches(), name.replace("-", "_")
            )
            assert others


def test_offset_base(served: Served) -> None:
    every = numbers(served, limit=500)
    assert numbers(served, limit=2, offset=2) == every[1:3]
    served.switch("offset-base=0")
    assert numbers(served, limit=2) == numbers(served, limit=2, offset=0) == every[:2]
    assert numbers(served, limit=2, offset=2) == every[2:4]


def test_page_cap(served: Served) -> None:
    served.switch("page-cap=7")
    assert len(numbers(served, limit=100)) == len(numbers(served)) == 7
    assert len(numbers(served, limit=3)) == 3
    assert len(served.json("/CRM/42/message")) <= 7
    long = max(served.store.rows(TICKET), key=lambda row: len(row["CrmMessageList"]))["CrmID"]
    assert len(served.json(f"/CRM/{long}/message")) == 7


def test_max_limit(served: Served) -> None:
    assert len(numbers(served, limit=501)) == 240
    served.switch("max-limit=400")
    assert len(numbers(served, limit=500)) == 240
    assert served.refused("GET", "/CRM?limit=501") == (400, "limit: at most 500, 501 given")


def test_a_limit_above_the_most_is_clamped(served: Served) -> None:
    for row in range(300):
        served.store.insert(TICKET, {"Subject": str(row)})
    assert len(numbers(served, limit=10_000)) == 500


def test_past_end(served: Served) -> None:
    assert served.json("/CRM", 400, offset=241) == [
        {"Key": "Error", "Value": "", "Status": "400", "Message": PAST_THE_END}
    ]
    assert served.json("/CRM", 400, offset=9999)[0]["Message"] == PAST_THE_END
    assert len(numbers(served, offset=240)) == 1
    served.switch("past-end=404")
    assert served.call("GET", "/CRM?offset=241").status_code == 404
    served.switch("past-end=empty")
    assert served.json("/CRM", offset=241) == []


def test_empty_list(served: Served) -> None:
    answer = served.call("GET", "/CRM", params=NOTHING)
    assert (answer.status_code, answer.content) == (404, b"")
    served.switch("empty-list=array")
    assert served.json("/CRM", **NOTHING) == []
    bare = next(row["CrmID"] for row in served.store.rows(TICKET) if not row["CrmMessageList"])
    assert served.json(f"/CRM/{bare}/message") == []
    assert served.call("GET", "/CRM/99999/message").status_code == 404
    served.switch("empty-list=404-ack")
    assert served.json("/CRM", 404, **NOTHING)[0]["Key"] == "Error"


def test_single(served: Served) -> None:
    message = served.json("/CRM/42/message")[0]["MessageId"]
    paths = ["/CRM/42", f"/CRM/42/message/{message}", "/CRM/savedreply/1", "/CRM/status/5"]
    wrapped = [served.json(path) for path in paths]
    served.switch("single=object")
    assert [[served.json(path)] for path in paths] == wrapped


def test_message_in_list(served: Served) -> None:
    (whole,) = served.json("/CRM/42")
    served.switch("message-in-list=no")
    assert all(row["CrmMessageList"] == [] for row in served.json("/CRM", limit=500))
    assert served.json("/CRM/42") == [whole]


def test_thread(served: Served) -> None:
    (whole,) = served.json("/CRM/7")
    thread = served.json("/CRM/7/message")
    for thread_switch, part in (("whole", thread), ("first", thread[:1]), ("last", thread[-1:]), ("none", [])):
        served.switch(f"thread={thread_switch}")
        assert served.json("/CRM/7") == [{**whole, "CrmMessageList": part}]
        assert served.json("/CRM/7/message") == thread


def test_dates(served: Served) -> None:
    (iso,) = served.json("/CRM/42")
    served.switch("dates=slash")
    (slash,) = served.json("/CRM/42")
    year, month, day, time = re.split("[-T]", iso["DateOpened"])
    assert slash["DateOpened"] == f"{month}/{day}/{year} {time[:5]}"
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", slash["CrmMessageList"][0]["DateCreated"])


def test_zone(served: Served) -> None:
    answer = served.call("POST", "/CRM", json={"CustomerEmail": "zone@example.com"})
    path = f"/CRM/{answer.json()[0]['Value']}"
    assert served.json(path)[0]["DateOpened"] == NOW_THERE
    served.switch("zone=Asia/Tokyo")
    assert served.json(path)[0]["DateOpened"] == "2026-03-21T01:00:00"
    asked = {"customeremail": "zone@example.com", "countonly": 1}
    assert served.json("/CRM", openedstartdate="03/21/2026 01:00:00", **asked) == {"TotalCount": 1}
    assert served.json("/CRM", openedstartdate="03/21/2026 01:00:01", **asked) == {"TotalCount": 0}


def test_unset(served: Served) -> None:
    sent = {
        "CustomerEmail": "unset@example.com",
        "CrmMessageList": [{"Message": "x", "CrmFileList": [{"FileName": ""}]}],
    }
    path = f"/CRM/{served.call('POST', '/CRM', json=sent).json()[0]['Value']}"
    number = int(path.rpartition("/")[2])
    served.store.update(TICKET, number, {"DateLastAction": "", "StatusID": 0})
    (zero,) = served.json(path)
    assert (zero["OrderID"], zero["CustomerName"], zero["DateLastAction"]) == (0, "", "0001-01-01T00:00:00")
    served.switch("dates=slash")
    assert served.json(path)[0]["DateLastAction"] == "01/01/0001 00:00"
    served.switch("unset=null")
    (null,) = served.json(path)
    assert {name for name, value in null.items() if value is None} == {
        "DateLastAction", "Subject", "CustomerName", "CustomerPhone", "CustomerIpAddress", "OrderID", "CustomerID", "ProductId",
    }  # fmt: skip
    # What is no reference is a number of its own, 0 too, and a flag is never unset.
    assert (null["StatusID"], null["DepartmentID"], null["CrmMessageList"][0]["Sender"]) == (0, 0, 0)
    assert null["CrmMessageList"][0]["SenderName"] is None
    assert null["CrmMessageList"][0]["CrmFileList"][0]["IsAdminUploaded"] is False
    assert served.call("PUT", path, json={"CustomerName": None, "OrderID": None}).status_code == 200
    served.switch("unset=null-refused")
    assert served.json(path)[0]["CustomerName"] is None
    assert served.refused("PUT", path, json={"CustomerName": None}) == (400, "CustomerName: takes a text, not null")


def test_match(served: Served) -> None:
    served.store.insert(TICKET, {"Subject": "Straße nach Ulm"})
    for match, found in (
        ("contains", ["STRASSE", "nach u"]),
        ("prefix", ["strasse n"]),
        ("exact", ["STRASSE NACH ULM"]),
    ):
        served.switch(f"match={match}", "empty-list=array")
        for text in ("STRASSE", "nach u", "strasse n", "STRASSE NACH ULM"):
            hit = text in found or match == "contains" or (match == "prefix" and text != "nach u")
            assert bool(numbers(served, subject=text)) == hit, (match, text)


def test_a_filter_is_text_and_no_pattern(served: Served) -> None:
    served.switch("empty-list=array")
    for text in ("%", "_", "*", "' OR 1=1 --"):
        found = served.json("/CRM", subject=text, limit=500)
        assert all(text in row["Subject"] for row in found)


def test_date_bounds(served: Served) -> None:
    served.store.insert(TICKET, {"Subject": "bound", "DateOpened": "2026-03-20T16:00"})
    at, before, after = "03/20/2026 12:00:00", "03/20/2026 11:59:59", "03/20/2026 12:00:01"
    for bounds, hit in (("inclusive", 1), ("exclusive", 0)):
        served.switch(f"date-bounds={bounds}")
        for name, sure, never in (("openedstartdate", before, after), ("openedenddate", after, before)):
            for moment, count in ((at, hit), (sure, 1), (never, 0)):
                found = served.json("/CRM", subject="bound", countonly=1, **{name: moment})
                assert found == {"TotalCount": count}, (bounds, name, moment)


def test_ack_text(served: Served) -> None:
    served.switch("ack-text=lower")
    assert served.call("PUT", "/CRM/42", json={}).json()[0]["Message"] == "updated successfully"


def test_errors(served: Served) -> None:
    def body() -> tuple[str, str]:
        answer = served.call("PUT", "/CRM/42", json={"Subject": "x" * 51})
        assert answer.status_code == 400
        return answer.headers.get("Content-Type", ""), answer.text

    assert body()[0].startswith("application/json")
    assert "Subject: takes at most 50 characters, 51 given" in body()[1]
    served.switch("errors=empty")
    assert body() == ("", "")
    served.switch("errors=html")
    assert body()[0].startswith("text/html")
    assert "<title>400 Bad Request</title>" in body()[1]
    served.switch("errors=modelstate")
    answer = served.call("PUT", "/CRM/42", json={"Subject": "x" * 51}).json()
    assert answer["ModelState"] == {"model.Subject": ["takes at most 50 characters, 51 given"]}
    assert served.call("GET", "/CRM/99999").json() == {"Message": "ticket 99999 does not exist"}


def test_ack_errors_in_200(served: Served) -> None:
    served.switch("ack-errors-in-200=yes")
    for method, path, status in (
        ("GET", "/CRM/99999", "404"),
        ("GET", "/CRM?x=1", "400"),
        ("GET", "/CRM?offset=999", "400"),
    ):
        answer = served.call(method, path)
        assert (answer.status_code, answer.json()[0]["Key"], answer.json()[0]["Status"]) == (200, "Error", status)
    assert served.call("GET", "/CRM", headers={"Token": ""}).status_code == 401


def test_unauthorized(served: Served) -> None:
    del served.client.headers["Token"]
    assert served.json("/CRM", 401)[0]["Status"] == "401"
    served.switch("unauthorized=message")
    assert list(served.json("/CRM", 401)) == ["Message"]
    served.switch("unauthorized=empty")
    assert served.call("GET", "/CRM").content == b""


@pytest.mark.parametrize(
    ("throttle", "status", "words"),
    [
        ("429", 429, ""),
        ("retry-after", 429, ""),
        ("503", 503, ""),
        ("html", 429, "<html"),
        ("400-text", 400, "rate limit"),
    ],
)
def test_bucket_and_throttle(served: Served, throttle: str, status: int, words: str) -> None:
    served.switch("bucket=3/0.001", f"throttle={throttle}")
    assert [served.call("GET", "/CRM/42").status_code for _ in range(3)] == [200] * 3
    answer = served.call("POST", "/CRM/42/message", json={"Message": "x"})
    assert answer.status_code == status
    assert words in answer.text
    assert bool(answer.text) == bool(words)
    assert ("Retry-After" in answer.headers) == (throttle == "retry-after")
    assert served.store.mailbox() == []
    served.switch("bucket=off")
    assert served.call("GET", "/CRM/42").status_code == 200


def test_the_bucket_leaks(served: Served) -> None:
    served.switch("bucket=1/1000", "throttle=retry-after")
    assert {served.call("GET", "/CRM/42").status_code for _ in range(5)} == {200}
    served.switch("bucket=1/0.1", "throttle=retry-after")
    served.call("GET", "/CRM/42")
    assert 1 <= int(served.call("GET", "/CRM/42").headers["Retry-After"]) <= 10


def test_host(served: Served) -> None:
    served.switch("host=store")
    answer = served.call("GET", "/CRM/42")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/myaccount.asp?404")


def test_put_replace_blanks_what_is_left_out(served: Served) -> None:
    (before,) = served.json("/CRM/42")
    served.switch("put=replace")
    assert served.call("PUT", "/CRM/42", json={"Subject": "Only this"}).status_code == 200
    (after,) = served.json("/CRM/42")
    assert (after["Subject"], after["CustomerEmail"], after["StatusID"], after["OrderID"]) == ("Only this", "", 0, 0)
    assert (after["DateOpened"], after["CrmMessageList"]) == (before["DateOpened"], before["CrmMessageList"])
    served.call("PUT", "/CRM/department/2", json={"Name": "X"})
    assert {"DepartmentId": 2, "Name": "X", "Visible": False} in served.json("/CRM/department")
    served.call("PUT", "/CRM/status/5", json={})
    assert served.json("/CRM/status/5") == [{"Id": 6, "StatusId": 5, "StatusName": ""}]


def test_require_email_on_put(served: Served) -> None:
    served.switch("require-email-on-put=yes")
    assert served.refused("PUT", "/CRM/42", json={"Subject": "x"}) == (400, "CustomerEmail: required")
    assert served.call("PUT", "/CRM/42", json={"Subject": "x", "CustomerEmail": "a@b.c"}).status_code == 200


def test_status_get(served: Served) -> None:
    for status in (404, 405):
        served.switch(f"status-get={status}")
        assert served.call("GET", "/CRM/status/5").status_code == status
        assert served.call("PUT", "/CRM/status/5", json={"StatusName": "Closed"}).status_code == 200
        assert served.call("GET", "/CRM/status").status_code == 200


def test_status_by(served: Served) -> None:
    served.switch("status-by=Id")
    (row,) = served.json("/CRM/status/5")
    assert row["Id"] == 5 != row["StatusId"]
    assert served.call("PUT", "/CRM/status/5", json={"StatusName": "Changed"}).json()[0]["Value"] == "5"
    assert (served.store.row(STATUS, 5) or {})["StatusName"] == "Changed"


def test_sent_dates(served: Served) -> None:
    sent = {
        "CustomerEmail": "a@b.c",
        "DateOpened": "2026-01-02T03:04:00",
        "DateLastAction": "2026-01-02T08:04:00Z",
        "CrmMessageList": [{"Message": "x", "DateCreated": "01/02/2026 03:04"}],
    }
    for words, opened in ([], NOW_THERE), (["sent-dates=keep"], "2026-01-02T03:04:00"):
        served.switch(*words)
        (row,) = served.json(f"/CRM/{served.call('POST', '/CRM', json=sent).json()[0]['Value']}")
        last = opened if opened == NOW_THERE else "2026-01-02T03:04:00"
        assert (row["DateOpened"], row["DateLastAction"], row["CrmMessageList"][0]["DateCreated"]) == (
            opened,
            last,
            opened,
        )


def test_mail_on_create(served: Served) -> None:
    sent = {"CustomerEmail": "a@b.c", "CrmMessageList": [{"Message": "x"}]}
    for words, mails in ([], 1), (["mail-on-create=no"], 1):
        served.switch(*words)
        assert served.call("POST", "/CRM", json=sent).status_code == 201
        assert len(served.store.mailbox()) == mails


def test_mailed(served: Served) -> None:
    def mails(*senders: int) -> int:
        before = len(served.store.mailbox())
        for sender in senders:
            assert served.call("POST", "/CRM/42/message", json={"Message": "x", "Sender": sender}).status_code == 201
        return len(served.store.mailbox()) - before

    assert mails(0, 1, 7) == 3
    served.switch("mailed=store")
    assert (mails(0), mails(1), mails(7)) == (1, 0, 0)
    served.switch("mailed=store", "store-sender=1")
    assert (mails(0), mails(1)) == (0, 1)


@pytest.mark.parametrize(
    ("switch", "method", "path"), [("bumps", "POST", "/CRM/42/message"), ("put-bumps", "PUT", "/CRM/42")]
)
def test_bumps(served: Served, switch: str, method: str, path: str) -> None:
    (before,) = served.json("/CRM/42")
    served.switch(f"{switch}=no")
    served.call(method, path, json={"Message": "x"} if method == "POST" else {"Subject": "x"})
    assert served.json("/CRM/42")[0]["DateLastAction"] == before["DateLastAction"]
    served.switch(f"{switch}=yes")
    served.call(method, path, json={"Message": "x"} if method == "POST" else {"Subject": "x"})
    assert served.json("/CRM/42")[0]["DateLastAction"] == NOW_THERE


def test_store_sender(served: Served) -> None:
    def senders() -> list[int]:
        return [each["Sender"] for each in served.json("/CRM/7/message")]

    assert senders() == [1, 0, 1, 0]
    served.switch("store-sender=1")
    assert senders() == [0, 1, 0, 1]
    served.call("POST", "/CRM/7/message", json={"Message": "x", "Sender": 1})
    served.call("POST", "/CRM/7/message", json={"Message": "x"})
    assert senders()[4:] == [1, 0]
    served.switch()
    assert senders() == [1, 0, 1, 0, 0, 1]


def test_message_status(served: Served) -> None:
    served.switch("message-status=4")
    served.call("POST", "/CRM/42/message", json={"Message": "x"})
    assert served.json("/CRM/42")[0]["StatusID"] == 4


def test_switches_can_be_changed_while_it_runs(serve: Serve, store: Store) -> None:
    served = serve(into=store)
    assert served.app.switches.zone == EASTERN
    assert isinstance(served.json("/CRM/42"), list)
    served.switch("single=object")
    assert isinstance(served.json("/CRM/42"), dict)
