"""Two processes over the same tickets and one state folder: nothing is mailed twice or lost, and all they say is so.

Each round is a pair of commands, the second begun within 0.4 s of the first, at a store that takes its time, and in some rounds
fails; either may be killed or interrupted at any moment. Then a person does what a person does: the same again, `runs resume`,
`outbox resolve`. What counts as twice, lost and untrue is said in `verdict.py`.

A failed round names its seed: `SEED=1234 pytest tests/guarantees/test_side_by_side.py` plays it again, alone. A long campaign's
part: `CAMPAIGN_FROM=5000 CAMPAIGN_ROUNDS=250 pytest -m long -s …`.
"""

from __future__ import annotations

import threading

import pytest

from tests.guarantees.game import Campaign, Game, held
from tests.guarantees.side_by_side import PAIRS, play
from tests.guarantees.witness import PATIENCE, SEED, seeds

A_DAY = (314, 170, 288, 188, PAIRS.index("undo / delete"))
"""The seeds of the rounds that are played every day: pairs that failed before there were claims, at a quick store."""


def pair(seed: int) -> str:
    return PAIRS[seed % len(PAIRS)]


def test_two_side_by_side(campaign: Campaign) -> None:
    held(campaign(range(SEED, SEED + 1) if SEED else A_DAY, pair, play))


@pytest.mark.long
def test_a_thousand_rounds_side_by_side(campaign: Campaign) -> None:
    held(campaign(seeds(1000, first=10_000), pair, play))


def test_what_a_command_that_goes_on_has_mailed_is_not_mailed_by_another(campaign: Campaign) -> None:
    """The second begins when the first has mailed the first of its two, and is at the second."""
    go = threading.Event()

    def wait(_: int) -> None:
        go.wait(PATIENCE)

    def play(game: Game) -> None:
        tickets = [game.ticket(f"New {at}") for at in range(2)]
        first = game.start(game.reply(tickets))
        game.witness.strike(first.pid, at=2, when="before", by=wait, method="POST")
        game.witness.waits_for("POST", first.pid, times=2)
        second = game.start(game.reply(tickets[:1])).wait()
        assert (second.code, second.admits) == (0, True)
        go.set()
        first.wait()
        again = game.start(game.reply(tickets[:1])).wait()  # a new decision
        assert (again.code, len(game.witness.mails(tickets[0], game.text))) == (0, 2)

    held(campaign(range(1, 2), lambda _: "the second begins in the midst of the first", play))
