"""What concerns the customer's mailbox: a person's word before messages are mailed, and a ticket that has no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmcli.bulk.actions import Action, Row
from crmcli.errors import NotFound

if TYPE_CHECKING:
    from crmcli.state import State

_SHOWN = 10
"""How many texts are shown, and customers of one text; of more it is said how many there are."""
_NAMED = 20


def agreed(state: State, todo: Sequence[Action], *, yes: bool) -> None:
    """Have messages agreed to by the person at the terminal, if one is there, unless `yes`: each text, and who gets it.

    Raises Declined, and for a single ticket NotFound.
    """
    if not _is_asked(state, todo, yes=yes):
        return
    texts: dict[str, list[int]] = {}
    for action in todo:
        texts.setdefault(str(action.values["Message"]), []).append(action.ticket or action.number or 0)
    for text, numbers in list(texts.items())[:_SHOWN]:
        if len(numbers) == 1:
            head = _head(numbers[0], _found(state, numbers[0], alone=len(todo) == 1))
        else:
            head = {"Tickets": ", ".join(map(str, numbers[:_NAMED])) + (" …" if len(numbers) > _NAMED else "")}
        state.output.questions.preview(head, text)
        if len(numbers) > 1:
            to = [(str(number), who(_found(state, number, alone=False))) for number in numbers[:_SHOWN]]
            state.output.questions.list_(to, more=len(numbers) - _SHOWN)
    if len(texts) > _SHOWN:
        state.output.warn(f"{len(texts) - _SHOWN:,} more texts are not shown; --dry-run shows all.")
    them, customers = ("this", "customer") if len(todo) == 1 else (f"these {len(todo)} messages", "customers")
    state.tell_of_stopped()
    state.agree(f"Mail {them} to the {customers}?", yes=False)


def who(ticket: Mapping[str, Any]) -> str:
    """The customer of a ticket, as the head of a mail has them."""
    return f"{ticket.get('CustomerName') or ''} <{ticket.get('CustomerEmail') or 'no address'}>".strip()


def _found(state: State, number: int, *, alone: bool) -> Row:
    """A ticket that is mailed to; of several one that is not there is told in its turn, and is blank here."""
    try:
        return state.crm.tickets.get(number)
    except NotFound as failure:
        if alone:
            raise
        return {"CustomerName": failure.message}


def agreed_ticket(state: State, fields: Mapping[str, Any], *, yes: bool) -> None:
    """Have a new ticket agreed to, of which the store may e-mail the customer. Raises Declined."""
    if not _is_asked(state, [fields], yes=yes):
        return
    show(state, "/CRM", fields)
    state.agree("Open this ticket? The store may e-mail the customer.", yes=False)


def show(state: State, path: str, body: Mapping[str, Any]) -> None:
    """Show what a call with this path and body mails, whole, and who gets it, to a person about to be asked.

    Raises NotFound where it is for a ticket that is not there.
    """
    import re  # for this alone

    texts = [str(row.get("Message") or "") for row in body.get("CrmMessageList") or () if isinstance(row, dict)]
    texts = [str(body["Message"])] if body.get("Message") else texts
    of = re.match(r"/crm/(\d{1,18})(?![^/])", path.casefold(), re.ASCII)
    if of:
        head = _head(int(of[1]), state.crm.tickets.get(int(of[1])))
    elif path.casefold() == "/crm":
        head = {"To": who(body), "Subject": str(body.get("Subject") or "")}
    else:
        head = {"Path": path}
    state.output.questions.preview(head, "\n\n".join(texts))


def _head(number: int, ticket: Mapping[str, Any]) -> dict[str, str]:
    return {"To": who(ticket), "Ticket": f"{number}  {ticket.get('Subject') or ''}"}


def lacks_email(action: Action, found: Row) -> str:
    """What to say before a ticket is changed that has no e-mail, which the API requires; "" where there is nothing to say."""
    is_change = action.noun == "ticket" and action.do != "delete"
    if not is_change or found.get("CustomerEmail") or action.values.get("CustomerEmail"):
        return ""
    return (
        f"Ticket {action.number} has no e-mail, and the API requires one: the store may refuse to change it, and others "
        "like it. Give it with --customer-email."
    )


def _is_asked(state: State, todo: Sequence[object], *, yes: bool) -> bool:
    """Whether a person is to be asked. Raises BadConfig where the profile forbids it anyway."""
    if yes or not todo or state.shared.dry_run or not state.has_person:
        return False
    state.crm.allow(mails=True)
    return True
