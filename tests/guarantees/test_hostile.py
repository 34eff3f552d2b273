"""What strangers write, through every output, on a pseudo-terminal: nothing but our own styling reaches it."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import sys
import threading
import tty
from collections.abc import Callable

import pytest

from crmcli.__main__ import main
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from tests.conftest import Result, Sandbox
from tests.terminal import Person

CORPUS = (
    "\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\ \x1b[2J\x1b[1;1H",
    "\x9b31mC1 \x9d0;owned\x9c \x90q\x9c \x85 next",
    "bidi \u202eevil\u202c \u2066x\u2069 \u200fy \u061cz",
    "zero\u200bwidth\u2060 \ufeff \u00ad soft \U000e0041\U000e0042 tags",
    "[bold red]markup[/bold red] [link=http://evil.example]x[/link] :smile:",
    "=cmd|' /C calc'!A0",
    "+1 555 @x -1 \t=1+1",
    "bell\x07 back\x08\x08\x08space \x7f del \r overwritten",
    "line\nline\r\nline\u2028para\u2029x\x0b\x0c",
    "<script>alert(1)</script><b>HTML</b> &lt;x&gt; &#27;[31m",
    "<p>Hello</p><style>a{} \x1b[31mThe rest</p>",
    "<b><a <a <!-- <![ <script>x</script \x9b31m &#27;[31m&#x9b;31m &#155;2J",
    "👩‍👩‍👧‍👦 日本語テキスト عربي עברית é",
    "x" * 65535,
    "\n".join(f"line {number}" for number in range(10_000)),
    " \u00a0\u3000 ",
    "",
)
OURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def haunted(sandbox: Sandbox) -> Sandbox:
    """A store in which every text is one of the corpus."""
    for number, text in enumerate(CORPUS):
        short = text[:50]
        ticket = sandbox.store.insert(
            TICKET,
            {
                "Subject": short,
                "CustomerName": text[:255],
                "CustomerEmail": text[:100] or "a@example.com",
                "StatusID": 1,
            },
        )
        sandbox.store.insert(MESSAGE, {"Message": text, "SenderName": text[:150], "Sender": number}, parent=ticket)
        sandbox.store.insert(REPLY, {"Title": text[:100], "Message": text})
    return sandbox


class _Screen:
    """A real pseudo-terminal, and all that arrives on it; in raw mode, so that no byte is changed on the way."""

    def __init__(self) -> None:
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.file = io.TextIOWrapper(io.FileIO(theirs, "w"), encoding="utf-8", write_through=True)
        self._said: list[bytes] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while said := os.read(self._ours, 65536):
                self._said.append(said)
        except OSError:  # EIO: the other side is closed, and all was read
            pass

    def end(self) -> str:
        """Close it; gives all that was written to it."""
        self.file.close()
        self._reader.join()
        os.close(self._ours)
        return b"".join(self._said).decode()


class _Keyboard(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


At = Callable[..., Result]


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> At:
    """Run the program in process with standard output and standard error on pseudo-terminals of their own.

    `typed` is what a person types, at standard input that is a terminal then.
    """
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*argv: str, typed: str | None = None) -> Result:
        out, err = _Screen(), _Screen()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO() if typed is None else _Keyboard(typed))
            patch.setattr(sys, "stdout", out.file)
            patch.setattr(sys, "stderr", err.file)
            code = main([*argv, "--no-pager"])
        return Result(code, out.end(), err.end())

    return run


def harmless(result: Result, *, tabs: bool = False) -> None:
    """Nothing but text, line ends and our own styling is on the screen, and the styling is whole."""
    for screen in (result.out, result.err):
        said = OURS.sub("", screen)
        strange = {
            character
            for character in said
            if not character.isprintable() and character not in ("\n\t" if tabs else "\n")
        }
        assert not strange, strange
        assert set(OURS.findall(screen)) <= {
            "\x1b[0m",
            *(f"\x1b[{style}m" for style in ("1", "2", "1;31", "32", "33", "1;36")),
        }


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "tsv", "ids"])
def test_nothing_of_theirs_acts_on_a_terminal(haunted: Sandbox, at_a_terminal: At, output: str) -> None:
    tickets = [str(row["CrmID"]) for row in haunted.store.rows(TICKET)][-len(CORPUS) :]
    commands = [
        ("tickets", "list", "--all"),
        ("tickets", "list", "--all", "--newest", *(() if output == "ids" else ("--fields", "Subject,CrmMessageList"))),
        ("replies", "list", "--all"),
        ("tickets", "stats"),
        *(("tickets", "get", ticket) for ticket in tickets),
        *(("messages", "list", ticket) for ticket in tickets),
    ]
    raw = ["--csv-raw"] if output == "csv" else []
    for command in commands:
        for more in ([], raw) if raw else ([],):
            result = at_a_terminal(*command, "-o", output, "--verbose", "--color", "always", *more)
            assert result.code == 0, result.err
            harmless(result, tabs=output == "tsv")
    assert "\x1b" not in at_a_terminal("tickets", "list", "--all", "-o", output, "--color", "never").out


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "tsv"])
def test_what_no_database_holds(haunted: Sandbox, at_a_terminal: At, output: str) -> None:
    odd = "half \ud800 \udfff\ud800 nul \x00 end"
    message = {"MessageId": 5, "Message": odd, "SenderName": odd, "CrmFileList": [{"FileId": 1, "FileName": odd}]}
    row = {
        "CrmID": 1,
        "Subject": odd,
        "StatusID": odd,
        "DateOpened": odd,
        "CustomerEmail": odd,
        "CrmMessageList": [message],
    }
    haunted.answer(200, json.dumps([row | message]), "GET")
    for command in (("tickets", "get", "1"), ("tickets", "list"), ("messages", "list", "1")):
        result = at_a_terminal(*command, "-o", output)
        assert result.out
        harmless(result, tabs=output == "tsv")


@pytest.mark.parametrize("text", CORPUS[:14])
def test_what_is_sent_rehearsed_and_kept(sandbox: Sandbox, at_a_terminal: At, text: str) -> None:
    for command in (
        ("messages", "create", "1", "--text", text, "--dry-run"),
        ("messages", "create", "1", "--text", text),
        ("tickets", "reply", "1", "--text", text, "--yes"),
        ("tickets", "create", "--customer-email", "a@example.com", "--subject", text[:50], "--dry-run"),
        ("outbox", "list", "--all"),
        ("outbox", "show", "1"),
        ("outbox", "show", "1", "--json"),
    ):
        result = at_a_terminal(*command)
        assert result.code == 0, (command, result.err)
        harmless(result)


@pytest.mark.parametrize("text", CORPUS)
def test_what_a_person_is_asked(haunted: Sandbox, at_a_terminal: At, text: str) -> None:
    ticket = str(haunted.store.rows(TICKET)[-len(CORPUS) + CORPUS.index(text)]["CrmID"])
    for command in (
        ("replies", "delete", text),
        ("replies", "delete", "Shipping delay", text),
        ("profiles", "remove", text),
        ("tickets", "reply", ticket, "--text", f"{text}."),
        ("tickets", "reply", ticket, "--text", "{{customer_name}} {{subject}}."),
    ):
        result = at_a_terminal(*command, "--color", "always", typed="no\n")
        code = (
            3 if command[0] == "profiles" else 2
        )  # there is none of this name, which is said before anything is asked
        assert (result.code, result.out) == (code, ""), (command, result.err)
        harmless(result)
    assert haunted.asked("POST", "DELETE") == []


def test_a_question_on_a_real_terminal(sandbox: Sandbox) -> None:
    title = "\x1b]0;owned\x07 \u202e \x9b31m"
    sandbox.store.insert(REPLY, {"Title": title, "Message": "x"})
    shown = "\\x1b]0;owned\\x07 \\u202e \\x9b31m"
    with Person("replies", "delete", title) as person:
        person.sees(f"Delete saved reply {shown}, at www.example-store.com (no profile)? Type {shown} to confirm: ")
        person.types(f"{shown}\n")
        assert person.leaves() == 0
    assert all(character.isprintable() or character == "\n" for character in person.screen)
    assert len(sandbox.asked("DELETE")) == 1


@pytest.mark.parametrize("output", ["table", "json"])
def test_what_the_store_says_in_an_error_is_defused_too(sandbox: Sandbox, at_a_terminal: At, output: str) -> None:
    for text in CORPUS[:14]:
        sandbox.store.insert(REPLY, {"Title": text[:100], "Message": "x"})
    result = at_a_terminal("replies", "get", "nope", "-o", output)
    assert result.code == 2
    assert "x1b" in result.err or "u001b" in result.err
    harmless(result)
    for body in (
        json.dumps([{"Key": "Error", "Value": "", "Status": "400", "Message": CORPUS[0]}]),
        f"<title>{CORPUS[2]}",
    ):
        sandbox.answer(400, body, "GET", "POST")
        for command in (("tickets", "list"), ("messages", "create", "1", "--text", "x"), ("api", "GET", "/CRM/1")):
            result = at_a_terminal(*command, "-o", "table" if command[0] != "api" else output)
            assert result.code != 0
            harmless(result)
