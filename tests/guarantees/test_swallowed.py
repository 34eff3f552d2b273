"""Signals at moments at which Python swallows what they raise: nothing leaves all the same, and the command ends soon."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.conftest import Sandbox
from tests.sizes import some
from tests.terminal import PATIENCE, environment
from tests.test_signals import SEND

CALLBACKS = {
    "of a weak reference": "thing = Thing(); held = weakref.ref(thing, signalled); del thing",
    "of the end of an object": "Ends()",
    "of the garbage collector": "gc.callbacks.append(signalled); gc.collect(); gc.callbacks.clear()",
    "of SQLite": "in_sqlite()",
}
IMPORTED = ("httpx", "crmcli.outbox.delivery", "crmcli.api.models", "httpcore._sync.connection_pool")
"""Modules that a send imports, from the first to the last."""
PRELUDE = """
import gc, os, signal, sqlite3, sys, time, weakref

class Thing: ...
class Ends:
    def __del__(self): signalled()

def signalled(*_):
    os.kill(os.getpid(), signal.{signal})
    for _ in range(100): pass

def in_sqlite():
    db = sqlite3.connect(":memory:")
    db.create_function("signalled", 0, signalled)
    try:
        db.execute("SELECT signalled()").fetchall()
    except sqlite3.Error:
        pass  # which is all that is left of the interrupt
    db.close()

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{at}":
            {callback}
sys.meta_path.insert(0, Finder())
"""
PROGRAM = "from crmcli.__main__ import program; program()"


def ended(prelude: str, program: str, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", prelude + program, *words],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("callback", "at"), some([(callback, at) for callback in CALLBACKS for at in IMPORTED], every=5)
)
def test_what_python_swallows_keeps_a_send_here(sandbox: Sandbox, callback: str, at: str) -> None:
    prelude = PRELUDE.format(callback=CALLBACKS[callback], at=at, signal="SIGINT")
    code, err = ended(prelude, PROGRAM, *SEND)
    assert code == 130, err
    assert sandbox.asked("POST") == []
    assert "ignored" not in err
    assert "Traceback" not in err
    assert err.startswith("Error: Interrupted")


def test_one_that_was_swallowed_comes_again(home: object) -> None:
    """The program may be about to wait for a person, or for an answer."""
    program = """
from crmcli import interrupts
interrupts.begin()
Ends()
began = time.monotonic()
try:
    time.sleep(20)
except KeyboardInterrupt:
    print("heard", time.monotonic() - began < 5, file=sys.stderr)
"""
    began = time.monotonic()
    code, err = ended(PRELUDE.format(callback="pass", at="", signal="SIGINT"), program)
    assert (code, err) == (0, "heard True\n")
    assert time.monotonic() - began < 10


def test_all_else_that_python_swallows_is_told_as_ever(home: object) -> None:
    program = """
from crmcli import interrupts
interrupts.begin()
class Bad:
    def __del__(self): raise ValueError("a fault")
Bad()
"""
    code, err = ended("", program)
    assert code == 0
    assert "ValueError: a fault" in err


def test_one_that_comes_when_the_command_has_failed_makes_no_traceback(home: object) -> None:
    """What failed is told, with its own code, whatever comes while that code is looked up."""
    program = """
import builtins, os, signal, sys, time
real = builtins.__import__
def slowly(name, *rest):
    if name == "crmcli.exits" and name not in sys.modules:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
    return real(name, *rest)
builtins.__import__ = slowly
from crmcli.__main__ import main
sys.exit(main(["tickets", "get", "no number"]))
"""
    code, err = ended("", program)
    assert (code, "Traceback" in err, err.startswith("Error: ")) == (2, False, True), err
