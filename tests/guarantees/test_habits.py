"""Old habits, over the whole tree: quiet on success, data alone off a terminal, no waiting for anybody, a clean end."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmcli.__main__ import main
from crmcli.paths import state_folder
from crmcli.runs.journal import Journal
from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.calls import CALLS, ready
from tests.conftest import Result, Run, Sandbox
from tests.terminal import PATIENCE, Person, environment
from tests.test_signals import held, started

READING = ("list", "get", "show", "check", "stats", "resolve", "mailbox", "doctor", "api", "commands", "schema", "help")
"""What prints data."""
BY_COMMAND = pytest.mark.parametrize("command", CALLS)


@pytest.fixture
def lonely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the program where nobody is, on a standard input that is never closed and has a bait in it.

    It fails where the bait was taken, a pager or an editor was started, or something other than text came; one that reads
    on would wait for ever, and is ended by an alarm.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("PAGER", "EDITOR", "VISUAL"):
        monkeypatch.setenv(name, "touch opened")

    def late(*_: object) -> None:
        raise TimeoutError

    def run(*words: str) -> Result:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with ExitStack() as after, monkeypatch.context() as patch:
            reader, writer = os.pipe()
            kept = os.dup(0)
            for end in (reader, writer, kept):
                after.callback(os.close, end)
            os.write(writer, b"bait\n")
            os.dup2(reader, 0)
            after.callback(os.dup2, kept, 0)
            after.callback(signal.signal, signal.SIGALRM, signal.signal(signal.SIGALRM, late))
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            after.callback(signal.setitimer, signal.ITIMER_REAL, 0)
            patch.setattr(sys, "stdin", after.enter_context(open(0, closefd=False)))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(list(words))
            os.set_blocking(reader, False)
            assert os.read(reader, 100) == b"bait\n"
        assert not Path("opened").exists()
        assert capfd.readouterr() == ("", "")  # nothing goes past the streams, straight to the descriptors
        result = Result(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))
        assert not {"\x1b", "\r", "\a"} & {*result.out, *result.err}
        return result

    return run


@BY_COMMAND
def test_quiet_says_nothing_on_success(
    shop: Sandbox, run: Run, profile_file: Path, lonely: Callable[..., Result], command: str
) -> None:
    ready(run, shop, command)
    result = lonely(*command.split(), *CALLS[command].split(), "--quiet")
    assert (result.code, result.err) == (0, "")
    prints = command.rsplit(maxsplit=1)[-1] in READING or command == "completion show"
    assert bool(result.out) is (prints and command != "sandbox mailbox")  # which is empty


@BY_COMMAND
def test_nobody_is_waited_for(
    shop: Sandbox, run: Run, profile_file: Path, lonely: Callable[..., Result], command: str
) -> None:
    """Neither with all that there is to say, nor where a question is due: that one names the flag that answers it."""
    ready(run, shop, command)
    words = [word for word in CALLS[command].split() if word != "--yes"]
    result = lonely(*command.split(), *words, "--verbose", "-o", "table")
    asks = "--yes" in CALLS[command]
    assert result.code == (2 if asks else 0)
    assert "--yes" in result.err or not asks


def test_nothing_is_asked_off_a_terminal(shop: Sandbox, profile_file: Path, lonely: Callable[..., Result]) -> None:
    for words in (
        ("profiles", "add", "x"),
        ("tickets", "reply", "1"),
        ("tickets", "update", "1"),
        ("api", "DELETE", "/CRM/1"),
    ):
        assert lonely(*words).code == 2
    assert shop.asked("POST", "PUT", "DELETE") == []


LISTS = [f"{name} {CALLS[name]}".split() for name in CALLS if name.split()[-1] in (*READING, "commands")]
HELPS = [["--help"], ["tickets", "--help"], ["tickets", "list", "--help"], ["--version"], ["completion", "show", "zsh"]]
EARLY = """
import json, os, sys
from crmcli.__main__ import main
found, streams = [], []
for words in json.loads(sys.argv[1]):
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)
    os.close(writer)
    sys.stdout = open(1, "w", closefd=False)
    streams.append(sys.stdout)
    found.append(main(words))
sys.stderr.write(json.dumps(found))
sys.stderr.flush()
os._exit(0)  # as the program does: what is left in the streams has nowhere to go
"""


def test_a_reader_that_has_gone_is_no_failure(
    shop: Sandbox, run: Run, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that prints data, in every format: no message, and 0, as for `git log | head` in a shell without pipefail."""
    monkeypatch.chdir(tmp_path)
    for noun in ("checkpoints", "outbox", "trash", "sandbox"):
        ready(run, shop, noun)
    assert run("tickets", "update", "1", "2", "--subject", "X").code == 0
    forms = ("table", "json", "jsonl", "csv", "tsv", "ids")
    calls = [*HELPS, *([*words, "-q", "-o", form] for words in LISTS for form in forms)]
    done = subprocess.run(
        [sys.executable, "-c", EARLY, json.dumps(calls)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert json.loads(done.stderr) == [0] * len(calls)


BULK = {
    "update": ("tickets", "update", *map(str, range(1, 41)), "--subject", "X", "--json"),
    "mail": ("messages", "create", *map(str, range(1, 41)), "--text", "Hello there", "--json"),
}


def journal() -> dict[str, Any]:
    """How many rows of the first run are in each state."""
    return dict(Journal(state_folder() / "runs.db").get(1).counts)


def done_at(sandbox: Sandbox, what: str) -> int:
    """How many tickets the store has that are as the run makes them."""
    if what == "update":
        return sum(row["Subject"] == "X" for row in sandbox.store.rows(TICKET))
    return sum(row["Message"] == "Hello there" for row in sandbox.store.rows(MESSAGE))


def under_way(sandbox: Sandbox, writes: int) -> None:
    """Wait until so many writes have come."""
    until = time.monotonic() + PATIENCE
    while len(sandbox.asked("PUT", "POST")) < writes:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("what", "by"),
    [("mail", signal.SIGINT), ("update", signal.SIGTERM), ("update", signal.SIGHUP)],
    ids=["mail-SIGINT", "update-SIGTERM", "update-SIGHUP"],
)
def test_a_bulk_run_that_is_ended_tells_how_far_it_came(
    sandbox: Sandbox, run: Run, what: str, by: signal.Signals
) -> None:
    sandbox.app.latency = 0.05
    with started(*BULK[what]) as process:
        under_way(sandbox, 6)
        process.send_signal(by)
        out, err = process.communicate(timeout=PATIENCE)
    sandbox.app.latency = 0
    error = json.loads(err.splitlines()[-1])["error"]
    done = done_at(sandbox, what)
    assert (process.returncode, error["kind"]) == (130, "interrupted")
    assert 6 <= done < 40
    assert error["message"] == f"Interrupted. {done} of 40 are done."
    assert error["hint"] == "Go on with: crmcli runs resume 1"
    assert journal() == {"done": done, "waiting": 40 - done}
    assert len(json.loads(out)) == done
    assert run("runs", "resume", "1").code == 0
    assert (journal(), done_at(sandbox, what)) == ({"done": 40}, 40)
    assert len(sandbox.asked("PUT", "POST")) == 40


@pytest.mark.parametrize("what", BULK)
def test_ended_twice_it_leaves_at_once(sandbox: Sandbox, run: Run, what: str) -> None:
    sandbox.app.latency = 0.02
    with started(*BULK[what]) as process:
        under_way(sandbox, 3)
        with held(sandbox, "PUT" if what == "update" else "POST") as came:
            assert came.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            assert process.stderr
            assert "Once more" in process.stderr.readline()
            time.sleep(0.15)  # what comes within a twentieth of a second is the same wish (crmcli/interrupts.py)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE / 2)  # before what is held is let go
            assert process.returncode == 130
            error = json.loads(err.splitlines()[-1])["error"]
            told = re.fullmatch(r"Interrupted\. (\d+) of 40 are done, and some may be\.", error["message"])
            assert told
            assert 0 <= journal()["done"] - int(told[1]) <= 8  # what workers finish while the process ends
            assert error["hint"] == "'crmcli runs resume 1' looks at those that were under way, and goes on."
    sandbox.app.latency = 0
    settled = run("runs", "resume", "1")
    assert (settled.code, journal(), done_at(sandbox, what)) == (0, {"done": 40}, 40), settled.err


@pytest.mark.parametrize("what", ["list", *BULK])
def test_a_wait_ends_at_once(sandbox: Sandbox, run: Run, what: str) -> None:
    """The store asked for half a minute; who interrupts doesn't wait for it, and nothing was sent by those who did."""
    method = "GET" if what == "list" else "PUT" if what == "update" else "POST"
    sandbox.app.latency = 0.02
    with started(*BULK.get(what, ("tickets", "list")), "--verbose", "--json") as process:
        if what != "list":
            under_way(sandbox, 5)
        sandbox.answer(429, "[]", method, Retry_After="30")
        assert process.stderr
        while "trying again in 30" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE / 2)
    assert (process.returncode, json.loads(err.splitlines()[-1])["error"]["kind"]) == (130, "interrupted")
    if what != "list":
        assert f" {journal()['done']} of 40 are done." in err


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)  # Ctrl-C: tests/test_asking.py
def test_a_question_is_ended(sandbox: Sandbox, by: signal.Signals) -> None:
    with Person("tickets", "delete", "4") as person:
        person.sees("to confirm: ")
        time.sleep(0.1)  # as in tests/test_asking.py
        person.process.send_signal(by)
        assert person.leaves() == 130
    assert person.screen.endswith("Error: Interrupted: nothing was sent.\nHint: Run it again to go on.\n")
    assert sandbox.asked() == ["GET /CRM/4", "GET /CRM/4/message?limit=100&offset=0"]
