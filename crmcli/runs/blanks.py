"""Tickets that an update left half blank: a store may blank what a PUT doesn't name, and who gives it back may be killed first.

The journal has what each ticket held right before its PUT. So whoever next is about to write a ticket gives it back first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from crmcli.runs.journal import Journal

Values = Mapping[str, Any]
Look = Callable[[Values], dict[str, Any]]


@contextmanager
def mending(journal: Journal, ticket: int, *, store: str, told: Callable[[str], None]) -> Iterator[Look | None]:
    """What updates of a ticket left blank that nobody works on (`api.changes.Mending`); `told` once it is given back."""
    rows = journal.half_way(ticket, store=store)
    if not rows:
        yield None
        return
    lost: dict[str, Any] = {}

    def look(found: Values) -> dict[str, Any]:
        for row in rows:
            lost.update(blanked(row.after, row.whole, found))
        return lost

    yield look
    if lost:
        told(f"Ticket {ticket}: what an earlier update had left blank was given back ({', '.join(lost)}).")
        journal.given_back(rows)


def blanked(wanted: Values, whole: Values, found: Values) -> dict[str, Any]:
    """The fields of a ticket that a PUT of what was `wanted` blanked beside it; {} where nothing shows that it did.

    Such a PUT leaves nothing but what was named, and the e-mail address. Meanwhile the store may have set the status by
    itself, and a person may have filled in what they saw missing; a department nobody can take away but such a PUT.
    """
    beside = {name: value for name, value in whole.items() if name not in (*wanted, "CustomerEmail")}
    lost = {name: value for name, value in beside.items() if not found.get(name)}
    moved = {"StatusID"} if found.get("StatusID") not in (None, beside.get("StatusID")) else set()
    return lost if "DepartmentID" in lost or lost.keys() >= beside.keys() - moved else {}
