"""Looking at the store for what may be there: a send whose answer was lost, or whose process ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crmcli import errors, processes
from crmcli.outbox.box import Box, Taken
from crmcli.outbox.entries import CONFIRMED, INTENDED, REFUSED, SENT, UNSURE, Entry

if TYPE_CHECKING:
    from crmcli.api.bodies import Row
    from crmcli.api.sends import Ack, Send, Sight

_FIRST_LOOK = 0.1
_LONGEST_LOOK = 2.0


def _silent(_: str) -> None:
    return


def _unheard(_: Entry) -> None:
    return


@dataclass(frozen=True)
class Looker:
    """Finds out what became of entries of one store, and writes it down.

    `settle` is how many seconds a send is looked for before it counts as not arrived. `note` is told what a person should
    know, `warn` what nobody should miss, `sent` each entry that is at the store.
    """

    box: Box
    store: str
    profile: str
    settle: float
    note: Callable[[str], None] = _silent
    warn: Callable[[str], None] = _silent
    pause: Callable[[float], None] = time.sleep
    sent: Callable[[Entry], None] = _unheard

    def look(self, entry: Entry, send: Send, *, late: bool = False) -> Entry:
        """Look for an open entry at the store until it is found, for `settle` seconds; returns it settled.

        What was there before it left, and what other entries became, is not taken for it. What is not there is unsure all
        the same where something new is, in other words (a store may write a text otherwise), or that may as well be another
        open entry; and where it is `late`: the store may be at it still. Raises what reading raises; then the entry stays so.

        When it left is not asked: it is written down as sent before it waits for the rate that the store allows, and before
        it is tried again; and the clock may have been set since.
        """
        if not entry.is_elsewhere and entry.state == INTENDED:
            return self.settled(entry, REFUSED, reason="it never left")
        if _is_anothers(entry):
            return self._look_once(entry, send)
        confirmed, found = self._sought(entry, send, seconds=self.settle)
        if confirmed:
            return confirmed
        new = bool(found.all)
        reason = words_of(found) if new else f"not at the store within {self.settle:g} s"
        return self.settled(entry, UNSURE if late or new else REFUSED, reason=reason)

    def _sought(
        self,
        entry: Entry,
        send: Send,
        *,
        seconds: float,
        enough: Callable[[Sight], bool] = lambda _: False,
        raw: Sequence[Row] = (),
    ) -> tuple[Entry | None, Sight]:
        """Look for it for so many seconds, once at least, or until there is `enough` of what may be it.

        Gives the entry as confirmed, with the ack's `raw` rows where there are any, or None; and what was new there.
        """
        until, wait = time.monotonic() + seconds, _FIRST_LOOK
        while True:
            found = self._new(entry, send)
            confirmed = self._found(entry, send, found, raw=raw)
            left = until - time.monotonic()
            if confirmed or left <= 0 or enough(found):
                return confirmed, found
            self.pause(min(wait, left + 0.01))
            wait = min(_LONGEST_LOOK, wait * 2)

    def looked(self, entry: Entry, send: Send) -> Entry:
        """As `look`; where the store can't be asked, the entry as unsure."""
        try:
            return self.look(entry, send)
        except errors.CrmError as blind:
            return self.left_open(entry, f"the store could not be asked: {blind}")

    def _look_once(self, entry: Entry, send: Send) -> Entry:
        """The same, once, for what another process may be sending this moment: it alone says that it did not."""
        confirmed = self._found(entry, send, self._new(entry, send))
        process = processes.number(entry.owner)
        here = f"process {process}, which is stopped," if processes.is_stopped(entry.owner) else f"process {process}"
        who = processes.place(entry.owner) if entry.is_elsewhere else here
        return confirmed or self.left_open(entry, f"{who} may be sending it")

    def _found(self, entry: Entry, send: Send, found: Sight, *, raw: Sequence[Row] = ()) -> Entry | None:
        """The entry as confirmed, where one of what was `found` proves it; None where none does.

        Each open entry of other words that may look like it may have become one of them.
        """
        if not found.alike:
            return None
        twins = self.box.twins(entry, lambda body: send.likeness.may_be(body, entry.body or send.body))
        others = [
            twin for twin in twins if twin.state in (SENT, UNSURE) and not send.likeness.same(twin.body, send.body)
        ]
        if len(found.alike) <= len(others):
            return None
        for number in sorted(found.alike):
            try:
                return self.confirmed(entry, send.made(number, raw))
            except Taken:  # a moment ago
                continue
        return None

    def _new(self, entry: Entry, send: Send) -> Sight:
        """What was neither there before nor is another entry's. Raises StoreFailed where all that was there is hidden."""
        sight = send.look()
        if entry.before and not sight.all:
            raise errors.StoreFailed(
                f"It gave nothing where there was something before ({entry.kind} {max(entry.before)}).",
                hint="Something may answer in the store's place. Run it again in a minute.",
            )
        return sight.without({*entry.before, *self._numbers(entry)})

    def _numbers(self, entry: Entry) -> set[int]:
        try:
            return self.box.numbers(entry)
        except errors.BadConfig as fault:  # it may have been sent: that is looked for all the same
            self.warn(fault.message)
            return set()

    def confirmed(self, entry: Entry, ack: Ack) -> Entry:
        """It is at the store. What is done stays done, though it can't be written down. Raises Taken."""
        entry = self.settled(entry, CONFIRMED, became=ack.number, ack=ack.raw, done="It was sent. ")
        self.sent(entry)
        return entry

    def settled(self, entry: Entry, state: str, *, done: str = "", **known: Any) -> Entry:
        """What became of it, written down; where it can't be, that is told, and what is known stays so. Raises Taken."""
        try:
            return self.box.settle(entry, state, **known)
        except errors.BadConfig as fault:
            self.warn(f"{done}{fault.message}")
            return replace(entry, state=state, **known)

    def left_open(self, entry: Entry, reason: str) -> Entry:
        """Nobody can tell what became of it; of what is another's to say, its own state stays."""
        return replace(entry, reason=reason) if _is_anothers(entry) else self.settled(entry, UNSURE, reason=reason)


def _is_anothers(entry: Entry) -> bool:
    """Whether another process, here or elsewhere, has yet to say what became of it."""
    return entry.is_elsewhere or (entry.is_underway and entry.owner != processes.me())


def words_of(found: Sight) -> str:
    """Why what is new at the store leaves open what became of a send."""
    named = ", ".join(f"#{number}" for number in sorted(found.all))
    return f"it is not there word for word, but {named} is new"


def named(entry: Entry) -> str:
    """An entry in words: what it became, and its number here."""
    number = "" if entry.became is None else f"{entry.kind} {entry.became}, "
    return f"{number}outbox entry {entry.number}"


def marked(raw: Sequence[dict[str, Any]], entry: Entry | None, why: str) -> list[dict[str, Any]]:
    """A store's ack of what was not sent now: each row says so, under the key `Outbox`."""
    about = {"entry": None if entry is None else entry.number, "sent": False, "why": why}
    return [{**row, "Outbox": about} for row in raw]
