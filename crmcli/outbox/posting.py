"""The POST of a send, and what is made of its answer: believed, doubted, or lost and looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.outbox.box import Taken
from crmcli.outbox.entries import CONFIRMED, REFUSED, SENT, UNSURE, Entry
from crmcli.outbox.looking import Looker

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Send


@dataclass(frozen=True)
class Poster(Looker):
    """Posts what has been written down as sent, once, and settles it."""

    def leaving(self, entry: Entry) -> None:
        """It leaves now, and no wait is between. Raises Changed where its claim was taken from it."""
        self.box.hold(entry)

    def posted(self, entry: Entry, send: Send) -> Ack:
        """Post it and see what became of it; an interrupt of any of it is the caller's."""
        try:
            ack = send.post(lambda: self.leaving(entry))
        except errors.Unsure as lost:
            return self._lost(entry, send, lost)
        except errors.CrmError as refusal:
            self.settled(entry, REFUSED, reason=refusal.message)
            raise
        except Exception as fault:  # a fault of ours says nothing about the store
            return self._lost(entry, send, errors.Unsure(f"It was sent, and then crmcli itself failed ({fault!r})."))
        if ack.number is None:  # made, by a store that doesn't say under which number
            ack = send.made(self._number(entry, send), ack.raw)
        try:
            if ack.number is None or ack.number > max(entry.before, default=0):
                self.confirmed(entry, ack)
                return ack
        except Taken:
            pass
        return self._doubted(entry, send, ack)

    def _doubted(self, entry: Entry, send: Send, ack: Ack) -> Ack:
        """The answer names what is older, or another's: it may be the answer to something else. The store tells."""
        said = f"The store's answer names {send.kind} {ack.number}, which is not new."
        try:
            if ack.number in self._new(entry, send).all:  # by a store whose numbers don't grow
                self.confirmed(entry, ack)
                return ack
        except (errors.CrmError, Taken):
            pass
        return self._lost(entry, send, errors.Unsure(said, late=True))

    def _number(self, entry: Entry, send: Send) -> int | None:
        try:
            return min(self._new(entry, send).alike, default=None)
        except errors.CrmError:  # it is made: that its number can't be read changes nothing
            return None

    def _lost(self, entry: Entry, send: Send, lost: errors.Unsure) -> Ack:
        """The answer was lost: what the store has tells what it was."""
        self.note(f"{lost.message} Looking whether the store has it …")
        try:
            entry = self.look(entry, send, late=lost.late)
        except errors.CrmError as blind:
            raise self.unsure(entry, f"{lost.message} The store could not be asked: {blind}") from None
        if entry.state == REFUSED and lost.otherwise:
            again = f"Run the same again, or: crmcli outbox resend {entry.number}"
            lost.otherwise.hint = f"It is not at the store, so it was not sent. {again}"
            raise lost.otherwise from None
        if entry.state != CONFIRMED:
            raise self.unsure(entry, entry.reason)
        self.note(f"It is at the store (outbox entry {entry.number}); nothing was sent again.")
        return send.made(entry.became, entry.ack)

    def interrupted(self, entry: Entry) -> errors.Interrupted:
        """What is told of an interrupt while it was being sent."""
        try:
            state = self.box.get(entry.number).state
        except (errors.BadUsage, errors.BadConfig):  # its file is gone, or can't be read
            state = SENT
        if state == CONFIRMED:
            return errors.Interrupted(f"Interrupted: the {entry.kind} was sent.")
        self.settled(entry, UNSURE, reason="interrupted while it was being sent")
        return errors.Interrupted(
            f"Interrupted: the {entry.kind} may have been sent already.",
            hint=f"'crmcli outbox resolve {entry.number}' looks whether the store has it. Don't just send it again.",
        )

    def unsure(self, entry: Entry, reason: str) -> errors.Unsure:
        """Nobody can tell what became of it: that is written down, and this is what is told."""
        entry = self.left_open(entry, reason)
        return errors.Unsure(
            f"The {entry.kind} may or may not be at the store: {reason}.",
            hint=f"Look at the store, then 'crmcli outbox resolve {entry.number}'. Don't just send it again.",
        )
