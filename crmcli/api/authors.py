"""Who wrote a message: the customer or the store.

What the store's `Sender` codes mean is documented nowhere. The best evidence is one shop's own: 1 is the customer, 0 the
store (wire-facts section 6). So none is known here: only what the profile maps tells by the code, and else the addresses do.
Where these contradict what the profile maps, `Testimony` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from crmcli.api import names

CUSTOMER: Literal["customer"] = "customer"
STORE: Literal["store"] = "store"

Author = Literal["customer", "store"]
_OTHER: dict[Author, Author] = {CUSTOMER: STORE, STORE: CUSTOMER}
CONTRADICTED = "The profile's senders may be the wrong way round: {}. See 'crmcli doctor'."
"""How a contradiction is told."""
_SEVERAL = 3
"""Tickets in which no customer wrote from the address that the ticket has: of fewer, each may have a second one."""


def author(message: Mapping[str, Any], ticket: Mapping[str, Any], senders: Mapping[str, int]) -> Author | None:
    """Who wrote `message` of `ticket`; None where nothing tells, which is never guessed.

    `senders` is the profile's: a code under the name `store` or `customer` decides. Then the sender's address does: it is
    the customer's, or another. A message that neither tells of is the customer's where it is the first of the ticket's
    `CrmMessageList`, since a ticket begins with what a customer wrote.
    """
    return (
        _by_code(message, senders) or _by_address(message, ticket) or (CUSTOMER if _is_first(message, ticket) else None)
    )


class Testimony:
    """What the addresses in the tickets of one command say of the profile's `senders`: codes under names.

    It contradicts them where the store is said to have written from the customer's own address; and where of several
    messages that are said to be the customers', in more than one ticket, not one came from the customer's address.
    """

    __test__ = False

    def __init__(self, senders: Mapping[str, int]) -> None:
        self._senders = senders
        self._turned: list[tuple[object, object]] = []
        self._others: set[object] = set()
        self._agreed = 0
        self._codes: dict[int, Counter[Author]] = {}

    def hear(self, ticket: Mapping[str, Any]) -> None:
        """Take a ticket into account, with the messages that it carries."""
        listed = ticket.get("CrmMessageList")
        for message in listed if isinstance(listed, list) else ():
            if isinstance(message, dict) and (wrote := _by_address(message, ticket)):
                self._heard(message, ticket.get("CrmID"), wrote)

    def _heard(self, message: Mapping[str, Any], ticket: object, wrote: Author) -> None:
        said, code = _by_code(message, self._senders), _number(message.get("Sender"))
        if code is not None:
            self._codes.setdefault(code, Counter())[wrote] += 1
        if (said, wrote) == (STORE, CUSTOMER):
            self._turned.append((ticket, message.get("MessageId")))
        elif (said, wrote) == (CUSTOMER, STORE):
            self._others.add(ticket)
        elif said == CUSTOMER:
            self._agreed += 1

    @property
    def contradiction(self) -> str | None:
        """What contradicts the profile's senders, in words; None where nothing does."""
        tickets = list(dict.fromkeys(ticket for ticket, _ in self._turned))
        if self._turned:
            ticket, message = self._turned[0]
            more = f", and so in {len(tickets) - 1:,} more ticket{'s' * (len(tickets) > 2)}" if len(tickets) > 1 else ""
            return (
                f"message {message} of ticket {ticket} came from the customer's own address, but its code "
                f"{self._senders[STORE]} is mapped to the store{more}"
            )
        if len(self._others) >= _SEVERAL and not self._agreed:
            return (
                f"in {len(self._others):,} tickets code {self._senders[CUSTOMER]} is mapped to the customer, and nothing "
                "with it came from a customer's own address"
            )
        return None

    @property
    def likely(self) -> dict[str, int] | None:
        """What the senders are by the addresses alone; None where these don't tell one code for each from any other."""
        codes = {
            who: [code for code, wrote in self._codes.items() if wrote[who] and not wrote[_OTHER[who]]]
            for who in (STORE, CUSTOMER)
        }
        return (
            {who: found[0] for who, found in codes.items()} if all(len(each) == 1 for each in codes.values()) else None
        )


def _by_code(message: Mapping[str, Any], senders: Mapping[str, int]) -> Author | None:
    code = _number(message.get("Sender"))
    mapped: list[Author] = [who for who in (CUSTOMER, STORE) if code is not None and senders.get(who) == code]
    return mapped[0] if len(mapped) == 1 else None


def _by_address(message: Mapping[str, Any], ticket: Mapping[str, Any]) -> Author | None:
    theirs, own = _address(message.get("SenderEmail")), _address(ticket.get("CustomerEmail"))
    if not theirs or not own:
        return None
    return CUSTOMER if theirs == own else STORE


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
