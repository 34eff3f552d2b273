"""`crmcli commands`: every command, for people and for programs."""

from __future__ import annotations

from crmcli import catalog
from crmcli.options import lone, verb
from crmcli.output.columns import HELP
from crmcli.state import State

app = lone()


@verb(app, "commands", example="crmcli commands --json")
def commands(state: State) -> None:
    """List every command; with --json also what each takes and prints, and the exit codes."""
    found = catalog.described(state.program)
    rows = [
        {"name": each["command"], "about": each["help"].partition(". ")[0].rstrip(".")} for each in found["commands"]
    ]
    state.output.told(rows, HELP, whole=found)
