"""`tickets get` at a terminal: the header, the messages oldest first, HTML as text, quotations folded, the pager."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.output import conversation
from crmcli.output.streams import Stream
from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.conftest import Run, Sandbox
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
    assert plain.startswith("Subject 1\n")
    for line in (r"Status +Open", r"Customer +Ann Lee <ann@example.com>", r"Opened +2026-03-01 09:30 \(\d+ \w+ ago\)"):
        assert re.search(line, plain), line
    heads = [line for line in plain.splitlines() if line.startswith("──")]
    assert "Ann Lee · customer · " in heads[0]
    assert "Bob · store · " in heads[1]
    assert "Files: box.jpg" in plain


def test_messages_come_oldest_first_in_any_order_of_the_store(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "the later one", DateCreated="2026-03-05T10:00:00")
    say(shop, 12, "the earlier one", DateCreated="2026-03-05T09:00:00")
    out = run("tickets", "get", "1", terminal=True).out
    assert out.index("the earlier one") < out.index("the later one")
    assert [row["MessageId"] for row in run("tickets", "get", "1", "--json").json["CrmMessageList"]][:2] == [11, 12]


def test_html_and_quoted_mail(shop: Sandbox, run: Run) -> None:
    say(shop, 11, "<p>Dear <b>shop</b>,</p><p>see <a href='https://evil.example'>my order</a><script>x()</script></p>")
    say(shop, 12, "Thanks.\n\nOn Monday, Ann Lee wrote:\n> one\n> two\n> three\n\nBob")
    out = run("tickets", "get", "1", "--color", "never", terminal=True).out
    assert "  Dear shop,\n\n  see my order <https://evil.example>\n" in out
    assert "  Thanks.\n\n  [4 quoted lines: crmcli messages get 1 12]\n\n  Bob" in out
    assert "> two" in run("messages", "get", "1", "12", terminal=True).out


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
    assert (tmp_path / "paged").read_text().count("page:   line") == 200


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager"])
def test_without_a_pager_it_is_printed(shop: Sandbox, monkeypatch: pytest.MonkeyPatch, pager: str) -> None:
    say(shop, 11, "line\n" * 200)
    monkeypatch.setenv("PAGER", pager)
    with Person("tickets", "get", "1") as person:
        assert person.leaves() == 0
    assert person.screen.count("  line\n") == 200


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


@settings(max_examples=200, deadline=None)
@given(said=st.lists(st.sampled_from(["> a", ">> b", "text", "", "On Monday, Ann wrote:", "--- Original Message ---"])))
def test_folding_leaves_out_nothing_but_quotations(said: list[str]) -> None:
    told = conversation._folded(said, "x")
    kept = [line for line, is_fold in told if not is_fold]
    folded = sum(int(line.split()[0][1:]) for line, is_fold in told if is_fold)
    assert len(kept) + folded == len(said)
    if "--- Original Message ---" not in said:
        assert kept.count("text") == said.count("text")


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
