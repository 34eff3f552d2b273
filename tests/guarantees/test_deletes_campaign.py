"""Deletes under attack: half the answers strange, customers who write meanwhile, processes that are killed. Nothing is lost.

The store's own rows say what was there: whatever it has no more is in the trash, whole, and what was told is so.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crmcli.api import retry
from crmcli.sandbox.answers import shown
from crmcli.sandbox.objects import MESSAGE, REPLY, TICKET
from tests.conftest import Result, Run, Sandbox, arrived
from tests.guarantees.test_trash import entries, trash
from tests.terminal import environment

Row = dict[str, Any]

STATUSES = (301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 410, 415, 422, 429, 451, 500, 501, 502, 503, 504)
BODIES = ("", ",body=ack", ",body=html", ",body=throttle-text")
GARBAGE = ("", "<html>Thank you</html>", "[1", '"Deleted"', "null", "{}")


class Campaign:
    """A store in which things happen, and what is known of them."""

    def __init__(self, shop: Sandbox, run: Run, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.shop = shop
        self.run = run
        self.dice = random.Random(seed)
        self.told: Counter[str] = Counter()
        self.faults: list[str] = []
        self._ticket = 0
        self._victim: tuple[subprocess.Popen[bytes], int, str] | None = None
        self._sandbox = shop.server.app
        self._chatty = 0.0
        shop.server.app = self._app
        patch.setattr(retry.Pauses, "__call__", lambda _, __: self.perhaps_written())

    def _app(self, asked: Row, start_response: Any) -> Any:
        """The sandbox, with a customer who writes before a read is answered, and a process that dies at a request."""
        if asked["REQUEST_METHOD"] == "GET":
            self.perhaps_written()
        is_last = False
        if self._victim:
            child, left, when = self._victim
            self._victim = (child, left - 1, when)
            is_last = left == 1
        if is_last and when == "before":
            arrived(asked)
            self._killed(child)
        odd = self.odd if asked["REQUEST_METHOD"] == "DELETE" else None
        if odd is not None:
            is_done, body = odd
            if is_done:
                list(self._sandbox(asked, lambda *_: lambda _: None))
            else:
                arrived(asked)
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
            answer: Any = [body.encode()]
        else:
            answer = self._sandbox(asked, start_response)
        if is_last and when == "after":
            self._killed(child)
        return answer

    def _killed(self, child: subprocess.Popen[bytes]) -> None:
        child.send_signal(signal.SIGKILL)
        child.wait()
        self._victim = None
        self.told["kills"] += 1

    def perhaps_written(self) -> None:
        """A customer writes, or a colleague changes a field: at any moment but the one that is left to nobody."""
        if self.dice.random() >= self._chatty or self.shop.store.row(TICKET, self._ticket) is None:
            return
        self.told["written meanwhile"] += 1
        if self.dice.random() < 0.7:
            text = f"One thing more, {self.told['written meanwhile']}"
            self.was_there.append(self.message(self.shop.store.insert(MESSAGE, {"Message": text}, parent=self._ticket)))
        else:
            self.shop.store.update(TICKET, self._ticket, {"Subject": f"Changed {self.dice.random()}"[:50]})

    def message(self, number: int) -> Row:
        """A message as the store gives it."""
        return shown(MESSAGE, self.shop.store.row(MESSAGE, number, parent=self._ticket) or {}, self.shop.app.switches)

    def one(self) -> None:
        """Delete one thing under everything."""
        dice, store = self.dice, self.shop.store
        self._ticket = store.insert(TICKET, {"Subject": "New", "CustomerEmail": "ann@example.com", "StatusID": 1})
        numbers = [
            store.insert(MESSAGE, {"Message": f"Message {at}", "Sender": at % 2}, parent=self._ticket)
            for at in range(dice.randint(0, 4))
        ]
        self.was_there = [self.message(number) for number in numbers]
        reply = store.insert(REPLY, {"Title": f"Reply {self._ticket}", "Message": "Hi"})
        kinds: dict[str, list[tuple[str, ...]]] = {
            f"/CRM/{self._ticket}": [
                ("tickets", "delete", f"{self._ticket}"),
                ("api", "DELETE", f"/CRM/{self._ticket}"),
            ],
            f"/CRM/savedreply/{reply}": [
                ("replies", "delete", f"{reply}"),
                ("api", "DELETE", f"/CRM/savedreply/{reply}"),
            ],
        }
        if numbers:
            path = f"/CRM/{self._ticket}/message/{numbers[0]}"
            kinds[path] = [("messages", "delete", f"{self._ticket}", f"{numbers[0]}"), ("api", "DELETE", path)]
        path = dice.choice([*kinds, f"/CRM/{self._ticket}"])
        words = (*dice.choice(kinds[path]), "--yes")
        self.misbehave()
        if dice.random() < 0.15:
            self.kill(*words)
        before, was_there = {entry.number for entry in entries()}, self.there(path)
        self._chatty = dice.choice((0, 0, 0.15))
        result = self.run(*words)
        self._chatty = 0.0
        self.judge(path, result, before, was_there=was_there)
        if self.there(path) and dice.random() < 0.5:
            self.misbehave(calm=True)
            before = {entry.number for entry in entries()}
            self.judge(path, self.run(*words), before)

    def misbehave(self, *, calm: bool = False) -> None:
        """Have the store answer strangely, half the time."""
        dice, faults = self.dice, []
        self.odd = None
        if not calm and dice.random() < 0.5:
            after, times = dice.choice(("", ",after")), dice.choice(("", "", ",times=1", ",times=2"))
            match dice.randrange(4):
                case 0:
                    faults.append(
                        f"{dice.choice(('cut-before', 'cut-after', 'cut-body', 'cut-headers'))},method=DELETE{times}"
                    )
                case 1:
                    self.odd = (dice.random() < 0.5, dice.choice(GARBAGE))
                case 2:
                    faults.append(f"status=429{after},method=DELETE{times}")
                case _:
                    faults.append(f"status={dice.choice(STATUSES)}{after},method=DELETE{times}{dice.choice(BODIES)}")
        if not calm and dice.random() < 0.3:
            status = dice.choice((429, 500, 503))
            faults.append(f"status={status},method=GET,chance=0.3,seed={dice.randrange(1000)}")
        if not calm and dice.random() < 0.1:
            faults.append(f"status=500,method=GET,skip={dice.randint(1, 4)}")
        self.faults = [*faults, str(self.odd)]
        self.shop.fault(*faults)

    def kill(self, *words: str) -> None:
        """Run it as a process that dies at one of its requests, or comes to its end before."""
        child = subprocess.Popen([sys.executable, "-m", "crmcli", *words], env=environment(), stdout=-3, stderr=-3)
        self._victim = (child, self.dice.randint(1, 5), self.dice.choice(("before", "after")))
        child.wait(60)
        self._victim = None
        self.run("tickets", "list", "--count")  # the store is done with what it was sent

    def there(self, path: str) -> bool:
        """Whether the store has it."""
        *_, of, kind, number = ["", *path.split("/")]
        if kind == "message":
            return self.shop.store.row(MESSAGE, int(number), parent=int(of)) is not None
        return self.shop.store.row(REPLY if kind == "savedreply" else TICKET, int(number)) is not None

    def judge(self, path: str, result: Result, before: set[int], *, was_there: bool = True) -> None:
        """Whether what is gone is kept, and what was told is so."""
        self.told["deletes"] += 1
        is_there = self.there(path)
        mine = [entry for entry in entries() if entry.path == path]
        said = f"{path} {self.faults} code {result.code}: {result.out}{result.err} {[entry.standing for entry in mine]}"
        if result.code == 0:
            self.told["done"] += 1
            assert not is_there, f"told as deleted, and there: {said}"
        elif result.code == 5 and "No " in result.err and not is_there:
            self.told["gone before"] += 1
        elif any(entry.standing == "unsure" and entry.number not in before for entry in mine):
            self.told["unsure"] += 1
            assert "trash show" in result.err, said
        else:
            self.told["changed" if result.code == 9 else "refused"] += 1
            assert is_there or not was_there, f"told as refused, and gone: {said}"
        assert is_there or mine, f"lost: {said}"
        if not is_there:
            kept = [trash().object(entry) for entry in mine]
            if path == f"/CRM/{self._ticket}":
                messages = [message for whole in kept for message in whole["CrmMessageList"]]
                lost = [message for message in self.was_there if message not in messages]
                assert not [m for m in lost if not self.is_kept_alone(m)], f"lost {lost}: {said}"

    def is_kept_alone(self, message: Row) -> bool:
        """Whether a message was deleted by itself before."""
        path = f"/CRM/{self._ticket}/message/{message['MessageId']}"
        return any(trash().object(entry) == message for entry in entries() if entry.path == path)


def go(shop: Sandbox, run: Run, patch: pytest.MonkeyPatch, *, seed: int, rounds: int) -> Counter[str]:
    """So many rounds of one seed."""
    patch.setenv("PYTHONPATH", str(Path.cwd()))
    campaign = Campaign(shop, run, seed, patch)
    for _ in range(rounds):
        campaign.one()
    return campaign.told


def test_some_deletes_under_attack(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = go(shop, run, monkeypatch, seed=7, rounds=40)
    assert told["done"] > 15
    assert told["kills"]


@pytest.mark.long
def test_a_thousand_deletes_under_attack(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: Counter[str] = Counter()
    for seed in range(10):
        told += go(shop, run, monkeypatch, seed=seed, rounds=100)
    print(
        f"\n{told['deletes']} deletes ({told['kills']} killed, {told['written meanwhile']} written meanwhile): "
        f"{told['done']} done, {told['refused']} refused, {told['changed']} changed, {told['unsure']} unsure: "
        "0 lost, 0 untruths"
    )
