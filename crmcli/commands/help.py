"""`crmcli help`: what a command takes, as its --help tells, and what is worth knowing beside the commands."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import topics
from crmcli.options import lone, verb
from crmcli.output.columns import EXIT_CODES, HELP
from crmcli.state import State

app = lone()


@verb(app, "help", example="crmcli help exit-codes")
def help_(
    state: State,
    words: Annotated[
        list[str] | None, typer.Argument(help="A topic, or the words of a command.", metavar="TOPIC…")
    ] = None,
) -> None:
    """Tell about a topic (dates, environment, exit-codes, formats), or what a command takes: `crmcli help tickets list`."""
    if not words:
        state.output.told([{"name": name, "about": about} for name, about in topics.TOPICS.items()], HELP)
    elif words[0] in state.program.commands:
        with state.program.make_context("crmcli", [*words, "--help"]) as root:
            root.command.invoke(root)
    else:
        told = topics.rows(" ".join(words), state.program.commands)
        state.output.told(told, EXIT_CODES if words == ["exit-codes"] else HELP)
