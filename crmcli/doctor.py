"""What is well and what is not between this machine and the store: what `crmcli doctor` tells, a check at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from crmcli import errors, profiles, settings, values
from crmcli.api import authors
from crmcli.exits import exit_row
from crmcli.output import follow

if TYPE_CHECKING:
    from crmcli.api.crm import Crm
    from crmcli.state import State

OK, WARNING, FAILED = "ok", "warning", "failed"
_CLOCK = 120.0
"""Seconds by which two clocks may differ before it is worth a word: the store's dates have minutes only."""


_NEWEST = 50
"""Tickets that are read to see who wrote."""
UNREACHED = (errors.NetworkFailed, errors.BadConfig)
"""What says that the store was not reached at all."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: how it stands, in a line; what to do about it; and the error where it failed."""

    name: str
    state: str
    message: str
    hint: str = ""
    failure: errors.CrmError | None = None

    @property
    def row(self) -> dict[str, Any]:
        """As it is printed by programs' formats."""
        return {"check": self.name, "state": self.state, "message": self.message, "hint": self.hint}


def checks(state: State) -> Iterator[Check]:
    """All checks, each as it is done. Those that need what failed before are left out."""
    for check in _checks(state):
        yield replace(check, hint=follow.in_ours(check.hint, state.shared.profile))


def _checks(state: State) -> Iterator[Check]:
    try:
        found = state.settings
    except errors.CrmError as failure:
        yield _failed("profile", failure)
        yield from _files()
        return
    yield _profile(found)
    yield _host(found)
    yield from _files()
    try:
        crm = state.crm
    except errors.CrmError as failure:  # a proxy or certificates that the environment names
        yield _failed("connection", failure)
        return
    yield from _store(crm, found)
    yield _rate(crm, found)
    yield _outbox(state, found)


def _store(crm: Crm, found: settings.Settings) -> Iterator[Check]:
    """The way to the store, the nearest thing first, and what can be read there. The first read tells of both."""
    reading = reads(crm)
    first = next(reading)
    failed_at = getattr(first[2], "at", "")
    for name, check in (("proxy", _proxy(crm)), ("TLS", _tls(crm))):
        if failed_at == name and first[2]:
            yield _failed(name, first[2])
            return
        yield check
    for name, count, fault in chain([first], reading):
        if fault:
            yield _failed(name, fault)
            if isinstance(fault, UNREACHED):
                return
        else:
            told = "can be read" if count is None else f"can be read: {count:,}"
            yield Check(name, OK, told)
    yield from _senders(crm, found)
    yield _clock(crm)


def conclude(found: Sequence[Check]) -> None:
    """Raise what the first failed check failed of, when one did."""
    failed = [check.failure for check in found if check.failure]
    if failed:
        what = "check" if len(found) == 1 else "checks"
        raise type(failed[0])(f"{len(failed)} of {len(found)} {what} failed.", hint="What to do is said beside each.")


def reads(crm: Crm) -> Iterator[tuple[str, int | None, errors.CrmError | None]]:
    """A count of each noun, which reads nothing else: its name, how many there are, and what failed.

    The count is None where the store can't count, and its lists can be read all the same. Ends early where the store can't
    be reached: the others would fare no better, and each would be tried for seconds.
    """
    for name, listing in (
        ("tickets", crm.tickets.list(limit=1)),
        ("departments", crm.departments.list(limit=1)),
        ("statuses", crm.statuses.list(limit=1)),
        ("replies", crm.replies.list(limit=1)),
    ):
        failure = None
        count = None
        try:
            count = listing.counted()
            if count is None:  # a list that can be read, or the address is wrong
                next(listing.pages(), None)
        except errors.CrmError as fault:
            failure = fault
        yield name, count, failure
        if isinstance(failure, UNREACHED):
            return


def _failed(name: str, failure: errors.CrmError) -> Check:
    return Check(name, FAILED, failure.message, failure.hint or exit_row(failure).hint, failure)


def _profile(found: settings.Settings) -> Check:
    over = settings.overriding()
    if found.is_demo:
        return Check("profile", OK, "demo: the store on this machine")
    if over:
        named = f"{found.profile}, with " if profiles.file().exists() else ""
        return Check("profile", OK, f"{named}{', '.join(over)} from the environment")
    # One that others can read would have been refused.
    return Check("profile", OK, f"{found.profile}, in {profiles.file()}, readable by you alone")


def _host(found: settings.Settings) -> Check:
    if found.is_demo or values.is_real_host(found.base_url) or values.is_loopback(found.base_url):
        return Check("host", OK, found.base_url)
    hint = f"The API is at {values.REAL_HOST}: take base_url out of the profile, unless you know better."
    return Check("host", WARNING, f"{found.base_url} is not the API's usual address", hint)


def _proxy(crm: Crm) -> Check:
    return Check("proxy", OK, crm.proxy or "none: the store is reached straight")


def _tls(crm: Crm) -> Check:
    if crm.trusted:
        return Check("TLS", OK, f"the host's certificate is good; trusted are {crm.trusted}")
    return Check("TLS", OK, "none, and none is needed: it is this machine")


def _senders(crm: Crm, found: settings.Settings) -> Iterator[Check]:
    """Whether the addresses in the newest tickets bear out whose code is whose; nothing where these can't be listed."""
    testimony = authors.Testimony(found.senders)
    try:
        for ticket in crm.tickets.list(limit=_NEWEST, newest=True):
            testimony.hear(ticket)
    except errors.CrmError:
        return
    likely = testimony.likely
    codes = f"senders = {{ store = {likely['store']}, customer = {likely['customer']} }}" if likely else ""
    if told := testimony.contradiction:
        hint = (
            f"By the addresses it is {codes}: put that into the profile."
            if codes
            else "Look at 'crmcli messages list'."
        )
        yield Check("senders", WARNING, f"may be the wrong way round: {told}", hint)
    elif authors.STORE in found.senders or authors.CUSTOMER in found.senders:
        yield Check("senders", OK, ", ".join(f"{name} is {code}" for name, code in found.senders.items()))
    else:
        known = f"; by these it is {codes}" if codes else ""
        yield Check("senders", OK, f"not mapped: who wrote a message is told by addresses{known}")


def _clock(crm: Crm) -> Check:
    ahead = crm.clock_ahead
    if ahead is None:
        return Check("clock", WARNING, "the store does not tell its time", "Checkpoints go by this machine's clock.")
    if abs(ahead) <= _CLOCK:
        return Check("clock", OK, f"within {max(1, round(abs(ahead)))} s of the store's")
    off = f"{abs(ahead) / 60:.0f} minutes {'behind' if ahead > 0 else 'ahead of'} the store's"
    hint = "Dates like 7d or today count from this machine's: set it right, unless the store's is wrong."
    return Check("clock", WARNING, f"this machine's is {off}", hint)


def _rate(crm: Crm, found: settings.Settings) -> Check:
    if found.rate_limit is None:
        return Check("rate", OK, "no limit")
    burst, per_second = found.rate_limit
    used = crm.bucket_level
    text = f"{burst} at once and {per_second:g} a second; {used:.0f} in use now"
    if used > burst:
        wait = (used - burst) / per_second
        return Check("rate", WARNING, text, f"The next request waits {wait:.0f} s: something else is using the store.")
    return Check("rate", OK, text)


def _files() -> Iterator[Check]:
    from crmcli import soundness  # which needs sqlite3

    found = [Check("files", WARNING, said, hint) for said, hint in soundness.troubles()]
    yield from found or [Check("files", OK, "all that is kept on this machine can be read")]


def _outbox(state: State, found: settings.Settings) -> Check:
    from crmcli.outbox.box import OPEN, REFUSED

    try:
        # Reading makes the file; one that was never needed holds nothing.
        left = state.box.entries(states=(*OPEN, REFUSED)) if state.box.path.exists() else []
    except errors.CrmError as failure:
        return _failed("outbox", failure)
    ours = [entry for entry in left if entry.store == found.store and not entry.is_underway]
    mine = [entry for entry in ours if entry.state in OPEN]
    unsent = [entry for entry in ours if entry.state == REFUSED and not entry.again]
    others = sum(entry.store != found.store and not entry.again for entry in left)
    also = f"; of other stores 'crmcli outbox list' has {others:,} more" if others else ""
    if not mine and unsent:
        text = f"{len(unsent)} were not sent{also}" if len(unsent) > 1 else f"1 was not sent{also}"
        return Check(
            "outbox", WARNING, text, "See 'crmcli outbox list'; 'crmcli outbox resend' or 'forget' settles it."
        )
    if not mine:
        return Check("outbox", OK, f"nothing is left to settle{also}")
    oldest = (time.time() - min(entry.made for entry in mine)) / 3600
    text = f"{len(mine)} may or may not have been sent; the oldest {oldest:.0f} hours ago{also}"
    return Check("outbox", WARNING, text, "Look with 'crmcli outbox list', then 'crmcli outbox resolve'.")
