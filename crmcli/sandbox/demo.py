"""The demo store: the sandbox store in the user's data folder, made when it is first asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmcli import paths
from crmcli.errors import BadConfig
from crmcli.sandbox.faults import Faults
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches
from crmcli.sandbox.wsgi import DEMO_KEYS, SandboxApp

if TYPE_CHECKING:
    from crmcli.sandbox.seeds import Statuses
    from crmcli.sandbox.serve import Server

TICKETS = 240
SEED = 1


@dataclass(frozen=True)
class Sowing:
    """What a demo store is to be made of; None is as usual."""

    tickets: int | None = None
    seed: int | None = None
    statuses: Statuses | None = None

    def into(self, store: Store) -> None:
        """Fill a store anew: everything in it goes first."""
        from crmcli.sandbox import seeds

        tickets, seed, statuses = self._all()
        with store.transaction():
            store.reset()
            seeds.sow(store, tickets=tickets, seed=seed, statuses=statuses)
            store.origin = self.origin

    @property
    def origin(self) -> str:
        """The options that say it, all of them but what every store has that nobody said otherwise of."""
        tickets, seed, statuses = self._all()
        return f"--tickets {tickets} --seed {seed}" + ("" if statuses == "renamed" else f" --statuses {statuses}")

    def _all(self) -> tuple[int, int, Statuses]:
        return (
            TICKETS if self.tickets is None else self.tickets,
            SEED if self.seed is None else self.seed,
            self.statuses or "renamed",
        )


USUAL = Sowing()


def store(sowing: Sowing = USUAL) -> Store:
    """The demo store's rows, sown when there are none yet.

    Raises ValueError when something is wanted and the store was sown otherwise: nobody's rows are thrown away.
    """
    opened = _opened()
    if opened.is_empty():
        with opened.transaction():  # another first run may have been quicker
            if opened.is_empty():
                sowing.into(opened)
    elif sowing != USUAL and opened.origin != sowing.origin:
        raise ValueError(f"The demo store was made otherwise ({opened.origin}); 'crmcli sandbox reset' makes it anew.")
    return opened


def _opened() -> Store:
    path = paths.data_folder() / "sandbox.db"
    try:
        return Store(path)
    except sqlite3.DatabaseError as fault:
        raise BadConfig(
            f"The demo store can't be used ({path}: {fault}).", hint=f"Delete {path}: it is made anew."
        ) from None


def app() -> SandboxApp:
    """The demo store as an application."""
    return SandboxApp(store(), keys=DEMO_KEYS)


def server(
    port: int,
    *,
    sowing: Sowing,
    faults: Iterable[str],
    switches: Iterable[str],
    tell: Callable[[str], None],
) -> Server:
    """The demo store on a loopback port, misbehaving as told; `tell` is `SandboxApp`'s.

    Raises ValueError for words, OSError for the port.
    """
    from crmcli.sandbox.serve import make_server

    wrong, readings = Faults.parse(faults), Switches.parse(switches)
    app = SandboxApp(store(sowing), switches=readings, faults=wrong, tell=tell)
    return make_server(app, port)


def serve(served: Server) -> None:
    """Answer until Ctrl-C or SIGTERM, either of which is the ordinary end."""
    try:
        served.serve_forever(poll_interval=0.05)
    except KeyboardInterrupt:
        served.server_close()


def environment(served: Server) -> dict[str, str]:
    """What a program sets to use a served demo store."""
    return {
        "CRMCLI_BASE_URL": served.base_url,
        "CRMCLI_SECURE_URL": DEMO_KEYS.secure_url,
        "CRMCLI_PRIVATE_KEY": DEMO_KEYS.private_key,
        "CRMCLI_TOKEN": DEMO_KEYS.token,
    }
