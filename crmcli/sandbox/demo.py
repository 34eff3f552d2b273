"""The demo store: the sandbox store in the user's data folder, made when it is first asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from crmcli import paths
from crmcli.errors import BadConfig
from crmcli.sandbox.faults import Faults
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches
from crmcli.sandbox.wsgi import DEMO_KEYS, SandboxApp

if TYPE_CHECKING:
    from crmcli.sandbox.serve import Server

TICKETS = 240
SEED = 1


def store(*, tickets: int | None = None, seed: int | None = None) -> Store:
    """The demo store's rows, sown when there are none yet.

    Raises ValueError when `tickets` or `seed` is given and the store was sown otherwise: nobody's rows are thrown away.
    """
    opened = _opened()
    if opened.is_empty():
        with opened.transaction():  # another first run may have been quicker
            if opened.is_empty():
                sow(opened, tickets=tickets, seed=seed)
    elif (tickets is not None or seed is not None) and opened.origin != _origin(tickets, seed):
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


def sow(into: Store, *, tickets: int | None = None, seed: int | None = None) -> None:
    """Fill a store anew: everything in it goes first."""
    from crmcli.sandbox import seeds

    with into.transaction():
        into.reset()
        seeds.sow(into, tickets=TICKETS if tickets is None else tickets, seed=SEED if seed is None else seed)
        into.origin = _origin(tickets, seed)


def app() -> SandboxApp:
    """The demo store as an application."""
    return SandboxApp(store(), keys=DEMO_KEYS)


def server(
    port: int,
    *,
    tickets: int | None,
    seed: int | None,
    faults: Iterable[str],
    switches: Iterable[str],
    tell: Callable[[str], None],
) -> Server:
    """The demo store on a loopback port, misbehaving as told; `tell` is `SandboxApp`'s.

    Raises ValueError for words, OSError for the port.
    """
    from crmcli.sandbox.serve import make_server

    wrong, readings = Faults.parse(faults), Switches.parse(switches)
    app = SandboxApp(store(tickets=tickets, seed=seed), switches=readings, faults=wrong, tell=tell)
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


def _origin(tickets: int | None, seed: int | None) -> str:
    return f"--tickets {TICKETS if tickets is None else tickets} --seed {SEED if seed is None else seed}"
