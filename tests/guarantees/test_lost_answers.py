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


def test_what_a_customer_writes_meanwhile_is_not_taken_for_ours(shop: Sandbox, run: Run) -> None:
    """The writer tells them apart, where one is sent along."""
    theirs = {"Message": "Are you there?", "Sender": 2, "SenderEmail": "ann@example.com"}

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.store.insert(MESSAGE, theirs, parent=1)

    shop.between(arrives)
    shop.fault("cut-before,method=POST")
    ours = ("messages", "create", "1", "--text", TEXT)
    assert run(*ours, "--sender", "1", "--sender-email", "shop@example.com").code == 8
    assert run(*ours).code == 10
