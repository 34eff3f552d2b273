"""Answers in forms that nobody promised: web pages, nothing, half of it, errors inside a 200, redirects, odd JSON."""

from __future__ import annotations

import gzip
import json
import shlex
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmcli import errors
from crmcli.api import answers, bodies, bounds
from crmcli.api.answers import Answer
from crmcli.api.retry import LONGEST_WAIT, TRIES, Pace
from crmcli.exits import exit_row
from tests.conftest import Run, Sandbox
from tests.sizes import some

HTML = "<!DOCTYPE html><html><head><title>Runtime \x1b[31mError</title></head><body>Server Error</body></html>"
GARBAGE: dict[str, str | bytes] = {
    "html": HTML,
    "html without a title": "<p>Moved",
    "half": '[{"CrmID": 1, "Subject": "Hel',
    "bytes": b"\xff\xfe\x00\x81",
    "words": "Service temporarily down",
    "a list of numbers": "[1, 2]",
    "a text": '"none"',
    "a number": "7",
    "NaN": '[{"CrmID": 1, "OrderID": NaN}]',
    "beyond floats": '[{"CrmID": 1, "OrderID": 1e999}]',
    "too deep": "[" * 200_000,
    "too long a number": f'[{{"CrmID": {"9" * 5000}}}]',
}


def ack(status: str, key: str = "Error", message: str = "It is so.") -> str:
    return json.dumps([{"Key": key, "Value": "122", "Status": status, "Message": message}])


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("command", ["tickets get 1", "tickets list", "tickets list --count", "departments get 1"])
def test_a_read_that_can_not_be_read_is_the_stores_fault(shop: Sandbox, run: Run, command: str, body: str) -> None:
    shop.answer(200, GARBAGE[body], "GET")
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"], result.error["status"]) == (1, "store", 200)
    assert "crmcli itself" not in result.err


@pytest.fixture(autouse=True)
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A send of which nobody knows what became of it is looked for once."""
    monkeypatch.setenv("CRMCLI_SETTLE", "0")


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("status", [200, 201])
def test_a_write_of_which_the_answer_can_not_be_read(shop: Sandbox, run: Run, status: int, body: str) -> None:
    shop.answer(status, GARBAGE[body], "POST", "PUT", "DELETE")
    assert run("messages", "create", "1", "--text", "Hello", "-o", "ids").out == "122\n", "the store has it"
    assert len(shop.asked("POST")) == len(shop.store.mailbox()) == 1
    for command in ("departments update 1 --name X", "tickets delete 1 --yes"):
        assert run(*shlex.split(command), "--json").code == 0, "it is looked at, and seen to be done"
    assert len(shop.asked("PUT", "DELETE")) == 2


# The work is done but for a PUT's: what the others are told of is looked at where it is not clear, and found.
@pytest.mark.parametrize(
    ("status", "body", "post", "change"),
    [
        (201, "", 0, 0),
        (200, "", 0, 0),
        (204, "", 0, 0),
        (200, "null", 0, 0),
        (200, "[]", 0, 0),
        (200, "{}", 0, 0),
        (200, ack("200", "CrmID"), 0, 0),
        (200, ack("201", "MessageId"), 0, 0),
        (200, '[{"Key":"MessageId","Value":"7","Status":"201","Message":"Created",},]', 0, 0),
        (200, '{"key":"MessageId","value":"7","Status":201,"message":null}', 0, 0),
        (200, ack("400"), 0, 6),
        (200, ack("200"), 0, 6),
        (200, ack("401"), 0, 4),
        (200, ack("404"), 0, 5),
        (200, ack("500"), 0, 1),
        (200, ack("429"), 0, 7),
        (400, ack("400"), 0, 6),
        (400, "", 0, 6),
        (400, HTML, 0, 6),
        (415, "", 0, 6),
        (500, HTML, 0, 1),
        (501, HTML, 0, 1),
    ],
)
def test_what_a_write_is_told(shop: Sandbox, run: Run, status: int, body: str, post: int, change: int) -> None:
    shop.answer(status, body, "POST", "DELETE")
    shop.answer(status, body, "PUT", works=False)
    send = run("messages", "create", "1", "--text", "Hello", "--json")
    assert send.code == post
    if post == 0:
        assert send.json[0]["Status"] in ("200", "201", 201), "scripts read it"
    assert run("departments", "update", "1", "--name", "X").code == change
    assert run("replies", "delete", "1", "--yes").code == 0, "it is looked at, and gone"
    assert len(shop.asked("POST")) == len(shop.asked("DELETE")) == 1


SAYS_NOTHING_GOOD = (
    '{"Status":"error","Message":"It could not be saved"}',
    '{"status":"fail","message":"Customer has no e-mail"}',
    '[{"Key":"MessageId","Value":"0","Status":"Failed","Message":"It could not be saved"}]',
    '[{"Key":"MessageId","Value":"0","Status":"201","Message":""}]',
    '[{"Key":"MessageId","Value":"-1","Status":"200","Message":"Not saved"}]',
    '[{"Key":"MessageId","Value":"7","Status":"Failed","Message":"Not saved"}]',
    '[{"Key":"MessageId","Value":"7","Status":"302","Message":"Not saved"}]',
    '[{"Key":"Exception","Value":"","Status":"0","Message":"Object reference not set"}]',
    '{"Success":false,"Key":"","Message":"no"}',
    '{"Key":"x"}',
    '[{"Key":null,"Value":null,"Status":null,"Message":null}]',
)
OF_A_200 = (
    '[{"Key":"MessageId","Value":"99999999999999999999","Status":"200","Message":""}]',
    '[{"Key":"MessageId","Value":"","Status":"200","Message":""}]',
)


@pytest.mark.parametrize(
    ("status", "body"),
    some(
        [*((status, body) for status in (200, 201) for body in SAYS_NOTHING_GOOD), *((200, body) for body in OF_A_200)],
        every=2,
    ),
)
@pytest.mark.parametrize("command", ["messages create 1 --text Hi", "replies create --title T --text Hi"])
def test_what_does_not_say_that_it_was_made_is_looked_for(
    shop: Sandbox, run: Run, command: str, status: int, body: str
) -> None:
    app = shop.server.app
    shop.answer(status, body, "POST", works=False)
    told = run(*shlex.split(command), "--json")
    assert told.code in (1, 3), "not made"
    assert told.error["hint"].startswith("It is not at the store")
    assert all(word in told.err for word in ("could not be saved", "no e-mail") if word in body)
    shop.server.app = app
    shop.answer(status, body, "POST")
    assert run(*shlex.split(command), "-o", "ids").out == ("122\n" if "messages" in command else "3\n")
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize(
    "body",
    [
        '[{"Key":"MessageId","Value":"","Status":"201","Message":"Created successfully"}]',
        '[{"Key":"MessageId","Status":"201","Message":"Created successfully"}]',
        '[{"Key":"MessageId","Value":"99999999999999999999","Status":"201","Message":"Created successfully"}]',
        "",
    ],
)
def test_a_201_without_a_number_is_a_success(shop: Sandbox, run: Run, body: str) -> None:
    shop.answer(201, body, "POST")
    result = run("messages", "create", "1", "--text", "Hi", "-o", "ids")
    assert (result.code, result.out, result.err) == (0, "122\n", "")


@pytest.mark.parametrize("body", SAYS_NOTHING_GOOD[:3])
def test_a_change_that_is_answered_by_an_error_in_words_is_no_success(shop: Sandbox, run: Run, body: str) -> None:
    shop.answer(200, body, "PUT", "DELETE", works=False)
    for command in ("departments update 1 --name X", "replies delete 1 --yes"):
        assert run(*shlex.split(command)).code == 1


def test_a_number_beyond_64_bits_in_a_thread(shop: Sandbox, run: Run) -> None:
    shop.answer(200, '[{"MessageId":99999999999999999999,"Message":"Hi"}]', "GET")
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert (told.code, told.error["kind"]) == (1, "store")
    assert not shop.asked("POST")


@pytest.mark.parametrize("status", [301, 302, 307])
@pytest.mark.parametrize("after", [",after", ""])
@pytest.mark.parametrize("command", ["messages create 1 --text Hi", "replies create --title T --text Hi"])
def test_a_post_that_is_redirected_is_looked_for(
    shop: Sandbox, run: Run, command: str, status: int, after: str
) -> None:
    """ASP.NET's customErrors answers a failure so, also one after the work."""
    shop.fault(f"status={status}{after},method=POST")
    told = run(*shlex.split(command), "--json")
    assert len(shop.asked("POST")) == 1
    if after:
        assert told.code == 0
        return
    assert (told.code, told.error["kind"], told.error["status"]) == (3, "config", status)
    assert told.error["hint"].startswith("It is not at the store")
    assert "base_url" in " ".join(told.error["details"])


def test_a_redirected_post_of_which_the_store_can_not_tell(shop: Sandbox, run: Run) -> None:
    shop.fault("status=302,after,method=POST", "status=500,method=GET,skip=2")
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert told.code == 10
    assert "base_url" in told.error["message"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "command", ["tickets list", "tickets get 1", "messages create 1 --text Hi", "replies delete 1 --yes"]
)
def test_a_redirect_is_not_followed_and_is_a_matter_of_the_profile(
    shop: Sandbox, run: Run, command: str, status: int
) -> None:
    shop.answer(status, HTML, "GET", "POST", "DELETE", Location=f"{shop.server.base_url}/CRM/2")
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"], result.error["status"]) == (3, "config", status)
    assert "base_url" in result.error["hint"]
    assert len(shop.asked()) == 1


@pytest.mark.parametrize(
    ("body", "message", "details"),
    [
        (ack("400", message="Subject is too long"), "Subject is too long", []),
        ('{"Message": "The request is invalid."}', "The request is invalid.", []),
        (
            '{"Message": "Invalid.", "ModelState": {"model.Subject": ["too long", "too dull"], "x": "y"}}',
            "Invalid.",
            ["model.Subject: too long too dull", "x: y"],
        ),
        (HTML, "a web page", []),
        ('"Bad subject"', "Bad subject", []),
        ("", "", []),
    ],
)
def test_the_stores_own_words_are_passed_on(
    shop: Sandbox, run: Run, body: str, message: str, details: list[str]
) -> None:
    shop.answer(400, body, "PUT", works=False)
    error = run("replies", "update", "1", "--title", "X", "--json").error
    assert error["kind"] == "rejected"
    assert message in error["message"]
    assert error["details"][: len(details)] == details


def test_json_is_passed_on_untouched(shop: Sandbox, run: Run) -> None:
    row = '{"CrmID":1,"Subject":"a\tb\u2028","New":{"x":[1.50,-0]},"DateOpened":"02/26/2019 17:01","OrderID":"7"}'
    for body in (row, f"[{row}]", "\ufeff" + row):
        shop.answer(200, body, "GET")
        assert run("tickets", "get", "1", "--json").json == json.loads(row, strict=False)
        assert list(run("tickets", "get", "1", "--json").json) == ["CrmID", "Subject", "New", "DateOpened", "OrderID"]


def test_a_body_is_read_in_the_charset_that_it_says(shop: Sandbox, run: Run) -> None:
    for charset in ("iso-8859-1", "windows-1252", "utf-16", "utf-8"):
        body = '{"CrmID":1,"Subject":"Grüße"}'.encode(charset)
        shop.answer(200, body, "GET", Content_Type=f"application/json; charset={charset}")
        assert run("tickets", "get", "1", "--json").json["Subject"] == "Grüße"
    shop.answer(200, b'{"CrmID":1,"Subject":"Gr\xfc\xdfe"}', "GET", Content_Type="application/json; charset=no-such")
    assert run("tickets", "get", "1", "--json").json["Subject"] == "Gr\ufffd\ufffde"


PACKED = {
    "gzip": gzip.compress,
    "GZIP, identity": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body, wbits=-15),
    "utf-8": bytes,
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_packed_body_is_unpacked(shop: Sandbox, run: Run, coding: str) -> None:
    shop.answer(200, PACKED[coding](b'{"CrmID":1,"Subject":"Hi"}'), "GET", Content_Encoding=coding)
    assert run("tickets", "get", "1", "--json").json["Subject"] == "Hi"


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,deflate", "br", "zstd, gzip"])
def test_a_body_packed_twice_or_as_nobody_asked_is_not_unpacked(shop: Sandbox, run: Run, coding: str) -> None:
    """Some KB of gzip in gzip can be GB, and httpx unpacks them before anybody sees how much it is."""
    shop.answer(200, gzip.compress(gzip.compress(b'{"CrmID":1,"Subject":"Hi"}')), "GET", Content_Encoding=coding)
    result = run("tickets", "get", "1")
    assert (result.code, result.out) == (8, "")
    assert "the answer's compression is broken, or there is far too much of it" in result.err


def test_a_send_whose_answer_is_packed_twice_is_looked_for(shop: Sandbox, run: Run) -> None:
    shop.answer(201, gzip.compress(gzip.compress(b"[]")), "POST", Content_Encoding="gzip, gzip")
    assert run("messages", "create", "1", "--text", "Hi").code == 0
    assert len(shop.asked("POST")) == 1


def test_there_may_be_too_much_in_a_packed_body(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LARGEST", 1_000_000)
    shop.answer(200, gzip.compress(b" " * 2_000_000), "GET", Content_Encoding="gzip")
    result = run("tickets", "get", "1")
    assert (result.code, result.out) == (8, "")
    assert "there is far too much of it" in result.err


def test_what_may_be_packed_is_what_can_be_unpacked_safely(shop: Sandbox, run: Run) -> None:
    asked: list[str] = []
    shop.between(lambda environ: asked.append(environ["HTTP_ACCEPT_ENCODING"]))
    run("tickets", "get", "1")
    assert set(asked) == {"gzip, deflate"}


def test_another_ticket_than_was_asked_for_is_no_answer(shop: Sandbox, run: Run) -> None:
    shop.answer(200, '[{"CrmID": 2}]', "GET")
    assert run("tickets", "get", "1").code == 1


def test_a_failure_after_the_first_page_is_told(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "5")
    shop.fault("status=500,skip=1")
    result = run("tickets", "list", "--all", "-o", "ids")
    assert (result.code, result.out.split()) == (1, ["1", "2", "3", "4", "5"])


any_body = st.one_of(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["Key", "Status", "Message", "ModelState"]), inner)
        ),
    ).map(json.dumps),
)


@given(text=any_body, status=st.integers(200, 599))
def test_any_answer_is_rows_or_an_error_of_ours(text: str, status: int) -> None:
    answer = Answer("GET", "/CRM/1", status, text)
    if not answer.ok:
        of_a_proxy = status in (407, 511)  # which no store says of itself
        assert exit_row(answers.failure(answer)).code in ((8,) if of_a_proxy else (1, 3, 4, 5, 6, 7))
        return
    for read in (answer.rows, answer.total):
        with suppress(errors.StoreFailed):
            read()


retry_afters = st.one_of(
    st.text(),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(format_datetime),
    st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,6} \d+:\d+:\d+ ([+-]\d{1,9}|GMT)", fullmatch=True),
)


@given(text=retry_afters, tried=st.integers(1, TRIES + 1), throttled=st.booleans())
@example(text="9" * 400, tried=1, throttled=True)
@example(text="            7", tried=1, throttled=False)
@example(text="0 SEP 0 0:10000000000", tried=1, throttled=False)
def test_any_retry_after_is_a_wait_of_a_minute_or_the_end(text: str, tried: int, throttled: bool) -> None:
    wait = Pace(throttled=10).wait(tried, throttled=throttled, retry_after=text)
    assert wait is None or 0 <= wait <= LONGEST_WAIT + 0.25
    assert wait is None or tried < TRIES


@pytest.mark.parametrize(("seconds", "least", "most"), [(0, 0, 0.25), (7, 7, 7.25), (60, 60, 60.25), (-5, 0, 0.25)])
def test_retry_after_as_a_number_and_as_a_date(seconds: int, least: float, most: float) -> None:
    wait = Pace().wait(1, retry_after=str(seconds))
    assert wait is not None
    assert least <= wait <= most
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    wait = Pace().wait(1, retry_after=date)
    assert wait is not None
    assert max(0, least - 1) <= wait <= most
    assert Pace().wait(1, retry_after="61") is None


LONG = "A" * 30 + "é😀"
ODD_BODIES = (
    '[{"a": "x\x01\ty"}]',
    '[{"a": "\\ud800"}]',
    '[{"a": 1},]',
    '[{"a": 1e400}]',
    "[NaN]",
    "<html>",
    "",
    "[1] 2",
    "\ufeff[]",
)


@given(
    st.one_of(
        st.sampled_from(ODD_BODIES),
        st.text(st.sampled_from('[]{}",:0123456789.eE+-\\u \t\n\x01ntf') | st.sampled_from(LONG), max_size=30),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(),
            lambda some: st.lists(some) | st.dictionaries(st.text(), some),
        ).map(json.dumps),
    )
)
def test_a_page_of_a_long_list_is_read_as_any_other(text: str) -> None:
    def said(*, is_long: bool) -> str:
        try:
            return repr(bodies.read_json(text, is_long=is_long))
        except ValueError:
            return "refused"

    assert said(is_long=True) == said(is_long=False)


def test_odd_bytes_on_each_page_of_a_long_list(sandbox: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "5")
    fine = run("tickets", "list", "--all", "-o", "jsonl").out

    def odd(environ: dict[str, Any], start: Any) -> Any:
        return [b"".join(sandbox.app(environ, start)).replace(b"example", b"exa\x01ple")]

    sandbox.server.app = odd
    assert run("tickets", "list", "--all", "-o", "jsonl").out == fine.replace("example", "exa\\u0001ple")
    assert "exa" in fine
