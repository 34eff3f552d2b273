"""Read-modify-write: the API's PUT may blank what it doesn't name, so small objects are sent whole (wire-facts section 5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.api.bodies import Row

if TYPE_CHECKING:
    from crmcli.api.models import StoreObject


Seen = Callable[[Row], None]
"""Shown the object as the store has it, right before it is changed; what it raises leaves the object as it is."""


def unseen(_: Row) -> None:
    """Nobody looks."""


Hold = Callable[[str], AbstractContextManager[None]]
"""Given what is to be changed, as `ticket 42`: within it nobody else who goes by it changes that."""


def unheld(_: str) -> AbstractContextManager[None]:
    """Nobody else is there."""
    return nullcontext()


Look = Callable[[Row], Row]

Mending = Callable[[int], AbstractContextManager[Look | None]]
"""Given a ticket's number, it gives None where no earlier update of it was ended half-way. Else it gives what, shown the ticket
as it is, gives the fields that such an update had left blank; they are given back within it."""


def whole_always(_: int) -> AbstractContextManager[Look | None]:
    """Nothing was ended half-way."""
    return nullcontext()


def check(model: type[StoreObject], changes: Row, *, key: str, number: int | None) -> None:
    """Check changes to the object of this number, or to any, before anything is sent. Raises BadUsage."""
    from crmcli.api import models

    models.check(model, changes)
    if number is not None and changes.get(key, number) != number:
        raise errors.BadUsage(f"{key} can't be changed: {changes[key]} was given for {number}.")


def whole(before: Row, changes: Row) -> Row:
    """The object with its changes, without nested lists. Raises StoreFailed when sending it back would spoil it.

    What the store has as null is left out, as the vendor's own SDK does (wire-facts section 11b): a field of texts or numbers
    may refuse it, and a PUT that blanks what it doesn't name leaves it as it is. Bytes that were not UTF-8 were read as
    U+FFFD; written back they would stay so.
    """
    body = {
        name: value
        for name, value in {**before, **changes}.items()
        if value is not None and not isinstance(value, list)
    }
    spoilt = [name for name in body if name not in changes and "\ufffd" in str(body[name])]
    if spoilt:
        raise errors.StoreFailed(
            f"{', '.join(spoilt)} can't be read as text, and an update would write it back spoilt.",
            hint=f"Nothing was sent. Name {', '.join(spoilt)} too, with the text that it should have.",
        )
    return body


def same(one: object, other: object) -> bool:
    """Whether a field that holds the one holds the other, to the letter.

    A store may write a number as text, and where nothing is set null, "" or 0 (wire-facts section 6).
    """
    return _written(one) == _written(other)


def _written(value: object) -> str:
    return "" if value is None or value == 0 else str(value)


def at_stake(before: Row, sent: Row) -> list[str]:
    """The fields that hold something and were not sent: what a PUT may have blanked, and none in a nearly empty ticket.

    The store moves DateLastAction by itself, and gives messages that it keeps elsewhere.
    """
    moves = ("DateLastAction", "CrmID")
    found = [
        name
        for name, value in before.items()
        if holds(value) and name not in sent and name not in moves and not isinstance(value, list)
    ]
    # That the store keeps its own date says nothing of the rest.
    return [] if found == ["DateOpened"] else found


def holds(value: object) -> bool:
    """Whether a field is set: not null, "", 0 or a date of the year 1 (wire-facts section 6)."""
    return bool(value) and not str(value).startswith(("0001-01-01", "01/01/0001", "1/1/0001"))
