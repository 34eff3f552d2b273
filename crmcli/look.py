"""`Names`: what a table asks beyond the row that it prints: names for numbers, the hour at the store, who wrote a message."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmcli import errors

if TYPE_CHECKING:
    from crmcli.api.authors import Testimony
    from crmcli.state import State


class Names:
    """Names for the numbers of departments and statuses, and what else a person wants to see in place of bare values.

    Names are known from an hour ago at most; the store is asked, once a run, when a number is not among them. A store that
    won't list them must not keep the tickets from being shown: then the number is the name.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._names: dict[str, dict[int, str]] = {}
        self._asked: set[str] = set()
        self._testimony: Testimony | None = None
        self._is_said = False

    @cached_property
    def now(self) -> datetime:
        """The hour in the store's zone, aware. Raises BadConfig."""
        from crmcli import dates

        return dates.now_in(self._state.settings.timezone)

    def department(self, number: int) -> str:
        """The name of a department, or its number as text."""
        return self._name("departments", number)

    def status(self, number: int) -> str:
        """The name of a status, or its number as text."""
        return self._name("statuses", number)

    def author(self, message: dict[str, Any], ticket: dict[str, Any]) -> str | None:
        """Who wrote a message, `customer` or `store`; None where nothing tells."""
        from crmcli.api.authors import author

        return author(message, ticket, self._state.settings.senders)

    def hear(self, ticket: dict[str, Any]) -> None:
        """Say, once, where the addresses in tickets contradict the profile's senders."""
        senders = self._state.settings.senders
        if not senders or self._is_said:
            return
        from crmcli.api.authors import CONTRADICTED, Testimony

        self._testimony = self._testimony or Testimony(senders)
        self._testimony.hear(ticket)
        if told := self._testimony.contradiction:
            self._is_said = True
            self._state.output.note(CONTRADICTED.format(told))

    def messages(self, ticket: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages of a ticket that came without them. A store that won't list them is warned of."""
        crm = self._state.crm
        try:
            return list(crm.messages.list(crm.tickets.number_of(ticket)))
        except errors.CrmError as failure:
            self._state.output.warn(f"Messages are not shown: {failure.message}")
            return []

    def _name(self, kind: str, number: int) -> str:
        if kind not in self._names:
            self._names[kind] = self._state.known.fresh(kind)
        if number not in self._names[kind] and kind not in self._asked:
            self._asked.add(kind)
            self._names[kind] |= self._listed(kind)
        return self._names[kind].get(number, str(number))

    def _listed(self, kind: str) -> dict[int, str]:
        crm = self._state.crm
        collection = crm.departments if kind == "departments" else crm.statuses
        try:
            return {
                int(row[collection.key]): str(row[collection.name])
                for row in collection.list()
                if row.get(collection.name) and _is_number(row.get(collection.key))
            }
        except errors.CrmError as failure:
            self._state.output.warn(f"Names are not shown: {failure.message}")
            return {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | str) and str(value).lstrip("-").isdecimal()
