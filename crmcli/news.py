"""What changed since a checkpoint's last run, and how far it has come with that; its files are of `checkpoints`.

The store can say which tickets had their last action after a moment, but its dates have minutes only, whether its bounds
include the moment is unknown, and once a year an hour of its clock comes twice (wire-facts section 7). So each run asks again
for two hours before the newest action that it has seen, and for as long as the last walk took; what was printed already, and
is as it was, is known by its number and a digest.

A date ahead of the store's own clock moves nothing beyond that clock, which each answer tells. Ours is asked how long a walk
takes, and for the time where the store tells none. A checkpoint that an earlier version let run far ahead begins anew.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmcli import dates

if TYPE_CHECKING:
    from crmcli.api.paging import Listing

OVERLAP = timedelta(hours=2)
"""An hour for the end of daylight-saving time, and one for bounds, minutes, and clocks that are set right."""
_SLACK = 600
"""By how many seconds a date may be ahead and not be told of: dates have minutes only, and a store may have several clocks."""
_SHOWN = 5
"""How many tickets that are dated ahead are named."""


class Checkpoint:
    """One checkpoint within its run. `newest` is the newest last action that it knows (store's zone), None before any.

    After `fresh`: so many rows were `printed`, so many are `missing`, which the store counts and never gave, and so many of the
    printed are dated `ahead` of the store's clock; `stood` is where the checkpoint stood, where that was far ahead, too.
    """

    def __init__(self, db: sqlite3.Connection, newest: str | None) -> None:
        self._db = db
        self.newest = datetime.fromisoformat(newest) if newest else None
        self.printed = self.missing = self.ahead = 0
        self._named: list[str] = []
        self.stood: datetime | None = None

    @property
    def since(self) -> str | None:
        """From when on the store is to be asked, as `dates.from_user` reads it; None for everything."""
        return None if self.newest is None else (self.newest - OVERLAP).isoformat(timespec="seconds")

    def fresh(
        self, ask: Callable[[str | None], Listing], *, now: Callable[[], datetime]
    ) -> Iterator[list[dict[str, Any]]]:
        """The rows that were not printed yet, or have changed since, a page at a time.

        `ask` lists what had its last action after a moment, or everything. `now` is the hour by the store's clock, aware and
        in its zone, once it has answered.
        """
        began = time.monotonic()
        newest = yield from self._unknown(ask(self.since), now)
        ours = dates.utc_now().astimezone(now().tzinfo)
        if self.newest and self.newest > max(now(), ours).replace(tzinfo=None) + OVERLAP:
            # Since when is not known, so nobody knows what it has passed over.
            self.stood, self.newest = self.newest, None
            newest = yield from self._unknown(ask(None), now)
        # Where the store counts more than it gave, the same is asked for again; what was printed stays known.
        if newest is not None and not self.missing:
            # What changed during the walk, where it had passed already, is within its length of the newest.
            newest = min(newest, now().replace(tzinfo=None)) - timedelta(seconds=time.monotonic() - began)
            newest = max(newest, self.newest or datetime.min)  # noqa: DTZ901
            # Kept for longer than is asked again: in the hour that comes twice a store may give what looks too old.
            self._db.execute("DELETE FROM seen WHERE action < ?", ((newest - 2 * OVERLAP).isoformat(),))
            self.newest = newest

    def doubts(self, *, hour: datetime, told: bool, zone: str) -> Iterator[str]:
        """What is to be said of its last walk. `hour` is the store's; it was `told` by the store, or else by our clock."""
        clock = f"{'the store' if told else 'this machine'}'s clock ({hour:%Y-%m-%d %H:%M} in {zone})"
        if self.stood:
            yield (
                f"This checkpoint stood at {self.stood:%Y-%m-%d %H:%M}, ahead of {clock}, and may have passed over what "
                "changed meanwhile: everything was looked at anew."
            )
        if self.ahead:
            more = f" and {self.ahead - _SHOWN:,} more" if self.ahead > _SHOWN else ""
            tickets = (
                f"Ticket {self._named[0]} is" if self.ahead == 1 else f"Tickets {', '.join(self._named)}{more} are"
            )
            yield (
                f"{tickets} dated ahead of {clock}, beyond which no checkpoint goes. If that is not the store's zone, set "
                "the profile's timezone."
            )
        if self.missing:
            yield f"The store counts {self.missing:,} tickets more than it gave: they are asked for again."

    def _unknown(
        self, listing: Listing, now: Callable[[], datetime]
    ) -> Generator[list[dict[str, Any]], None, datetime | None]:
        """The rows of a listing that were not printed yet as they are, a page at a time; returns the newest action of all."""
        newest = self.newest
        for page in listing.pages():
            new, hour = [], now()
            for row in page:
                action, digest = _action(row), _digest(row)
                number = str(row.get("CrmID"))
                known = self._db.execute("SELECT digest FROM seen WHERE number = ?", (number,)).fetchone()
                if not known or known[0] != digest:
                    new.append(row)
                    self._look_ahead(number, action, hour)
                stamp = action.isoformat() if action else None
                self._db.execute(
                    "INSERT OR REPLACE INTO seen (number, action, digest) VALUES (?, ?, ?)", (number, stamp, digest)
                )
                newest = max(filter(None, (newest, action)), default=None)
            self.printed += len(new)
            if new:
                yield new
        self.missing = listing.missing
        return newest

    def _look_ahead(self, number: str, action: datetime | None, hour: datetime) -> None:
        """Note a ticket that is dated ahead of the store's hour. Of the hour that comes twice, the first is meant."""
        if action and action.replace(tzinfo=hour.tzinfo).timestamp() > hour.timestamp() + _SLACK:
            self.ahead += 1
            if self.ahead <= _SHOWN:
                self._named.append(f"{number} ({action:%Y-%m-%d %H:%M})")


def _action(row: Mapping[str, Any]) -> datetime | None:
    try:
        return dates.from_store(row.get("DateLastAction"))
    except ValueError:
        return None


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
