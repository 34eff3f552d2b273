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
    transport: Transport,
    path: str,
    params: Mapping[str, object],
    *,
    count: Callable[[], int | None] | None = None,
    vouch: Callable[[Answer, int], None] | None = None,
    proves: bool = False,
) -> Ask:
    """How the pages of the list at a path are asked for. What it gives raises what `Transport.read` does.

    A page that says nothing is empty only where the list's own `count` (asked for, unless it is given) or another list says
    so, or else `vouch`, which is given the answer and the offset: it raises where nothing shows that the API is there. Whether
    a count heeds filters is not known for sure, so it contradicts only a list without any. `proves` says that an empty list
    will be taken as the proof that something is not there: `empties.vouch` says what must be so then.
    """
    count = count or (lambda: counted(transport, path, params))
    is_filtered = any(params.values())

    def ask(offset: int, limit: int) -> list[Row]:
        answer = transport.read(path, page(params, offset, limit))
        if not empties.is_nothing(answer):
            return [] if answer.past_the_end else answers.good(answer).rows()
        if vouch:
            vouch(answer, offset)
        else:
            is_first = offset == 0
            in_all = partial(counted, transport, path, {}) if proves and is_first else None
            is_whole = is_first and not is_filtered
            empties.vouch(transport, answer, count=count, is_first=is_first, is_whole=is_whole, in_all=in_all)
        return []

    return ask


def counted(transport: Transport, path: str, params: Mapping[str, object]) -> int | None:
    """The store's own count of a list; None where it has none. Raises what `Transport.read` does."""
    answer = transport.read(path, {**params, "countonly": 1})
    if answer.past_the_end:
        # Nothing to count is 200 and 0 (recorded, wire-facts section 3): a store that answers so doesn't count.
        return None
    return answers.good(answer).total()
