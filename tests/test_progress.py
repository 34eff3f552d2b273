"""What takes over a second says so, at a terminal, and leaves nothing behind."""

from __future__ import annotations

from tests.conftest import Run, Sandbox
from tests.terminal import Person


def test_a_slow_store_is_told_of_at_a_terminal(shop: Sandbox) -> None:
    shop.fault("delay=2.5,method=GET,times=1")
    with Person("tickets", "get", "1", "--json") as person:
        person.sees("waiting for the store, ")
        assert person.leaves() == 0
    assert person.screen.rpartition("waiting for the store")[2].partition("\x1b[K")[2].startswith("{")


def test_quiet_says_nothing(shop: Sandbox) -> None:
    shop.fault("delay=1.5,method=GET,times=1")
    with Person("tickets", "get", "1", "--json", "--quiet") as person:
        assert person.leaves() == 0
    assert person.screen.startswith("{")


def test_off_a_terminal_nothing_is_said(shop: Sandbox, run: Run) -> None:
    shop.fault("delay=1.2,method=GET,times=1")
    assert run("tickets", "get", "1", "--json").err == ""
