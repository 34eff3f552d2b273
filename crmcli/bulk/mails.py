"""What concerns the customer's mailbox: a person's word before messages are mailed, and a ticket that has no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmcli.bulk.actions import Action, Row

if TYPE_CHECKING:
    from crmcli.state import State

_SHOWN = 10
"""How many texts are shown; of more it is said how many there are."""


def agreed(state: State, todo: Sequence[Action], *, yes: bool) -> None:
    """Have messages agreed to by the person at the terminal, if one is there, unless `yes`. Raises Declined."""
    texts: dict[str, list[str]] = {}
    for action in todo:
        texts.setdefault(str(action.values["Message"]), []).append(str(action.ticket))
    shown = [({"Ticket" if len(of) == 1 else "Tickets": ", ".join(of)}, text) for text, of in texts.items()]
    them, customers = ("this", "customer") if len(todo) == 1 else (f"these {len(todo)} messages", "customers")
    _ask(state, shown, f"Mail {them} to the {customers}?", yes=yes)


def agreed_ticket(state: State, fields: Mapping[str, Any], *, yes: bool) -> None:
    """Have a new ticket agreed to, of which the store may e-mail the customer. Raises Declined."""
    texts = [str(row.get("Message") or "") for row in fields.get("CrmMessageList") or () if isinstance(row, dict)]
    head = {"To": str(fields.get("CustomerEmail") or ""), "Subject": str(fields.get("Subject") or "")}
    _ask(state, [(head, "\n\n".join(texts))], "Open this ticket? The store may e-mail the customer.", yes=yes)


def lacks_email(action: Action, found: Row) -> str:
    """What to say before a ticket is changed that has no e-mail, which the API requires; "" where there is nothing to say."""
    is_change = action.noun == "ticket" and action.do != "delete"
    if not is_change or found.get("CustomerEmail") or action.values.get("CustomerEmail"):
        return ""
    return (
        f"Ticket {action.number} has no e-mail, and the API requires one: the store may refuse to change it, and others "
        "like it. Give it with --customer-email."
    )


def _ask(state: State, shown: Sequence[tuple[Mapping[str, str], str]], question: str, *, yes: bool) -> None:
    if yes or not shown or state.shared.dry_run or not state.has_person:
        return
    state.crm.allow(mails=True)  # before anybody reads what must not go out
    for head, text in shown[:_SHOWN]:
        state.output.questions.preview(head, text)
    if len(shown) > _SHOWN:
        state.output.warn(f"{len(shown) - _SHOWN:,} more texts are not shown; --dry-run shows all.")
    state.agree(question, yes=False)
