"""The pages of a list as they are asked for, and the store's count of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from crmcli.api import answers, empties
from crmcli.api.answers import Answer
from crmcli.api.bodies import Row
from crmcli.api.paging import Ask
from crmcli.api.transport import Transport


def page(params: Mapping[str, object], offset: int, limit: int) -> dict[str, object]:
    """The query for a page: the list's own filters, the wire's offset, and how many rows at most."""
    return {**params, "limit": limit, "offset": offset}


def asking(
    transport: Transport, path: str, params: Mapping[str, object], *, vouch: Callable[[Answer], None] | None = None
) -> Ask:
    """How the pages of the list at a path are asked for. What it gives raises what `Transport.read` does.

    A page that says nothing is empty only where `vouch` says so (by default the list's own count, or another list): it is
    given the answer, and raises where nothing shows that the API is there.
    """
    vouch = vouch or partial(empties.vouch, transport, count=lambda: counted(transport, path, params))

    def ask(offset: int, limit: int) -> list[Row]:
        answer = transport.read(path, page(params, offset, limit))
        if empties.is_nothing(answer):
            vouch(answer)
            return []
        return [] if answer.past_the_end else answers.good(answer).rows()

    return ask


def counted(transport: Transport, path: str, params: Mapping[str, object]) -> int | None:
    """The store's own count of a list; None where it has none. Raises what `Transport.read` does."""
    answer = transport.read(path, {**params, "countonly": 1})
    if answer.past_the_end:
        # Nothing to count is 200 and 0 (recorded, wire-facts section 3): a store that answers so doesn't count.
        return None
    return answers.good(answer).total()
