"""How a send goes out: written down, alone of its like, sent once, and looked for at the store when its answer was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.outbox import keys
from crmcli.outbox.deciding import Decider, Part, Stands, unchecked
from crmcli.outbox.entries import CONFIRMED, FORGOTTEN, OPEN, REFUSED, UNSURE, Entry, Key
from crmcli.outbox.looking import named
from crmcli.waiting import Waiting

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Leaving, Send


@dataclass(frozen=True)
class Delivery(Decider):
    """Sends through the outbox for one profile. `store` names the store (never its keys).

    `once` is the job's key: what it stands for is sent once, however often it is run; `verb` the command that it was given to;
    `key` both, where it is known. `rest` waits, and may raise Interrupted; `hold` keeps others from what a send changes.
    """

    once: str | None = None
    verb: str = ""
    rest: Callable[[float], None] = time.sleep
    key: Key | None = None
    hold: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()

    def told(self) -> None:
        """The command is over, and has said what became of what it sent."""
        if not self.mine:
            return
        try:
            self.box.tell(sorted(self.mine))
        except errors.BadConfig as fault:  # what was done stays done
            self.warn(f"What was sent was sent. {fault.message}")

    def begins(self, run: str) -> None:
        """A run was decided on when this command was: whoever goes on with it holds its rows against what was sent since."""
        self.box.begin(run, self.decision())

    @contextmanager
    def together(
        self,
        *,
        part: str = "",
        row: tuple[str, int] | None = None,
        alone: bool = True,
        check: Leaving = unchecked,
    ) -> Iterator[None]:
        """Within it, in this thread, a send and what belongs to it; should any of it fail, the send counts as not told.

        So the same command, run again, learns that it was sent, sends nothing, and goes on with what is missing. `part` is
        what it is of the job that `--once` names; `row` the number of a run, and of its row, and `alone` whether it is the only
        one. `check` is called right before each try leaves, after every wait, and may raise; what it gives is called once
        that is connected.
        """
        now = Part(part, row, alone, check)
        token = self._part.set(now)
        try:
            yield
        except BaseException:
            self.mine.difference_update(now.sent)
            raise
        finally:
            self._part.reset(token)

    @property
    def _key(self) -> Key | None:
        """What `--once` stands for here: the job, and of a job with several parts this one."""
        return self.key or (Key(self.once, self.verb, self.now.name) if self.once else None)

    def __call__(self, send: Send) -> Ack:
        """Send it, at most once; returns what the store made of it, or of the very same that was sent before.

        Raises BadConfig, with nothing written down, where the profile forbids it; what refused it; Changed where another
        command sent the very same since it was decided on; Unsure when the store may or may not have it and can't tell; and,
        for a lost answer, what lost it, once the store was seen not to have it. Every error but the first says which entry
        keeps it.
        """
        send.allow()
        row = self.now.row
        entry, is_new = self.box.intend(
            store=self.store,
            profile=self.profile,
            kind=send.kind,
            path=send.path,
            body=send.body,
            key=self._key,
            row=row,
            alike=send.likeness.mark(send.body),
            command=row[0] if row else self.command,
            words=self.decision().words,
        )
        self.is_mine(entry)
        try:
            return self._deliver(entry, send) if is_new else self._second_run(entry, send)
        except errors.BadUsage:
            raise
        except errors.CrmError as failure:
            failure.details.append(f"It is kept in the outbox: crmcli outbox show {entry.number}")
            raise

    def _deliver(self, entry: Entry, send: Send) -> Ack:
        with ExitStack() as alone:
            entry, stands, before = self._ready(entry, send, alone)
            if stands:
                self.settled(entry, REFUSED, reason=stands.said, again=stands.entry.number)
                self.mine.discard(entry.number)
                return self.stood_for(stands, send)
            entry = self.box.leaves(entry, before=before)
            try:
                return self.posted(entry, send)
            except KeyboardInterrupt:
                raise self.interrupted(entry) from None

    def _ready(self, entry: Entry, send: Send, alone: ExitStack) -> tuple[Entry, Stands | None, Sequence[int]]:
        """Check it; have it be `alone` of its like, and at what it changes; look what stands for it, and what is there before.

        In that order, here and everywhere: whoever changes something waits for nobody's sends.
        """
        try:
            body = send.prepare()
            entry = self._claimed(entry if body == entry.body else self.box.prepared(entry, body), send)
            if send.holds:
                alone.enter_context(self.hold(send.holds))
            stands = self.standing(entry, send)
            if stands:
                return entry, stands, ()
            sight = send.look()
            stands = self.at_store(entry, send, sight)
            if stands:
                return entry, stands, ()
        except errors.BadUsage:  # nobody can send it as it is: that is no send that failed
            self.mine.discard(entry.number)
            self.box.drop(entry)
            raise
        except BaseException as failure:
            self.settled(entry, REFUSED, reason=f"it never left: {failure}")
            if isinstance(failure, KeyboardInterrupt):
                raise errors.Interrupted("Interrupted: nothing was sent.") from None
            raise
        return entry, None, sorted(sight.all)

    def _claimed(self, entry: Entry, send: Send) -> Entry:
        """The entry, once no other that looks like it may leave before it is settled."""
        waiting = self._waiting()
        while True:
            claimed, other = self.box.claim(entry, lambda body: send.likeness.may_be(body, entry.body))
            if other is None:
                return claimed
            _wait(waiting, other)

    def _second_run(self, entry: Entry, send: Send) -> Ack:
        """The job's key, or the row of the run, stands for an entry already: tell what became of it.

        Raises BadUsage where the key stands for something else.
        """
        why = "same row" if self.now.row and self.now.row == (entry.run, entry.row) else "same key"
        entry = self._ended(entry)
        if why == "same key":
            keys.check(entry, send, self._key)
        if entry.state in (*OPEN, FORGOTTEN):
            entry = self.looked(entry, send)
        if entry.state == UNSURE and self.again:
            entry = self.settled(entry, REFUSED, reason="given up by whoever sent it again")
        if entry.state == REFUSED:  # the key, or the row, is free again
            if not entry.body:
                self.box.drop(entry)
            return self(send)
        if entry.state != CONFIRMED:
            raise self.unsure(entry, entry.reason)
        self.note(f"It is at the store already ({named(entry)}); nothing was sent again.")
        return self.made_before(entry, send, why)

    def _ended(self, entry: Entry) -> Entry:
        """The entry once the process that sends it is done with it."""
        waiting = self._waiting()
        while entry.is_underway:
            _wait(waiting, entry)
            entry = self.box.get(entry.number)
        return entry

    def _waiting(self) -> Waiting:
        return Waiting(pause=self.rest, warn=self.warn, failure=errors.Unsure, so="this command sent nothing")


def _wait(waiting: Waiting, entry: Entry) -> None:
    """Wait for a moment for the process that sends this entry. Raises Unsure once that is in vain."""
    also = f" 'crmcli outbox resolve {entry.number}' looks what became of it."
    waiting.on(entry.owner, f"sending what looks just the same (outbox entry {entry.number})", also=also)
