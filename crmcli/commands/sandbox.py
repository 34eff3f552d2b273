"""`crmcli sandbox`: the demo store, to reset, to look into, and to put on a loopback port."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from typing import Annotated

import typer

from crmcli import errors
from crmcli.options import noun, verb
from crmcli.output.columns import MAILBOX
from crmcli.output.hostile import one_line
from crmcli.sandbox import faults as faults_module
from crmcli.sandbox.switches import Switches
from crmcli.state import State

app = noun("The demo store: reset it, read its mailbox, serve it to other programs.")


class Names(StrEnum):
    """What the demo store's statuses are called."""

    RENAMED = "renamed"
    PLATFORM = "platform"


Tickets = Annotated[int | None, typer.Option("--tickets", min=0, help="How many tickets; default 240.", metavar="N")]
Seed = Annotated[int | None, typer.Option("--seed", help="What they are made from; default 1.", metavar="N")]

Statuses = Annotated[
    Names | None,
    typer.Option(
        "--statuses",
        help="Those of a shop that renamed them (the default), or New, In Process, On Hold, Completed (platform).",
    ),
]

_MISBEHAVIOUR = (
    f"\n\n\b\nA fault:\n  {faults_module.FORM}\n  {faults_module.OPTIONS}"
    "\n\n\b\nSwitches (NAME=CHOICE, the default first):\n"
    + "\n".join(f"  {name}={form}  {about}" for name, form, about in Switches.described())
)


@verb(
    app,
    "serve",
    example="crmcli sandbox serve --port 8765 --fault 'status=503,method=GET,chance=0.2,seed=7'",
    more=_MISBEHAVIOUR,
)
def serve(
    state: State,
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes any free one.", metavar="N")
    ] = 8765,
    tickets: Tickets = None,
    seed: Seed = None,
    statuses: Statuses = None,
    faults: Annotated[
        list[str] | None, typer.Option("--fault", help="What is to go wrong; may be given again.", metavar="SPEC")
    ] = None,
    switches: Annotated[
        list[str] | None,
        typer.Option("--switch", help="A reading of the API's documents; again.", metavar="NAME=CHOICE"),
    ] = None,
) -> None:
    """Serve the demo store on 127.0.0.1 until Ctrl-C. The lines that it prints set a shell up to use it.

    Then a line a request, on standard error, says what came of it.
    """
    from crmcli.sandbox import demo

    try:
        server = demo.server(
            port,
            sowing=demo.Sowing(tickets, seed, statuses.value if statuses else None),
            faults=faults or (),
            switches=switches or (),
            tell=lambda line: state.output.note(one_line(line)),
        )
    except ValueError as fault:
        raise errors.BadUsage(str(fault)) from None
    except OSError as fault:
        raise errors.BadUsage(
            f"Port {port} can't be had: {fault.strerror}.", hint="Use another, or --port 0."
        ) from None
    state.output.lines(f"export {name}={value}" for name, value in demo.environment(server).items())
    state.output.note(f"Serving the demo store at {server.base_url}; Ctrl-C ends it.")
    demo.serve(server)


@verb(app, "reset", example="crmcli sandbox reset")
def reset(state: State, *, tickets: Tickets = None, seed: Seed = None, statuses: Statuses = None) -> None:
    """Make the demo store anew; what was written there goes, and what is kept of it: outbox, runs, trash, checkpoints."""
    from crmcli import checkpoints
    from crmcli.sandbox import demo

    with closing(demo.store()) as store:
        demo.Sowing(tickets, seed, statuses.value if statuses else None).into(store)
    gone = state.with_profile("demo").settings
    for kept in (state.box, state.journal, state.trash):
        kept.forget_store(gone.store)
    checkpoints.forget(gone.profile)
    state.output.note("The demo store is as new.")


@verb(app, "mailbox", example="crmcli sandbox mailbox")
def mailbox(state: State) -> None:
    """Show what the demo store would have mailed to customers."""
    from crmcli.sandbox import demo

    with closing(demo.store()) as store:
        state.output.local(store.mailbox(), MAILBOX)
