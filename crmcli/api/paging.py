"""Lists, page by page, with no row lost and none repeated, however the store counts.

Nobody knows for sure whether offsets count from 0 or from 1, whether a page may be capped below what was asked, or how a
list ends: short page, empty array, 404, or a 400 that says "Offset amount exceeds…" (wire-facts section 3). And rows come
and go while we read. So every page but the first is asked to begin with the last row of the page before:

- it begins with a row already seen: nothing was missed between the two, and the seen rows are dropped;
- it begins with an unseen row, or is empty: rows before it were deleted meanwhile and the list moved up, so step back;
- it has only seen rows: others came in before it and the list moved down (or offsets count from 1), so stride on, ever
  wider, and step back from where that was too far.

That is right for both ways of counting, and for any order of the rows as long as it stays the same. Only a store that gives
one row at a time can't be walked so: nothing in a page of one tells that rows are gone.

A page that gives nothing where a row was a moment ago, again and again, is no end of a list: something answers in the
store's place, or it fails without saying so. Then the walk fails, since rows that are missing must not pass for rows that
aren't there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cache

from crmcli import errors
from crmcli.api.bodies import Row

Ask = Callable[[int, int], list[Row]]
"""Ask for a page: (offset as the wire has it, limit) -> rows; an empty list past the end."""

Soon = Callable[[int, int], None]
"""Told the (offset, limit) that will be asked for next, so that the page can be under way while the last is being used."""

_FRUITLESS_PAGES = 8
"""A store that ignores the offset would give its first page for ever. By then the strides have gone past 120 pages of rows."""


_HOLLOW_PAGES = 3
"""So often in a row may a page give nothing that must begin with a row which came a moment ago: others may delete at once."""


def broken_off(rows: int) -> errors.StoreFailed:
    """The error for a list of which no more comes, though there is more."""
    came = "1 row" if rows == 1 else f"{rows:,} rows"
    return errors.StoreFailed(
        f"The list broke off after {came}: the store gave nothing where there must be more.",
        hint="What came is not the whole list. Run it again in a minute.",
    )


class Seen:
    """The identities of the rows that came, in a bit each: 200,000 ticket numbers take 30 KB, not 20 MB."""

    _NUMBERS = 4096  # a block: 512 bytes, which are changed in place and so leave no holes in the memory

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}
        self._others: set[Hashable] = set()

    def __contains__(self, identity: Hashable) -> bool:
        if not isinstance(identity, int):
            return identity in self._others
        block, place = divmod(identity, self._NUMBERS)
        return block in self._blocks and bool(self._blocks[block][place >> 3] >> (place & 7) & 1)

    def add(self, identity: Hashable) -> None:
        """Remember a row."""
        if not isinstance(identity, int):
            self._others.add(identity)
            return
        block, place = divmod(identity, self._NUMBERS)
        bits = self._blocks.get(block)
        if bits is None:
            bits = self._blocks[block] = bytearray(self._NUMBERS >> 3)
        bits[place >> 3] |= 1 << (place & 7)


class Walk:
    """A walk over the pages of a list: `pages` gives its rows, a list of new ones at a time, each row once.

    `start` is the wire's offset of the first row; `want` ends the walk once as many rows came (the last page may bring a
    few more). `soon` hears of each page but the first two before it is asked for: the first rows are to be out before
    anything more is, since often nothing more is wanted. `total` gives how many rows there are, or None when the store can't
    say: it is asked where the list seems to end, since a short page may be the end, a store that caps its pages, or a page
    that came short. `missing` says afterwards how many rows the store counts and never gave.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        identity: Callable[[Row], Hashable],
        page_size: int,
        start: int = 0,
        want: int | None = None,
        total: Callable[[], int | None] = lambda: None,
        soon: Soon = lambda *_: None,
    ) -> None:
        self._ask = ask
        self._soon = soon
        self._identity = identity
        self._page_size = max(page_size, 2)  # one that came, and one that didn't
        self._start = start
        self._want = want
        self._total = total
        self._got = 0
        self._seen = Seen()
        self.missing = 0

    def pages(self) -> Iterator[list[Row]]:
        """Pages of new rows. A page is used up when the next is asked for, and is emptied then.

        Raises what asking does, and StoreFailed where the list breaks off.
        """
        offset, limit = self._start, self._most(0)
        overlap = 0  # how many rows before the last page's end this one is asked to begin
        widest = 0  # the longest page so far: what this store is known to give
        fruitless = wider = 0  # pages in a row that brought nothing new; how often the stride was doubled for it
        hollow = 0  # how often nothing came, and not one new row in between, where a row had been
        was_row = is_first = True
        while limit:
            page = self._ask(offset, limit)
            hollow += was_row and not page and bool(overlap)
            if hollow == _HOLLOW_PAGES:
                raise broken_off(self._got)
            was_row = bool(page)
            if overlap and offset > self._start and not (page and self._identity(page[0]) in self._seen):
                position = offset + overlap
                overlap *= 2
                offset, limit = max(self._start, position - overlap), self._most(overlap)
                wider, fruitless = 0, 0 if page else fruitless
                continue
            new = self._new(page)
            is_short = len(page) < min(limit, widest or limit)
            fruitless, hollow = (0, 0) if new else (fruitless + 1, hollow)
            is_over = not page or fruitless == _FRUITLESS_PAGES or (is_short and not new)
            overlap = 1 if len(page) > 1 else 0
            widest = max(widest, len(page))
            wider = wider + overlap if fruitless > 1 else 0
            stride = (len(page) - overlap) << wider
            offset, limit = max(self._start, offset + stride), self._most(overlap)
            del page
            if limit and not (is_first or is_over or is_short):
                self._soon(offset, limit)
            if new:
                is_first = False
                yield new
                new.clear()  # before the next one is unpacked: two pages at once would be the peak of the memory
            if is_over or (is_short and self._is_all()):
                self._end()
                return

    def _most(self, overlap: int) -> int:
        """How many rows the next page may have, of which `overlap` came already; 0 when no more are wanted."""
        if self._want is None:
            return self._page_size
        left = self._want - self._got
        return min(self._page_size, left + (overlap and overlap + 1)) if left > 0 else 0

    def _new(self, page: list[Row]) -> list[Row]:
        new = []
        for row in page:
            name = self._identity(row)
            if name not in self._seen:
                self._seen.add(name)
                new.append(row)
        self._got += len(new)
        return new

    def _is_all(self) -> bool:
        """Whether the store says that there are no more rows than came."""
        total = self._total()
        return total is not None and total <= self._got

    def _end(self) -> None:
        self.missing = max(0, (self._total() or 0) - self._got)


def first_offset(ask: Ask, *, identity: Callable[[Row], Hashable], skip: int) -> int | None:
    """The wire's offset of the row after the first `skip` ones, for a store that counts from 0 or from 1.

    Two rows tell: a store that counts from 1 takes offset 0 for 1 (recorded, wire-facts section 3), so both give the same.
    None when the third is the same too: then the store ignores the offset.
    """
    if skip == 0:
        return 0
    rows = [ask(offset, 1)[:1] for offset in (0, 1)]
    if not all(rows) or identity(rows[0][0]) != identity(rows[1][0]):
        return skip
    third = ask(2, 1)[:1]
    return None if third and identity(third[0]) == identity(rows[0][0]) else skip + 1


class Listing:
    """What a list call found. Nothing is asked of the store before the first page is wanted.

    `limit` is how many rows in all (None: every one), `offset` how many to skip, from 0. `keep` drops rows on this side,
    for what the store's filters can't say. `whole` is handed the rows once all were read, neither limit nor offset leaving
    any out. After the pages were read, `cut` says whether `limit` left rows out, and `missing` how many rows the store
    counts and never gave.
    """

    def __init__(
        self,
        ask: Ask,
        *,
        identity: Callable[[Row], Hashable],
        page_size: int,
        limit: int | None = None,
        offset: int = 0,
        keep: Callable[[Row], bool] | None = None,
        total: Callable[[], int | None] = lambda: None,
        whole: Callable[[list[Row]], None] | None = None,
        soon: Soon = lambda *_: None,
    ) -> None:
        self._ask = ask
        self._soon = soon
        self._identity = identity
        self._page_size = page_size
        self._limit = limit
        self._offset = offset
        self._keep = keep
        self._total = total
        self._whole = whole
        self.cut = False
        self.missing = 0

    def __iter__(self) -> Iterator[Row]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[Row]]:
        """The rows in the store's order, a page at a time, each emptied when the next is wanted.

        Raises what `Transport.read` does.
        """
        if self._whole is None or self._offset:
            yield from self._pages()
            return
        rows: list[Row] = []
        for page in self._pages():
            rows += page
            yield page
        if not self.cut:
            self._whole(rows)

    def _pages(self) -> Iterator[list[Row]]:
        if self._keep:
            yield from self._limited(self._whole_walk(), skip=self._offset)
            return
        start = first_offset(self._ask, identity=self._identity, skip=self._offset)
        if start is None:
            yield from self._limited(self._walk(), skip=self._offset)
            return
        # One row more than the limit is asked for, so that a list that was cut can say so.
        want = None if self._limit is None else self._limit + 1
        yield from self._limited(self._walk(start=start, want=want))

    def counted(self) -> int | None:
        """The store's own count of the matches; None when it gives none."""
        return self._total()

    def count(self) -> int:
        """How many rows there are in all, whatever the limit; by the store's own count where it has one."""
        total = None if self._keep else self._total()
        if total is None:
            total = sum(len(page) for page in self._whole_walk())
        return total

    def _walk(self, start: int = 0, want: int | None = None) -> Iterator[list[Row]]:
        # The store counts from the first row, whatever is skipped; after a skip its count is of no use here.
        total = cache(self._total) if start == 0 else lambda: None
        walk = Walk(
            self._ask,
            identity=self._identity,
            page_size=self._page_size,
            start=start,
            want=want,
            total=total,
            soon=self._soon,
        )
        yield from walk.pages()
        self.missing = walk.missing

    def _whole_walk(self) -> Iterator[list[Row]]:
        """All rows from the first to the last, but for those that are dropped on this side."""
        if self._keep is None:
            yield from self._walk()
            return
        for page in self._walk():
            kept = [row for row in page if self._keep(row)]
            if kept:
                yield kept

    def _limited(self, pages: Iterator[list[Row]], skip: int = 0) -> Iterator[list[Row]]:
        left = self._limit
        for page in pages:
            rows, skip = page[skip:] if skip else page, max(0, skip - len(page))
            if left is not None and len(rows) > left:
                self.cut = True
                del rows[left:]
            if rows:
                yield rows
            if self.cut:
                return
            left = None if left is None else left - len(rows)
