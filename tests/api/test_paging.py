"""Walking pages: every row once, however a store counts, caps and ends its lists, and whatever happens to them meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.api.paging import Listing, Seen, Walk
from crmcli.errors import StoreFailed
from tests.sizes import size


@dataclass
class Shelf:
    """A list as a store may serve it.

    `changes` are made before the n-th request: rows to take out, how many to add behind, and how many in front.
    """

    rows: list[int]
    counts_from: int = 0
    cap: int = 500
    changes: list[tuple[set[int], int, int]] = field(default_factory=list)
    requests: int = 0

    def ask(self, offset: int, limit: int) -> list[dict[str, int]]:
        if self.requests < len(self.changes):
            gone, behind, in_front = self.changes[self.requests]
            fresh = iter(range(1_000_000 * (self.requests + 1), 1_000_000 * (self.requests + 2)))
            self.rows = [row for row in self.rows if row not in gone]
            self.rows = [*islice(fresh, in_front), *self.rows, *islice(fresh, behind)]
        self.requests += 1
        assert self.requests < 3000, "it never ends"
        first = max(0, offset - self.counts_from)
        return [{"ID": row} for row in self.rows[first : first + min(limit, self.cap)]]


def listing(shelf: Shelf, *, page_size: int, limit: int | None = None, offset: int = 0, counts: bool = True) -> Listing:
    return Listing(
        shelf.ask,
        identity=lambda row: row["ID"],
        page_size=page_size,
        limit=limit,
        offset=offset,
        total=(lambda: len(shelf.rows)) if counts else lambda: None,
    )


shelves = st.builds(
    Shelf,
    rows=st.lists(st.integers(1, 5000), unique=True, max_size=60),
    counts_from=st.sampled_from([0, 1]),
    cap=st.integers(1, 30),
)


@given(shelf=shelves, page_size=st.integers(1, 30), counts=st.booleans())
def test_every_row_comes_once_and_in_order(shelf: Shelf, page_size: int, counts: bool) -> None:
    wanted = list(shelf.rows)
    assert [row["ID"] for row in listing(shelf, page_size=page_size, counts=counts)] == wanted


@given(
    shelf=shelves,
    page_size=st.integers(1, 30),
    limit=st.integers(1, 70),
    offset=st.integers(0, 70),
    counts=st.booleans(),
)
def test_limit_and_offset_count_from_zero(shelf: Shelf, page_size: int, limit: int, offset: int, counts: bool) -> None:
    wanted = shelf.rows[offset : offset + limit]
    found = listing(shelf, page_size=page_size, limit=limit, offset=offset, counts=counts)
    assert [row["ID"] for row in found] == wanted
    assert found.cut == (len(shelf.rows) > offset + limit)


@pytest.mark.sampled
@settings(max_examples=size(300, 5000), deadline=None)
@given(
    data=st.data(),
    size=st.integers(0, 80),
    page_size=st.integers(1, 3) | st.integers(4, 30),
    counts_from=st.sampled_from([0, 1]),
    cap=st.integers(2, 30),
    counts=st.booleans(),
)
def test_rows_that_stay_come_once_while_others_come_and_go(
    data: st.DataObject, size: int, page_size: int, counts_from: int, cap: int, counts: bool
) -> None:
    rows = list(range(1, size + 1))
    some = st.sets(st.integers(1, max(1, size))) | st.integers(0, size).map(lambda last: set(range(1, last)))
    changes = data.draw(st.lists(st.tuples(some, st.integers(0, 5), st.integers(0, 5)), max_size=8))
    shelf = Shelf(rows, counts_from=counts_from, cap=cap, changes=changes)
    found = [row["ID"] for row in listing(shelf, page_size=page_size, counts=counts)]
    assert len(found) == len(set(found)), "a row came twice"
    stayed = set(rows).difference(*(taken for taken, _, _ in changes))
    assert stayed <= set(found), "a row that was there all along was lost"


@pytest.mark.parametrize("page_size", [1, 2, 3])
@pytest.mark.parametrize("counts_from", [0, 1])
@pytest.mark.parametrize("when", range(1, 12))
def test_small_pages_lose_nothing_when_rows_in_front_go(page_size: int, counts_from: int, when: int) -> None:
    changes: list[tuple[set[int], int, int]] = [(set(), 0, 0)] * when + [({1, 2}, 0, 0)]
    found = listing(Shelf(list(range(1, 10)), counts_from=counts_from, changes=changes), page_size=page_size)
    assert {*range(3, 10)} <= {row["ID"] for row in found}


def test_a_store_that_ignores_the_offset_does_not_hold_us_for_ever() -> None:
    page = [{"ID": number} for number in range(10)]

    def ask(_offset: int, _limit: int) -> list[dict[str, int]]:
        return page

    rows = [row for found in Walk(ask, identity=lambda row: row["ID"], page_size=10).pages() for row in found]
    assert rows == page


@given(shelf=shelves, page_size=st.integers(2, 30), short=st.integers(1, 5))
def test_a_page_that_comes_short_is_not_the_end(shelf: Shelf, page_size: int, short: int) -> None:
    wanted = list(shelf.rows)

    def ask(offset: int, limit: int) -> list[dict[str, int]]:
        rows = shelf.ask(offset, limit)
        return rows[: max(3, len(rows) - 2)] if shelf.requests == short else rows

    found = Listing(ask, identity=lambda row: row["ID"], page_size=page_size, total=lambda: len(shelf.rows))
    assert [row["ID"] for row in found] == wanted
    assert found.missing == 0


def test_rows_that_are_counted_and_never_given_are_missing() -> None:
    found = listing(Shelf(list(range(250))), page_size=100)
    found._ask = Shelf(list(range(100))).ask
    assert len(list(found)) == 100
    assert found.missing == 150


@pytest.mark.parametrize("counts", [True, False])
def test_a_list_that_breaks_off_fails(counts: bool) -> None:
    shelf = Shelf(list(range(250)))

    def ask(offset: int, limit: int) -> list[dict[str, int]]:
        return shelf.ask(offset, limit) if offset == 0 else []

    found = listing(Shelf(list(range(250))), page_size=100, counts=counts)
    found._ask = ask
    with pytest.raises(StoreFailed, match="broke off after 100 rows"):
        list(found)


def test_nothing_is_asked_before_the_first_page_is_wanted() -> None:
    shelf = Shelf([1, 2, 3])
    pages = listing(shelf, page_size=10, offset=1).pages()
    assert shelf.requests == 0
    assert next(pages) == [{"ID": 2}, {"ID": 3}]


def test_a_full_list_costs_no_request_too_many() -> None:
    shelf = Shelf(list(range(250)))
    assert len(list(listing(shelf, page_size=100))) == 250
    assert shelf.requests == 3  # and the store's count, once


def test_the_next_page_is_announced_while_the_last_is_used_and_the_second_is_not() -> None:
    shelf = Shelf(list(range(250)))
    asked: list[tuple[int, int]] = []
    announced: list[tuple[int, int]] = []

    def ask(offset: int, limit: int) -> list[dict[str, int]]:
        asked.append((offset, limit))
        return shelf.ask(offset, limit)

    walk = Walk(ask, identity=lambda row: row["ID"], page_size=50, soon=lambda *page: announced.append(page))
    pages = walk.pages()
    for _ in range(2):
        next(pages)
    assert (len(asked), announced) == (2, [(98, 50)])
    assert sum(len(page) for page in pages) == 250 - 99
    assert announced == asked[2:-1]  # a short page may be the last: nothing is begun after it


def test_a_page_is_emptied_once_it_is_used_up() -> None:
    pages = listing(Shelf(list(range(30))), page_size=10).pages()
    first = next(pages)
    assert (len(first), len(next(pages)), len(first)) == (10, 9, 0)


@given(numbers=st.lists(st.one_of(st.integers(-5000, 5000), st.integers()), max_size=50))
def test_seen_is_a_set(numbers: list[int]) -> None:
    seen, model = Seen(), set()
    for number in numbers:
        assert (number in seen) == (number in model)
        seen.add(number)
        model.add(number)
    assert all(number in seen for number in numbers)
