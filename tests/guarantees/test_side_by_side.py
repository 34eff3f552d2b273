"""Two processes over the same tickets and one state folder: nothing is mailed twice or lost, and all they say is so."""

from __future__ import annotations

import threading

from tests.guarantees.game import Campaign, Game, held
from tests.guarantees.witness import PATIENCE


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
