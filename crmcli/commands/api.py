"""`crmcli api`: any call of the API, with the profile's keys."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crmcli import drafts, inputs, placeholders
from crmcli.options import All, Data, Literal, Yes, lone, verb
from crmcli.state import State

app = lone()


class Method(StrEnum):
    """The methods of the API."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


@verb(app, "api", writes=True, resends=True, example="crmcli api GET /CRM -f statusid=1 --all")
def api(
    state: State,
    method: Annotated[Method, typer.Argument(help="The method.", case_sensitive=False)],
    path: Annotated[str, typer.Argument(help="The path below the API, as /CRM/42.", metavar="PATH")],
    *,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", "-f", help="A query parameter of a GET, a field of a write.", metavar="NAME=VALUE"),
    ] = None,
    data: Data = None,
    all_: All = False,
    literal: Literal = False,
    yes: Yes = False,
) -> None:
    """Make any call of the API with the profile's keys, and print the store's JSON.

    What makes a ticket, a message or a saved reply goes through the outbox; a message E-MAILS THE CUSTOMER. What deletes
    one keeps it in the trash.
    """
    fields = inputs.assigned(field or [], typed=method != Method.GET)
    if method == Method.GET:
        inputs.refuse(data, "--data", "A GET has no body: use -f.")
        calls = state.crm.anything
        if all_:
            state.output.documents(calls.list(path, fields).pages())
        else:
            state.shown(calls.get(path, fields))
        return
    inputs.refuse(all_ or None, "--all", "It is for a GET.")
    body = inputs.data(data) | fields if data or fields else None
    if method == Method.DELETE:
        state.confirm_delete([path], noun="what is at", yes=yes)
    with drafts.kept(inputs.texts_of(body), profile=state.profile_name):
        mails = state.crm.anything.mails(method.value, path, body)
        if mails and not literal:
            placeholders.refuse(body or {})
        if mails and state.has_person and not yes:
            from crmcli import bulk  # for this alone

            state.crm.allow(mails=True)
            bulk.mails.show(state, path, body or {})
            state.agree(f"{method.value} {path}? It may e-mail the customer.", yes=yes)
        ack = state.crm.anything.write(method.value, path, body)
    state.answered(ack)
