"""Who is who: the codes that the profile maps, code 0 like any other, and addresses that say otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, Sandbox
from tests.terminal import Person

RIGHT = "senders = { store = 0, customer = 1 }\n"
TURNED = "senders = { store = 1, customer = 0 }\n"
NOTE = "The profile's senders may be the wrong way round: message "


def mapped(profile_file: Path, line: str) -> None:
    profile_file.write_text(profile_file.read_text("utf-8") + line, "utf-8")


def test_a_reply_carries_the_code_of_the_store_which_is_0(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    mapped(profile_file, RIGHT)
    rows = '{"ticket": 8, "text": "A"}\n{"ticket": 9, "text": "B", "sender": 0}\n'
    rows += '{"ticket": 7, "text": "C", "sender": "store"}\n'
    assert run("tickets", "reply", "7", "--text", "Hello", "--yes").code == 0
    assert run("tickets", "reply", "--from", "-", "--yes", stdin=rows).code == 0
    assert run("tickets", "reply", "--from", "-", "--yes", stdin="ticket,text,sender\n5,D,0\n").code == 0
    assert run("messages", "create", "6", "--text", "E", "--sender", "Store").code == 0
    assert run("messages", "create", "6", "--text", "F", "--sender", "0").code == 0
    assert run("messages", "create", "--from", "-", stdin="ticket,text,sender\n4,G,store\n").code == 0
    assert sorted((each["Message"], each["Sender"]) for each in sandbox.bodies()) == [
        *((text, 0) for text in ("A", "B", "C", "D", "E", "F", "G")),
        ("Hello", 0),
    ]
    assert run("messages", "create", "6", "--text", "H", "--sender", "customer").code == 0
    assert sandbox.bodies()[-1]["Sender"] == 1


def test_a_restored_message_keeps_its_code_0(run: Run, sandbox: Sandbox) -> None:
    assert run("messages", "create", "6", "--text", "Hello", "--sender", "0", "--json").code == 0
    number = str(run("messages", "list", "6", "--all", "--json").json[-1]["MessageId"])
    assert run("messages", "delete", "6", number, "--yes").code == 0
    assert run("trash", "restore", "1", "--with-messages", "--yes").code == 0
    assert [each["Sender"] for each in sandbox.bodies()] == [0, 0]


@pytest.mark.parametrize("written", ["0", 0, "", None])
def test_a_lost_send_is_found_however_a_store_writes_0(sandbox: Sandbox, run: Run, written: object) -> None:
    sandbox.fault("cut-after,method=POST")
    inner: Any = sandbox.server.app

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        kept: list[Any] = []
        body = b"".join(inner(environ, lambda status, headers, *_: kept.append((status, headers))))
        if environ["REQUEST_METHOD"] == "GET" and body.startswith(b"["):
            rows = json.loads(body)
            for row in rows:
                if row.get("Sender") == 0:
                    row["Sender"] = written
            body = json.dumps(rows).encode()
        ((status, headers),) = kept
        fitting = [(name, value) for name, value in headers if name != "Content-Length"]
        start_response(status, [*fitting, ("Content-Length", str(len(body)))])
        return [body]

    sandbox.server.app = app
    sent = run("messages", "create", "6", "--text", "It left today.", "--sender", "0")
    assert (sent.code, len(sandbox.bodies())) == (0, 1)


def test_the_same_words_under_the_other_code_are_not_taken_for_ours(sandbox: Sandbox, run: Run) -> None:
    sandbox.fault("cut-before,method=POST")
    assert run("messages", "create", "6", "--text", "Yes.", "--sender", "0").code in (8, 10)
    sandbox.fault()
    assert run("messages", "create", "6", "--text", "Yes.", "--sender", "1").code == 0
    codes = [
        each["Sender"] for each in run("messages", "list", "6", "--all", "--json").json if each["Message"] == "Yes."
    ]
    assert codes == [1]
    assert run("outbox", "list", "--json").json[0]["state"] != "sent"


@pytest.mark.parametrize(
    "words",
    [("tickets", "get", "3"), ("tickets", "get", "3", "4", "5"), ("tickets", "stats"), ("tickets", "stats", "--json")],
)
def test_addresses_that_contradict_the_profile_are_told_once(
    run: Run, sandbox: Sandbox, profile_file: Path, words: tuple[str, ...]
) -> None:
    text = profile_file.read_text("utf-8")
    mapped(profile_file, RIGHT)
    assert "wrong way round" not in run(*words).err
    profile_file.write_text(text, "utf-8")
    mapped(profile_file, TURNED)
    found = run(*words)
    assert (found.code, found.err.count(NOTE)) == (0, 1)
    assert "is mapped to the store" in found.err
    assert run(*words, "--quiet").err == ""


def test_who_is_about_to_write_under_the_customers_code_is_told(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    mapped(profile_file, TURNED)
    with Person("tickets", "reply", "3", "--text", "Hello") as person:
        person.sees("Mail this to the customer, at")
        assert NOTE[:40] in " ".join(person.screen.split())
        person.types("n\r")
        person.leaves()
    assert sandbox.asked("POST") == []


def test_the_doctor_says_how_it_is(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    def senders() -> dict[str, str]:
        rows: list[dict[str, str]] = run("doctor", "--json").json
        return next(row for row in rows if row["check"] == "senders")

    text = profile_file.read_text("utf-8")
    bare = senders()
    assert bare["state"] == "ok"
    assert bare["message"].startswith("not mapped: who wrote a message is told by addresses")
    mapped(profile_file, RIGHT)
    assert (senders()["state"], senders()["message"]) == ("ok", "store is 0, customer is 1")
    profile_file.write_text(text, "utf-8")
    mapped(profile_file, TURNED)
    found = senders()
    assert (found["state"], found["message"][:30]) == ("warning", "may be the wrong way round: me")
    assert run("doctor").code == 0
    sandbox.switch("store-sender=1")
    assert senders()["state"] == "ok"


@pytest.mark.parametrize("page", ["README.md", "man/crmcli-profiles.5"])
def test_what_can_be_copied_is_the_best_that_is_known(page: str) -> None:
    text = (Path(__file__).parents[1] / page).read_text("utf-8")
    assert "{ store = 0, customer = 1 }" in text
    assert "store = 1" not in text
