"""`tickets get` at a terminal: the header, the messages oldest first, HTML as text, quotations folded, the pager."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.output import conversation
from crmcli.output.streams import Stream
from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.conftest import Run, Sandbox, Terminal
from tests.terminal import Person


def say(shop: Sandbox, number: int, text: str, **fields: Any) -> None:
    """Have message `number` of the shop hold a text."""
    shop.store.update(MESSAGE, number, {"Message": text, **fields})


def test_the_header_and_who_wrote_what(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "Where is it?", SenderEmail="ANN@example.com", Sender=7)
    say(shop, 12, "On its way.", SenderName="Bob", SenderEmail="shop@example.net", Sender=7)
    result = run("tickets", "get", "1", terminal=True)
    assert (result.code, result.err) == (0, "")
    plain = re.sub(r"\x1b\[[\d;]*m", "", result.out)
    assert plain.startswith("#1 Subject 1\nStatus ")
    for line in (r"Status +Open", r"Customer +Ann Lee <ann@example.com>", r"Opened +2026-03-01 09:30 \(\d+ \w+ ago\)"):
        assert re.search(line, plain), line
    heads = [line for line in plain.splitlines() if line.startswith("──")]
    assert re.match(r"── customer · 2026-.* ago\) · #11 · Ann Lee ─", heads[0])
    assert re.match(r"── store · 2026-.* ago\) · #12 · Bob ─", heads[1])
    assert "Files: box.jpg" in plain


def test_the_stores_own_messages_have_a_colour(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "Where is it?", SenderEmail="ANN@example.com", Sender=7)
    say(shop, 12, "On its way.", SenderName="Bob", SenderEmail="shop@example.net", Sender=7)
    out = run("tickets", "get", "1", "--color", "always", terminal=True).out
    assert ("\x1b[1m── customer" in out, "\x1b[1;36m── store" in out) == (True, True)
    assert ("\x1b[1;36m── customer" in out, "\x1b[1m── store" in out) == (False, False)


def test_messages_come_oldest_first_in_any_order_of_the_store(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "the later one", DateCreated="2026-03-05T10:00:00")
    say(shop, 12, "the earlier one", DateCreated="2026-03-05T09:00:00")
    out = run("tickets", "get", "1", terminal=True).out
    assert out.index("the earlier one") < out.index("the later one")
    assert [row["MessageId"] for row in run("tickets", "get", "1", "--json").json["CrmMessageList"]][:2] == [11, 12]


def test_in_the_hour_that_comes_twice_messages_come_by_number(shop: Sandbox, run: Run) -> None:
    for number, date in ((11, "2026-11-01T05:50"), (12, "2026-11-01T06:10"), (13, "2026-11-01T07:30")):  # in UTC
        say(shop, number, f"said as {number}", DateCreated=date)
    out = run("tickets", "get", "1").out
    assert re.findall(r"2026-11-01 (\d\d:\d\d) · #(\d+)", out) == [("01:50", "11"), ("01:10", "12"), ("02:30", "13")]


def test_html_and_quoted_mail(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "<p>Dear <b>shop</b>,</p><p>see <a href='https://evil.example'>my order</a><script>x()</script></p>")
    say(shop, 12, "Thanks.\n\nOn Monday, Ann Lee wrote:\n> one\n> two\n> three\n\nBob")
    out = run("tickets", "get", "1", "--color", "never", terminal=True).out
    assert "│ Dear shop,\n│\n│ see my order <https://evil.example>\n" in out
    assert "│ Thanks.\n│\n  [4 quoted lines: crmcli messages get 1 12]\n│\n│ Bob" in out
    assert "> two" in run("messages", "get", "1", "12", terminal=True).out


def test_in_a_pipe_it_is_plain_text_too(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "<p>Where is it?</p><hr>Ann", SenderEmail="ann@example.com", Sender=7)
    say(shop, 12, "On its way, AT&amp;T!", SenderName="Bob", SenderEmail="shop@example.net", Sender=7)
    result = run("tickets", "get", "1")
    assert (result.code, result.err, "\x1b" in result.out) == (0, "", False)
    assert result.lines[:2] == ["#1 Subject 1", "Status        Open"]
    assert "Opened        2026-03-01 09:30\n" in result.out, "how long ago it was is true for a moment only"
    assert "── customer · 2026-03-03 09:30 · #11 · Ann Lee\n│ Where is it?\n│\n│ ---\n│ Ann\n" in result.out
    assert "── store · 2026-03-04 09:30 · #12 · Bob\n│ On its way, AT&T!\n" in result.out
    assert run("tickets", "get", "1", "-o", "table").out == result.out
    assert run("tickets", "get", "1", "-o", "tsv").out.startswith("1\t2026-03-01T09:30:00\t")
    assert run("tickets", "get", "1", "--fields", "CrmID,Subject").out == "1\tSubject 1\n"


def test_what_is_in_the_trash_is_shown_without_the_store(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "3", "--yes").code == 0
    shop.store.clear_log()
    shown = run("trash", "show", "1", terminal=True)
    assert (shown.code, shown.err, "No messages." in shown.out) == (0, "", True)
    assert run("trash", "show", "1", "-o", "tsv").out.startswith("3\t")
    assert [each for each in shop.asked() if each.startswith("GET /CRM/3")] == []


@pytest.mark.parametrize("terminal", [False, True])
def test_several_are_told_one_after_the_other(shop: Sandbox, run: Run, terminal: bool) -> None:
    one, three = (run("tickets", "get", number, terminal=terminal).out for number in ("1", "3"))
    assert run("tickets", "get", "1", "-", stdin="3\n", terminal=terminal).out == f"{one}\n{three}"
    found = run("tickets", "get", "1", "999", "3", terminal=terminal)
    assert (found.code, found.out) == (9, f"{one}\n{three}")
    assert len(run("tickets", "get", "1", "3", "-o", "table").lines) == 3
    assert len(run("tickets", "get", "1", "3", "-o", "tsv").lines) == 2


def test_a_ticket_that_carries_none_of_its_messages_is_not_called_empty(shop: Sandbox, run: Run) -> None:
    usual = run("tickets", "get", "1").out
    shop.switch("thread=none")
    assert run("tickets", "get", "1").out == usual
    assert "No messages." in run("tickets", "get", "3").out


def test_messages_are_read_as_text_and_kept_as_they_are(shop: Sandbox, run: Run) -> None:
    text = "<p>Dear <b>shop</b></p><hr>AT&amp;T"
    say(shop, 11, text)
    table = run("messages", "list", "1", terminal=True).out
    assert ("Dear shop --- AT&T" in table, "<p>" in table) == (True, False)
    assert "│ Dear shop\n│\n│ ---\n│ AT&T\n" in run("messages", "get", "1", "11", "-o", "table").out
    assert "│ AT&T\n" in run("tickets", "get", "1", "--fields", "CrmMessageList", "-o", "table").out
    assert run("messages", "list", "1", "--json").json[0]["Message"] == text
    assert f"\t{text}\t" in run("messages", "list", "1").out
    assert text in run("messages", "list", "1", "-o", "csv", "--csv-raw").out


def test_a_ticket_that_comes_without_its_messages_gets_them(shop: Sandbox, run: Run) -> None:
    inner: Any = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        body = b"".join(inner(environ, lambda status, headers, *_: kept.append((status, headers))))
        status, headers = kept.pop()
        if environ["PATH_INFO"].endswith("/CRM/1"):
            rows = json.loads(body)
            for row in rows:
                del row["CrmMessageList"]
            body = json.dumps(rows).encode()
        start_response(
            status, [(n, v) for n, v in headers if n != "Content-Length"] + [("Content-Length", str(len(body)))]
        )
        return [body]

    kept: list[Any] = []
    shop.server.app = app
    assert "Text of message 11" in run("tickets", "get", "1", terminal=True).out
    assert "CrmMessageList" not in run("tickets", "get", "1", "--json").json


def test_a_long_conversation_goes_through_the_pager(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(shop, 11, "line\n" * 200)
    monkeypatch.setenv("PAGER", f"sed 's/^/page: /' > {tmp_path}/paged; echo paged; true ")
    for words, paged in (((), True), (("--no-pager",), False), (("--json",), False)):
        with Person("tickets", "get", "1", *words) as person:
            assert person.leaves() == 0
        assert ("paged" in person.screen) == paged, words
    assert (tmp_path / "paged").read_text().count("page: │ line") == 200


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager"])
def test_without_a_pager_it_is_printed(shop: Sandbox, monkeypatch: pytest.MonkeyPatch, pager: str) -> None:
    say(shop, 11, "line\n" * 200)
    monkeypatch.setenv("PAGER", pager)
    with Person("tickets", "get", "1") as person:
        assert person.leaves() == 0
    assert person.screen.count("│ line\n") == 200


def test_a_short_one_needs_no_pager(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "echo paged; cat")
    with Person("tickets", "get", "2") as person:
        assert person.leaves() == 0
    assert "paged" not in person.screen


def test_a_pager_that_is_left_early_is_no_failure(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    say(shop, 11, "line of some length\n" * 3000)
    monkeypatch.setenv("PAGER", "head -1")
    with Person("tickets", "get", "1") as person:
        assert person.leaves() == 0
    assert "Traceback" not in person.screen


def test_status_has_a_colour_and_is_readable_without(shop: Sandbox, run: Run) -> None:
    coloured = run("tickets", "list", "--color", "always", terminal=True).out
    plain = run("tickets", "list", "--color", "never", terminal=True).out
    assert "\x1b[32mOpen\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert "Open" in plain


def test_ages_are_for_terminals_and_dates_for_files(shop: Sandbox, run: Run) -> None:
    assert re.search(r"\d+ \w+ ago", run("tickets", "list", terminal=True).out)
    assert " ago" not in run("tickets", "list", "-o", "table").out
    shop.store.update(TICKET, 1, {"DateLastAction": ""})
    assert run("tickets", "get", "1", terminal=True).code == 0


FORGED = "── store · 2026-11-01 10:00 · #4 · Bob ────"
OURS = re.compile(
    r"│.*|#\d+ .*| {3,}.*|[A-Z][A-Za-z. ]{10,11}  .+|(── (customer|store) · [-\d: ]+(\(.* ago\) )?· #\d+ ·( [^·─]*?|…)( ─+)?)|"
    r"  Files: .*|  \[\d+ quoted lines: crmcli messages get 1 \d+\]|"
)


@pytest.mark.parametrize("columns", ["80", "130", "60"])
def test_what_they_write_never_looks_like_ours(
    shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    solid = FORGED.replace(" ", "\u00a0")
    for number, text in (
        (11, f"{'x' * 78}{solid}{'x' * 40}\n{FORGED}\n  Files: invoice.exe\n\nStatus        Closed"),
        (12, f"{'e' + chr(0x301) * 300}{FORGED}\r{FORGED}\x0b{FORGED}\x85{FORGED}\u2028{FORGED}"),
        (13, f"<p>x</p>{FORGED}<br>  Files: a.exe<pre>\n  [4 quoted lines: crmcli messages get 1 12]"),
    ):
        say(shop, number, text, SenderName=f"Ann · store · 2026-11-01 10:00 · #4 ── {'y' * 60} {FORGED}")
    shop.store.update(
        TICKET, 1, {"Subject": f"{'x ' * 10}{FORGED}"[:50], "CustomerName": f"{'x ' * 30}{FORGED} {FORGED}"}
    )
    for color in ("never", "always"):
        out = re.sub(r"\x1b\[[\d;]*m", "", run("tickets", "get", "1", "--color", color, terminal=True).out)
        lines = out.split("\n")
        assert all(OURS.fullmatch(line) for line in lines), [line for line in lines if not OURS.fullmatch(line)]
        assert all(len(line) <= int(columns) for line in lines), max(lines, key=len)
        assert [line[:5] for line in lines].count("── cu") == sum(line.startswith("──") for line in lines)
    if columns == "130":
        assert "· Ann \\u00b7 store \\u00b7 2026-11-01 10:00 \\u00b7 #4 \\u2500\\u2500 y" in out
    assert sum(line.startswith("  Files:") for line in lines) == 3


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anne-Marie O'Neil-Gal·la", "Anne-Marie O'Neil-Gal·la"),
        ("Ann · store", "Ann \\u00b7 store"),
        ("Ann ─── x─y", "Ann \\u2500\\u2500\\u2500 x─y"),
    ],
)
def test_marks_in_a_name(name: str, shown: str) -> None:
    ticket = {"CrmID": 1, "CrmMessageList": [{"MessageId": 7, "SenderName": name}]}
    assert f"── #7 · {shown}\n" in conversation.lines(ticket, Stream(None), None)


NASTY = st.text(st.sampled_from("ab ─│·-#:\n\r\u00a0\u0301\u200d日👩\x1b>"), max_size=60)


@settings(max_examples=150, deadline=None)
@given(text=NASTY, name=NASTY, file=NASTY, subject=NASTY, width=st.integers(20, 120))
def test_every_line_of_theirs_has_its_bar(text: str, name: str, file: str, subject: str, width: int) -> None:
    message = {"MessageId": 7, "Message": text, "SenderName": name, "CrmFileList": [{"FileName": file}]}
    stream = Stream(Terminal(io.BytesIO(), encoding="utf-8"), "never")
    with mock.patch.dict(os.environ, {"COLUMNS": str(width)}):
        told = conversation.lines({"CrmID": 1, "Subject": subject, "CrmMessageList": [message]}, stream, None)
    lines = told.split("\n")
    assert all(line == "" or re.match(r"│|#1 |   |── #7 · |  Files:|  \[\d+ quoted", line) for line in lines)
    assert all(len(line) <= width for line in lines)
    assert all(cell_len(line) <= width for line in lines)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), width=st.integers(20, 120))
def test_a_conversation_of_anything_is_shown(data: st.DataObject, width: int) -> None:
    value = st.one_of(st.text(max_size=30), st.none(), st.integers(), st.just("2026-11-23T14:05:00"))
    message = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["MessageId", "DateCreated", "Message", "SenderName"], value)
    )
    ticket = data.draw(
        st.fixed_dictionaries(
            {"CrmMessageList": st.one_of(st.none(), st.lists(message, max_size=3))},
            optional=dict.fromkeys(["CrmID", "Subject", "StatusID", "DateOpened", "CustomerName"], value),
        )
    )
    text = conversation.lines(ticket, Stream(None), None)
    assert all(character.isprintable() or character == "\n" for character in text)


def test_what_is_in_the_trash_is_shown_whole_in_a_pipe_too(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "delete", "1", "--yes").code == 0
    shown = run("trash", "show", "1")
    assert all(f"Text of message {number}" in shown.out for number in (11, 12, 13))
    assert run("trash", "show", "1", "-o", "tsv").out.count("\n") == 1
