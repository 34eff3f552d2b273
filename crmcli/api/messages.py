"""Messages live below a ticket. Making one e-mails the customer, and none can be changed (API page, "CRM Messages")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from crmcli import errors
from crmcli.api import empties
from crmcli.api.answers import Answer
from crmcli.api.bodies import Row
from crmcli.api.changes import Seen, unseen
from crmcli.api.collection import Collection
from crmcli.api.names import as_number
from crmcli.api.pages import asking
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack, Likeness, Send, alike

_WRITER = ("Sender", "SenderName", "SenderEmail")
_FEWEST = 10
"""Rows: the smallest page that a store may be set to, since so many come where no limit is named (wire-facts section 3)."""
_LIKENESS = Likeness(("Message",), _WRITER, writer=_WRITER)


class Messages(Collection):
    """`/CRM/{ticket}/message`."""

    noun = "message"
    key = "MessageId"
    ack_key = "MessageId"

    def whole(self, ticket: int, *, carried: object) -> Sequence[Any]:
        """All messages of a ticket, whose own list `carried` some of them, and whatever else. Raises as `list`.

        Where a page has room for more, and gives just what the ticket had, no other is asked for: two answers say the same, and
        a store that cuts off does so at no fewer than `_FEWEST`. Where it gives none, the ticket is not asked for once more, as
        `list` does: it was there a moment ago, and whatever is read after the thread leaves customers time to write.
        """
        listed = _list_in(carried)
        numbers = [as_number(str(each.get(self.key))) if isinstance(each, dict) else None for each in listed]
        is_all = sorted(map(str, numbers))
        room = min(_FEWEST, max(self._page_size, 2))
        thread: list[Row] = []
        ask = asking(self._transport, f"/CRM/{ticket}/message", {}, vouch=lambda nothing, _: empties.said(nothing))
        for page in Listing(ask, identity=self.identity, page_size=self._page_size).pages():
            thread += page
            if len(thread) < room and sorted(str(self.number_of(message)) for message in thread) == is_all:
                break
        if listed and not thread:
            raise _hidden(ticket, listed)
        known = {self.number_of(message) for message in thread}
        return [*(message for message, of in zip(listed, numbers, strict=True) if of not in known), *thread]

    def list(self, ticket: int, *, limit: int | None = None, offset: int = 0) -> Listing:
        """The messages of a ticket. Raises NotFound, while reading, when there is no such ticket.

        The store answers 404 both for no ticket and for no messages; asking for the ticket tells them apart, and another list
        whether the API is there at all. It has no `countonly` here. Raises StoreFailed, then, where there are none, though the
        ticket carries some.
        """
        return self._list(ticket, limit=limit, offset=offset)

    def _list(self, ticket: int, *, limit: int | None = None, offset: int = 0, proves: bool = False) -> Listing:
        """The same; `proves` says that an empty list is taken as the proof that a message is not there: a web page is none."""
        path = f"/CRM/{ticket}/message"

        @cache
        def look_for_ticket() -> Row:
            return self._one(f"/CRM/{ticket}", {"CrmID": ticket}, f"No ticket {ticket}.")

        def vouch(nothing: Answer, offset: int) -> None:
            try:
                carried = look_for_ticket().get("CrmMessageList")
            except errors.NotFound:
                empties.vouch(self._transport, nothing)
                raise
            if _list_in(carried) or (proves and offset == 0):
                empties.said(nothing)

        ask = asking(self._transport, path, {}, vouch=vouch)

        def ask_or_miss(offset: int, limit: int) -> list[Row]:
            rows = ask(offset, limit)
            if not rows and offset == 0 and (carried := _list_in(look_for_ticket().get("CrmMessageList"))):
                rows = ask(offset, limit)  # it may have come between the two
                if not rows:
                    raise _hidden(ticket, carried)
            return rows

        return Listing(ask_or_miss, identity=self.identity, page_size=self._page_size, limit=limit, offset=offset)

    def get(self, ticket: int, number: int) -> Row:
        """One message of a ticket. Raises NotFound."""
        missing = f"No message {number} in ticket {ticket}."
        return self._one(f"/CRM/{ticket}/message/{number}", {self.key: number}, missing)

    def create(self, ticket: int, *, fields: Row) -> Ack:
        """Add a message to a ticket: this e-mails the customer. Raises Unsure when nobody knows whether it arrived."""
        return self._deliver(self.sending(ticket, fields=fields))

    def sending(self, ticket: int, *, fields: Row) -> Send:
        """A message that is to be made; the same text by the same sender looks just like it.

        Any other of the ticket may be it: a store may write a text otherwise (a signature, other marks), and the sender too
        (its own name for the one that was sent). The same text by another sender may as well be a colleague's.
        """

        def prepare() -> Row:
            from crmcli.api import models

            models.check(models.Message, fields, required=("Message",))
            return fields

        def look(body: Row) -> tuple[list[Row], list[Row]]:
            there = [*self._list(ticket, proves=True)]
            return alike(body, there, _LIKENESS.fields), there

        def of(body: Row) -> Send:
            return self.sending(ticket, fields=body)

        path, missing = f"/CRM/{ticket}/message", f"No ticket {ticket}."
        return self._sending(
            path,
            fields,
            likeness=_LIKENESS,
            of=of,
            prepare=prepare,
            look=look,
            mails=True,
            missing=missing,
            holds=self.holds(path),
        )

    @staticmethod
    def holds(path: str) -> str:
        """What a message that is posted to this path changes, as `changes.Hold` takes it: its ticket."""
        return f"ticket {path.split('/')[2]}"

    def delete(self, ticket: int, number: int, *, seen: Seen = unseen) -> Ack:
        """Delete one message of a ticket, kept whole first. Raises as `_delete`."""

        def there() -> Row | None:
            return next((row for row in self._list(ticket, proves=True) if self.number_of(row) == number), None)

        with self._hold(f"ticket {ticket}"):
            return self._delete(
                f"/CRM/{ticket}/message/{number}",
                lambda: self.get(ticket, number),
                look=there,
                label=f"message {number} of ticket {ticket}",
                number=number,
                seen=seen,
            )


def _hidden(ticket: int, carried: Sequence[Any]) -> errors.StoreFailed:
    """The error for a thread that gave nothing, though its ticket has messages."""
    return errors.StoreFailed(
        f"Ticket {ticket} has messages ({len(carried)} came with it), and the store's list of them gave none.",
        hint="The thread is not empty: something may answer in the store's place. Run it again in a minute.",
    )


def _list_in(carried: object) -> list[Any]:
    return carried if isinstance(carried, list) else []
