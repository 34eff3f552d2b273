"""A list from its end: the newest first, though the store gives the oldest first and can't be asked for another order.

The store is asked how many rows there are, and pages are read from the end towards the beginning. Rows come and go
meanwhile: each page is read on until it meets a row of the page after it, so that none between the two is missed, and a row
that came already doesn't come again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from crmcli.api.bodies import Row
from crmcli.api.paging import Listing, Seen, Walk, broken_off, first_offset


class Newest(Listing):
    """A `Listing` in reverse: `offset` skips the newest rows, `limit` ends after as many."""

    def _pages(self) -> Iterator[list[Row]]:
        total = None if self._keep else self._total()
        first = None if total is None else first_offset(self._ask, identity=self._identity, skip=1)
        found = self._all() if total is None or first is None else self._backwards(total, first - 1)
        yield from self._limited(found, skip=self._offset)

    def _all(self) -> Iterator[list[Row]]:
        """All rows in reverse, for a store that can't be asked for the last ones alone. No more are kept than are wanted."""
        most = None if self._limit is None else self._limit + self._offset + 1
        kept: deque[Row] = deque(maxlen=most)
        for page in self._whole_walk():
            kept.extend(page)
        if kept:
            yield list(reversed(kept))

    def _backwards(self, total: int, base: int) -> Iterator[list[Row]]:
        """The rows in reverse, a page at a time. `base` is the wire's offset of the first row: 0 or 1."""
        seen = Seen()
        size = max(1, self._page_size - 1)  # and one more row, which the page after it has
        end, came = total, 0
        while end > 0:
            start = max(0, end - size)
            page = self._until_seen(start + base if start else 0, seen)
            if came and not page and not self._is_seen_at(start + base if start else 0, seen):
                raise broken_off(came)
            end, came = start, came + len(page)
            for row in page:
                seen.add(self._identity(row))
            if page:
                page.reverse()
                yield page

    def _is_seen_at(self, start: int, seen: Seen) -> bool:
        """Whether there is a row that came already: then all from there on were deleted, or moved up, meanwhile."""
        return any(self._identity(row) in seen for row in self._ask(start, 1))

    def _until_seen(self, start: int, seen: Seen) -> list[Row]:
        walk = Walk(self._ask, identity=self._identity, page_size=self._page_size, start=start)
        new: list[Row] = []
        for page in walk.pages():
            for row in page:
                if self._identity(row) in seen:
                    return new
                new.append(row)
        return new
