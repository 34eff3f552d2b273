"""Many tickets read one by one, by the same few workers that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from crmcli.bulk.actions import Row
from crmcli.bulk.crew import Crew
from crmcli.bulk.work import at_once
from crmcli.errors import CrmError, NotFound, StoreFailed

if TYPE_CHECKING:
    from crmcli.state import State


def tickets(state: State, numbers: Sequence[int], get: Callable[[int], Row]) -> Iterator[tuple[int, Row | CrmError]]:
    """What `get` gives for each ticket, or what it raised, in order."""

    def got(number: int) -> Row | CrmError:
        try:
            return get(number)
        except CrmError as failure:
            return failure
        except Exception as fault:
            # Not the fault's own words: they may quote a key, or what a stranger wrote.
            return StoreFailed(f"crmcli itself failed ({type(fault).__name__}) at ticket {number}.")

    crew = Crew(numbers, got, at_once=at_once(state, len(numbers)))
    try:
        while came := crew.next():
            yield came
    finally:
        crew.stop()


def all_of(state: State, numbers: Sequence[int], *, lines: Sequence[int | None]) -> list[Row]:
    """The tickets of these numbers; `lines` are those on which they stand in a file.

    Raises NotFound for all that are not there, and what the first that can't be read for another reason raises.
    """
    found, missing = list[Row](), list[NotFound]()
    for line, (_, ticket) in zip(lines, tickets(state, numbers, state.crm.tickets.get), strict=True):
        if not isinstance(ticket, CrmError):
            found.append(ticket)
            continue
        if line is not None:
            ticket.message = f"line {line}: {ticket.message}"
        if not isinstance(ticket, NotFound):
            raise ticket
        missing.append(ticket)
    if missing:
        first, *others = missing
        first.details += [other.message for other in others]
        raise first
    return found
