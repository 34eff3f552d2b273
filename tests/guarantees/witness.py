"""A store that remembers who did what, and processes of the program that are run, killed and heard at it.

What campaigns share: `Witness` stands before the sandbox store, delays requests, strikes processes at one of theirs, and
keeps all that the store carried out, with the process that asked for it. `Process` is the program as a process, with what it
said. Which process asked is told by its token: each has one of its own, and the store behind is shown the one that it knows.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from crmcli.sandbox.objects import MESSAGE, TICKET, Object
from tests.conftest import TOKEN, Sandbox, arrived
from tests.terminal import environment

SEED = int(os.environ.get("SEED", "0"))
"""The one round to run, as a failed campaign prints it; 0 for all."""
ROUNDS = int(os.environ.get("CAMPAIGN_ROUNDS", "0"))
FROM = int(os.environ.get("CAMPAIGN_FROM", "0"))
"""How many rounds a campaign has, and the seed of its first, so that several can play parts side by side; 0: as it likes."""
PATIENCE = 120.0
"""Seconds after which a process that does not end is a finding of its own."""
_COUNTER = itertools.count(1)
_SAYS_UNSENT = re.compile(r"nothing was sent(?! again)|was not sent|not sent", re.IGNORECASE)
_ADMITS = re.compile(r"nothing was sent|sent (?:it )?already|sent since", re.IGNORECASE)
_FAULTS = re.compile(r'crmcli itself failed|Exception ignored|File "[^"]*/crmcli/\w+[^"]*\.py", line \d+, in \w')
_DOUBTS = re.compile(r"may or may not|may have been|may be at the store", re.IGNORECASE)
_ACK = re.compile(r'"Key":\s*"(\w+)",\s*"Value":\s*"(\d+)"')
_DONE = re.compile(r"([\d,]+) of [\d,]+ (?:are )?done")


def seeds(rounds: int, *, first: int) -> range:
    """The seeds of a campaign's rounds: what the environment says, or so many from `first` on."""
    if SEED:
        return range(SEED, SEED + 1)
    first = FROM or first
    return range(first, first + (ROUNDS or rounds))


@dataclass
class Deed:
    """One thing that the store carried out: a `mail`, an `update` or a `delete`.

    `who` is the number of the process that asked, 0 for nobody known. `number` is that of the message, `values` are the
    message or the fields that were set, `before` the ticket as it was, with its messages. `answered` is when the answer left.
    """

    at: float
    who: int
    verb: str
    ticket: int
    number: int
    values: dict[str, Any]
    before: dict[str, Any]
    answered: float = float("inf")

    @property
    def text(self) -> str:
        """What was mailed."""
        return str(self.values.get("Message"))

    @property
    def writer(self) -> tuple[Any, ...]:
        """Who wrote what was mailed."""
        return tuple(self.values.get(name) or "" for name in ("Sender", "SenderName", "SenderEmail"))


@dataclass
class _Strike:
    process: int
    at: int
    when: str
    by: signal.Signals | Callable[[int], None]
    method: str


class Witness:
    """Stands before a sandbox store. `latency` is the most that a request waits before the work, and again after it.

    `deeds` are what the store carried out, `requests` when those of each process came.
    """

    def __init__(self, sandbox: Sandbox, patch: pytest.MonkeyPatch) -> None:
        self.store = sandbox.store
        self.deeds: list[Deed] = []
        self.latency = 0.0
        self.seed = 0
        self.requests: dict[int, list[float]] = {}
        self._here = threading.local()
        self._lock = threading.Lock()
        self._asked = Counter[tuple[str, str]]()
        self._requests = Counter[tuple[int, str]]()
        self._processes: dict[str, int] = {}
        self._strikes: list[_Strike] = []
        for name in ("insert", "update", "delete"):
            patch.setattr(self.store, name, self._seen(getattr(self.store, name), name))
        self._inner = sandbox.server.app
        sandbox.server.app = self._app

    def begin(self, seed: int) -> None:
        """A new round: nothing was done, and nobody is there."""
        with self._lock:
            self.seed, self.latency = seed, 0.0
            self.deeds, self.requests, self._strikes = [], {}, []
            self._processes.clear()
            self._asked.clear()
            self._requests.clear()

    def knows(self, token: str, process: int) -> None:
        """Who comes with this token."""
        with self._lock:
            self._processes[token] = process

    def strike(
        self,
        process: int,
        *,
        at: int,
        when: str,
        by: signal.Signals | Callable[[int], None] = signal.SIGKILL,
        method: str = "",
    ) -> None:
        """Do something to this process at its `at`-th request (of a `method`, where one is named): a signal, or a call of `by`.

        `before` the store does the work, or `after` it.
        """
        with self._lock:
            self._strikes.append(_Strike(process, at, when, by, method))

    def waits_for(self, method: str, process: int, times: int = 1) -> None:
        """Wait until this process has made so many requests of this method."""
        until = time.monotonic() + PATIENCE
        while self._requests[process, method] < times:
            assert time.monotonic() < until, f"SEED={self.seed}: {process} made no {method}"
            time.sleep(0.003)

    def mails(self, ticket: int, text: str) -> list[Deed]:
        """What was mailed to the customer of a ticket in these words, oldest first."""
        return [deed for deed in self.deeds if deed.verb == "mail" and (deed.ticket, deed.text) == (ticket, text)]

    def _seen(self, do: Callable[..., Any], verb: str) -> Callable[..., Any]:
        def seen(kind: Object, *given: Any, **named: Any) -> Any:
            if not hasattr(self._here, "who") or kind not in (TICKET, MESSAGE):  # it is the test itself
                return do(kind, *given, **named)
            if verb == "insert" and kind is MESSAGE:
                number = do(kind, *given, **named)
                self._note("mail", named["parent"], number, dict(given[0]), {})
                return number
            before = self.store.row(TICKET, given[0]) if kind is TICKET and verb != "insert" else None
            result = do(kind, *given, **named)
            values = given[1] if verb == "update" else {}
            if before and (verb == "delete" or set(values) - {"DateLastAction"}):  # a message moves that alone
                self._note(verb, given[0], 0, dict(values), before)
            return result

        return seen

    def _note(self, verb: str, ticket: int, number: int, values: dict[str, Any], before: dict[str, Any]) -> None:
        deed = Deed(time.monotonic(), self._here.who, verb, ticket, number, values, before)
        self._here.mine.append(deed)
        with self._lock:
            self.deeds.append(deed)

    def _app(self, environ: dict[str, Any], start_response: Any) -> Any:
        who = self._asker(environ)
        self._here.who, self._here.mine = who, []
        arrived(environ)
        with self._lock:
            self.requests.setdefault(who, []).append(time.monotonic())
            key = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            self._asked[key] += 1
            struck = self._struck(who, key[0])
            dice = random.Random(f"{self.seed} {key} {self._asked[key]}")
            latency = self.latency
        try:
            time.sleep(dice.uniform(0, latency))
            self._hit(struck, "before")
            answer = self._inner(environ, start_response)
            self._hit(struck, "after")
            time.sleep(dice.uniform(0, latency))
        finally:
            now = time.monotonic()
            for deed in self._here.mine:
                deed.answered = now
            del self._here.who
        return answer

    def _struck(self, who: int, method: str) -> list[_Strike]:
        """What strikes this request of a process; counts it."""
        for named in ("", method):
            self._requests[who, named] += 1
        return [
            each
            for each in self._strikes
            if (each.process, each.at) == (who, self._requests[who, each.method]) and each.method in ("", method)
        ]

    def _hit(self, struck: Sequence[_Strike], when: str) -> None:
        for each in struck:
            if each.when == when:
                try:
                    each.by(each.process) if callable(each.by) else os.kill(each.process, each.by)
                except ProcessLookupError:
                    pass

    def _asker(self, environ: dict[str, Any]) -> int:
        """The process that sent it, and its own token in place of the one that says so."""
        token = environ.get("HTTP_TOKEN", "")
        environ["HTTP_TOKEN"] = token.partition("-")[0]
        with self._lock:
            return self._processes.get(token, 0)


@dataclass
class Process:
    """The program as a process: what it was asked, when it began and ended (by `time.monotonic`), and what it said.

    `hit` is what it was struck by, if it ended by that.
    """

    words: list[str]
    folder: Path
    popen: subprocess.Popen[bytes]
    begun: float
    ended: float = float("inf")
    code: int = -1000
    out: str = ""
    err: str = ""

    @classmethod
    def start(
        cls,
        words: Sequence[str],
        folder: Path,
        witness: Witness,
        *,
        launcher: str = "",
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> Process:
        """Start the program with these words; `folder` is where it is run, and takes what it says.

        `launcher` is Python that runs the program, in place of `python -m crmcli`; `environ` is for its environment.
        """
        python = ["-c", launcher] if launcher else ["-m", "crmcli"]
        stem = f"said-{time.monotonic_ns()}"
        token = f"{TOKEN}-{next(_COUNTER)}"
        with (folder / f"{stem}.out").open("wb") as out, (folder / f"{stem}.err").open("wb") as err:
            popen = subprocess.Popen(
                [sys.executable, *python, *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=environment() | {"CRMCLI_TOKEN": token, **environ},
            )
        witness.knows(token, popen.pid)
        return cls(list(words), folder / stem, popen, time.monotonic())

    def poll(self) -> bool:
        """Whether it has ended; then what it said is here."""
        if self.ended != float("inf"):
            return True
        code = self.popen.poll()
        if code is None:
            if time.monotonic() - self.begun < PATIENCE:
                return False
            self.popen.kill()
            self.popen.wait()
            code = -999  # it hung
        self.ended, self.code = time.monotonic(), code
        self.out, self.err = (self.folder.with_suffix(end).read_text("utf-8", "replace") for end in (".out", ".err"))
        return True

    def wait(self) -> Process:
        """Itself, once it has ended."""
        while not self.poll():
            time.sleep(0.005)
        return self

    @property
    def pid(self) -> int:
        """Its number."""
        return self.popen.pid

    @property
    def was_ended(self) -> bool:
        """Whether something else than its work ended it: a signal."""
        return self.code < 0 or self.code == 130

    def numbers(self, key: str) -> list[int]:
        """The numbers that it said it wrote, as `MessageId` or `CrmID`."""
        return [int(number) for name, number in _ACK.findall(self.out) if name == key]

    @property
    def said_done(self) -> int:
        """How many rows it said are done; 0 where it did not say."""
        return max((int(found.replace(",", "")) for found in _DONE.findall(self.err)), default=0)

    def unsent(self) -> list[int | None]:
        """The tickets of which it said that their message was not sent; None for all of its own."""
        found: list[int | None] = []
        for line in self.err.splitlines():
            if _SAYS_UNSENT.search(line):
                label = re.search(r"\bticket (\d+):", line)
                found.append(int(label[1]) if label else None)
        return found

    @property
    def admits(self) -> bool:
        """Whether it says of something that it was at the store, and that it sent nothing itself."""
        return bool(_ADMITS.search(self.err))

    @property
    def has_failed_itself(self) -> bool:
        """Whether a fault of ours was told, or Python had to tell one; not where a signal met Python before it came to us."""
        return bool(_FAULTS.search(self.err))

    @property
    def doubts(self) -> bool:
        """Whether it says of something that it may or may not be at the store."""
        return bool(_DOUBTS.search(self.err))

    def __str__(self) -> str:
        said = "".join(f"\n      {line[:300]}" for line in (self.out + self.err).splitlines())
        return f"[{self.pid}] {' '.join(self.words)} -> {self.code}{said}"


@dataclass
class Score:
    """What a campaign found; the three lists say what and in which round."""

    rounds: int = 0
    kills: int = 0
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untruths: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        found = f"{len(self.doubles)} doubles, {len(self.lost)} lost, {len(self.untruths)} untruths"
        return f"{self.rounds} rounds, {self.kills} kills: {found}"

    def add(self, other: Score) -> None:
        """What another found, too."""
        self.rounds += other.rounds
        self.kills += other.kills
        for name in ("doubles", "lost", "untruths"):
            getattr(self, name).extend(getattr(other, name))

    @property
    def findings(self) -> list[str]:
        """All of them."""
        named = (("double", self.doubles), ("lost", self.lost), ("untrue", self.untruths))
        return [f"{name}: {each}" for name, some in named for each in some]


def state_texts(state: Path) -> str:
    """All that the state folder holds, as text."""
    files = (file for file in sorted(state.rglob("*")) if file.is_file())
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)
