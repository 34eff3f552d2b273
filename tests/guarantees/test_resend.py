"""What was not sent is sent once, whichever way: by the same command, by `outbox resend`, by the job, by the run."""

from __future__ import annotations

import pytest

from crmcli.outbox.box import Box
from crmcli.paths import state_folder
from crmcli.sandbox.objects import MESSAGE
from tests.conftest import Run, Sandbox

TEXT = "It left today."
SEND = ("messages", "create", "1", "--text", TEXT)


def sent(shop: Sandbox) -> int:
    return sum(row["Message"] == TEXT for row in shop.store.rows(MESSAGE))


def fails(shop: Sandbox, run: Run, *words: str) -> None:
    shop.fault("cut-before,method=POST")
    result = run(*(words or SEND))
    assert result.code in (8, 9), result.err
    shop.fault()


def test_what_the_same_command_sent_is_not_sent_again(shop: Sandbox, run: Run) -> None:
    fails(shop, run)
    assert run(*SEND).code == 0
    assert run("outbox", "list", "-o", "ids").lines == []
    refused = run("outbox", "resend", "1", "--yes")
    assert (refused.code, "Entry 2 is at the store already" in refused.err) == (2, True)
    assert sent(shop) == 1
    assert run("outbox", "list", "--all", "-o", "ids").lines == ["1", "2"]
    assert "sent since, as entry 2" in run("outbox", "show", "1", "--json").out


def test_what_was_sent_again_by_hand_is_sent_once(shop: Sandbox, run: Run) -> None:
    fails(shop, run)
    assert run("outbox", "resend", "1", "--yes").code == 0
    assert [run("outbox", "resend", number, "--yes").code for number in ("1", "1", "2")] == [2, 2, 2]
    assert sent(shop) == 1


def test_a_resend_that_fails_can_be_tried_again(shop: Sandbox, run: Run) -> None:
    fails(shop, run)
    fails(shop, run, "outbox", "resend", "1", "--yes")
    assert run("outbox", "resend", "1", "--yes").code == 0
    assert run("outbox", "resend", "2", "--yes").code == 2
    assert sent(shop) == 1
    assert {entry.standing for entry in Box(state_folder() / "outbox.db").entries()} == {"refused", "confirmed"}


def test_it_stands_for_the_job_and_for_the_row_of_the_run(shop: Sandbox, run: Run) -> None:
    fails(shop, run, *SEND, "--once", "monday")
    assert run("outbox", "resend", "1", "--yes").code == 0
    assert "nothing was sent again" in run(*SEND, "--once", "monday").err
    assert run("runs", "resume", "1", "--failed").code in (0, 2)
    assert sent(shop) == 1
    again = run(*SEND)
    assert (again.code, sent(shop)) == (0, 2), "a second message on purpose is one"


def test_a_resend_is_shown_and_agreed_to_at_a_terminal(shop: Sandbox, run: Run) -> None:
    fails(shop, run)
    asked = run("outbox", "resend", "1", stdin="n\n", terminal=True)
    assert (asked.code, TEXT in asked.err, sent(shop)) == (2, True, 0)
    assert "Ann Lee <ann@example.com>" in asked.err
    assert "1 Subject 1" in asked.err
    assert run("outbox", "resend", "1", stdin="y\n", terminal=True).code == 0
    assert sent(shop) == 1


def test_off_a_terminal_a_resend_needs_yes(shop: Sandbox, run: Run) -> None:
    """Only `messages create` and `tickets create` go as they are called."""
    fails(shop, run)
    refused = run("outbox", "resend", "1")
    assert (refused.code, "--yes" in refused.err, sent(shop)) == (2, True, 0)
    assert [entry.state for entry in Box(state_folder() / "outbox.db").entries()] == ["refused"]
    assert run("outbox", "resend", "1", "--yes").code == 0
    assert sent(shop) == 1


def test_a_saved_reply_mails_nobody_and_needs_none(shop: Sandbox, run: Run) -> None:
    fails(shop, run, "replies", "create", "--title", "T", "--text", "M")
    assert run("outbox", "resend", "1").code == 0


@pytest.mark.parametrize(
    "words", [("tickets", "create", "--subject", "Hello"), ("tickets", "create", "--customer-email", "x" * 200)]
)
def test_what_nobody_can_send_is_no_send_that_failed(shop: Sandbox, run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.code, "outbox" in result.err) == (2, False)
    assert run("outbox", "list", "--all", "-o", "ids").lines == []


def test_a_lost_send_that_is_not_there_says_so_and_how_to_go_on(shop: Sandbox, run: Run) -> None:
    shop.fault("cut-before,method=POST")
    result = run(*SEND)
    assert result.code == 8
    assert "It is not at the store, so it was not sent." in result.err
    assert "crmcli outbox resend 1" in result.err
    assert "may have done it" not in result.err
    assert "1 was not sent" in run("doctor", "--json").out


def test_a_new_demo_store_knows_nothing_of_the_old_one(run: Run) -> None:
    """What an outbox says is at a store that is gone would be believed."""
    for words in (
        ("messages", "create", "4", "--text", "hi", "--once", "k"),
        ("tickets", "update", "5", "--status", "Spam"),
        ("tickets", "delete", "6", "--yes"),
        ("tickets", "list", "--checkpoint", "nightly"),
    ):
        assert run("-p", "demo", *words).code == 0
    assert run("sandbox", "reset").code == 0
    for noun in ("outbox", "runs", "trash", "checkpoints"):
        assert run("-p", "demo", noun, "list", *(["--all"] if noun == "outbox" else []), "-o", "ids").out == "", noun
    again = run("-p", "demo", "messages", "create", "4", "--text", "hi", "--once", "k")
    assert (again.code, again.err) == (0, "")
    assert len(run("sandbox", "mailbox", "-o", "ids").lines) == 1
