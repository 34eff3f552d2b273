"""`tickets reply`: a text or a saved reply, its variables, the preview, the editor, then the status; and what goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli import replying
from crmcli.errors import BadUsage
from crmcli.sandbox.filters import Filter
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from tests.conftest import Run, Sandbox
from tests.terminal import Person, environment


def messages(shop: Sandbox, ticket: int) -> list[str]:
    return [row["Message"] for row in shop.store.rows(MESSAGE, [Filter(MESSAGE.parent, "is", ticket)])]


def status(shop: Sandbox, ticket: int) -> int:
    row = shop.store.row(TICKET, ticket)
    assert row
    return int(row["StatusID"])


def template(shop: Sandbox, text: str) -> None:
    (reply,) = [row for row in shop.store.rows(REPLY) if row["Id"] == 1]
    shop.store.update(REPLY, reply["Id"], {"Message": text})


def test_a_saved_reply_is_filled_in_and_the_status_set(shop: Sandbox, run: Run) -> None:
    title = shop.store.rows(REPLY)[0]["Title"]
    template(shop, "Dear {{customer_name}}, {{ subject }} ({{ticket}}): {{tracking}}")
    row = shop.store.row(TICKET, 1)
    assert row
    result = run(
        "tickets",
        "reply",
        "1",
        "--saved",
        title.upper(),
        "--set",
        "tracking=1Z={{order}}",
        "--status",
        "answered",
        "--yes",
    )
    assert (result.code, result.err) == (0, "")
    assert messages(shop, 1)[-1] == f"Dear {row['CustomerName']}, {row['Subject']} (1): 1Z={{{{order}}}}"
    assert [line.split(" ")[:2] for line in result.lines] == [["✓", "Message"], ["✓", "Status"]]
    assert shop.asked("POST", "PUT") == ["POST /CRM/1/message", "PUT /CRM/1"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--text", "x {{tracking}} {{nothing}}"], "{{tracking}}, {{nothing}}"),
        (["--text", "x {{tracking}} {{nothing}}"], "with --set tracking=… --set nothing=…"),
        (["--text", "x {{order}}"], "{{order}}"),
        (["--text", "x {{tracking}}", "--set", "traking=Y", "--set", "tracking=X"], "Did you mean 'tracking'?"),
        (["--text", "x {{tracking}}", "--set", "traking=Y"], "Nothing in the text names {{traking}}."),
        (["--text", "x", "--set", "tracking=X"], "It names none"),
        (["--text", "x {{tracking}}", "--set", "zzz=Y", "--set", "tracking=X"], "It names tracking."),
        (["--text", "x {{tracking}}", "--set", "tracking= "], "{{tracking}}"),
        (["--text", "x {{}}"], "{{}}"),
        (["--text", " "], "empty"),
        (["--text", "x", "--saved", "1"], "--saved and --text"),
        (["--text", "x", "--set", "tracking"], "NAME=VALUE"),
        (["--text", "x", "--set", "a=1", "--set", "a=2"], "given twice"),
        (["--text", "x", "--status", "Opne"], "No status is named"),
        (["--saved", "No such"], "No saved reply is named"),
        ([], "What is the reply to say?"),
        (["--text", "x", "--sender", "nobody"], "no sender"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(shop: Sandbox, run: Run, words: list[str], names: str) -> None:
    shop.store.update(TICKET, 1, {"OrderID": 0})
    result = run("tickets", "reply", "1", *words, "--yes")
    assert result.code == 2
    assert names in result.err
    assert not shop.asked("POST", "PUT")


def test_off_a_terminal_it_must_be_told_yes(shop: Sandbox, run: Run) -> None:
    result = run("tickets", "reply", "1", "--text", "Hello")
    assert result.code == 2
    assert "--yes" in result.err
    assert not shop.asked("POST")


def test_several_are_all_filled_before_the_first_is_sent(shop: Sandbox, run: Run) -> None:
    shop.store.update(TICKET, 1, {"OrderID": 7})
    shop.store.update(TICKET, 2, {"OrderID": 0})
    assert run("tickets", "reply", "1", "2", "--text", "Order {{order}}", "--yes").code == 2
    assert not shop.asked("POST")
    result = run("tickets", "reply", "-", "--text", "Hi {{ticket}}", "--yes", "-o", "ids", stdin="1\n2\n")
    assert (result.code, len(result.lines)) == (0, 2)
    assert (messages(shop, 1)[-1], messages(shop, 2)[-1]) == ("Hi 1", "Hi 2")


def test_a_dry_run_shows_both_requests_and_sends_nothing(shop: Sandbox, run: Run) -> None:
    result = run("tickets", "reply", "1", "--text", "Hello", "--status", "Answered", "--dry-run", "--json")
    assert [(one["method"], one["url"].rpartition("/v1")[2]) for one in result.json] == [
        ("POST", "/CRM/1/message"),
        ("PUT", "/CRM/1"),
    ]
    assert not shop.asked("POST", "PUT")


def test_after_half_of_it_the_same_again_does_the_other_half(shop: Sandbox, run: Run) -> None:
    command = [
        sys.executable,
        "-m",
        "crmcli",
        "tickets",
        "reply",
        "1",
        "--text",
        "Only once",
        "--status",
        "Answered",
        "--yes",
    ]
    shop.fault("status=500,method=PUT,times=1")
    before = status(shop, 1)
    first = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=False)
    assert first.returncode == 9
    assert "Error: The reply to ticket 1 was sent; its status may not be changed: The store failed" in first.stderr
    assert "Message" in first.stdout
    assert status(shop, 1) == before
    again = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=False)
    assert again.returncode == 0
    assert messages(shop, 1).count("Only once") == 1
    assert status(shop, 1) != before
    # What was told as done is done: the same once more is a second reply on purpose.
    assert subprocess.run(command, capture_output=True, env=environment(), timeout=60, check=False).returncode == 0
    assert messages(shop, 1).count("Only once") == 2


HALVES = {
    "status=500,method=PUT": "may not be changed",
    "cut-before,method=PUT": "may not be changed",
    "status=400,method=PUT": "is not changed",
    "status=401,method=PUT": "is not changed",
    "status=429,method=PUT": "is not changed",
    "status=404,path=/CRM/1,method=GET": "is not changed",
}


@pytest.mark.parametrize("fault", HALVES)
def test_half_of_a_reply_is_told_as_that(shop: Sandbox, run: Run, home: Path, fault: str) -> None:
    """What was mailed comes first, in whatever way the rest fails; the code is 9, and there is no draft to send again."""
    said = f"The reply to ticket 1 was sent; its status {HALVES[fault]}: "
    words = ("tickets", "reply", "1", "--text", "Only once", "--status", "Answered", "--yes")
    shop.fault(fault)
    text = run(*words)
    shop.store.update(TICKET, 1, {"StatusID": 1})
    as_json = run(*words, "--json")
    assert (text.code, as_json.code, as_json.error["kind"]) == (9, 9, "partial")
    assert text.err.startswith(f"Error: {said}"), text.err
    assert "Message" in text.out
    assert as_json.error["message"].startswith(said)
    assert "crmcli tickets update 1 --status 2" in text.err
    assert [row["Key"] for row in as_json.json] == ["MessageId"]
    assert list((home / "state").rglob("draft-*")) == []


def test_half_of_some_replies_is_told_in_the_same_words(shop: Sandbox, run: Run, home: Path) -> None:
    words = ("tickets", "reply", "1", "4", "5", "--text", "Only once", "--status", "Answered", "--yes")
    shop.fault("status=500,method=PUT,path=/CRM/4")
    text = run(*words)
    assert (text.code, text.lines[-1]) == (9, "✓ Status of ticket 5 is Answered now")
    first, *others = text.err.splitlines()
    assert first.startswith("Error: The reply to ticket 4 was sent; its status may not be changed: The store failed")
    assert others[0] == "Error: 1 of 3 done in part."
    assert list((home / "state").rglob("draft-*")) == []
    shop.fault()
    assert run("runs", "resume", "1", "--failed").code == 0
    assert ([messages(shop, number).count("Only once") for number in (1, 4, 5)], status(shop, 4)) == ([1, 1, 1], 2)


@pytest.mark.parametrize("fault", ["status=401,method=PUT", "cut-before,method=PUT"])
def test_a_run_that_half_a_reply_ends_does_not_say_that_nothing_was_done(shop: Sandbox, run: Run, fault: str) -> None:
    shop.fault(fault)
    done = run("tickets", "reply", "1", "4", "5", "--text", "Only once", "--status", "Answered", "--yes")
    assert done.code == 9
    assert "The reply to ticket 1 was sent; its status" in done.err
    assert "Nothing was done" not in done.err
    shop.fault()
    assert run("runs", "resume", "1").code == 0
    assert [messages(shop, number).count("Only once") for number in (1, 4, 5)] == [1, 1, 1]


def test_a_failed_send_keeps_the_text(shop: Sandbox, run: Run) -> None:
    shop.fault("status=400,method=POST,times=1")
    result = run("tickets", "reply", "1", "--text", "Long thought about", "--yes", "--json")
    assert result.code == 6
    (path,) = [line.rpartition(" ")[2] for line in result.error["details"] if "kept in /" in line]
    assert Path(path).read_text() == "Long thought about"


def test_a_person_sees_the_whole_and_says_no(shop: Sandbox) -> None:
    with Person("tickets", "reply", "1", "--text", "Hello {{customer_name}}", "--status", "Answered") as person:
        person.sees("[y/N]")
        row = shop.store.row(TICKET, 1)
        assert row
        for shown in (f"Hello {row['CustomerName']}", row["CustomerEmail"], "Status:"):
            assert shown in person.screen
        person.types("\n")
        assert person.leaves() == 2
    assert not shop.asked("POST")


def test_the_editor_takes_no_orders_from_a_customer(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.store.update(MESSAGE, 13, {"Message": "Hello\nvim: set modeline exrc :\n-*- eval: (x) -*-\nLocal Variables:"})
    monkeypatch.setenv("EDITOR", f'f() {{ cp "$1" {tmp_path}/opened; }}; f')
    with Person("tickets", "reply", "1") as person:
        assert person.leaves() == 2
    opened = (tmp_path / "opened").read_text()
    assert "> vim : set modeline exrc :\n> - *- eval: (x) - *-\n> Local Variables :\n" in opened


@pytest.mark.parametrize("variable", ["VISUAL", "EDITOR"])
def test_an_editor_opens_with_what_the_customer_wrote(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    editor = tmp_path / "my editor.sh"
    was, new = tmp_path / "was", tmp_path / "new"
    editor.write_text(
        f'#!/bin/sh\ncp "$1" {was}\necho "Typed {{{{ticket}}}}" > {new}\ncat "$1" >> {new}\ncp {new} "$1"\n'
    )
    editor.chmod(0o700)
    monkeypatch.setenv(variable, f"'{editor}'")
    with Person("tickets", "reply", "1") as person:
        person.sees("[y/N]")
        person.types("y\n")
        assert person.leaves() == 0
    assert messages(shop, 1)[-1] == "Typed 1"
    assert "\n> " in was.read_text()


@pytest.mark.parametrize(("script", "said"), [("true", "The text is empty"), ("false", "ended with code 1")])
def test_an_editor_that_gives_nothing_sends_nothing(
    shop: Sandbox, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", script)
    with Person("tickets", "reply", "1") as person:
        assert person.leaves() == 2
        assert said in person.screen
    assert not shop.asked("POST")


@pytest.mark.parametrize(
    ("saved", "mailed"),
    [
        ("\ufeffGrüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("latin-1"), None),
        (b"Gr\0", None),
    ],
    ids=["mark", "UTF-16", "Latin-1", "NUL"],
)
def test_what_an_editor_saved_is_read_as_strictly_as_a_file(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: bytes, mailed: str | None
) -> None:
    (tmp_path / "saved").write_bytes(saved)
    monkeypatch.setenv("VISUAL", f"cp {tmp_path / 'saved'}")
    with Person("tickets", "reply", "1") as person:
        if mailed:
            person.sees("[y/N]")
            person.types("y\n")
        assert person.leaves() == (0 if mailed else 2)
    assert [body["Message"] for body in shop.bodies()] == ([mailed] if mailed else [])
    if not mailed:
        (kept,) = (tmp_path / "state" / "crmcli" / "drafts").glob("*.txt")
        assert kept.read_bytes().startswith(saved)
        assert f"Your text is kept in {kept}" in person.screen


@given(name=st.text(max_size=20), value=st.text(min_size=1).filter(str.strip))
def test_what_fills_is_never_taken_for_a_variable(name: str, value: str) -> None:
    ticket = {"CrmID": 1, "CustomerName": value}
    shown = " ".join(value.split())
    assert replying.filled("a {{customer_name}} b", ticket, {}) == f"a {shown} b"
    assert replying.filled("{{x}}", ticket, {"x": value}) == value


def test_an_unknown_variable_is_an_error() -> None:
    with pytest.raises(BadUsage, match="tracking"):
        replying.filled("{{tracking}}", {"CrmID": 1}, {})


def test_json_of_a_reply_is_one_array(shop: Sandbox, run: Run) -> None:
    result = run("tickets", "reply", "1", "--text", "Hello", "--status", "Answered", "--yes", "--json")
    assert [ack["Key"] for ack in json.loads(result.out)] == ["MessageId", "CrmID"]


def test_once_counts_for_each_ticket(shop: Sandbox, run: Run) -> None:
    words = ["tickets", "reply", "1", "2", "--text", "Hello", "--once", "monday", "--yes"]
    first, again = run(*words, "-o", "ids"), run(*words, "-o", "ids")
    assert (first.code, again.code) == (0, 0)
    assert first.lines == again.lines
    assert len(shop.asked("POST")) == 2
    assert run("tickets", "reply", "1", "2", "3", *words[4:]).code == 0
    assert len(shop.asked("POST")) == 3
