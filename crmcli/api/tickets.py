"""Tickets (API page, "CRM"): the one place that knows what the store calls its filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

from crmcli import dates
from crmcli.api.bodies import Row, messages_of
from crmcli.api.changes import Hold, Mending, Seen, at_stake, check, holds, same, unheld, unseen, whole, whole_always
from crmcli.api.collection import Numbered
from crmcli.api.deleting import Keep, unkept
from crmcli.api.departments import Departments
from crmcli.api.latest import Latest
from crmcli.api.messages import Messages
from crmcli.api.paging import Listing
from crmcli.api.putting import Done, is_there
from crmcli.api.sends import Ack, Deliver, Likeness, Send, alike, straight
from crmcli.api.statuses import Statuses
from crmcli.api.transport import Look, Transport
from crmcli.errors import BadUsage, Changed, CrmError, HalfDone, Interrupted, Rejected, StoreFailed

# The query name of each filter on a number, and the field of a ticket that it compares.
_NUMBERS = {
    "departmentid": "DepartmentID",
    "statusid": "StatusID",
    "orderid": "OrderID",
    "custid": "CustomerID",
    "productid": "ProductId",
}


_LIKENESS = Likeness(("CustomerEmail",), ("Subject", "CustomerName", "OrderID"))
_TO_UPDATE = 2  # requests: it is read, and put
_NOT_THERE = "A department or a status that isn't there? See 'crmcli departments list' and 'crmcli statuses list'."


class Tickets(Numbered):
    """`/CRM`. `zone` is the store's, in which its dates are; `mending` knows what earlier updates left blank."""

    path = "/CRM"
    noun = "ticket"
    key = "CrmID"
    ack_key = "CrmID"
    to_read = 3

    def __init__(
        self,
        transport: Transport,
        *,
        page_size: int,
        zone: str,
        departments: Departments,
        statuses: Statuses,
        messages: Messages,
        deliver: Deliver = straight,
        keep: Keep = unkept,
        mending: Mending = whole_always,
        hold: Hold = unheld,
    ) -> None:
        super().__init__(transport, page_size=page_size, deliver=deliver, keep=keep, hold=hold)
        self._zone = zone
        self._departments = departments
        self._statuses = statuses
        self._threads = messages
        self._mending = mending
        self._merges: bool | None = None  # whether a PUT leaves alone what it doesn't name; None: not seen yet

    def list(
        self,
        *,
        subject: str | None = None,
        department: str | None = None,
        status: str | None = None,
        opened_after: str | None = None,
        opened_before: str | None = None,
        active_after: str | None = None,
        active_before: str | None = None,
        customer_name: str | None = None,
        customer_email: str | None = None,
        customer_phone: str | None = None,
        customer_ip: str | None = None,
        order: int | None = None,
        customer: int | None = None,
        product: int | None = None,
        limit: int | None = None,
        offset: int = 0,
        newest: bool = False,
    ) -> Listing:
        """Tickets that match all the filters given, with their messages; with `newest` in reverse order.

        `department` and `status` are numbers or names; dates are in the forms of `dates.FORMS`. How the store matches
        texts, and whether its date bounds are inclusive, is not documented. Raises BadUsage.
        """
        numbers = {
            "departmentid": None if department is None else self._departments.number(department),
            "statusid": None if status is None else self._statuses.number(status),
            "orderid": order,
            "custid": customer,
            "productid": product,
        }
        params: dict[str, object] = {
            "subject": subject,
            "openedstartdate": self._moment(opened_after, "after"),
            "openedenddate": self._moment(opened_before, "before"),
            "lastactionstartdate": self._moment(active_after, "after"),
            "lastactionenddate": self._moment(active_before, "before"),
            "customername": customer_name,
            "customeremail": customer_email,
            "customerphone": customer_phone,
            "customeripaddress": customer_ip,
            # To the store a 0 means "no filter" (HELP page), so tickets numbered 0 are picked out on this side.
            **{name: number for name, number in numbers.items() if number},
        }
        none_of = [_NUMBERS[name] for name, number in numbers.items() if number == 0]
        keep = (lambda row: not any(row.get(name) for name in none_of)) if none_of else None
        return self._listing(params, limit=limit, offset=offset, keep=keep, newest=newest)

    def check_new(self, fields: Row) -> None:
        """Whether a ticket of these fields can be opened, as far as can be told here. Raises BadUsage."""
        from crmcli.api import models

        models.check(models.Ticket, fields, required=("CustomerEmail",))

    def create(self, *, fields: Row, department: str | None = None, status: str | None = None) -> Ack:
        """Open a ticket of these fields (the store's names). It may e-mail the customer. Raises BadUsage, Unsure.

        `department` and `status` are numbers or names, laid over the fields'.
        """
        return self._deliver(self.sending(fields=fields, department=department, status=status))

    def sending(self, *, fields: Row, department: str | None = None, status: str | None = None) -> Send:
        """A ticket that is to be opened; one of the same customer, subject, order and text looks just like it.

        Any other of the customer may be it: a store may cut a subject, or leave out an order that it doesn't have.
        """

        def prepare() -> Row:
            self.check_new(fields)
            return {**fields, **self._named(department, status)}

        def look(body: Row) -> tuple[list[Row], list[Row]]:
            # All of the customer's, not those of the last days: a window would need a clock and a zone that are right, and
            # an entry may be looked for weeks later.
            theirs = alike(body, self._proving(customeremail=str(body.get("CustomerEmail"))), _LIKENESS.always)
            found = alike(body, theirs, _LIKENESS.also)
            messages = body.get("CrmMessageList") or []
            same = [row for row in found if all(alike(sent, self._messages(row), ("Message",)) for sent in messages)]
            return same, theirs

        def of(body: Row) -> Send:
            return self.sending(fields=body)

        return self._sending(self.path, fields, likeness=_LIKENESS, of=of, prepare=prepare, look=look, mails=True)

    def _messages(self, row: Row) -> Sequence[Row]:
        """The messages of a listed ticket: a store may list tickets without them."""
        return messages_of(row) or messages_of(self.whole(self.number_of(row)))

    def check(self, changes: Row, *, number: int | None = None) -> None:
        """Whether these fields can be set, of any ticket or of this one, as far as can be told here. Raises BadUsage."""
        from crmcli.api import models

        if "CrmMessageList" in changes:
            raise BadUsage("An update of a ticket can't hold messages: they would be sent again.")
        check(models.Ticket, changes, key=self.key, number=number)

    def update(
        self,
        number: int,
        *,
        changes: Row,
        department: str | None = None,
        status: str | None = None,
        seen: Seen = unseen,
    ) -> Ack:
        """Change the named fields of a ticket and no others. Raises BadUsage, NotFound.

        The ticket's e-mail is sent along, since the API requires it (HELP page). Whether a PUT blanks what it doesn't
        name is unproven for tickets (wire-facts section 5), so the first one that shows it is looked at: where the store
        blanked something, the whole ticket is put, that time and from then on. Messages are never sent. `seen` may stop it.
        """
        self.check(changes, number=number)
        changes = {**changes, **self._named(department, status)}
        with self.held(number):
            return self._update(number, changes, seen)

    def _update(self, number: int, changes: Row, seen: Seen) -> Ack:
        self._transport.reserve(_TO_UPDATE)  # a wait between the two would let others change it
        found = self.get(number)
        before = self.mend(number, found) or found
        email = changes.get("CustomerEmail") or before.get("CustomerEmail")
        body = {**({"CustomerEmail": email} if email else {}), **changes}
        if self._merges is False:
            body = self._changed(before, body)
        seen(before)
        if was_so := self._was_so(before, changes, number):
            return was_so
        ack = self._put(number, body, before=before, changes=changes, seen=seen)
        risked = at_stake(before, body)
        if ack.sent and self._merges is None and risked:
            try:
                after = self.get(number)
                self._merges = all(holds(after.get(name)) for name in risked)
                if not self._merges:
                    ack = self._rewrite(number, self._changed(before, changes))
                if before.get("CrmMessageList") and not after.get("CrmMessageList"):
                    raise StoreFailed(f"The store lost the messages of ticket {number} at its update.")
            except Interrupted:
                raise
            except CrmError as fault:
                raise HalfDone(
                    f"Ticket {number} was updated, but its other fields may be blank now",
                    fault,
                    hint="The next update of the ticket gives them back: run the same again.",
                ) from None
        return ack

    def mend(self, number: int, found: Row | None = None) -> Row | None:
        """Give a ticket back what an update that was ended half-way had left blank; `found` is how it is, if that was read.

        Gives how it is then; None where nothing was amiss. Raises what `get` does, and what the PUT that gives back raises.
        """
        if self._transport.policy.rehearse:
            return None
        with self._mending(number) as left_blank:
            if left_blank is None:
                return None
            found = found or self.get(number)
            lost = left_blank(found)
            if not lost:
                return None
            self._merges = False  # a store that blanks: from here on whole tickets are put
            try:
                self._rewrite(number, self._changed(found, lost))
                return self.get(number)
            except CrmError as fault:
                fault.details.append(f"An earlier update left fields of ticket {number} blank: {', '.join(lost)}.")
                raise

    def delete(self, number: int, *, seen: Seen = unseen) -> Ack:
        """Delete a ticket, kept whole first, with what an earlier update had left blank. Raises as `_delete`."""
        with self.held(number):
            self.mend(number)
            return super().delete(number, seen=seen)

    def whole(self, number: int) -> Row:
        """A ticket with all its messages: [] says that it has none. Raises NotFound.

        A store may leave some out of it, so the thread itself is read; after the ticket, since it is where customers write.
        """
        row = self.get(number)
        listed = row.get("CrmMessageList")
        return {
            **row,
            "CrmMessageList": self._threads.whole(number, carried=listed if isinstance(listed, list) else []),
        }

    def latest(self, number: int, check: Callable[[Row], None]) -> Look:
        """Show a ticket, whole, to `check`, right before what is mailed to it leaves; gives and raises as `Latest.see`."""
        latest = Latest(
            self._transport,
            lambda: self.whole(number),
            requests=self.to_read,
            waits=f"Ticket {number} could not be read and answered without a wait between, in which it may change.",
            hint="It was not answered. Wait a minute and run it again.",
        )
        return latest.see(check)

    def _changed(self, before: Row, changes: Row) -> Row:
        """The ticket as it is to be; its last action is the store's to set: sent back, a change would not show as one."""
        return {name: value for name, value in whole(before, changes).items() if name != "DateLastAction"}

    def _write(self, did: str, method: str, path: str, body: Any = None, **more: Any) -> Ack:
        try:
            return super()._write(did, method, path, body, **more)
        except Rejected as fault:
            # Numbers are not looked up before: a store may take what its lists don't show.
            if body and not {"DepartmentID", "StatusID"}.isdisjoint(body):
                fault.hint = _NOT_THERE
            raise

    def _rewrite(self, number: int, body: Row) -> Ack:
        """Send a ticket once more, whole."""
        return self._write("updated", "PUT", f"{self.path}/{number}", body, number=number)

    def _put(self, number: int, body: Row, *, before: Row, changes: Row, seen: Seen) -> Ack:
        """Send an update; the ticket is seen once more before each try but the first, since each comes after a wait."""
        path, tries = f"{self.path}/{number}", count()

        def later(answered: int | None) -> None:
            if next(tries):
                self._transport.reserve(_TO_UPDATE)
                now = self.get(number)
                if answered is not None and is_there(changes, now):
                    raise Done(answered)
                self._still(now, before, body, seen)

        look = partial(self.get, number)
        return self._updated(path, body, number=number, before=before, changes=changes, look=look, leaving=later)

    def _still(self, now: Row, before: Row, body: Row, seen: Seen) -> None:
        """Have a ticket seen as it is now, and raise Changed where `body` would write over what changed since."""
        seen(now)
        beside = [name for name in body if name in before and not same(now.get(name), before[name])]
        if self._merges is False and beside:
            said = f"It changed while it was being updated, and was left as it is: {', '.join(beside)}."
            raise Changed(said, hint="Look at it, and update it again.")

    def _named(self, department: str | None, status: str | None) -> Row:
        named: Row = {}
        if department is not None:
            named["DepartmentID"] = self._departments.number(department)
        if status is not None:
            named["StatusID"] = self._statuses.number(status)
        return named

    def _moment(self, date: str | None, side: dates.Side) -> str | None:
        if date is None:
            return None
        from zoneinfo import ZoneInfo

        return dates.to_filter(dates.bound(date, zone=ZoneInfo(self._zone), side=side))
