"""Processes that are interrupted, that are asked to end, or that run at the same time."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from .conftest import Sandbox
from .terminal import PATIENCE, Person, environment


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The program under way; whatever happens it is ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crmcli", *words],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def held(sandbox: Sandbox, method: str) -> Iterator[threading.Event]:
    """Hold the requests of a method back; gives the event that one has come, and lets them go in the end."""
    came, go = threading.Event(), threading.Event()

    def hold(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == method:
            came.set()
            go.wait(PATIENCE)

    sandbox.between(hold)
    try:
        yield came
    finally:
        go.set()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ending_a_slow_list(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, by: signal.Signals) -> None:
    sandbox.app.latency = 0.1
    monkeypatch.setenv("CRMCLI_PAGE_SIZE", "1")
    with started("tickets", "list", "--all", "-o", "tsv") as process:
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(by)
        rest, err = process.communicate(timeout=PATIENCE)
    assert first.startswith("1\t")
    assert rest == "" or rest.endswith("\n")
    assert (process.returncode, err) == (130, "Error: Interrupted.\nHint: Run it again to go on.\n")


@pytest.mark.parametrize(
    ("option", "told"), [("--json", '{"error":{"kind":"interrupted",'), ("-q", "Error: Interrupted.")]
)
def test_ctrl_c_before_an_answer(sandbox: Sandbox, option: str, told: str) -> None:
    with held(sandbox, "GET") as came, Person("tickets", "list", option) as person:
        assert came.wait(PATIENCE)
        person.types("\x03")
        assert person.leaves() == 130
    assert told in person.screen
    assert "Traceback" not in person.screen


SEND = ("messages", "create", "4", "--text", "A long answer")


def test_an_interrupted_send_says_that_it_may_be_out(sandbox: Sandbox) -> None:
    with held(sandbox, "POST") as came, started(*SEND) as process:
        assert came.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert "nothing was sent" not in err
    assert "crmcli outbox " in err


def test_interrupted_before_it_leaves_nothing_is_sent(sandbox: Sandbox) -> None:
    with held(sandbox, "GET") as came, started(*SEND) as process:
        assert came.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Error: Interrupted: nothing was sent.")
    assert sandbox.asked("POST") == []


def test_a_served_store_and_a_client() -> None:
    with started("sandbox", "serve", "--port", "0", "--tickets", "12") as server:
        assert server.stdout
        exports = [server.stdout.readline() for _ in range(4)]
        setup = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
        assert setup["CRMCLI_BASE_URL"].startswith("http://127.0.0.1:")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in setup.items():
                patch.setenv(name, value)
            with started("tickets", "list", "--count") as client:
                assert client.communicate(timeout=PATIENCE) == ("12\n", "")
            with started("sandbox", "serve", "--port", setup["CRMCLI_BASE_URL"].split(":")[2].split("/")[0]) as second:
                _, err = second.communicate(timeout=PATIENCE)
            assert second.returncode == 2
            assert "can't be had: Address already in use" in err
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    served = f"Serving the demo store at {setup['CRMCLI_BASE_URL']}; Ctrl-C ends it."
    assert err.splitlines() == [served, "GET /CRM?countonly=1 200"]


def test_ctrl_c_ends_the_server() -> None:
    with Person("sandbox", "serve", "--port", "0", "--tickets", "1") as person:
        person.sees("Ctrl-C ends it.")
        (url,) = re.findall(r"CRMCLI_BASE_URL=(\S+)", person.screen)
        assert httpx.get(f"{url}/CRM").status_code == 401  # it is really serving, without keys
        person.types("\x03")
        assert person.leaves() == 0
    assert "Error" not in person.screen


def test_two_use_the_demo_store_at_once() -> None:
    with started("sandbox", "reset", "--tickets", "5") as process:
        process.communicate(timeout=PATIENCE)
    words = ("-p", "demo", "tickets", "create", "-o", "ids", "--customer-email")
    # Three that are told apart: of the very same at once only one is sent.
    with (
        started(*words, "a@example.com") as one,
        started(*words, "b@b.com") as two,
        started(*words, "c@c.com") as three,
    ):
        ended = [process.communicate(timeout=PATIENCE) for process in (one, two, three)]
    assert sorted(ended) == [("6\n", ""), ("7\n", ""), ("8\n", "")]


def test_two_make_the_demo_store_at_once() -> None:
    words = ("-p", "demo", "tickets", "list", "--count")
    with started(*words) as one, started(*words) as two, started(*words) as three:
        ended = [process.communicate(timeout=PATIENCE) for process in (one, two, three)]
    assert ended == [("240\n", "")] * 3
