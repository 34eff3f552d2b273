"""A store that carries out a send and answers as if it had not; one that says that it did, and did not."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import Any

import pytest

from crmcli.api import retry
from crmcli.sandbox.objects import MESSAGE
from tests.calls import box
from tests.conftest import Run, Sandbox

REFUSALS = {
    400: (6, "rejected"),
    401: (4, "auth"),
    403: (4, "auth"),
    404: (5, "not-found"),
    409: (6, "rejected"),
    501: (1, "store"),
}
SENDS = {
    "messages create 1 --text Hi": "122",
    "tickets create --customer-email eve@example.com --subject New": "13",
    "replies create --title T --text Hi": "3",
}
POST, LOOK = ["POST /CRM/1/message"], ["GET /CRM/1/message"] * 2
"""A page of the thread, and one more to see that it was the last."""


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("command", SENDS)
def test_what_was_done_and_is_answered_as_refused_was_sent(
    shop: Sandbox, run: Run, command: str, status: int, home: Path
) -> None:
    shop.fault(f"status={status},after,method=POST")
    told = run(*shlex.split(command), "--json")
    assert told.code == 0
    odd = f"was answered with an error ({status})"
    assert told.json[0]["Value"] == SENDS[command]
    assert odd in told.json[0]["Message"]
    assert odd in told.err
    assert not [*(home / "state").rglob("*.txt")], "nothing is left to be sent"
    assert box().get(1).state == "confirmed"
    assert len(shop.asked("POST")) == 1


@pytest.mark.parametrize("status", REFUSALS)
def test_what_was_refused_is_told_so_after_one_look(
    shop: Sandbox, run: Run, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_SETTLE", "20")
    shop.fault(f"status={status},method=POST,body=ack")
    began = time.monotonic()
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert time.monotonic() - began < 10, "the store did answer: it is not waited for"
    assert (told.code, told.error["kind"], told.error["status"]) == (*REFUSALS[status], status)
    assert [each.partition("?")[0] for each in shop.asked()] == LOOK + POST + LOOK
    assert box().get(1).state == "refused"
    assert "No ticket" not in told.error["message"], "it was seen to be there"


def test_an_error_ack_in_a_good_answer_is_looked_at(shop: Sandbox, run: Run) -> None:
    ack = [{"Key": "Error", "Value": "", "Status": "400", "Message": "status not changed"}]
    shop.answer(200, json.dumps(ack), "POST")
    told = run("messages", "create", "1", "--text", "Hi", "-o", "ids")
    assert (told.code, told.out) == (0, "122\n")
    assert len(shop.store.mailbox()) == 1


@pytest.mark.parametrize(
    ("look", "code", "state"),
    [
        ("status=403", 4, "refused"),  # the keys are refused altogether
        ("status=404,path=/CRM/1*", 5, "refused"),  # the ticket is gone
        ("status=500", 10, "unsure"),
        ("cut-before", 10, "unsure"),
    ],
)
def test_where_the_look_fails(shop: Sandbox, run: Run, look: str, code: int, state: str) -> None:
    status = 404 if code == 5 else 403
    shop.fault(f"status={status},method=POST", f"{look},method=GET,skip=2")
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert (told.code, box().get(1).state) == (code, state)


def test_what_is_there_in_other_words_leaves_it_open(shop: Sandbox, run: Run) -> None:
    shop.switch("message-text=signed")
    shop.fault("status=400,after,method=POST")
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert told.code == 10
    assert "#122 is new" in told.error["message"]


@pytest.mark.parametrize("command", SENDS)
def test_a_429_that_was_carried_out_is_not_sent_again(shop: Sandbox, run: Run, command: str) -> None:
    shop.fault("status=429,after,method=POST")
    told = run(*shlex.split(command), "--json")
    assert (told.code, told.json[0]["Value"]) == (0, SENDS[command])
    assert "was answered with an error (429)" in told.err
    assert len(shop.asked("POST")) == 1


def test_a_429_is_looked_at_before_it_is_sent_again(shop: Sandbox, run: Run) -> None:
    shop.fault("status=429,method=POST,times=2")
    told = run("messages", "create", "1", "--text", "Hi", "-o", "ids")
    assert (told.code, told.out, told.err) == (0, "122\n", "")
    asked = [each.partition("?")[0] for each in shop.asked()]
    assert asked == LOOK + POST + LOOK + POST + LOOK + POST


def test_the_last_429_that_was_carried_out_was_sent(shop: Sandbox, run: Run) -> None:
    shop.fault(f"status=429,method=POST,times={retry.TRIES - 1}", "status=429,after,method=POST")
    assert run("messages", "create", "1", "--text", "Hi", "-o", "ids").out == "122\n"
    assert len(shop.asked("POST")) == retry.TRIES
    assert len(shop.store.mailbox()) == 1


def test_a_store_that_throttles_reads_too_is_left_alone(shop: Sandbox, run: Run) -> None:
    shop.fault("status=429,method=POST", "status=429,method=GET,skip=2")
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert (told.code, told.error["kind"]) == (7, "rate-limited")
    assert len(shop.asked("POST")) == 1


def test_a_429_and_what_a_customer_writes_meanwhile(shop: Sandbox, run: Run) -> None:
    """It may be ours, in other words: it is not sent again, and not said to be sent."""
    theirs = {"Message": "Are you there?", "Sender": 2, "SenderEmail": "ann@example.com"}

    def arrives(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.store.insert(MESSAGE, theirs, parent=1)

    shop.between(arrives)
    shop.fault("status=429,method=POST,times=1")
    assert run("messages", "create", "1", "--text", "Hi").code == 10
    assert len(shop.asked("POST")) == 1


MADE = {"Key": "MessageId", "Value": "122", "Status": "201", "Message": "Created successfully"}
NOT_MADE = {"Key": "Error", "Value": "", "Status": "400", "Message": "status not changed"}


@pytest.mark.parametrize("acks", [[MADE, NOT_MADE], [NOT_MADE, MADE], [{**MADE, "Status": ""}, NOT_MADE]])
@pytest.mark.parametrize("status", [201, 200])
def test_acks_that_contradict_each_other_are_looked_for(
    shop: Sandbox, run: Run, acks: list[dict[str, str]], status: int
) -> None:
    app = shop.server.app
    shop.answer(status, json.dumps(acks), "POST", works=False)
    told = run("messages", "create", "1", "--text", "Hi", "--json")
    assert (told.code, told.error["kind"]) == (6, "rejected")
    assert told.error["hint"].startswith("It is not at the store")
    shop.server.app = app
    shop.answer(status, json.dumps(acks), "POST")
    assert run("messages", "create", "1", "--text", "Hi", "-o", "ids").out == "122\n"
    assert len(shop.store.mailbox()) == 1


NO_NUMBERS: dict[str, str] = {
    "nothing": "",
    "no value": json.dumps([{**MADE, "Value": ""}]),
    "true": json.dumps([{**MADE, "Value": True}]),
    "a fraction": json.dumps([{**MADE, "Value": "1001.0"}]),
    "too large": json.dumps([{**MADE, "Value": "9" * 19}]),
}


@pytest.mark.parametrize("body", NO_NUMBERS)
@pytest.mark.parametrize("command", SENDS)
def test_a_201_without_a_number_is_believed_only_when_the_store_shows_it(
    shop: Sandbox, run: Run, command: str, body: str, home: Path
) -> None:
    shop.answer(201, NO_NUMBERS[body], "POST", works=False)
    told = run(*shlex.split(command), "--json")
    assert (told.code, told.error["kind"]) == (10, "unsure")
    assert "not at the store" in told.error["message"]
    assert [*(home / "state").rglob("*.txt")] or "--text" not in command, "the text is kept"
    assert box().get(1).state == "unsure"


def test_a_201_without_a_number_whose_thread_can_not_be_read(shop: Sandbox, run: Run) -> None:
    shop.answer(201, "", "POST")
    shop.fault("status=500,method=GET,skip=2")
    assert run("messages", "create", "1", "--text", "Hi").code == 10


def test_a_201_without_a_number_by_a_store_that_signs(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCLI_SETTLE", "20")
    shop.switch("message-text=signed")
    shop.answer(201, "", "POST")
    began = time.monotonic()
    assert run("messages", "create", "1", "--text", "Hi").code == 0
    assert time.monotonic() - began < 10
