"""How what a command makes at the store goes out, and since when it is decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmcli import dates
from crmcli.keeping import Keeping

if TYPE_CHECKING:
    from crmcli.api.crm import Crm
    from crmcli.api.sends import Send
    from crmcli.claims import Claims
    from crmcli.outbox.delivery import Delivery
    from crmcli.outbox.entries import Entry
    from crmcli.settings import Settings
    from crmcli.state import Shared


_RECENT = 3600.0
_SLACK = 600.0
"""Seconds by which a date of the store's may be ahead of its clock."""


class Sending(Keeping):
    """What of a `State` sends."""

    shared: Shared
    verb: str
    given: Mapping[str, object]
    _is_told_of_stopped = False

    @property
    def settings(self) -> Settings:
        """The profile in force."""
        raise NotImplementedError

    @property
    def crm(self) -> Crm:
        """The store."""
        raise NotImplementedError

    @cached_property
    def claims(self) -> Claims:
        """Who is changing what at this profile's store."""
        return self._claims(self.settings.store, self.crm.rest)

    def _claims(self, store: str, pause: Callable[[float], None]) -> Claims:
        from crmcli import paths
        from crmcli.claims import Claims

        return Claims(paths.state_folder() / "claims.db", store=store, pause=pause, warn=self.output.warn)

    def taken_over(self, entry: Entry) -> None:
        """What had not left was taken from its process, which is stopped: what that claimed for it is nobody's any more."""
        from crmcli import errors
        from crmcli.api.messages import Messages

        if entry.state != "intended" or entry.kind != Messages.noun:
            return
        try:
            self._claims(entry.store, time.sleep).take(Messages.holds(entry.path), owner=entry.owner)
        except errors.BadConfig as fault:  # what is done stays done
            self.output.warn(fault.message)

    @cached_property
    def delivery(self) -> Delivery:
        """How what makes something goes out: through the outbox of this profile's store. Raises BadConfig."""
        from crmcli.outbox.delivery import Delivery

        settings = self.settings
        return Delivery(
            self.box,
            store=settings.store,
            profile=settings.profile,
            settle=settings.settle,
            note=self.output.note,
            warn=self.output.warn,
            sent=self.sent,
            once=self.shared.once,
            verb=self.verb,
            words=self._words,
            decided=lambda: self.decided,
            again=self.shared.send_again,
            rest=self.crm.rest,
            hold=lambda what: self.claims.held(what),  # noqa: PLW0108 - made when something is sent, not before
            is_recent=self._is_recent,
        )

    @property
    def profile_name(self) -> str:
        """The profile whose store a text is for, by its name."""
        from crmcli import settings

        return settings.name(self.shared.profile)

    def sent(self, entry: Entry) -> None:
        """An entry is at the store: the drafts of its text that were for its ticket are none any more. Never raises."""
        from contextlib import suppress

        from crmcli import drafts, errors

        drafted = {ticket for draft in drafts.like(entry.text) for ticket in draft.tickets}
        if entry.ticket is None or entry.ticket not in drafted:
            return
        tickets = {entry.ticket}
        if len(drafted) > 1:  # a text for several goes when the last of them has it
            with suppress(errors.BadConfig):
                others = self.box.entries(states=("confirmed",))
                tickets |= {
                    each.ticket
                    for each in others
                    if each.ticket and (each.store, each.text) == (entry.store, entry.text)
                }
        drafts.sent(entry.text, tickets, profile=entry.profile)

    def tell_of_stopped(self) -> None:
        """Say, once, that the last run of the very same command was stopped, where this one may send its rows anew.

        Within the hour it doesn't: what was sent stands for it then (`Entry.is_repeated_by`).
        """
        from crmcli.outbox.entries import REPEATED_WITHIN

        last = None if self._is_told_of_stopped or self.shared.once else self.box.last_run(self._words)
        self._is_told_of_stopped = True
        if last is None or time.time() - last[1] < REPEATED_WITHIN:
            return
        run = self.journal.of_key(last[0])
        if run and run.standing == "stopped" and run.rows > 1:
            self.output.warn(
                f"Run {run.number} of the same command was stopped with {run.left} of its {run.rows} rows left; 'crmcli runs "
                f"resume {run.number}' goes on with it. This is a new one, and may send again what that had sent."
            )

    def _is_recent(self, send: Send, row: dict[str, Any]) -> bool:
        """Whether what looks like a send came within the hour, by the store's own dates and clock, and not by the customer.

        Where the profile's zone is not the store's it can't be told.
        """
        try:
            came = dates.from_store(row.get("DateCreated") or row.get("DateOpened"))
        except ValueError:
            return False
        if came is None or not send.likeness.fills(send.body, row):
            return False
        now = dates.utc_now().timestamp() + (self.crm.clock_ahead or 0)
        zone = dates.now_in(self.settings.timezone).tzinfo
        # An hour may come twice. In seconds: a date of the year 9999 is in no other zone's calendar.
        ages = [now - came.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1)]
        if not any(-_SLACK <= age < _RECENT for age in ages):
            return False
        look = self.output.look
        if send.kind != "message" or look is None:
            return True
        return look.author(row, self.crm.tickets.get(int(send.path.split("/")[2]))) != "customer"

    @cached_property
    def _words(self) -> str:
        """What tells this command when it is run again: all that it was told to do, and not how to ask or what to print."""
        import hashlib
        import json

        told = json.dumps([self.verb, {**self.given, "yes": None}], sort_keys=True, default=str)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @cached_property
    def decided(self) -> str:
        """The moment, as the outbox counts, at which this command began, and it was decided what it sends. Raises BadConfig."""
        return "" if self.shared.dry_run else self.box.now()
