"""A lost answer is settled by what the store has, however the store writes it, and whoever else writes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from crmcli.sandbox.objects import MESSAGE
from tests.conftest import Run, Sandbox

TEXT = "Dear Ann,\n\n5 < 6 & 7 > 2: it left today."


@pytest.mark.parametrize(
    ("reading", "code"), [("message-text=kept", 0), ("message-text=html", 0), ("message-text=signed", 10)]
)
def test_a_store_that_writes_a_text_otherwise(shop: Sandbox, run: Run, reading: str, code: int) -> None:
    """A lost send is found though the store made HTML of it; where it is not there word for word, nobody says "not sent"."""
    shop.switch(reading)
    shop.fault("cut-after,method=POST,times=1")
    result = run("messages", "create", "1", "--text", TEXT)
    assert result.code == code, result.err
    shop.fault()
    again = run("messages", "create", "1", "--text", TEXT)  # and again it looks before it sends
    if code:
        assert "it is not there word for word, but #" in result.err
        assert again.code == code
    assert len(shop.asked("POST")) == (1 if code else 2)


SENDERS = ("--sender", "1", "--sender-name", "Bob"), ("--sender-name", "Bob"), ("--sender", "1")


@pytest.mark.parametrize("reading", ["message-sender=kept", "message-sender=store", "message-sender=none"])
@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("text", ["message-text=kept", "message-text=signed"])
def test_a_store_that_writes_the_sender_otherwise(
    shop: Sandbox, run: Run, reading: str, sender: tuple[str, ...], text: str
) -> None:
    """A send is never told as not sent because the store put its own name to it."""
    shop.switch(reading, text)
    shop.fault("status=500,after,method=POST")
    result = run("messages", "create", "1", "--text", TEXT, *sender)
    assert result.code == (0 if "kept" in reading and "kept" in text else 10), result.err
    assert len(shop.store.mailbox()) == 1
    assert "not sent" not in result.err


@pytest.mark.parametrize(("reading", "code"), [("ticket-order=kept", 0), ("ticket-order=none", 10)])
def test_a_store_that_does_not_keep_an_order(shop: Sandbox, run: Run, reading: str, code: int) -> None:
    shop.switch(reading)
    shop.fault("status=500,after,method=POST")
    new = ("tickets", "create", "--customer-email", "eve@example.com", "--subject", "Hi", "--order", "77")
    assert run(*new).code == code
    assert run(*new).code in (code, 10), "it looks before it sends"
    assert len(shop.asked("POST")) == (1 if code else 2)


@pytest.mark.parametrize("sender", SENDERS)
def test_the_same_text_by_a_colleague_is_not_taken_for_ours(shop: Sandbox, run: Run, sender: tuple[str, ...]) -> None:
    """Somebody else sends the same saved reply at the same moment, and ours never arrives."""
    theirs = {"Message": TEXT, "Sender": 3, "SenderName": "Cat", "SenderEmail": "cat@example.com"}

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.store.insert(MESSAGE, theirs, parent=1)

    shop.between(arrives)
    shop.fault("cut-before,method=POST")
    assert run("messages", "create", "1", "--text", TEXT, *sender).code == 10


def test_what_a_customer_writes_meanwhile_is_not_taken_for_ours(shop: Sandbox, run: Run) -> None:
    """Nor is it said that ours was not sent: it may be it, by a sender and with a text that the store wrote."""
    theirs = {"Message": "Are you there?", "Sender": 2, "SenderEmail": "ann@example.com"}

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.store.insert(MESSAGE, theirs, parent=1)

    shop.between(arrives)
    shop.fault("cut-before,method=POST")
    ours = ("messages", "create", "1", "--text", TEXT)
    assert run(*ours, "--sender", "1", "--sender-email", "shop@example.com").code == 10
    assert run(*ours).code == 10


PAGE, ACK, BARE = "body=html", "body=ack", ""
CUT = "cut-after,method=POST"


def gateway(shop: Sandbox, path: str, body: str) -> None:
    """The first POST is done and its answer lost; from then on the reads of this path are answered with 404."""

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.fault(CUT, f"status=404,method=GET,path={path},{body}".rstrip(","))

    shop.between(arrives)


@pytest.mark.parametrize("body", [PAGE, ACK, BARE])
@pytest.mark.parametrize("reading", ["thread=whole", "thread=none"])
def test_a_thread_that_is_gone_after_a_send_is_no_proof(shop: Sandbox, run: Run, body: str, reading: str) -> None:
    """It had messages, and then something says that there are none: ours may be there as well as theirs."""
    shop.switch(reading)
    gateway(shop, "/CRM/*/message", body)
    ours = ("messages", "create", "1", "--text", TEXT)
    for again in (ours, ours, ("outbox", "resolve", "1")):
        result = run(*again)
        assert result.code in ((10, 1) if "resolve" in again else (10,)), result.err
        assert "not sent" not in result.err
    assert run("outbox", "resend", "1", "--no-input").code == 2
    assert len(shop.store.mailbox()) == 1, "it is not sent again blindly"
    shop.fault()
    assert run("outbox", "resolve", "1", "--json").json["state"] == "confirmed"


def test_a_gateways_page_is_no_thread_without_messages(shop: Sandbox, run: Run) -> None:
    """Nor is it before a send: what was there would pass for ours, if that were lost."""
    shop.switch("thread=none")
    shop.fault("status=404,method=GET,path=/CRM/*/message,body=html")
    for ticket in ("1", "3"):
        result = run("messages", "create", ticket, "--text", TEXT, "--json")
        assert (result.code, result.error["kind"]) == (1, "store")
    assert not shop.asked("POST")
    shop.fault()
    gateway(shop, "/CRM/*/message", PAGE)
    assert run("messages", "create", "3", "--text", TEXT).code == 10


@pytest.mark.parametrize("reading", ["empty-list=404", "empty-list=404-ack", "empty-list=array"])
@pytest.mark.parametrize("thread", ["thread=whole", "thread=none"])
@pytest.mark.parametrize("cut", ["cut-before", "cut-after"])
def test_a_thread_that_is_empty_in_the_apis_own_words(
    shop: Sandbox, run: Run, reading: str, thread: str, cut: str
) -> None:
    shop.switch(reading, thread)
    shop.fault(f"{cut},method=POST,times=1")
    result = run("messages", "create", "3", "--text", TEXT)
    assert (result.code, "not sent" in result.err) == ((8, True) if cut == "cut-before" else (0, False)), result.err


CREATE = ("tickets", "create", "--customer-email", "eve@example.com", "--subject", "Hi")
REPLY = ("replies", "create", "--title", "Refund", "--text", "It is on its way.")


@pytest.mark.parametrize("hidden", ["a page, and no count", "nothing, and a count"])
@pytest.mark.parametrize(
    ("command", "path"), [(CREATE, "/CRM"), (REPLY, "/CRM/savedreply")], ids=["tickets", "replies"]
)
def test_a_list_that_is_gone_after_a_send_is_no_proof(
    shop: Sandbox, run: Run, command: tuple[str, ...], path: str, hidden: str
) -> None:
    if hidden == "a page, and no count":
        gateway(shop, path, PAGE)
    else:
        hide(shop, path)
        shop.fault(CUT)
    for _ in range(2):
        result = run(*command)
        assert (result.code, "not sent" in result.err) == (10, False), result.err
    assert len(shop.asked("POST")) == 1


def hide(shop: Sandbox, path: str) -> None:
    """From the first POST on this list gives nothing, though its count comes."""
    posts = []

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            posts.append(environ)
        elif posts and environ["PATH_INFO"].endswith(path) and "countonly" not in environ["QUERY_STRING"]:
            environ["PATH_INFO"] += "/none"

    shop.between(arrives)


@pytest.mark.parametrize("cut", ["cut-before", "cut-after"])
def test_a_count_that_heeds_no_filters_says_nothing_of_one_customer(shop: Sandbox, run: Run, cut: str) -> None:
    """Such a store counts all tickets for a customer who has none: a new one can be written to all the same."""

    def arrives(environ: dict[str, Any]) -> None:
        if "countonly" in environ["QUERY_STRING"]:
            environ["QUERY_STRING"] = "countonly=1"

    shop.between(arrives)
    shop.fault(f"{cut},method=POST,times=1")
    result = run(*CREATE)
    assert (result.code, "not sent" in result.err) == ((8, True) if cut == "cut-before" else (0, False)), result.err
