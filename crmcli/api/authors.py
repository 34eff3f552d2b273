"""Who wrote a message: the customer or the store.

What the store's `Sender` codes mean is documented nowhere (wire-facts section 6), so none is known here: only what the
profile maps tells by the code, and else the addresses do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from crmcli.api import names

CUSTOMER: Literal["customer"] = "customer"
STORE: Literal["store"] = "store"

Author = Literal["customer", "store"]


def author(message: Mapping[str, Any], ticket: Mapping[str, Any], senders: Mapping[str, int]) -> Author | None:
    """Who wrote `message` of `ticket`; None where nothing tells, which is never guessed.

    `senders` is the profile's: a code under the name `store` or `customer` decides. Then the sender's address does: it is
    the customer's, or another. A message that neither tells of is the customer's where it is the first of the ticket's
    `CrmMessageList`, since a ticket begins with what a customer wrote.
    """
    code = _number(message.get("Sender"))
    mapped: list[Author] = [who for who in (CUSTOMER, STORE) if code is not None and senders.get(who) == code]
    if len(mapped) == 1:
        return mapped[0]
    theirs, own = _address(message.get("SenderEmail")), _address(ticket.get("CustomerEmail"))
    if theirs and own:
        return CUSTOMER if theirs == own else STORE
    return CUSTOMER if _is_first(message, ticket) else None


def _is_first(message: Mapping[str, Any], ticket: Mapping[str, Any]) -> bool:
    """By the number, which the store counts up: its order of messages is documented nowhere, its dates have minutes only."""
    messages = ticket.get("CrmMessageList")
    if not isinstance(messages, list):
        return False
    numbers = [_number(each.get("MessageId")) for each in messages if isinstance(each, dict)]
    known = [number for number in numbers if number is not None]
    return bool(known) and _number(message.get("MessageId")) == min(known)


def _number(value: object) -> int | None:
    """A number, which a store may write as a number or as text."""
    if isinstance(value, str):
        return names.as_number(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _address(value: object) -> str:
    return value.strip().casefold() if isinstance(value, str) else ""
