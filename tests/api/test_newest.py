"""Lists from their end: what comes first is the newest, and nothing that was there throughout is missed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.api.newest import Newest
from tests.conftest import Run, Sandbox


class Moving:
    """A store's rows, of which some go and some come (also in the middle, as under a filter) between any two requests."""

    def __init__(self, amount: int, *, base: int, cap: int, counts: bool, seed: int, moves: float) -> None:
        self.rows = list(range(0, amount * 10, 10))
        self.always = set(self.rows)
        self.base, self.cap, self.counts = base, cap, counts
        self.chance = random.Random(seed)
        self.moves = moves

    def ask(self, offset: int, limit: int) -> list[dict[str, int]]:
        skip = max(0, offset - self.base)
        found = [{"ID": number} for number in self.rows[skip : skip + min(limit, self.cap)]]
        if self.chance.random() < self.moves:
            self.move()
        return found

    def move(self) -> None:
        if self.rows and self.chance.random() < 0.5:
            gone = self.chance.choice(self.rows)
            self.rows.remove(gone)
            self.always.discard(gone)
        else:
            self.rows = sorted({*self.rows, self.chance.randrange(0, max(self.rows, default=0) + 20)})

    def total(self) -> int | None:
        return len(self.rows) if self.counts else None


@settings(max_examples=150, deadline=None)
@given(
    amount=st.integers(0, 60),
    base=st.sampled_from([0, 1]),
    cap=st.sampled_from([3, 7, 100]),
    counts=st.booleans(),
    page_size=st.integers(3, 20),
    seed=st.integers(0, 10**6),
    moves=st.sampled_from([0.0, 0.3]),
)
def test_all_that_stayed_comes_once_and_in_reverse(
    amount: int, base: int, cap: int, counts: bool, page_size: int, seed: int, moves: float
) -> None:
    shelf = Moving(amount, base=base, cap=cap, counts=counts, seed=seed, moves=moves)
    listing = Newest(shelf.ask, identity=lambda row: row["ID"], page_size=page_size, total=shelf.total)
    came = [row["ID"] for row in listing]
    assert len(came) == len(set(came))
    assert shelf.always <= set(came)
    stayed = [number for number in came if number in shelf.always]
    assert stayed == sorted(stayed, reverse=True)


@settings(max_examples=100, deadline=None)
@given(
    amount=st.integers(0, 40),
    base=st.sampled_from([0, 1]),
    counts=st.booleans(),
    page_size=st.integers(2, 15),
    limit=st.integers(1, 45),
    offset=st.integers(0, 45),
)
def test_limit_and_offset_count_from_the_newest(
    amount: int, base: int, counts: bool, page_size: int, limit: int, offset: int
) -> None:
    shelf = Moving(amount, base=base, cap=100, counts=counts, seed=1, moves=0)
    listing = Newest(
        shelf.ask, identity=lambda row: row["ID"], page_size=page_size, total=shelf.total, limit=limit, offset=offset
    )
    newest = sorted(shelf.always, reverse=True)
    assert [row["ID"] for row in listing] == newest[offset : offset + limit]
    assert listing.cut == (len(newest) > offset + limit)


@pytest.mark.parametrize("reading", ["offset-base=1", "offset-base=0", "page-cap=2", "past-end=404"])
def test_the_newest_tickets_of_a_store(shop: Sandbox, run: Run, reading: str) -> None:
    shop.switch(reading)
    ids = run("tickets", "list", "--all", "-o", "ids").lines
    assert run("tickets", "list", "--newest", "--all", "-o", "ids").lines == ids[::-1]
    assert run("tickets", "list", "--newest", "--limit", "2", "-o", "ids").lines == ids[:-3:-1]
