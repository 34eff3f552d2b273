"""`crmcli tickets`."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import drafts, inputs, placeholders
from crmcli.options import (
    All,
    Count,
    Data,
    From,
    Limit,
    Literal,
    Offset,
    Plan,
    Sender,
    SenderEmail,
    SenderName,
    Text,
    Yes,
    noun,
    verb,
)
from crmcli.output.columns import TICKETS
from crmcli.state import State
from crmcli.ticket_options import (
    Customer,
    CustomerEmail,
    CustomerIp,
    CustomerName,
    CustomerPhone,
    Department,
    Filters,
    Order,
    Product,
    Status,
    Subject,
    filters,
    in_order,
)

app = noun("Tickets: what customers wrote, and where it stands.")

Tickets = Annotated[list[str], typer.Argument(help="Ticket numbers; - reads them from standard input.", metavar="ID…")]
AnyTickets = Annotated[
    list[str] | None, typer.Argument(help="Ticket numbers; - reads them from standard input.", metavar="ID…")
]
Closed = Annotated[
    list[str] | None,
    typer.Option(
        "--closed",
        help="A status that counts as closed, by number or name; repeatable. Default: those called closed, resolved, done, "
        "spam, deleted, archived or the like in English.",
        metavar="STATUS",
    ),
]
FailIf = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-if",
        help="End with code 11 if this holds, like 'oldest_unanswered>24h' or 'open>=100'; repeatable. The name is any "
        "number of --json, the value a number or 90m, 24h, 7d, 2w.",
        metavar="CONDITION",
    ),
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="Count new tickets of so many days.", metavar="N")]
Message = Annotated[
    str | None, typer.Option("--message", help="First message: text, @file, or - for standard input.", metavar="TEXT")
]


@verb(app, "list", filters=filters, example="crmcli tickets list --status Open --opened-after 7d")
def list_(
    state: State,
    filters: Filters,
    *,
    limit: Limit = None,
    offset: Offset = 0,
    all_: All = False,
    newest: Annotated[
        bool, typer.Option("--newest", help="The newest first; the store lists the oldest first.")
    ] = False,
    count: Count = False,
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", help="All that changed since the last run under this name.", metavar="NAME"),
    ] = None,
) -> None:
    """List tickets that match all the filters, in the store's order (oldest first).

    With --checkpoint: those that are new or changed since the last run under that name, every one; at first, all.
    """
    in_order(filters, state.settings.timezone)
    if checkpoint is not None:
        inputs.alone("--checkpoint", limit, offset or None, newest or None, count or None, filters.get("active_after"))
        state.changed(checkpoint, filters)
        return
    listing = state.crm.tickets.list(**filters, limit=inputs.limit(limit, every=all_), offset=offset, newest=newest)
    state.show(listing, TICKETS, count=count)


@verb(
    app,
    "stats",
    filters=filters,
    example="crmcli tickets stats --opened-after 90d --fail-if 'oldest_unanswered>24h'",
)
def stats(state: State, filters: Filters, *, closed: Closed = None, fail_if: FailIf = None, days: Days = 30) -> None:
    """Count tickets that match all the filters: open ones by status, department and age, answers, and new ones by day.

    A ticket is unanswered when the customer wrote last. Ages and times are in seconds with --json.
    """
    from crmcli import conditions, survey  # with what they need, for this command alone

    asked = [conditions.read(text) for text in fail_if or ()]
    in_order(filters, state.settings.timezone)
    figures = survey.take(state, filters, closed=closed or (), days=days)
    state.output.figures(figures)
    conditions.check(asked, figures)


@verb(app, "get", example="crmcli tickets get 42 --json")
def get(state: State, tickets: Tickets) -> None:
    """Show tickets with their conversations, one after the other.

    In a pipe too, as plain text; -o table makes a list of several.
    """
    numbers = inputs.numbers(tickets, noun="ticket")
    found = state.each(numbers, state.crm.tickets.get, noun="ticket")
    state.output.objects(found, TICKETS, single=inputs.is_one(tickets))


@verb(
    app,
    "create",
    sends=True,
    example="crmcli tickets create --customer-email ann@example.com --subject 'Late parcel' --department Orders",
)
def create(
    state: State,
    *,
    subject: Subject = None,
    department: Department = None,
    status: Status = None,
    customer_name: CustomerName = None,
    customer_email: CustomerEmail = None,
    customer_phone: CustomerPhone = None,
    customer_ip: CustomerIp = None,
    order: Order = None,
    customer: Customer = None,
    product: Product = None,
    message: Message = None,
    data: Data = None,
    literal: Literal = False,
    yes: Yes = False,
) -> None:
    """Open a ticket. The store may e-mail the customer; at a terminal it is shown first."""
    from crmcli import bulk

    text = inputs.text(message)
    fields = inputs.fields(
        data,
        Subject=subject,
        CustomerName=customer_name,
        CustomerEmail=customer_email,
        CustomerPhone=customer_phone,
        CustomerIpAddress=customer_ip,
        OrderID=order,
        CustomerID=customer,
        ProductId=product,
        CrmMessageList=None if text is None else [{"Message": text}],
    )
    with drafts.kept(text or inputs.messages_of(fields), profile=state.profile_name):
        state.crm.tickets.check_new(fields)
        if not literal:
            placeholders.refuse(fields)
        bulk.mails.agreed_ticket(state, fields, yes=yes)
        ack = state.crm.tickets.create(fields=fields, department=department, status=status)
    state.told([ack], noun="ticket")


@verb(app, "update", writes=True, example="crmcli tickets update 42 43 --status Closed")
def update(
    state: State,
    tickets: AnyTickets = None,
    *,
    subject: Subject = None,
    department: Department = None,
    status: Status = None,
    customer_name: CustomerName = None,
    customer_email: CustomerEmail = None,
    customer_phone: CustomerPhone = None,
    customer_ip: CustomerIp = None,
    order: Order = None,
    customer: Customer = None,
    product: Product = None,
    data: Data = None,
    from_: From = None,
    plan: Plan = None,
    yes: Yes = False,  # noqa: ARG001 - scripts may say it to every bulk command
) -> None:
    """Change what is named in tickets, and nothing else. An update never asks: 'crmcli runs undo' takes it back."""
    from crmcli import bulk

    changes = inputs.fields(
        data,
        Subject=subject,
        CustomerName=customer_name,
        CustomerEmail=customer_email,
        CustomerPhone=customer_phone,
        CustomerIpAddress=customer_ip,
        OrderID=order,
        CustomerID=customer,
        ProductId=product,
    )
    names = {"DepartmentID": department, "StatusID": status}
    todo = bulk.build.ticket_updates(state, tickets, source=from_, changes=changes, names=names)
    bulk.run(state, todo, command="tickets update", plan=plan)


@verb(
    app,
    "reply",
    sends=True,
    example="crmcli tickets reply 42 --saved 'Shipping delay' --set tracking=1Z999AA1 --status Answered",
)
def reply(
    state: State,
    tickets: AnyTickets = None,
    *,
    saved: Annotated[
        str | None, typer.Option("--saved", help="A saved reply, by title or number.", metavar="REPLY")
    ] = None,
    text: Text = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="What fills {{NAME}} in the text; may be repeated.", metavar="NAME=VALUE"),
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="The status afterwards, by number or name.", metavar="STATUS")
    ] = None,
    sender: Sender = None,
    sender_name: SenderName = None,
    sender_email: SenderEmail = None,
    from_: From = None,
    plan: Plan = None,
    yes: Yes = False,
) -> None:
    """Answer tickets: THE STORE E-MAILS THE CUSTOMER. Shows the whole text first; then the status is set.

    {{customer_name}}, {{customer_email}}, {{subject}}, {{order}}, {{ticket}} and each --set are filled in. Without --saved
    and --text your editor opens. Run again after a failure, it mails nothing twice.
    """
    from crmcli import answering  # nothing else needs it

    writer = answering.writer(state, sender, sender_name, sender_email)
    base = answering.Draft(saved=saved, text=inputs.text(text), sets=set_ or [], writer=writer, status=status)
    answering.answer(state, tickets, base, source=from_, plan=plan, yes=yes)


@verb(app, "delete", writes=True, example="crmcli tickets delete 42 --yes")
def delete(
    state: State, tickets: AnyTickets = None, *, from_: From = None, plan: Plan = None, yes: Yes = False
) -> None:
    """Delete tickets with their messages, kept in the trash: they can be restored only as new tickets."""
    from crmcli import bulk

    todo = bulk.build.ticket_deletes(tickets, source=from_)
    if plan is None:
        todo = bulk.deletes.agreed(state, todo, yes=yes)
    bulk.run(state, todo, command="tickets delete", plan=plan)
