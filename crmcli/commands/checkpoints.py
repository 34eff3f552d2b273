"""`crmcli checkpoints`: how far the jobs came that list tickets with --checkpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli.options import Yes, noun, verb
from crmcli.output.kept import CHECKPOINTS
from crmcli.state import State

app = noun("Checkpoints: how far 'tickets list --checkpoint' came.")

Name = Annotated[str, typer.Argument(help="The checkpoint's name.", metavar="NAME")]


@verb(app, "list", example="crmcli checkpoints list")
def list_(state: State) -> None:
    """List the checkpoints of the profile."""
    from crmcli import checkpoints  # which needs sqlite3

    state.output.local(checkpoints.known(state.settings.profile, warn=state.output.warn), CHECKPOINTS)


@verb(app, "show", example="crmcli checkpoints show nightly")
def show(state: State, name: Name) -> None:
    """Show a checkpoint: the newest action that it knows, in the store's zone, and what it printed so far."""
    from crmcli import checkpoints  # which needs sqlite3

    state.output.objects([checkpoints.show(state.settings.profile, name)], CHECKPOINTS, single=True)


@verb(app, "reset", example="crmcli checkpoints reset nightly --yes")
def reset(state: State, name: Name, *, yes: Yes = False) -> None:
    """Forget a checkpoint: the next run under its name prints everything."""
    from crmcli import checkpoints  # which needs sqlite3

    profile = state.settings.profile
    checkpoints.exists(profile, name)
    state.confirm(f"Forget checkpoint {name}?", word=name, yes=yes)
    checkpoints.reset(profile, name)
    state.output.note(f"Checkpoint {name} is forgotten.")
