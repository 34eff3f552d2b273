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
    topic: Annotated[str | None, typer.Argument(help="A topic, or a command.", metavar="TOPIC")] = None,
) -> None:
    """Tell about a topic (dates, environment, exit-codes, formats), or what a command takes: `crmcli help tickets list`."""
    if topic is None:
        state.output.told([{"name": name, "about": about} for name, about in topics.TOPICS.items()], HELP)
    else:
        state.output.told(topics.rows(topic), EXIT_CODES if topic == "exit-codes" else HELP)
