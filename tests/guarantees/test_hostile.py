"""What strangers write, through every output, on a pseudo-terminal: nothing but our own styling reaches it."""

from __future__ import annotations

import re

import pytest

from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from tests.conftest import Run, Sandbox

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


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "tsv", "ids"])
@pytest.mark.parametrize("color", ["always", "never"])
def test_nothing_of_theirs_acts_on_a_terminal(haunted: Sandbox, run: Run, output: str, color: str) -> None:
    tickets = run("tickets", "list", "--all", "-o", "ids").lines[-len(CORPUS) :]
    commands = [
        ("tickets", "list", "--all"),
        ("replies", "list", "--all"),
        *(("tickets", "get", ticket) for ticket in tickets),
        *(("messages", "list", ticket) for ticket in tickets),
    ]
    for command in commands:
        result = run(*command, "-o", output, "--color", color, terminal=True)
        assert result.code == 0, result.err
        said = OURS.sub("", result.out) if color == "always" else result.out
        layout = "\n\t" if output == "tsv" else "\n"
        strange = {character for character in said if not character.isprintable() and character not in layout}
        assert not strange, (command, strange)
        assert color == "always" or "\x1b" not in result.out


def test_what_the_store_says_in_an_error_is_defused_too(sandbox: Sandbox, run: Run) -> None:
    sandbox.store.insert(REPLY, {"Title": CORPUS[0][:100], "Message": "x"})
    result = run("replies", "get", "nope", terminal=True)
    assert result.code == 2
    assert "\x1b]0;" not in result.err
    assert "\x07" not in result.err
    assert "\\x1b" in result.err
