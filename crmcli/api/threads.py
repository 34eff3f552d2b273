"""Tickets with their messages, whether or not the store lists them so (its page shows that it does; nobody has seen it)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from crmcli import errors
from crmcli.api.bodies import Row
from crmcli.api.messages import Messages
from crmcli.api.tickets import Tickets

MOST = 1000
"""How many tickets are read one by one at most: over eight minutes at the real host's rate."""


class Threads:
    """The tickets of a list, each with its messages where they are `wanted`.

    What the list carries is taken from it. Where it carries none, the wanted tickets are read one by one, at most `most`;
    the others get None for `CrmMessageList`, while [] says that a ticket has no messages. One that has gone meanwhile is
    left out. Afterwards `read` and `unread` count both, and `carried` says whether any was listed with messages.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        tickets: Tickets,
        messages: Messages,
        wanted: Callable[[Row], bool],
        most: int = MOST,
    ) -> None:
        self._rows = rows
        self._tickets = tickets
        self._messages = messages
        self._wanted = wanted
        self._most = most
        self.carried = False
        self.read = 0
        self.unread = 0

    def __iter__(self) -> Iterator[Row]:
        """The tickets in the list's order; raises what `Transport.read` does."""
        for row in self._rows:
            # One ticket that was listed with messages shows that those without have none.
            self.carried = self.carried or bool(row.get("CrmMessageList"))
            if self.carried or not self._wanted(row):
                yield row
            elif self.read == self._most:
                self.unread += 1
                yield {**row, "CrmMessageList": None}
            else:
                self.read += 1
                whole = self._whole(row)
                if whole is not None:
                    yield whole

    def _whole(self, row: Row) -> Row | None:
        number = self._tickets.number_of(row)
        try:
            messages: Any = self._tickets.get(number).get("CrmMessageList")
            if not isinstance(messages, list) or not messages:  # a store may carry them nowhere but in their own list
                messages = list(self._messages.list(number))
        except errors.NotFound:
            return None
        return {**row, "CrmMessageList": messages}
