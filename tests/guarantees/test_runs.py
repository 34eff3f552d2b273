"""A run does each of its rows once, whatever kills it: real processes, ended by SIGKILL at random moments and resumed.

Each run is a command with rows of its own. It is killed at a random moment, or right when a request of it came, or right
after the store did the work, or before that; so are the processes that resume it. In half of the runs the store misbehaves,
too. At each death the journal is held against what the store had carried out, and at the end every row must have been
carried out once: a PUT of the same values a second time counts as twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crmcli.outbox.box import Box
from crmcli.paths import state_folder
from crmcli.runs.journal import DONE, WAITING, Journal, Run, RunRow
from crmcli.sandbox.objects import MESSAGE, REPLY, STATUS, TICKET, Object
from crmcli.trash import Trash
from tests.conftest import Run as Program
from tests.conftest import Sandbox, arrived

TIMEOUT, LATE, SETTLE = 0.4, 0.6, 1.5
"""Seconds: the client's time-out, how late a late answer is, and how long what was lost is looked for."""
WRITE_FAULTS = (
    "cut-before",
    "cut-after",
    "cut-body",
    f"delay={LATE}",
    f"delay={LATE},after",
    "status=429",
    "status=500",
    "status=503",
    "status=500,after",
)
READ_FAULTS = ("cut-before", "cut-body", "status=503", "status=429", f"delay={LATE}")
RESUMES = 12
"""How often a run is resumed at most until it must have ended."""

Key = tuple[Any, ...]
"""A thing that a store carries out: ("message", 7, "Hello"), ("update", "ticket", 7) or ("delete", "ticket", 7)."""


@dataclass
class Score:
    """What a campaign found."""

    runs: int = 0
    kills: int = 0
    rows: int = 0
    twice: int = 0
    missing: int = 0
    untruths: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.runs} runs, {self.kills} kills, {self.rows} rows: {self.twice} applied twice, "
            f"{self.missing} not applied, {len(self.untruths)} untruths"
        )


@dataclass
class Job:
    """A command, what each of its rows is to carry out, and the fields that each changes, from what to what."""

    words: list[str]
    keys: list[list[Key]]
    fields: list[tuple[dict[str, Any], dict[str, Any]] | None]
    deletes: list[int] = field(default_factory=list)


class Watched:
    """A store that counts what it carries out, and kills a process at one of its requests."""

    def __init__(self, sandbox: Sandbox, patch: pytest.MonkeyPatch) -> None:
        self.store = sandbox.store
        self._done: Counter[Key] = Counter()
        self._lock = threading.Lock()
        self._under_way = 0
        self._at_rest = threading.Condition(self._lock)
        self._victim: tuple[int, int, str] | None = None
        patch.setattr(self.store, "update", self._counted(self.store.update, "update"))
        patch.setattr(self.store, "delete", self._counted(self.store.delete, "delete"))
        inner = sandbox.server.app

        def app(environ: dict[str, Any], start_response: Any) -> Any:
            with self._busy():
                return self._answer(inner, environ, start_response)

        sandbox.server.app = app

    def _answer(self, inner: Callable[..., Any], environ: dict[str, Any], start_response: Any) -> Any:
        kill = self._strikes()
        if kill in ("before", "long before"):
            arrived(environ)
            self._kill()
            time.sleep(LATE if kill == "long before" else 0)
        answer = inner(environ, start_response)
        if kill == "after":
            self._kill()
        return answer

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._at_rest:
                self._under_way -= 1
                self._at_rest.notify_all()

    def rest(self) -> None:
        """Wait until all requests that have come are carried out: a killed process may be dead before its last one is."""
        with self._at_rest:
            assert self._at_rest.wait_for(lambda: not self._under_way, timeout=60)

    def _counted(self, do: Callable[..., None], verb: str) -> Callable[..., None]:
        def counted(kind: Object, number: int, *values: dict[str, Any]) -> None:
            do(kind, number, *values)
            if not values or set(values[0]) - {"DateLastAction"}:  # a message moves that alone
                with self._lock:
                    self._done[verb, kind.name, number] += 1

        return counted

    def kill(self, process: int, *, at: int, when: str) -> None:
        """Kill this process at its `at`-th request: `before` the store does the work, `long before`, or `after` it."""
        with self._lock:
            self._victim = (process, at, when)

    def spare(self) -> None:
        """Kill nobody."""
        with self._lock:
            self._victim = None

    def _strikes(self) -> str | None:
        with self._lock:
            if self._victim is None:
                return None
            process, at, when = self._victim
            self._victim = (process, at - 1, when)
            return when if at == 1 else None

    def _kill(self) -> None:
        with self._lock:
            if self._victim:
                os.kill(self._victim[0], signal.SIGKILL)
                self._victim = None

    def carried_out(self) -> Counter[Key]:
        """What the store has carried out, and how often."""
        with self._lock:
            done = Counter(self._done)
        for row in self.store.rows(TICKET):
            for message in row["CrmMessageList"]:
                done["message", row["CrmID"], message["Message"]] += 1
        return done


def tickets(sandbox: Sandbox, rows: int) -> list[int]:
    """So many new tickets, each with a message."""
    made = []
    for at in range(rows):
        values = {"Subject": f"New {at}", "CustomerEmail": "ann@example.com", "StatusID": 1, "CustomerName": "Ann Lee"}
        made.append(sandbox.store.insert(TICKET, values))
        sandbox.store.insert(MESSAGE, {"Message": "Where is it?", "Sender": 1}, parent=made[-1])
    return made


def update(sandbox: Sandbox, dice: random.Random, name: str, file: Path) -> Job:
    numbers = tickets(sandbox, dice.randint(15, 40))
    wanted = [{"Subject": f"{name} row {at}", "OrderID": 0 if at % 5 else at + 1000} for at in range(len(numbers))]
    lines = [{"ticket": number, **values} for number, values in zip(numbers, wanted, strict=True)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    fields = [({"Subject": f"New {at}", "OrderID": 0}, values) for at, values in enumerate(wanted)]
    keys: list[list[Key]] = [[("update", "ticket", number)] for number in numbers]
    return Job(["tickets", "update", "--from", str(file)], keys, [*fields])


def delete(sandbox: Sandbox, dice: random.Random, name: str, file: Path) -> Job:
    numbers = tickets(sandbox, dice.randint(15, 40))
    keys: list[list[Key]] = [[("delete", "ticket", number)] for number in numbers]
    words = ["tickets", "delete", *map(str, numbers), "--yes"]
    return Job(words, keys, [None] * len(numbers), numbers)


def messages(sandbox: Sandbox, dice: random.Random, name: str, file: Path) -> Job:
    some = tickets(sandbox, dice.randint(10, 30))
    numbers = [*some, *some[:5], *some[:3]]  # the same to the same ticket again: meant to be two, or three
    texts = [f"{name}: it is on its way to {number}." for number in numbers]
    lines = [{"ticket": number, "text": text} for number, text in zip(numbers, texts, strict=True)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    keys: list[list[Key]] = [[("message", number, text)] for number, text in zip(numbers, texts, strict=True)]
    return Job(["messages", "create", "--from", str(file)], keys, [None] * len(numbers))


def reply(sandbox: Sandbox, dice: random.Random, name: str, file: Path) -> Job:
    numbers = tickets(sandbox, dice.randint(15, 25))
    texts = [f"{name}: row {at}." for at in range(len(numbers))]
    lines = [{"ticket": number, "text": text} for number, text in zip(numbers, texts, strict=True)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    status = next(row for row in sandbox.store.rows(STATUS) if row["StatusId"] not in (0, 1))
    words = ["tickets", "reply", "--from", str(file), "--status", str(status["StatusId"]), "--yes"]
    keys: list[list[Key]] = [
        [("message", number, text), ("update", "ticket", number)] for number, text in zip(numbers, texts, strict=True)
    ]
    return Job(words, keys, [({"StatusID": 1}, {"StatusID": status["StatusId"]})] * len(numbers))


def replies(sandbox: Sandbox, dice: random.Random, name: str, file: Path) -> Job:
    rows = dice.randint(15, 25)
    numbers = [sandbox.store.insert(REPLY, {"Title": f"{name} {at}", "Message": "Old"}) for at in range(rows)]
    lines = [{"reply": number, "text": f"{name} text {at}"} for at, number in enumerate(numbers)]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    keys: list[list[Key]] = [[("update", "saved reply", number)] for number in numbers]
    return Job(
        ["replies", "update", "--from", str(file)],
        keys,
        [({"Message": "Old"}, {"Message": line["text"]}) for line in lines],
    )


JOBS = (update, delete, messages, reply, replies)


def faults(dice: random.Random) -> list[str]:
    """What goes wrong in the life of one process."""
    some = [
        f"{dice.choice(WRITE_FAULTS)},method={dice.choice(('PUT', 'POST', 'DELETE', '[PD]*'))}"
        f",times={dice.choice((1, 2, 5))},skip={dice.randrange(20)}"
        for _ in range(dice.randint(1, 3))
    ]
    reads = f"{dice.choice(READ_FAULTS)},method=GET,times={dice.randint(1, 3)},skip={dice.randrange(30)}"
    return [*some, reads]


def lived(words: list[str], watched: Watched, dice: random.Random, requests: int) -> bool:
    """Run the program as a process that is to be killed; whether it was."""
    child = subprocess.Popen(
        [sys.executable, "-m", "crmcli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if dice.random() < 0.3:
        try:
            child.wait(timeout=dice.uniform(0.15, 0.3 + 0.01 * requests))
        except subprocess.TimeoutExpired:
            child.kill()
    else:
        watched.kill(child.pid, at=dice.randint(1, requests), when=dice.choice(("before", "long before", "after")))
    code = child.wait(timeout=60)
    watched.spare()
    return code == -signal.SIGKILL


class Campaign:
    """Runs of the program against one store, each killed and resumed until it ends."""

    def __init__(self, seed: int, program: Program, sandbox: Sandbox, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.dice = random.Random(seed)
        self.score = Score()
        self.journal = Journal(state_folder() / "runs.db")
        self._seed = seed
        self._program = program
        self._sandbox = sandbox
        self._watched = Watched(sandbox, patch)
        self._folder = folder

    def run(self) -> None:
        """One command: killed, resumed, killed again, and judged."""
        dice, sandbox = self.dice, self._sandbox
        name = f"Job {self._seed}-{self.score.runs}"
        job = JOBS[self.score.runs % len(JOBS)](sandbox, dice, name, self._folder / "rows.jsonl")
        misbehaves = dice.random() < 0.5
        sandbox.app.latency = dice.choice((0, 0, 0.003, 0.02))
        self.score.runs += 1
        self.score.rows += len(job.keys)
        begun = len(self._runs())
        for _ in range(dice.randint(1, 5)):
            sandbox.fault(*(faults(dice) if misbehaves else ()))
            found = self._runs()[begun:]
            failed = ["--failed"] if found and found[0].counts.get("failed") and dice.random() < 0.7 else []
            if found and not found[0].left and not failed:
                break
            words = ["runs", "resume", str(found[0].number), *failed, "--yes"] if found else job.words
            self.score.kills += lived(words, self._watched, dice, 2 * len(job.keys) + 6)
            self._judge(job, begun)
        sandbox.fault()
        self._end(job, begun)

    def _runs(self) -> list[Run]:
        return self.journal.runs(store=self._store()) if self.journal.path.exists() else []

    def _store(self) -> str:
        from crmcli import settings

        return settings.load(None).store

    def _end(self, job: Job, begun: int) -> None:
        """Resume until nothing is left, and then what failed."""
        if not self._runs()[begun:]:
            assert self._program(*job.words).code == 0
        (run,) = self._runs()[begun:]
        for _ in range(RESUMES):
            run = self.journal.get(run.number)
            if not run.left:
                break
            self._program("runs", "resume", str(run.number))
        if run.counts.get("failed"):
            self._program("runs", "resume", str(run.number), "--failed")
        time.sleep(0 if run.counts.get("done") == run.rows else LATE)
        self._judge(job, begun, ended=True)

    def _judge(self, job: Job, begun: int, *, ended: bool = False) -> None:
        """Hold the journal against the store."""
        untruths = self.score.untruths
        before = self._watched.carried_out()
        runs = self._runs()[begun:]
        rows = self.journal.rows(runs[0]) if runs else []
        after = self._watched.carried_out()  # more by what the killed process had under way
        name = f"{' '.join(job.words[:2])}, run {runs[0].number if runs else '-'}"
        if len(runs) > 1:
            untruths.append(f"{name}: {len(runs)} runs")
        wanted, may, done = Counter[Key](), Counter[Key](), Counter[Key]()
        for at, keys in enumerate(job.keys):
            state = rows[at].state if rows else WAITING
            wanted.update(keys)
            may.update(keys if state != WAITING else ())
            done.update(keys if state == DONE else ())
        for key in wanted:
            if before[key] > may[key]:
                untruths.append(f"{name}: {key} was carried out {before[key]} times, and {may[key]} began")
            if after[key] < done[key]:
                untruths.append(f"{name}: {key} was carried out {after[key]} times, and {done[key]} are done")
        for row in rows:
            untruths.extend(f"{name}: row {row.at}: {wrong}" for wrong in self._untrue(job, row))
        if ended:
            self.score.twice += sum(max(0, after[key] - times) for key, times in wanted.items())
            self.score.missing += (wanted - after).total()
            (run,) = runs
            if (run.standing, run.counts) != ("ended", {DONE: len(job.keys)}):
                untruths.append(f"{name}: it {run.standing}, with {run.counts}")
            states = Counter(entry.state for entry in self._entries(run))
            if job.keys[0][0][0] == "message" and states["confirmed"] != len(job.keys):
                untruths.append(f"{name}: the outbox has {states}")

    def _untrue(self, job: Job, row: RunRow) -> list[str]:
        """What the journal says wrongly of a row."""
        wrong = []
        change = job.fields[row.at - 1]
        if change and row.before and (row.before, row.after) != change:
            wrong.append(f"{row.before} -> {row.after}, and it was {change}")
        if change and row.state == DONE and not row.before:
            wrong.append("it is done, and what was before is not there")
        number = job.deletes[row.at - 1] if job.deletes else None
        if number and self._sandbox.store.row(TICKET, number) is None:
            kept = [each for each in Trash(state_folder() / "trash.db").entries() if each.path == f"/CRM/{number}"]
            texts = [Trash(state_folder() / "trash.db").object(each)["CrmMessageList"] for each in kept]
            if not texts or any(len(text) != 1 for text in texts):
                wrong.append(f"ticket {number} is not in the trash")
        return wrong

    @staticmethod
    def _entries(run: Run) -> list[Any]:
        path = state_folder() / "outbox.db"
        return [entry for entry in Box(path).entries() if entry.run == run.key] if path.exists() else []


@pytest.fixture
def campaign(
    run: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[int], Campaign]:
    """A campaign of this seed, with short time-outs."""
    monkeypatch.setenv("CRMCLI_TIMEOUT", str(TIMEOUT))
    monkeypatch.setenv("CRMCLI_SETTLE", str(SETTLE))
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    return lambda seed: Campaign(seed, run, sandbox, monkeypatch, tmp_path)


def held(score: Score) -> None:
    print(score)
    assert (score.twice, score.missing, score.untruths) == (0, 0, []), "\n".join([str(score), *score.untruths])


def test_runs_that_are_killed(campaign: Callable[[int], Campaign]) -> None:
    some = campaign(int(os.environ.get("SEED", "3")))
    for _ in range(len(JOBS)):
        some.run()
    held(some.score)


@pytest.mark.long
def test_two_hundred_kills(campaign: Callable[[int], Campaign]) -> None:
    some = campaign(2026)
    while some.score.kills < 200:
        some.run()
    held(some.score)
