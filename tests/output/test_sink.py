"""Which stream gets what, in which form, and what happens when a stream can't take it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crmcli.errors import NotFound, Rejected
from crmcli.output.columns import DEPARTMENTS, PROFILES, TICKETS
from crmcli.output.sink import FORMATS, Output
from crmcli.output.streams import Stream

from .conftest import Printing

ACK = {"Key": "CrmID", "Value": "42", "Status": "201", "Message": "Created successfully"}
ROOT = Path(__file__).parents[2]


def write(output: Output) -> None:
    output.results.written([ACK], did="Ticket 42 created", ident="42")


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("table", "✓ Ticket 42 created\n"),
        ("tsv", "✓ Ticket 42 created\n"),
        ("csv", "✓ Ticket 42 created\n"),
        ("ids", "42\n"),
        ("json", json.dumps([ACK], separators=(",", ":")) + "\n"),
        ("jsonl", json.dumps(ACK, separators=(",", ":")) + "\n"),
    ],
)
def test_a_write(printing: Printing, form: str, out: str) -> None:
    with printing() as printed:
        write(Output(format=form))
    assert (printed.out, printed.err) == (out, "")


def test_quiet_silences_talk_and_not_data(printing: Printing) -> None:
    for form, silent in (("table", True), ("json", False), ("ids", False)):
        with printing() as printed:
            output = Output(format=form, quiet=True)
            output.note("noted")
            write(output)
        assert (printed.out == "") is silent
        assert printed.err == ""


def test_a_poor_encoding_gets_a_plain_word(printing: Printing) -> None:
    with printing(encoding="ascii") as printed:
        Output(format="table").results.written([], did="Department Käse renamed", ident="1")
        Output(format="table").pages([[{"DepartmentId": 1, "Name": "Käse", "Visible": True}]], DEPARTMENTS)
    assert printed.out == ("ok: Department K\\xe4se renamed\nID  Name     Visible\n 1  K\\xe4se  yes\n")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_writes_together_are_one_array(printing: Printing, count: int) -> None:
    with printing() as printed:
        output = Output(format="json")
        with output.results.together():
            for _ in range(count):
                write(output)
    assert json.loads(printed.out) == [ACK] * count


def test_the_array_is_closed_when_a_later_write_fails(printing: Printing) -> None:
    with printing() as printed:
        output = Output(format="json")
        with pytest.raises(Rejected), output.results.together():
            write(output)
            raise Rejected("no")
    assert json.loads(printed.out) == [ACK]


def test_one_object(printing: Printing) -> None:
    row = {
        "CrmID": 42,
        "Subject": "Late\x1b",
        "DateOpened": "0001-01-01T00:00:00",
        "CrmMessageList": [
            {
                "MessageId": 7,
                "DateCreated": "11/23/2026 14:05",
                "SenderName": "Jane",
                "SenderEmail": "jane@example.com",
                "Message": "Hello,\r\n\r\nwhere is it?\x9b",
                "CrmFileList": [{"FileName": "a.pdf"}],
            }
        ],
    }
    with printing() as printed:
        Output(format="table").objects([row], TICKETS, single=True)
    assert printed.out == (
        "#42 Late\\x1b\n\n── 2026-11-23 14:05 · #7 · Jane\n│ Hello,\n│\n│ where is it?\\x9b\n  Files: a.pdf\n"
    )
    for form, expected in (("json", row), ("jsonl", row)):
        with printing() as printed:
            Output(format=form).objects([row], TICKETS, single=True)
        assert json.loads(printed.out) == expected
    with printing() as printed:
        Output(format="json").objects(iter([row, row]), TICKETS, single=False)
    assert json.loads(printed.out) == [row, row]


def test_local_rows_and_numbers(printing: Printing) -> None:
    with printing() as printed:
        output = Output(format="table")
        output.local([], PROFILES)
        output.local([{"name": "main", "default": True}], PROFILES)
        output.number(12)
    assert printed.err == "No profiles.\n"
    assert [line.split() for line in printed.out.splitlines()[1:]] == [["main", "yes"], ["12"]]


def test_a_dry_run(printing: Printing) -> None:
    body = {"Subject": "Late\x9b"}
    with printing() as printed:
        Output(format="table").results.request("POST", "https://x/CRM", body)
        Output(format="table").results.request("DELETE", "https://x/CRM/1", None)
    assert printed.out == 'POST https://x/CRM\n{\n  "Subject": "Late\\u009b"\n}\nDELETE https://x/CRM/1\n'
    with printing() as printed:
        Output(format="json").results.request("POST", "https://x/CRM", body)
    assert json.loads(printed.out) == {"method": "POST", "url": "https://x/CRM", "body": body}


def test_an_error_for_people(printing: Printing) -> None:
    with printing() as printed:
        Output(format="table").error(NotFound("No ticket 42\x1b.\nReally.", details=["line\r\none"]))
    assert printed.out == ""
    assert printed.err == (
        "Error: No ticket 42\\x1b. Really.\n  line one\nHint: Check the number with the matching 'list' command.\n"
    )


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_error_for_programs(printing: Printing, form: str) -> None:
    with printing() as printed:
        Output(format=form).error(NotFound("No ticket 42\x9b.", status=404, hint="Look.", details=["a"]))
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err[:-1].isprintable()
    told = {"kind": "not-found", "message": "No ticket 42\x9b.", "status": 404, "hint": "Look.", "details": ["a"]}
    assert json.loads(printed.err) == {"error": told}


def test_talk_goes_to_standard_error(printing: Printing) -> None:
    with printing() as printed:
        output = Output(quiet=True)
        output.warn("careful\x1b")
        output.trace("unheard")
        Output(verbose=True).trace("GET /CRM 200")
    assert (printed.out, printed.err) == ("", "Warning: careful\\x1b\nGET /CRM 200\n")


@pytest.mark.parametrize(
    ("color", "variable", "term", "terminal", "painted"),
    [
        ("auto", "", "xterm", True, True),
        ("auto", "", "xterm", False, False),
        ("auto", "1", "xterm", True, False),
        ("auto", "", "dumb", True, False),
        ("always", "1", "dumb", False, True),
        ("never", "", "xterm", True, False),
    ],
)
def test_when_there_is_colour(
    printing: Printing,
    monkeypatch: pytest.MonkeyPatch,
    color: str,
    variable: str,
    term: str,
    terminal: bool,
    painted: bool,
) -> None:
    with printing(terminal=terminal) as printed:
        monkeypatch.setenv("NO_COLOR", variable)
        monkeypatch.setenv("TERM", term)
        assert Stream(printed.stdout, color).color is painted


PROGRAM = """
import sys
from crmcli.output.sink import Output
from crmcli.output.columns import TICKETS
what, form = sys.argv[1:]
output = Output(format=form or None, color="never")
if what == "write":
    output.results.written([{"Key": "CrmID"}], did="Ticket 42 created", ident="42")
    output.results.written([{"Key": "CrmID"}], did="Ticket 43 created", ident="43")
elif what == "warn":
    output.warn("careful")
else:
    row = {"CrmID": 1, "Subject": "S\\x1b]0;x\\x07" * 20, "CustomerName": "N" * 200}
    try:
        output.pages([[row]] * 3, TICKETS)
    except OSError as error:
        print(type(error).__name__, file=sys.stderr)
        sys.exit(1)
"""


def run(
    what: str, form: str, stdout: int, *, stderr: int = subprocess.PIPE, shell: str = 'exec "$@"'
) -> subprocess.CompletedProcess[str]:
    command = ["sh", "-c", shell, "sh", sys.executable, "-c", PROGRAM, what, form]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm"}
    return subprocess.run(command, stdout=stdout, stderr=stderr, text=True, env=environment, check=False, timeout=30)


@pytest.fixture(params=["broken pipe", "full disk", "closed"])
def unwritable(request: pytest.FixtureRequest) -> Iterator[tuple[str, int, str]]:
    """Give a name, a file descriptor that takes nothing, and the shell words that start a program on it."""
    if request.param == "broken pipe":
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open("/dev/full", os.O_WRONLY)
    yield request.param, writer, 'exec "$@" >&-' if request.param == "closed" else 'exec "$@"'
    os.close(writer)


@pytest.mark.parametrize("form", FORMATS)
def test_a_write_that_can_not_be_shown_is_done_all_the_same(unwritable: tuple[str, int, str], form: str) -> None:
    _, stdout, shell = unwritable
    ended = run("write", form, stdout, shell=shell)
    assert ended.returncode == 0
    assert ended.stderr.startswith("Warning: It was done, but the result could not be shown")
    assert "Traceback" not in ended.stderr
    assert "Exception" not in ended.stderr


def test_a_list_that_can_not_be_shown_raises(unwritable: tuple[str, int, str]) -> None:
    name, stdout, shell = unwritable
    ended = run("list", "jsonl", stdout, shell=shell)
    assert ended.returncode != 0
    assert ended.stderr.startswith("BrokenPipeError" if name == "broken pipe" else "OSError")


def test_a_warning_nobody_can_read_is_no_failure(unwritable: tuple[str, int, str]) -> None:
    _, stderr, shell = unwritable
    ended = run("warn", "", subprocess.PIPE, stderr=stderr, shell=shell.replace(">&-", "2>&-"))
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.parametrize("form", ["", "json", "csv", "tsv"])
def test_a_real_terminal_gets_text_and_nothing_else(form: str) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 63, 0, 0))
    ended = run("list", form, theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the end, as Linux tells it
        while chunk := os.read(ours, 65536):
            shown += chunk
    os.close(ours)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = shown.decode().split("\r\n")
    assert all(line.replace("\t", "").isprintable() for line in lines)
    if form == "":
        assert len(lines) == 5
        assert max(map(len, lines)) == 63


LONG = "Only the first 14 tickets are shown; --all shows every one, --limit N more. " * 3


@pytest.mark.parametrize("width", [40, 80])
def test_what_is_told_is_wrapped_at_words_at_a_terminal(printing: Printing, width: int) -> None:
    with printing(terminal=True, width=width) as printed:
        output = Output(color="never")
        output.note(LONG)
        output.warn(f"{LONG}\nAnd more.")
        output.error(NotFound(LONG, hint=LONG, details=[LONG]))
    lines = printed.err.splitlines()
    assert all(len(line) <= width for line in lines)
    assert {line[: len(line) - len(line.lstrip())] for line in lines} == {"", "  ", " " * 6, " " * 7, " " * 9}
    assert printed.err.split() == f"{LONG} Warning: {LONG} And more. Error: {LONG} {LONG} Hint: {LONG}".split()


def test_what_is_told_is_not_wrapped_in_a_pipe(printing: Printing) -> None:
    with printing(width=40) as printed:
        output = Output()
        output.note(LONG)
        output.warn(f"{LONG}\nAnd more.")
        output.error(NotFound(LONG, hint=LONG, details=[LONG]))
    said = LONG.strip()
    assert printed.err.splitlines() == [
        *(said, f"Warning: {said}", "And more.", f"Error: {said}", f"  {said}", f"Hint: {said}"),
    ]
