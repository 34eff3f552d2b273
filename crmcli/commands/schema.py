"""`crmcli schema`: what comes out with --json, as JSON Schema."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import schemas
from crmcli.options import lone, verb
from crmcli.state import State

app = lone()


@verb(app, "schema", example="crmcli schema tickets")
def schema(
    state: State,
    noun: Annotated[
        str | None, typer.Argument(help="A noun; without one, the names there are.", metavar="NOUN")
    ] = None,
) -> None:
    """Print the JSON Schema of one object of what comes out with --json."""
    if noun is None:
        state.output.lines(schemas.NAMES)
    else:
        state.output.document(schemas.schema(noun))
