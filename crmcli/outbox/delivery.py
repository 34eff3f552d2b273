"""How a send goes out: written down, sent once, and looked for at the store when its answer was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crmcli import errors, processes
from crmcli.outbox.box import CONFIRMED, INTENDED, OPEN, REFUSED, UNSURE, Box, Entry

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Send, Sight

_FIRST_LOOK = 0.1
_LONGEST_LOOK = 2.0


@dataclass(frozen=True)
class _Part:
    """What is being sent: its name within the job, the row of the run, and the entries that it has become."""

    name: str = ""
    row: tuple[str, int] | None = None
    sent: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Delivery:
    """Sends through the outbox for one profile. `store` names the store (never its keys).

    `once` is the job's key: what it stands for is sent once, however often it is run. `settle` is how many seconds a
    send whose answer was lost is looked for before it counts as not arrived. `note` is told what a person should know.
    """

    box: Box
    store: str
    profile: str
    settle: float
    once: str | None = None
    note: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep
    mine: set[int] = field(default_factory=set)
    _part: ContextVar[_Part | None] = field(default_factory=lambda: ContextVar("part", default=None))

    def told(self) -> None:
        """The command is over, and has said what became of what it sent."""
        if self.mine:
            self.box.tell(sorted(self.mine))

    @contextmanager
    def together(self, *, part: str = "", row: tuple[str, int] | None = None) -> Iterator[None]:
        """Within it, in this thread, a send and what belongs to it; should any of it fail, the send counts as not told.

        So the same command, run again, learns that it was sent, sends nothing, and goes on with what is missing. `part` is
        what it is of the job that `--once` names; `row` the number of a run, and of its row.
        """
        now = _Part(part, row)
        token = self._part.set(now)
        try:
            yield
        except BaseException:
            self.mine.difference_update(now.sent)
            raise
        finally:
            self._part.reset(token)

    @property
    def _key(self) -> str | None:
        """What `--once` stands for here: the job, and of a job with several parts this one."""
        part = self._part.get()
        return f"{self.once}/{part.name}" if self.once and part and part.name else self.once

    def _is_mine(self, entry: Entry) -> None:
        self.mine.add(entry.number)
        if part := self._part.get():
            part.sent.append(entry.number)

    def __call__(self, send: Send) -> Ack:
        """Send it, at most once; returns what the store made of it.

        Raises BadConfig, with nothing written down, where the profile forbids it; what refused it; Unsure when the store may
        or may not have it and can't tell; and, for a lost answer, what lost it, once the store was seen not to have it.
        Every error but the first says which entry keeps it.
        """
        send.allow()
        part = self._part.get()
        entry, is_new = self.box.intend(
            store=self.store,
            profile=self.profile,
            kind=send.kind,
            path=send.path,
            body=send.body,
            once=self._key,
            row=part.row if part else None,
        )
        self._is_mine(entry)
        try:
            return self._deliver(entry, send) if is_new else self._second_run(entry, send)
        except errors.BadUsage:
            raise
        except errors.CrmError as failure:
            failure.details.append(f"It is kept in the outbox: crmcli outbox show {entry.number}")
            raise

    def look(self, entry: Entry, send: Send, *, late: bool = False) -> Entry:
        """Look for an open entry at the store until it is found, for `settle` seconds; returns it settled.

        What was there before it left, and what other entries became, is not taken for it. What is not there is unsure all
        the same where something new is, in other words (a store may write a text otherwise), and where it is `late`: the
        store may be at it still. Raises what reading raises; the entry stays as it is then.

        When it left is not asked: it is written down as sent before it waits for the rate that the store allows, and before
        it is tried again; and the clock may have been set since.
        """
        if entry.is_elsewhere:
            return self._look_elsewhere(entry, send)
        if entry.state == INTENDED:
            return self.box.settle(entry, REFUSED, reason="it ended before it left")
        until, wait = time.monotonic() + self.settle, _FIRST_LOOK
        while True:
            found = self._new(entry, send)
            if found.alike:
                return self._confirm(entry, send.made(min(found.alike), ()))
            left = until - time.monotonic()
            if left <= 0:
                reason = f"not at the store within {self.settle:g} s"
                if found.others:
                    named = ", ".join(f"#{number}" for number in sorted(found.others))
                    reason = f"it is not there word for word, but {named} is new"
                return self.box.settle(entry, UNSURE if late or found.others else REFUSED, reason=reason)
            self.pause(min(wait, left + 0.01))
            wait = min(_LONGEST_LOOK, wait * 2)

    def _look_elsewhere(self, entry: Entry, send: Send) -> Entry:
        """The same, once, for what another machine or container may be sending this moment: it alone says that it did not."""
        found = self._new(entry, send)
        if found.alike:
            return self._confirm(entry, send.made(min(found.alike), ()))
        return self._open(entry, f"{processes.place(entry.owner)} may be sending it")

    def looked(self, entry: Entry, send: Send) -> Entry:
        """As `look`; where the store can't be asked, the entry as unsure."""
        try:
            return self.look(entry, send)
        except errors.CrmError as blind:
            return self._open(entry, f"the store could not be asked: {blind}")

    def _open(self, entry: Entry, reason: str) -> Entry:
        """Nobody can tell what became of it; of what is another's to say, its own state stays."""
        return replace(entry, reason=reason) if entry.is_elsewhere else self.box.settle(entry, UNSURE, reason=reason)

    def _deliver(self, entry: Entry, send: Send) -> Ack:
        entry, twin, before = self._ready(entry, send)
        if twin:
            self.box.settle(entry, REFUSED, reason=f"entry {twin.number} is the same")
            return self._outcome(twin, send)
        entry = self.box.leaves(entry, before=before)
        try:
            return self._posted(entry, send)
        except KeyboardInterrupt:
            raise self._interrupted(entry) from None

    def _posted(self, entry: Entry, send: Send) -> Ack:
        """Post it and see what became of it; an interrupt of any of it is the caller's."""
        try:
            ack = send.post()
        except errors.Unsure as lost:
            return self._lost(entry, send, lost)
        except errors.CrmError as refusal:
            self.box.settle(entry, REFUSED, reason=refusal.message)
            raise
        except Exception as fault:  # a fault of ours says nothing about the store
            return self._lost(entry, send, errors.Unsure(f"It was sent, and then crmcli itself failed ({fault!r})."))
        if ack.number is None:  # made, by a store that doesn't say under which number
            ack = send.made(self._number(entry, send), ack.raw)
        self._confirm(entry, ack)
        return ack

    def _confirm(self, entry: Entry, ack: Ack) -> Entry:
        """It is at the store. What is done stays done, though it can't be written down."""
        try:
            return self.box.settle(entry, CONFIRMED, became=ack.number, ack=ack.raw)
        except errors.BadConfig as fault:
            self.note(f"It was sent. {fault.message}")
            return replace(entry, state=CONFIRMED, became=ack.number, ack=ack.raw)

    def _ready(self, entry: Entry, send: Send) -> tuple[Entry, Entry | None, Sequence[int]]:
        """Check it, look whether an earlier run sent the very same, and what is there before it leaves."""
        try:
            entry = self.box.prepared(entry, send.prepare())
            return entry, self._twin(entry, send), sorted(send.look().all)
        except errors.BadUsage:  # nobody can send it as it is: that is no send that failed
            self.mine.discard(entry.number)
            self.box.forget(entry)
            raise
        except BaseException as failure:
            self.box.settle(entry, REFUSED, reason=f"it never left: {failure}")
            if isinstance(failure, KeyboardInterrupt):
                raise errors.Interrupted("Interrupted: nothing was sent.") from None
            raise

    def _number(self, entry: Entry, send: Send) -> int | None:
        try:
            return min(self._new(entry, send).alike, default=None)
        except errors.CrmError:  # it is made: that its number can't be read changes nothing
            return None

    def _new(self, entry: Entry, send: Send) -> Sight:
        """What was neither there before nor is another entry's."""
        return send.look().without({*entry.before, *self.box.numbers(entry)})

    def _lost(self, entry: Entry, send: Send, lost: errors.Unsure) -> Ack:
        """The answer was lost: what the store has tells what it was."""
        self.note(f"{lost.message} Looking whether the store has it …")
        try:
            entry = self.look(entry, send, late=lost.late)
        except errors.CrmError as blind:
            raise self._unsure(entry, f"{lost.message} The store could not be asked: {blind}") from None
        if entry.state == REFUSED and lost.otherwise:
            again = f"Run the same again, or: crmcli outbox resend {entry.number}"
            lost.otherwise.hint = f"It is not at the store, so it was not sent. {again}"
            raise lost.otherwise from None
        return self._outcome(entry, send)

    def _second_run(self, entry: Entry, send: Send) -> Ack:
        """The job's key stands for an entry already: tell what became of it."""
        if (entry.kind, entry.path) != (send.kind, send.path):
            raise errors.BadUsage(f"--once {self._key} stands for something else: {entry.kind}, {entry.path}.")
        entry = self._ended(entry)
        if entry.state in OPEN:
            entry = self.looked(entry, send)
        if entry.state == REFUSED:  # the key is free again
            return self(send)
        return self._outcome(entry, send)

    def _twin(self, entry: Entry, send: Send) -> Entry | None:
        """An earlier run that sent the very same and never learned what became of it; None when there is none.

        One that is being sent right now is waited for: it may be meant to go twice, and then each must know its own.
        """
        for other in self.box.entries(states=(*OPEN, CONFIRMED), like=entry):
            if entry.run is not None and other.run == entry.run:
                continue  # two equal rows of one run are meant to be two
            if other.is_news and other.number not in self.mine:  # which stands for another of this command
                return other
            if other.number > entry.number or other.state == CONFIRMED:
                continue
            was_underway = other.is_underway
            ended = self._ended(other)
            if was_underway and ended.state not in OPEN:
                continue
            looked = self.looked(ended, send)
            if looked.state != REFUSED:
                return looked
        return None

    def _ended(self, entry: Entry) -> Entry:
        """The entry once the process that sends it is done with it."""
        while entry.is_underway:
            self.pause(_FIRST_LOOK)
            entry = self.box.get(entry.number)
        return entry

    def _outcome(self, entry: Entry, send: Send) -> Ack:
        if entry.state != CONFIRMED:
            raise self._unsure(entry, entry.reason)
        self.note(f"It is at the store (outbox entry {entry.number}); nothing was sent again.")
        self._is_mine(entry)
        return send.made(entry.became, entry.ack)

    def _interrupted(self, entry: Entry) -> errors.Interrupted:
        if self.box.get(entry.number).state == CONFIRMED:
            return errors.Interrupted(f"Interrupted: the {entry.kind} was sent.")
        self.box.settle(entry, UNSURE, reason="interrupted while it was being sent")
        return errors.Interrupted(
            f"Interrupted: the {entry.kind} may have been sent already.",
            hint=f"'crmcli outbox resolve {entry.number}' looks whether the store has it. Don't just send it again.",
        )

    def _unsure(self, entry: Entry, reason: str) -> errors.Unsure:
        self._open(entry, reason)
        return errors.Unsure(
            f"The {entry.kind} may or may not be at the store: {reason}.",
            hint=f"Look at the store, then 'crmcli outbox resolve {entry.number}'. Don't just send it again.",
        )
