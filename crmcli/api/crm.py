"""`Crm`: one store's CRM, with a collection for each noun."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from crmcli import dates
from crmcli.api.changes import Hold, Mending, unheld, whole_always
from crmcli.api.deleting import Keep, unkept
from crmcli.api.departments import Departments
from crmcli.api.messages import Messages
from crmcli.api.policy import Policy
from crmcli.api.replies import Replies
from crmcli.api.retry import Pace
from crmcli.api.sends import Deliver, Send, straight
from crmcli.api.statuses import Statuses
from crmcli.api.tickets import Tickets
from crmcli.api.transport import Transport

if TYPE_CHECKING:
    from crmcli.api.anything import Anything
    from crmcli.api.ratelimit import Bucket

_FARTHEST = 9999


class Crm:
    """The CRM of one store.

    `secure_url`, `private_key` and `token` are the header trio (wire-facts section 2). `rate_limit` is (burst, requests a
    second) or None, and is shared, through the file `rate_file`, by all who give the same `store`. `timeout` is in seconds.
    `timezone` is the store's. `app` is a WSGI application that stands in for the network, and is closed with it. `trace` gets
    a line for each request, without the keys; `waiting` is entered while the store is waited for. `deliver` is how what
    makes something goes out: an outbox, or straight. `keep` is given all that is to be deleted (`collection.Keep`); `mending`
    knows what earlier updates left blank (`changes.Mending`); `hold` keeps others from what is being changed
    (`changes.Hold`). `heard` is told what departments, statuses and replies (so its first argument) are called when a list of
    them was read whole, and None when one is about to change.
    """

    def __init__(
        self,
        *,
        base_url: str,
        secure_url: str,
        private_key: str,
        token: str,
        timezone: str = "America/New_York",
        timeout: float = 120.0,
        page_size: int = 100,
        rate_limit: tuple[int, float] | None = None,
        rate_file: Path | None = None,
        store: str = "",
        policy: Policy | None = None,
        app: Any = None,
        trace: Callable[[str], None] | None = None,
        deliver: Deliver = straight,
        keep: Keep = unkept,
        mending: Mending = whole_always,
        hold: Hold = unheld,
        waiting: AbstractContextManager[None] | None = None,
        heard: Callable[[str, dict[int, str] | None], None] = lambda *_: None,
    ) -> None:
        self._page_size = page_size
        self._deliver = deliver
        self._keep = keep
        self._mending = mending
        self._hold = hold
        self._heard = heard
        self._zone = timezone
        self._bucket: Bucket | None = None
        pace = Pace()
        if rate_limit and rate_file:
            from crmcli.api.ratelimit import Bucket

            burst, per_second = rate_limit
            # No two requests take as long to arrive: a 25th of the burst is for those that catch up with the ones before.
            self._bucket = Bucket(
                rate_file, store=store or f"{base_url} {secure_url}", burst=burst - burst // 25, per_second=per_second
            )
            # After a throttled answer, wait for the bucket to leak 20 requests: 10 s at the real host's rate.
            pace = Pace(throttled=20 / per_second)
        self._transport = Transport(
            base_url=base_url,
            headers={"SecureURL": secure_url, "PrivateKey": private_key, "Token": token},
            timeout=timeout,
            bucket=self._bucket,
            pace=pace,
            policy=policy,
            app=app,
            trace=trace,
            waiting=waiting,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def allow(self, *, mails: bool) -> None:
        """Raise BadConfig when the profile forbids a write, or one that `mails` a customer; a rehearsal sends nothing."""
        self._transport.policy.allow(mails=mails)

    @property
    def wrote(self) -> bool:
        """Whether anything was sent that the store may have done."""
        return self._transport.wrote

    def end(self) -> None:
        """Have no thread wait any longer for its next try, or for its turn: it raises Interrupted. What was sent is heard."""
        self._transport.pauses.end()

    def rest(self, seconds: float) -> None:
        """Wait, as a try waits for its turn. Raises Interrupted after `end`."""
        self._transport.pauses(seconds)

    def sending(self, kind: str, path: str, body: dict[str, Any]) -> Send:
        """The send that was written down as `kind`, `path` and `body`, to look for it or to send it after all."""
        if kind == Messages.noun:
            return self.messages.sending(int(path.split("/")[2]), fields=body)
        return self.tickets.sending(fields=body) if kind == Tickets.noun else self.replies.sending(fields=body)

    @cached_property
    def anything(self) -> Anything:
        """Any call, by its path."""
        from crmcli.api.anything import Anything

        return Anything(self, self._transport, page_size=self._page_size)

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which the store's clock was ahead of ours at its last answer; None where it told no time."""
        return self._transport.clock_ahead

    @property
    def now(self) -> datetime | None:
        """The hour by the store's clock, in UTC, as its last answer told it; None where that told none."""
        ahead, ours = self.clock_ahead, dates.utc_now()
        try:
            found = None if ahead is None else ours + timedelta(seconds=ahead)
        except OverflowError:
            return None
        return found if found and 1 < found.year < _FARTHEST else None  # else there is no such hour in some zones

    @property
    def bucket_level(self) -> float:
        """How many requests the store's leaky bucket holds now, as far as it was counted here."""
        return self._bucket.level() if self._bucket else 0.0

    @property
    def proxy(self) -> str | None:
        """The proxy that the store is reached through, without its password, and who names it; None without one."""
        proxy = self._transport.connections.proxy
        return proxy.shown if proxy else None

    @property
    def trusted(self) -> str | None:
        """Whose certificates are trusted, in words; None where there is no TLS."""
        return self._transport.connections.trusted

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @cached_property
    def tickets(self) -> Tickets:
        """`/CRM`."""
        return Tickets(
            self._transport,
            page_size=self._page_size,
            zone=self._zone,
            departments=self.departments,
            statuses=self.statuses,
            messages=self.messages,
            deliver=self._deliver,
            keep=self._keep,
            mending=self._mending,
            hold=self._hold,
        )

    @cached_property
    def messages(self) -> Messages:
        """`/CRM/{ticket}/message`."""
        return Messages(
            self._transport, page_size=self._page_size, deliver=self._deliver, keep=self._keep, hold=self._hold
        )

    @cached_property
    def departments(self) -> Departments:
        """`/CRM/department`."""
        heard = partial(self._heard, "departments")
        return Departments(self._transport, page_size=self._page_size, heard=heard, hold=self._hold)

    @cached_property
    def replies(self) -> Replies:
        """`/CRM/savedreply`."""
        return Replies(
            self._transport,
            page_size=self._page_size,
            deliver=self._deliver,
            keep=self._keep,
            heard=partial(self._heard, "replies"),
            hold=self._hold,
        )

    @cached_property
    def statuses(self) -> Statuses:
        """`/CRM/status`."""
        heard = partial(self._heard, "statuses")
        return Statuses(self._transport, page_size=self._page_size, heard=heard, hold=self._hold)
