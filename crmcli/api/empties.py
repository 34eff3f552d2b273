"""Whether a list that gave nothing is empty, or no list at all.

The API answers an empty list with 404, and so does any server at a path that it doesn't have: with a mistyped `base_url`
every shop would be empty, and a nightly export would be replaced by nothing. So nothing is believed only where the API
itself says so: by a count (recorded: 200 and `{"TotalCount": 0}`, wire-facts section 3), or, of a store that can't count,
by another of its lists, which comes as JSON.
"""

from __future__ import annotations

from collections.abc import Callable

from crmcli import errors
from crmcli.api import strangers
from crmcli.api.answers import Answer
from crmcli.api.transport import Transport
from crmcli.values import REAL_HOST

_LISTS = ("/CRM/status", "/CRM/department", "/CRM/savedreply", "/CRM")
"""The likelier first: no shop is without a status."""


def is_nothing(answer: Answer) -> bool:
    """Whether a page of a list says nothing: a 404, which may come from anywhere, or a success without a body.

    Raises StoreFailed for a body that is not JSON.
    """
    return answer.status == 404 or (answer.ok and not answer.fault and answer.data is None)


def vouch(
    transport: Transport,
    nothing: Answer,
    *,
    count: Callable[[], int | None] = lambda: None,
    is_first: bool = False,
    is_whole: bool = False,
    in_all: Callable[[], int | None] | None = None,
) -> None:
    """Return when the API says that it is there and has no rows for what was answered with `nothing`.

    `count` asks for the list's own count, and gives None where there is none; `is_first` says that `nothing` is a list's
    first page, and `is_whole` that it stands for all that is counted. `in_all` is for who takes it as the proof that
    something is not there, and counts the list without its filters: then a count that heeds them speaks against it, too, and
    what has no body says nothing. Nor does a web page as the first page of a list that has no count, though it should: a
    gateway that answers for one answers for both. Raises StoreFailed for these, BadConfig when nothing of the API speaks, and
    what `Transport.read` does.
    """
    counted = count()
    if counted and (is_whole or (in_all and counted != in_all())):
        raise errors.StoreFailed(
            f"The store counts {counted:,} rows at {nothing.path}, and gave none ({nothing.http_status}).",
            hint="The list is not empty. Run it again in a minute.",
            status=nothing.http_status,
        )
    if in_all and counted != 0:
        said(nothing)
    if counted is not None:
        return
    others = [path for path in _LISTS if path.lower() != nothing.path.lower()]
    if not any(_lists(transport.read(path, {"limit": 1})) for path in others):
        raise no_api(transport, nothing)
    if is_first and nothing.is_page and len(others) < len(_LISTS):
        raise strangers.page(nothing)


def said(nothing: Answer) -> None:
    """Return when it may be the API's own word for nothing: a 404 (API page).

    Raises StoreFailed for a web page, which a gateway gives, and for what merely has no body.
    """
    if nothing.is_page:
        raise strangers.page(nothing)
    if nothing.status != 404:
        raise nothing.unreadable("it has no body")


def no_api(transport: Transport, nothing: Answer) -> errors.BadConfig:
    """The error for an address at which nothing of the API answers."""
    base_url = transport.base_url
    hint = f"The API is at {REAL_HOST}: correct base_url in the profile (or CRMCLI_BASE_URL), or leave it out."
    if base_url.lower() == REAL_HOST.lower():
        hint = "That is the API's address: does a proxy or a web filter answer in its place? See 'crmcli doctor'."
    return errors.BadConfig(
        f"{base_url}{nothing.path} gave nothing ({nothing.http_status}), and nothing else there answers as the API does: "
        f"base_url is {base_url}.",
        hint=hint,
        status=nothing.http_status,
    )


def _lists(answer: Answer) -> bool:
    return answer.ok and answer.data is not None and bool(answer.rows() or answer.data == [])
