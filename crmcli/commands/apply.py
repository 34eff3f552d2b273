"""`crmcli apply`: carries out what `--plan` wrote, and leaves alone what has changed since."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import placeholders
from crmcli.options import Literal, Yes, lone, verb
from crmcli.state import State

app = lone()

Plan = Annotated[str, typer.Argument(help="A plan that --plan wrote; - reads it from standard input.", metavar="FILE")]


@verb(app, "apply", sends=True, example="crmcli apply spam.plan")
def apply(state: State, plan: Plan, *, literal: Literal = False, yes: Yes = False) -> None:
    """Carry out a plan. Each ticket is read again first, and skipped and reported where it has changed since."""
    from crmcli import bulk
    from crmcli.bulk import plans

    todo = plans.read(state, plan)
    if not todo:
        state.output.note("The plan changes nothing.")
    deletes = [action for action in todo if action.do == "delete"]
    replies = [action for action in todo if action.sends]
    bulk.deletes.agreed(state, deletes, yes=yes)
    for reply in replies if not literal else ():  # a plan may have been edited
        placeholders.refuse(reply.values)
    if replies and state.has_person:
        bulk.mails.agreed(state, replies, yes=yes)
    elif replies:
        state.agree(f"Mail {len(replies)} {'reply' if len(replies) == 1 else 'replies'} to customers?", yes=yes)
    bulk.run(state, todo, command="apply")
