"""The worst that this tool can do is to send twice, or to say "sent" when it wasn't: sends under random faults.

Each send has a text of its own and a plan of faults made from a seed: connections cut before and after the work, cut
bodies, answers past the time-out, 429, 5xx with the work done or not, refused connections, reading back that fails too,
and SIGKILL at a random moment with the same command run again. Afterwards the store's own rows say what was true.
"""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crmcli.outbox.box import Box
from crmcli.paths import state_folder
from crmcli.sandbox.objects import MESSAGE
from tests.conftest import Run, Sandbox

TICKET = 7
TIMEOUT, LATE, SETTLE = 0.4, 0.7, 1.0
"""Seconds: the client's time-out, how late a late answer is, and how long a lost send is looked for."""

POST_FAULTS = (
    "cut-before",
    "cut-after",
    "cut-body",
    f"delay={LATE}",
    "status=429",
    "status=500",
    "status=503",
    "status=500,after",
    "status=503,after",
)
READ_FAULTS = ("cut-before", "cut-body", "status=503", "status=429")


@dataclass
class Score:
    """What a campaign found."""

    sends: int = 0
    doubles: int = 0
    untruths: int = 0
    unsure: int = 0
    lost_texts: int = 0
    killed: int = 0

    def __str__(self) -> str:
        return (
            f"{self.sends} sends ({self.killed} killed and run again): {self.doubles} doubles, "
            f"{self.untruths} untruths, {self.unsure} unsure, {self.lost_texts} lost texts"
        )


def plan(dice: random.Random) -> list[str]:
    """The faults of one send: some on its POST, and now and then some on every read."""
    faults = [
        f"{dice.choice(POST_FAULTS)},method=POST,times={dice.choice((1, 1, 1, 2, 9))}" for _ in range(dice.randrange(3))
    ]
    if dice.random() < 0.2:
        faults += [f"{dice.choice(READ_FAULTS)},method=GET,times={dice.randint(1, 3)},skip={dice.randrange(3)}"]
    return faults


def killed(argv: list[str], seconds: float) -> bool:
    """Run the program as a process and kill it after so long; whether it was killed before it said what became of it."""
    child = subprocess.Popen(
        [sys.executable, "-m", "crmcli", *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        said, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        said, _ = child.communicate()
    return child.returncode == -signal.SIGKILL and not said


def judged(score: Score, code: int, at_store: int, *, kept: bool) -> None:
    """Compare what the program said with what the store has."""
    score.doubles += at_store > 1
    score.unsure += code == 10
    score.untruths += at_store == 0 if code == 0 else (code != 10 and at_store > 0)
    score.lost_texts += code != 0 and not kept


def campaign(sends: int, seed: int, run: Run, sandbox: Sandbox, environment: Callable[[str, str], None]) -> Score:
    """Send so many messages, each under its own faults, and count what went wrong."""
    dice, score = random.Random(seed), Score()
    with socket.socket() as nobody:  # bound, and never listening: connections to it are refused
        nobody.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{nobody.getsockname()[1]}/3dCartWebAPI/v1"
        for number in range(sends):
            text = f"Message {seed}-{number}: your parcel is on its way."
            argv = ["messages", "create", str(TICKET), "--text", text]
            argv += ["--once", f"job-{seed}-{number}"] if dice.random() < 0.3 else []
            sandbox.fault(*plan(dice))
            score.sends += 1
            kill, refused = dice.random() < 0.15, dice.random() < 0.05
            environment("CRMCLI_BASE_URL", dead if refused else sandbox.server.base_url)
            again = kill and killed(argv, dice.uniform(0.1, 0.6))
            score.killed += again
            if again:
                sandbox.fault(*plan(dice))
            result = run(*argv) if again or not kill else None
            time.sleep(LATE if result is None or result.code != 0 else 0)  # what the store is at still shall count
            kept = any(entry.body.get("Message") == text for entry in Box(state_folder() / "outbox.db").entries())
            sandbox.fault()
            at_store = sum(row["Message"] == text for row in sandbox.store.rows(MESSAGE))
            if result is None:  # it ended before it could be killed, and nobody looked at what it said
                score.doubles += at_store > 1
                continue
            judged(score, result.code, at_store, kept=kept)
    return score


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Short time-outs; returns what sets a variable."""
    monkeypatch.setenv("CRMCLI_TIMEOUT", str(TIMEOUT))
    monkeypatch.setenv("CRMCLI_SETTLE", str(SETTLE))
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    return monkeypatch.setenv


@pytest.mark.parametrize("seed", [1])
def test_sends_under_faults(seed: int, run: Run, sandbox: Sandbox, quick: Callable[[str, str], None]) -> None:
    score = campaign(60, seed, run, sandbox, quick)
    print(score)
    assert (score.doubles, score.untruths, score.lost_texts) == (0, 0, 0), score
    assert score.unsure <= 0.05 * score.sends + 1, score


@pytest.mark.long
def test_a_thousand_sends_under_faults(run: Run, sandbox: Sandbox, quick: Callable[[str, str], None]) -> None:
    score = campaign(1000, 2026, run, sandbox, quick)
    print(score)
    assert (score.doubles, score.untruths, score.lost_texts) == (0, 0, 0), score
    assert score.unsure < 0.05 * score.sends, score
