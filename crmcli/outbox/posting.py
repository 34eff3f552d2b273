"""The POST of a send, and what is made of its answer: believed, doubted, or lost and looked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.outbox.box import Taken
from crmcli.outbox.entries import CONFIRMED, REFUSED, SENT, UNSURE, Entry
from crmcli.outbox.looking import Looker, words_of

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Send
    from crmcli.api.transport import Look

_REFUSALS = range(400, 500)
"""Answers that say that nothing was done."""


@dataclass
class _Tries:
    """The tries of one POST: whether the last one has left, or may have, and nobody has seen since that it did nothing."""

    are_away: bool = False


@dataclass(frozen=True)
class Poster(Looker):
    """Posts what has been written down as sent, once, and settles it."""

    def leaving(self, entry: Entry) -> Look | None:
        """It leaves now, and no wait is between; gives what is called once it is connected, if anything.

        Raises Changed where its claim was taken from it.
        """
        self.box.hold(entry)
        return None

    def posted(self, entry: Entry, send: Send) -> Ack:
        """Post it and see what became of it; an interrupt of any of it is the caller's."""
        tries = _Tries()
        try:
            ack = send.post(lambda answered: self._leaves(entry, send, tries, answered))
        except errors.Unsure as lost:
            return self._lost(entry, send, lost)
        except errors.CrmError as refusal:
            return self._refused(entry, send, refusal, was_answered=tries.are_away and refusal.status is not None)
        except Exception as fault:  # a fault of ours says nothing about the store
            return self._lost(entry, send, errors.Unsure(f"It was sent, and then crmcli itself failed ({fault!r})."))
        if ack.number is None:
            return self._unnumbered(entry, send, ack)
        try:
            if ack.number > max(entry.before, default=0):
                self.confirmed(entry, ack)
                return ack
        except Taken:
            pass
        return self._doubted(entry, send, ack)

    def _leaves(self, entry: Entry, send: Send, tries: _Tries, answered: int | None) -> Look | None:
        """A try leaves now, as `leaving`: where the one before was answered (a 429), the store shows first that it did nothing.

        Raises Unsure where it may have done it, and what reading and `leaving` do.
        """
        is_open = answered is not None and self._may_be_there(entry, send, tries, answered)
        tries.are_away = is_open
        look = self.leaving(entry)
        if is_open:
            raise _unsure_of(send, answered, "something new is at the store")
        tries.are_away = True
        return look

    def _may_be_there(self, entry: Entry, send: Send, tries: _Tries, answered: int) -> bool:
        """Whether something is new at the store that may be it, in other words. Raises Unsure where it is there as sent."""
        try:
            found = self._new(entry, send)
        except errors.Interrupted as end:
            end.status = answered
            raise
        except (errors.RateLimited, errors.NotFound):  # it says the same of a read, or the ticket is gone
            tries.are_away = False
            raise
        except errors.CrmError as blind:
            raise _unsure_of(send, answered, f"the store could not be asked: {blind}") from None
        if found.alike:
            raise _unsure_of(send, answered, "it may have been done all the same")
        return bool(found.all)

    def _refused(self, entry: Entry, send: Send, refusal: errors.CrmError, *, was_answered: bool) -> Ack:
        """It failed. Raises what failed, where nothing left, or one look shows that the store did nothing.

        A store that does the work and then fails at something else may answer as one that refused it. It did answer, so
        it isn't at it still, and nothing is waited for. Where it says the same of the look, that was no answer to this alone.
        """
        if was_answered:
            if isinstance(refusal, errors.Interrupted):
                raise self.interrupted(entry)
            try:
                confirmed, found = self._sought(entry, send, seconds=0)
            except errors.CrmError as blind:
                if not isinstance(blind, (type(refusal), errors.NotFound)):
                    reason = f"{refusal.message} The store could not be asked: {blind}"
                    raise self.unsure(entry, reason.rstrip(".")) from None
            else:
                if confirmed:
                    return self._there(confirmed, send, refusal.status)
                if found.all:
                    raise self.unsure(entry, f"{refusal.message} And {words_of(found)}")
                if isinstance(refusal, errors.NotFound):  # which would name what was just seen
                    refusal.message = (
                        f"POST {send.path} was answered with {refusal.status}, though the same address can be read: "
                        "nothing was sent."
                    )
        self.settled(entry, REFUSED, reason=refusal.message)
        raise refusal

    def _there(self, entry: Entry, send: Send, status: int | None) -> Ack:
        """What is told of what was sent, and was answered as if it were not."""
        which = send.kind if entry.became is None else f"{send.kind} {entry.became}"
        odd = f"POST {send.path} was answered with an error ({status}), and {which} is there all the same: it was sent."
        ack = send.made(entry.became, entry.ack)
        return replace(ack, odd=odd, raw=[{**row, "Message": odd} for row in ack.raw])

    def _unnumbered(self, entry: Entry, send: Send, ack: Ack) -> Ack:
        """Made, says the store, or whoever answered for it, without a number: what is there tells.

        What is new there in other words (a store may write a text otherwise) bears it out, and leaves the number open.
        """
        said = "the answer says that it was made, without its number"
        try:
            confirmed, found = self._sought(
                entry, send, seconds=self.settle, enough=lambda found: bool(found.all), raw=ack.raw
            )
        except errors.CrmError as blind:
            raise self.unsure(entry, f"{said}, and the store could not be asked: {blind}".rstrip(".")) from None
        if confirmed:
            return send.made(confirmed.became, ack.raw)
        if not found.all:
            raise self.unsure(entry, f"{said}, and it is not at the store within {self.settle:g} s")
        self.confirmed(entry, ack)
        return ack

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
        if lost.status in _REFUSALS:
            return self._there(entry, send, lost.status)
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


def _unsure_of(send: Send, answered: int | None, why: str) -> errors.Unsure:
    said = f"POST {send.path} was answered with {answered}, and {why}"
    return errors.Unsure(f"{said.rstrip('.')}.", status=answered)
