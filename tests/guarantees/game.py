"""What every campaign's rounds are made of: commands, the processes that run them, the moments at which they are struck.

A round is made of its seed alone. It has a state folder of its own and tickets of its own at a store that all rounds share.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.conftest import Run as Program
from tests.conftest import Sandbox
from tests.guarantees.witness import Process, Score, Witness

TIMEOUT, SETTLE = 5.0, 1.2
"""Seconds: the client's time-out, and how long it looks for what was lost: longer than a request may be under way."""
_SAID_EVERY = 25
"""Rounds after which a long campaign says how it stands."""


@dataclass(frozen=True)
class Command:
    """What is run: its words, and what it is to do with which tickets.

    `does` is `reply`, `update`, `delete` or `look`; `text` is what is mailed, `subject` what is set (a beginning of it),
    and `expects` how the subject must begin that is there, where the command promises to leave what is another's alone.
    `family` is the job that it belongs to: one that is run again is the same job. `is_fresh` says that it is a decision of
    its own each time that it is run. `planned` is when its plan was made (by `time.monotonic`; 0 for none), `origin` the
    process that began the run, or made the entry, that it goes on with.
    """

    words: list[str]
    does: str
    tickets: list[int]
    text: str = ""
    subject: str = ""
    expects: str = ""
    family: str = ""
    is_fresh: bool = False
    planned: float = 0.0
    origin: int = 0


@dataclass
class Act:
    """A command that was run, and the process that ran it."""

    command: Command
    process: Process


@dataclass(frozen=True)
class Strike:
    """A signal that a process gets: after so many `seconds`, or (0) `at` which request, `before` the work or `after` it."""

    seconds: float
    at: int
    when: str
    by: signal.Signals


@dataclass
class Game:
    """A round; `acts` is all that was run in it, in order, `name` what kind of round it is.

    `environ` is what its processes find in their environment beside the test's. `findings` are untruths that the round saw
    itself; `forgets` says that the outbox's file was taken away in it. `origins` are the processes that began runs.
    """

    seed: int
    sandbox: Sandbox
    witness: Witness
    program: Program
    folder: Path
    patch: pytest.MonkeyPatch
    name: str = ""
    acts: list[Act] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    forgets: bool = False
    origins: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.text = f"It left today, round {self.seed}."
        self.witness.begin(self.seed)
        self.sandbox.fault()

    @property
    def state(self) -> Path:
        """The folder of what the program remembers in this round."""
        return self.folder / "state"

    @property
    def kills(self) -> int:
        """How many processes were ended by a signal."""
        return sum(act.process.was_ended for act in self.acts)

    @property
    def sends(self) -> set[tuple[int, str]]:
        """What any of the commands mails: to which ticket, in which words."""
        return {(ticket, act.command.text) for act in self.acts if act.command.text for ticket in act.command.tickets}

    def ticket(self, subject: str) -> int:
        """A new ticket with a customer's message."""
        values = {"Subject": subject, "CustomerEmail": "ann@example.com", "StatusID": 1, "CustomerName": "Ann Lee"}
        number = self.sandbox.store.insert(TICKET, values)
        self.sandbox.store.insert(MESSAGE, {"Message": f"Where is it, {self.seed}?", "Sender": 1}, parent=number)
        self.tickets.append(number)
        return number

    def reply(self, tickets: Sequence[int], *more: str, text: str = "") -> Command:
        """A reply to these tickets, in the round's words where there are no others."""
        text = text or self.text
        words = ["tickets", "reply", *map(str, tickets), "--text", text, "--yes", "--json", *more]
        return Command(words, "reply", [*tickets], text=text, family=" ".join(words), is_fresh=True)

    def act(self, process: int) -> Act | None:
        """What a process of this round did."""
        return next((act for act in self.acts if act.process.pid == process), None)

    def root(self, act: Act) -> Act:
        """What began the run that this goes on with; else itself."""
        return (self.act(act.command.origin) if act.command.origin else None) or act

    def start(self, command: Command, *, launcher: str = "") -> Process:
        """Run a command; `launcher` is Python that runs the program, in place of `python -m crmcli`."""
        process = Process.start(command.words, self.folder, self.witness, launcher=launcher, environ=self.environ)
        self.acts.append(Act(command, process))
        return process

    def run(self, commands: Sequence[tuple[Command, float]], strikes: Sequence[Strike | None] = ()) -> None:
        """Run commands, each begun after so many seconds and struck by its strike, and wait for their end."""
        begun = time.monotonic()
        waiting, left, later = [*commands], [*strikes], list[tuple[Process, float, signal.Signals]]()
        processes: list[Process] = []
        while waiting or sum(not process.poll() for process in processes):
            now = time.monotonic() - begun
            if waiting and now >= waiting[0][1]:
                process = self.start(waiting.pop(0)[0])
                processes.append(process)
                strike = left.pop(0) if left else None
                if strike and strike.seconds:
                    later.append((process, now + strike.seconds, strike.by))
                elif strike:
                    self.witness.strike(process.pid, at=strike.at, when=strike.when, by=strike.by)
            for each in [each for each in later if now >= each[1]]:
                later.remove(each)
                if not each[0].poll():
                    each[0].popen.send_signal(each[2])
            time.sleep(0.003)

    def here(self, *words: str) -> str:
        """What the program says in this process, at a store that does as it is told, at once."""
        latency, self.witness.latency = self.witness.latency, 0
        result = self.program(*words)
        self.witness.latency = latency
        assert result.code == 0, f"SEED={self.seed}: {words}: {result.err}"
        return result.out

    def json(self, *words: str) -> Any:
        """What a command says, as JSON."""
        return json.loads(self.here(*words, "--json"))

    def numbers(self, noun: str, *, state: str = "") -> list[int]:
        """The numbers of all `runs`, or entries of the `outbox`; of those in a state, where one is named."""
        if not (self.state / "crmcli").exists():
            return []
        words = ["--all"] if noun == "outbox" else []
        return [row["number"] for row in self.json(noun, "list", *words) if not state or row["state"] == state]


Play = Callable[[Game], None]
Judge = Callable[[Game, Score], None]


@dataclass
class Campaign:
    """Rounds at one store: each is set up, played, and judged by `judge`, which counts into a score."""

    sandbox: Sandbox
    witness: Witness
    program: Program
    folder: Path
    patch: pytest.MonkeyPatch
    judge: Judge

    def __call__(self, some: Iterable[int], name: Callable[[int], str], play: Play) -> Score:
        """Play the rounds of these seeds; what is wrong in one is printed with all that was said in it."""
        score = Score()
        for seed in some:
            folder = self.folder / f"round-{seed}"
            folder.mkdir()
            self.patch.setenv("XDG_STATE_HOME", str(folder / "state"))
            game = Game(seed, self.sandbox, self.witness, self.program, folder, self.patch, name(seed))
            play(game)
            one = Score()
            self.judge(game, one)
            if one.findings:
                print(*one.findings, *(f"   {act.process}" for act in game.acts), sep="\n", flush=True)
            score.add(one)
            if score.rounds % _SAID_EVERY == 0:
                print(score, flush=True)
        print(score, flush=True)
        return score


def held(score: Score) -> None:
    """Nothing was found."""
    assert not score.findings, "\n".join([str(score), *score.findings])
