"""The program as a real process: pipes that close, disks that are full, poor encodings, and no standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from crmcli.output.sink import FORMATS
from crmcli.sandbox.objects import TICKET

from .conftest import Sandbox
from .sizes import some
from .terminal import PATIENCE, environment

Done = subprocess.CompletedProcess[bytes]


def shell(command: str, extra: Mapping[str, str] | None = None) -> Done:
    """Run a line of bash, in which `crmcli` is the program."""
    return subprocess.run(
        ["bash", "-c", f"crmcli() {{ '{sys.executable}' -m crmcli \"$@\"; }}; {command}"],
        env=environment() | dict(extra or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def into_a_closed_pipe(command: str) -> Done:
    """The same with a standard output whose reader has gone already."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, "-m", "crmcli", *command.split()],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(writer)


def test_a_reader_that_has_seen_enough(sandbox: Sandbox) -> None:
    sandbox.app.latency = 0.05
    done = shell("crmcli tickets list --all -o jsonl | head -1; echo ${PIPESTATUS[0]}", {"CRMCLI_PAGE_SIZE": "1"})
    first, code = done.stdout.splitlines()
    assert json.loads(first)["CrmID"] == 1
    assert (code, done.stderr) == (b"0", b"")
    assert len(sandbox.asked()) < 20  # of 40


@pytest.mark.parametrize("form", ["table", "json", "csv", "ids"])
def test_a_reader_that_reads_nothing(sandbox: Sandbox, form: str) -> None:
    done = into_a_closed_pipe(f"tickets list --all -o {form}")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("into", "reason"), [(">/dev/full", b"No space left on device"), (">&-", b"closed")])
@pytest.mark.parametrize("words", ["tickets list --json", "tickets get 4 -o table"])
def test_data_that_cannot_be_written(sandbox: Sandbox, words: str, into: str, reason: bytes) -> None:
    done = shell(f"crmcli {words} {into}")
    assert (done.returncode, done.stdout) == (1, b"")
    assert reason in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("into", "reason"), [(">/dev/full", b"No space left on device"), (">&-", b"closed")])
def test_a_version_that_cannot_be_written(into: str, reason: bytes) -> None:
    done = shell(f"crmcli --version {into}")
    assert (done.returncode, done.stdout) == (1, b"")
    assert reason in done.stderr
    assert b"Traceback" not in done.stderr


# Python buffers its output, or doesn't, as is usual in containers.
unbuffered = pytest.mark.parametrize("extra", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["", "unbuffered"])


@unbuffered
@pytest.mark.parametrize("words", [*(f"tickets list --all -o {form}" for form in FORMATS), "tickets list --help"])
def test_a_disk_that_fills_up(sandbox: Sandbox, tmp_path: Path, words: str, extra: Mapping[str, str]) -> None:
    """A file may grow to its limit as a disk may: the system takes a part of a text, and says how much."""
    sandbox.store.insert(TICKET, {"Subject": "S" * 100_000, "CustomerEmail": "a@example.com"})
    kept = tmp_path / "out"
    kept.write_text("-" * 1020)
    done = shell(f"ulimit -f 1; crmcli {words} >> {kept}", {"COLUMNS": "100000", **extra})
    assert (done.returncode, b"File too large" in done.stderr, b"Traceback" in done.stderr) == (1, True, False)


@unbuffered
def test_a_checkpoint_stays_where_the_disk_filled_up(
    sandbox: Sandbox, tmp_path: Path, extra: Mapping[str, str]
) -> None:
    words = "tickets list --all -o jsonl --checkpoint nightly"
    done = shell(f"ulimit -f 40; crmcli {words} > {tmp_path / 'out'}", extra)
    told = (tmp_path / "out").read_bytes()
    assert (done.returncode, b"File too large" in done.stderr, len(told)) == (1, True, 40 * 1024)
    assert shell(f"crmcli {words}", extra).stdout.startswith(told)


@unbuffered
def test_a_pipe_that_does_not_block_loses_nothing_in_silence(sandbox: Sandbox, extra: Mapping[str, str]) -> None:
    sandbox.store.insert(TICKET, {"Subject": "S" * 100_000, "CustomerEmail": "a@example.com"})
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    command = [sys.executable, "-m", "crmcli", "tickets", "list", "--all", "-o", "jsonl"]
    try:
        done = subprocess.run(
            command,
            env=environment() | dict(extra),
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert (done.returncode, b"could not complete without blocking" in done.stderr) == (1, True)


@unbuffered
def test_a_slow_reader_gets_all_of_it(sandbox: Sandbox, extra: Mapping[str, str]) -> None:
    """The process leaves without Python's own tidying, which would write out what is in a buffer."""
    sandbox.store.insert(TICKET, {"Subject": "S" * 100_000, "CustomerEmail": "a@example.com"})  # more than a pipe holds
    for words in ("tickets list --all --json", "commands --json", "tickets list --help", "help dates", "--version"):
        quick = shell(f"crmcli {words}", extra).stdout
        assert quick.endswith(b"\n"), words
        assert shell(f"crmcli {words} | (sleep 0.3; cat)", extra).stdout == quick, words


@pytest.mark.parametrize(
    ("words", "sent", "into"),
    some(
        [
            (words, sent, into)
            for words, sent in {
                "messages create 4 --text Hi": 1,
                "messages create 4 --text Hi --json": 1,
                "tickets update 4 5 --subject Other -o ids": 2,
                "tickets delete 4 5 --yes --json": 2,
            }.items()
            for into in (">/dev/full", ">&-", "a closed pipe")
        ],
        every=2,
    ),
)
def test_a_write_that_cannot_be_shown_is_done(sandbox: Sandbox, words: str, sent: int, into: str) -> None:
    done = into_a_closed_pipe(words) if into == "a closed pipe" else shell(f"crmcli {words} {into}")
    assert done.returncode == 0
    assert done.stderr.startswith(b"Warning: It was done, but the result could not be shown (")
    assert b"Don't send it again." in done.stderr
    assert len(sandbox.asked("POST", "PUT", "DELETE")) == sent


@pytest.mark.parametrize("into", ["2>&-", "2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"])
def test_an_error_that_cannot_be_told_keeps_its_code(sandbox: Sandbox, into: str) -> None:
    assert shell(f"crmcli tickets get 999 {into}").returncode == 5


@pytest.mark.parametrize(
    "extra",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "latin-1", "PYTHONUNBUFFERED": "1"},
    ],
    ids=lambda extra: " ".join(f"{name}={value}" for name, value in extra.items()),
)
def test_poor_encodings(sandbox: Sandbox, tmp_path: Path, extra: dict[str, str]) -> None:
    subject, encoding = "Grüße ✓ 東京", extra.get("PYTHONIOENCODING", "ascii")
    (tmp_path / "data.json").write_text(json.dumps({"Subject": subject}, ensure_ascii=False), encoding="utf-8")
    changed = shell(f"crmcli tickets update 4 --data @{tmp_path / 'data.json'}", extra)
    assert (changed.returncode, changed.stdout, changed.stderr) == (0, b"ok: Ticket 4 updated\n", b"")
    row = sandbox.store.row(TICKET, 4)
    assert row is not None
    assert row["Subject"] == subject
    shown = subject.encode(encoding, "backslashreplace")
    for form in ("table", "csv", "tsv"):
        done = shell(f"crmcli tickets get 4 --fields Subject -o {form}", extra)
        lost = form != "table"  # what is lost to a program is told
        assert (done.returncode, done.stderr.count(b"To keep them, set PYTHONIOENCODING=utf-8")) == (0, lost)
        told = shown.replace(b"\\", b"\\") if form != "table" else shown
        assert told in done.stdout
    done = shell("crmcli tickets get 4 --fields Subject --json", extra)
    assert json.loads(done.stdout.decode(encoding)) == {"Subject": subject}
    missed = shell("crmcli tickets list --status Grüße", {**extra, "LC_ALL": "C.UTF-8"})
    assert missed.returncode == 2
    assert b"Gr" in missed.stderr


def test_bytes_that_are_no_text(sandbox: Sandbox) -> None:
    for command in (
        "messages create 4 --text $'Gr\\xfc\\xdfe'",
        "tickets list --subject $'\\xff'",
        "tickets list --status $'\\xff'",
        "$'\\xff'",
    ):
        done = shell(f"crmcli {command}")
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"is not text in the terminal's encoding (utf-8)" in done.stderr
    assert sandbox.asked() == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("tickets list --count", 0),
        ("messages create 4 --text Hi", 0),
        ("tickets delete 4", 2),
        ("profiles add main", 2),
    ],
)
def test_standard_input_is_read_where_a_dash_says_so_alone(sandbox: Sandbox, words: str, code: int) -> None:
    """A pipe that nobody closes would hang whoever reads it."""
    reader, writer = os.pipe()
    try:
        command = [sys.executable, "-m", "crmcli", *words.split()]
        done = subprocess.run(
            command, env=environment(), stdin=reader, capture_output=True, timeout=PATIENCE, check=False
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert done.returncode == code


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("messages create 4 --text @/dev/zero", 10),
        ("messages create 4 --text -", 10),
        ("tickets update 4 --data @/dev/zero", 10),
        ("tickets update 4 --data -", 10),
        ("tickets update --from /dev/zero --yes", 100),
        ("tickets update --from - --yes", 100),
        ("tickets get -", 100),
        ("apply /dev/zero --yes", 100),
    ],
)
def test_what_never_ends_is_read_so_far_and_no_further(sandbox: Sandbox, words: str, most: int) -> None:
    done = shell(f"ulimit -v 1000000; crmcli {words} </dev/zero")
    source = "/dev/zero" if "/dev/zero" in words else "Standard input"
    assert done.stderr.decode().startswith(f"Error: {source} is larger than {most} MB, the most that is read there.\n")
    assert (done.returncode, done.stdout) == (2, b"")
    assert sandbox.asked() == []


def test_no_standard_input_at_all(sandbox: Sandbox) -> None:
    assert shell("crmcli tickets list --count <&-").stdout == b"40\n"
    for command in ("tickets get -", "messages create 4 --text -", "tickets delete 4", "profiles add main"):
        done = shell(f"crmcli {command} <&-")
        assert (done.returncode, done.stdout) == (2, b""), command
        assert b"Traceback" not in done.stderr
    assert len(sandbox.asked()) == 1
