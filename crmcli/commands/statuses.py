"""`crmcli statuses`: the API lists and renames them; it makes and deletes none."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import inputs
from crmcli.options import All, Count, Data, Limit, Offset, noun, verb
from crmcli.output.columns import STATUSES
from crmcli.state import State

app = noun("Statuses: where a ticket stands.")

Statuses = Annotated[
    list[str],
    typer.Argument(
        help="Statuses, by number (StatusId, as tickets carry it) or name; - reads them from standard input.",
        metavar="STATUS…",
    ),
]


@verb(app, "list", example="crmcli statuses list")
def list_(state: State, *, limit: Limit = None, offset: Offset = 0, all_: All = False, count: Count = False) -> None:
    """List statuses."""
    listing = state.crm.statuses.list(limit=inputs.limit(limit, every=all_), offset=offset)
    state.show(listing, STATUSES, count=count)


@verb(app, "get", example="crmcli statuses get Open")
def get(state: State, statuses: Statuses) -> None:
    """Show statuses."""
    words = inputs.words(statuses)
    found = state.each(words, state.crm.statuses.find, noun="status")
    state.output.objects(found, STATUSES, single=inputs.is_one(statuses))


@verb(app, "update", writes=True, example="crmcli statuses update Open --name 'In progress'")
def update(
    state: State,
    statuses: Statuses,
    *,
    name: Annotated[str | None, typer.Option("--name", help="New name.", metavar="TEXT")] = None,
    data: Data = None,
) -> None:
    """Rename statuses."""
    words, changes = inputs.words(statuses), inputs.fields(data, StatusName=name)
    inputs.needs_change(changes)
    crm = state.crm.statuses
    acks = state.each(words, lambda word: crm.update(crm.number(word), changes=changes), noun="status")
    state.told(acks, noun="status", many=len(words) != 1)
