"""Whether what is to be sent still is: what an earlier command sent, or another one since, stands for it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crmcli import errors
from crmcli.outbox import keys
from crmcli.outbox.entries import CONFIRMED, INTENDED, OPEN, REFUSED, Decision, Entry
from crmcli.outbox.looking import marked, named
from crmcli.outbox.posting import Poster

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Leaving, Send, Sight
    from crmcli.api.transport import Look

_THERE = "at the store"
_SAID = {
    "same command": "This command sent it before it was ended",
    "other command": "Another command sent the very same since",
    "found now": "An earlier command sent the very same, and only now it is known that it arrived",
}
_ALL_THE_SAME = "--send-again sends it all the same."


def unchecked() -> None:
    """Nothing is to be checked, and nothing once it is connected."""


def _never(*_: object) -> bool:
    return False


@dataclass(frozen=True)
class Part:
    """What is being sent: its name within the job, the row of the run, and the entries that it has become.

    `alone` says that the run has no other rows; `check` raises where it is not to be sent after all.
    """

    name: str = ""
    row: tuple[str, int] | None = None
    alone: bool = True
    check: Leaving = unchecked
    sent: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Stands:
    """An entry that stands for what was to be sent, and why."""

    entry: Entry
    why: str

    @property
    def said(self) -> str:
        """What became of that which was to be sent."""
        return f"{'the store has' if self.why == _THERE else f'entry {self.entry.number} is'} the very same"


@dataclass(frozen=True)
class Decider(Poster):
    """Decides, right before something is sent, whether it still is.

    `words` are what tells the command when it is run again. `decided` gives the moment (`Box.now`) at which it was decided what
    is sent; `again` says that it is to be sent though the very same was. `is_recent` says of a row that looks like a send
    whether it came within the last hour, and from the store.
    """

    words: str = ""
    decided: Callable[[], str] = str
    again: bool = False
    is_recent: Callable[[Send, dict[str, Any]], bool] = _never
    command: str = field(default_factory=lambda: uuid.uuid4().hex)
    mine: set[int] = field(default_factory=set)
    _decisions: dict[str, Decision] = field(default_factory=dict)
    _stood: set[int] = field(default_factory=set)
    _part: ContextVar[Part | None] = field(default_factory=lambda: ContextVar("part", default=None))

    @property
    def now(self) -> Part:
        """What is being sent in this thread."""
        return self._part.get() or Part()

    def leaving(self, entry: Entry) -> Look | None:
        """Raises besides what the check of the row does: what was read before a wait is old. Gives what that gives."""
        super().leaving(entry)
        return self.now.check()

    def is_mine(self, entry: Entry) -> None:
        """What becomes of an entry is told by this command."""
        self.mine.add(entry.number)
        self.now.sent.append(entry.number)

    def standing(self, entry: Entry, send: Send) -> Stands | None:
        """What stands for it: what an earlier command sent, or may have, or another one since this was decided on.

        What a command sent that was over by then stands for it only if that is news, and no longer ago than an hour.
        What looks just like it, and is open, is looked for first: so that neither is taken for the other. Two of one command
        are meant to be two.
        """
        decision = self.decision()
        for other in self.box.twins(entry, lambda body: send.likeness.may_be(body, entry.body)):
            if other.command == entry.command or other.number in self._stood:
                continue
            if other.state == INTENDED and other.is_underway:  # it waits for this one, and decides then
                continue
            ended = self.looked(other, send.of(other.body)) if other.state in OPEN else other
            if self.again or ended.state == REFUSED:
                continue
            if ended.state != CONFIRMED:
                return Stands(ended, "unsure")
            if not send.likeness.same(ended.body, entry.body):
                continue
            if other.is_repeated_by(decision):
                return Stands(ended, "same command")
            if not keys.are_two(ended, entry) and (why := self._news(other, ended, decision)):
                return Stands(ended, why)
        return None

    def _news(self, other: Entry, ended: Entry, decision: Decision) -> str:
        """Why another one, as it was before it was looked for and as it is now, is news to who decided; "" if it is none."""
        if ended.is_since(decision.settled):
            return "other command"
        if ended.settled <= decision.settled:
            return ""
        if other.is_recent(decision):
            return "found now"
        self.note(f"The very same, of which nobody knew, has been at the store since long ({named(ended)}).")
        return ""

    def at_store(self, entry: Entry, send: Send, sight: Sight) -> Stands | None:
        """What an outbox that was made within the hour may have had an entry of before: the very same, come within the hour."""
        if not sight.alike or self.again or not self.box.is_young():
            return None
        sent = self.box.twins(entry, lambda body: send.likeness.may_be(body, entry.body))
        known = self.box.numbers(entry).union(
            *(twin.before for twin in sent)
        )  # what was there when one of ours was sent
        unknown = sorted(sight.alike - known)
        came = [number for number in unknown if self.is_recent(send, dict(sight.rows[number]))]
        return Stands(replace(entry, became=came[-1]), _THERE) if came else None

    def decision(self) -> Decision:
        """When and by what it was decided on: a row of a run when that began, whoever goes on with it."""
        row = self.now.row
        if row is None:
            return Decision(self.box.since(self.decided()), self.words, time.time())
        if row[0] not in self._decisions:
            self._decisions[row[0]] = self.box.decision(row[0])
        return self._decisions[row[0]]

    def stood_for(self, stands: Stands, send: Send) -> Ack:
        """What is told of what was not sent now. Raises Changed for a row of several, Unsure where nobody knows."""
        entry = stands.entry
        if stands.why == "unsure":
            raise self.unsure(entry, entry.reason)
        self._stood.add(entry.number)
        if stands.why == _THERE:
            return self._was_there(entry, send)
        said = f"{_SAID[stands.why]} ({named(entry)}): nothing was sent again."
        if stands.why == "same command":
            self.is_mine(entry)
        elif not self.now.alone:
            raise errors.Changed(said, hint=_ALL_THE_SAME)
        self.warn(f"{said} {_ALL_THE_SAME}")
        return self.made_before(entry, send, stands.why)

    def _was_there(self, entry: Entry, send: Send) -> Ack:
        said = (
            f"The store has the very same since less than an hour ({entry.kind} {entry.became}), and this outbox, which is "
            "newer than that, may have lost its entry: nothing was sent again."
        )
        if not self.now.alone:
            raise errors.Changed(said, hint=_ALL_THE_SAME)
        self.warn(f"{said} {_ALL_THE_SAME}")
        ack = send.made(entry.became, ())
        return replace(ack, did="was there already", raw=marked(ack.raw, None, _THERE))

    def made_before(self, entry: Entry, send: Send, why: str) -> Ack:
        """The ack of what was sent before, as which it can be told."""
        ack = send.made(entry.became, entry.ack)
        return replace(ack, did=f"created before (outbox entry {entry.number})", raw=marked(ack.raw, entry, why))
