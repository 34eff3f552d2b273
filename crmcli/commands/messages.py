"""`crmcli messages`: what was written in a ticket. A message can't be changed: making one e-mails the customer."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import drafts, inputs
from crmcli.options import (
    All,
    Count,
    Data,
    From,
    Limit,
    Literal,
    Offset,
    Sender,
    SenderEmail,
    SenderName,
    Text,
    Yes,
    noun,
    verb,
)
from crmcli.output.columns import MESSAGES
from crmcli.state import State

app = noun("Messages of a ticket. One that was sent can't be changed.")

Ticket = Annotated[str, typer.Argument(help="The ticket's number.", metavar="TICKET")]
Tickets = Annotated[
    list[str] | None, typer.Argument(help="Ticket numbers; - reads them from standard input.", metavar="TICKET…")
]
Messages = Annotated[
    list[str], typer.Argument(help="Message numbers; - reads them from standard input.", metavar="ID…")
]


@verb(app, "list", example="crmcli messages list 42")
def list_(
    state: State, ticket: Ticket, *, limit: Limit = None, offset: Offset = 0, all_: All = False, count: Count = False
) -> None:
    """List the messages of a ticket, in the store's order."""
    number = inputs.number(ticket, noun="ticket")
    listing = state.crm.messages.list(number, limit=inputs.limit(limit, every=all_), offset=offset)
    state.show(listing, MESSAGES, count=count)


@verb(app, "get", example="crmcli messages get 3 7")
def get(state: State, ticket: Ticket, messages: Messages) -> None:
    """Show messages of a ticket."""
    of, numbers = inputs.number(ticket, noun="ticket"), inputs.numbers(messages, noun="message")
    found = state.each(numbers, lambda number: state.crm.messages.get(of, number), noun="message")
    state.output.objects(found, MESSAGES, single=inputs.is_one(messages))


@verb(app, "create", sends=True, example="crmcli messages create 42 --text 'Your parcel left today.'")
def create(
    state: State,
    tickets: Tickets = None,
    *,
    text: Text = None,
    sender: Sender = None,
    sender_name: SenderName = None,
    sender_email: SenderEmail = None,
    data: Data = None,
    from_: From = None,
    literal: Literal = False,
    yes: Yes = False,
) -> None:
    """Write a message in tickets. THE STORE E-MAILS IT TO THE CUSTOMER; it can't be taken back.

    At a terminal it is shown whole first. {{customer_name}} and the like, which 'crmcli tickets reply' fills in, are refused.
    """
    from crmcli import bulk

    said = inputs.text(text)
    with drafts.kept(said, profile=state.profile_name, tickets=tickets or ()):
        code = None if sender is None else inputs.sender(sender, state.settings.senders)
        fields = inputs.fields(data, Message=said, Sender=code, SenderName=sender_name, SenderEmail=sender_email)
    with drafts.kept(fields.get("Message"), profile=state.profile_name, tickets=tickets or ()):
        todo = bulk.build.messages(state, tickets, source=from_, fields=fields, literal=literal)
        bulk.mails.agreed(state, todo, yes=yes)
        bulk.run(state, todo, command="messages create")


@verb(app, "delete", writes=True, example="crmcli messages delete 3 7 --yes")
def delete(state: State, ticket: Ticket, messages: Messages, *, yes: Yes = False) -> None:
    """Delete messages of a ticket, kept in the trash. The customer has read them already; restored, they are sent again."""
    from crmcli import bulk

    todo = bulk.build.message_deletes(ticket, messages)
    todo = bulk.deletes.agreed(state, todo, yes=yes)
    bulk.run(state, todo, command="messages delete")
