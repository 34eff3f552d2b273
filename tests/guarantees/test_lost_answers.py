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
