"""`crmcli departments`: the API lists and renames them; it makes and deletes none."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import inputs
from crmcli.options import All, Count, Data, Limit, Offset, noun, verb
from crmcli.output.columns import DEPARTMENTS
from crmcli.state import State

app = noun("Departments: whom a ticket is for.")

Departments = Annotated[
    list[str],
    typer.Argument(help="Departments, by number or name; - reads them from standard input.", metavar="DEPARTMENT…"),
]


@verb(app, "list", example="crmcli departments list")
def list_(state: State, *, limit: Limit = None, offset: Offset = 0, all_: All = False, count: Count = False) -> None:
    """List departments."""
    listing = state.crm.departments.list(limit=inputs.limit(limit, every=all_), offset=offset)
    state.show(listing, DEPARTMENTS, count=count)


@verb(app, "get", example="crmcli departments get Returns")
def get(state: State, departments: Departments) -> None:
    """Show departments."""
    words = inputs.words(departments)
    found = state.each(words, state.crm.departments.find, noun="department")
    state.output.objects(found, DEPARTMENTS, single=inputs.is_one(departments))


@verb(app, "update", writes=True, example="crmcli departments update Returns --name 'Returns and refunds' --visible")
def update(
    state: State,
    departments: Departments,
    *,
    name: Annotated[str | None, typer.Option("--name", help="New name.", metavar="TEXT")] = None,
    visible: Annotated[
        bool | None, typer.Option("--visible/--hidden", help="Whether customers can choose it.", show_default=False)
    ] = None,
    data: Data = None,
) -> None:
    """Change what is named in departments, and nothing else."""
    words, changes = inputs.words(departments), inputs.fields(data, Name=name, Visible=visible)
    inputs.needs_change(changes)
    crm = state.crm.departments
    acks = state.each(words, lambda word: crm.update(crm.number(word), changes=changes), noun="department")
    state.told(acks, noun="department", many=len(words) != 1)
