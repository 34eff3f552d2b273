"""Rounds behind a proxy that is out of step: the answer to a send may be that to something else."""

from __future__ import annotations

import threading

from tests.guarantees.game import Game
from tests.guarantees.proxy import ANSWERS, OutOfStep, answer


def play(game: Game) -> None:
    """Replies through the proxy, and the same again of what failed."""
    dice = game.dice
    after, kind, left = dice.randint(1, 4), dice.choice(tuple(ANSWERS)), dice.choice((1, 1, 3))
    lock = threading.Lock()

    def surplus(before: int) -> bytes:
        nonlocal left
        with lock:
            left -= before >= after
            return answer(kind) if before >= after and left >= 0 else b""

    tickets = [game.ticket(f"New {each}") for each in range(dice.choice((1, 1, 3)))]
    server = game.sandbox.server
    with OutOfStep(server.port, surplus, drops=dice.random() < 0.5) as proxy:
        game.patch.setenv("CRMCLI_BASE_URL", server.base_url.replace(f":{server.port}/", f":{proxy.port}/"))
        command = game.reply(tickets, *(["--status", "2"] if dice.random() < 0.3 else []))
        game.run([(command, 0.0)])
        left = 0
        if game.acts[-1].process.code not in (0, 9):
            game.run([(command, 0.0)])
