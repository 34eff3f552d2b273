"""Sends whose surroundings break: what is said of them is true, and nobody gets a mail twice.

Two that look alike, of which one is answered late and one never arrives; the outbox's file removed, locked, full or overwritten
while a POST is under way; a clock that is days away for one command; a sender that is stopped, or dead and not reaped; a proxy
that sends answers that nobody asked for; signals at any moment, imports included.
Seeds and parts are chosen as for `test_side_by_side.py`; what counts as wrong is said in `verdict.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.guarantees import disturbed, out_of_step, signalled
from tests.guarantees.game import Campaign, Game, held
from tests.guarantees.witness import seeds

Plays = dict[str, Callable[[Game], None]]
KINDS: dict[str, tuple[Plays, int, int]] = {
    "alike": (dict.fromkeys(disturbed.ALIKE, disturbed.alike), 2, 300),
    "outbox": (dict.fromkeys(disturbed.DAMAGES, disturbed.broken_outbox), 4, 300),
    "stopped": (dict.fromkeys(disturbed.STOPPED, disturbed.stopped), 1, 40),
    "clock": ({"clock": disturbed.clock}, 1, 200),
    "proxy": ({"out of step": out_of_step.play}, 3, 300),
    "signals": ({"signalled": signalled.play}, 4, 1000),
}
"""What is played of a kind, how many rounds of it a day, and how many in the long campaign."""


def played(campaign: Campaign, kind: str, rounds: int, *, first: int) -> None:
    plays = KINDS[kind][0]
    names = tuple(plays)
    held(
        campaign(seeds(rounds, first=first), lambda seed: names[seed % len(names)], lambda game: plays[game.name](game))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_disturbed(campaign: Campaign, kind: str) -> None:
    played(campaign, kind, KINDS[kind][1], first=1)


def test_a_clock_that_was_behind_makes_no_new_decision(campaign: Campaign) -> None:
    """A machine without a battery is years behind until it asks for the time: a reply is killed then, and run again after."""

    def play(game: Game) -> None:
        command = game.reply([game.ticket("New 0"), game.ticket("New 1")])
        first = game.start(command, launcher=disturbed.AT_ANOTHER_TIME.format(days=-1000))
        game.witness.strike(first.pid, at=2, when="before", method="POST")
        first.wait()
        second = game.start(command).wait()
        assert [len(game.witness.mails(ticket, game.text)) for ticket in game.tickets] == [1, 1]
        assert (first.code, second.code, second.admits) == (-9, 0, True)

    held(campaign(range(1, 2), lambda _: "a clock that was behind", play))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_many_disturbed(campaign: Campaign, kind: str) -> None:
    played(campaign, kind, KINDS[kind][2], first=20_000)
