"""What answers in the store's place: a network's login page, a proxy, a web filter; or whoever is at a wrong address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmcli import errors, values
from crmcli.api import bodies

if TYPE_CHECKING:
    from crmcli.api.answers import Answer

IN_BETWEEN = (
    "A network's login page, a proxy or a web filter may have answered in the store's place: look at any web page in a "
    "browser, and at 'crmcli doctor'."
)
_OF_PROXIES = {
    407: "a proxy asks for a name and a password",
    511: "the network asks to sign in first",
}
"""Statuses that no store has of itself (RFC 9110 section 15.5.8, RFC 6585 section 6)."""


def instead(answer: Answer) -> errors.CrmError | None:
    """The error for an answer that the API would not give; None where it may be the API's."""
    where, status = f"{answer.method} {answer.path}", answer.status
    if status in _OF_PROXIES:
        return errors.NetworkFailed(f"{where}: {_OF_PROXIES[status]} ({status}).", hint=IN_BETWEEN, status=status)
    if 300 <= status < 400:
        return _redirected(answer, f"{where} was answered with a redirect ({status}) to {answer.location or 'nowhere'}")
    if status in (401, 403) and answer.is_page:
        return errors.AuthFailed(
            f"{where} was answered with {_page(answer)} ({status}), as the API answers nothing.",
            hint=f"{IN_BETWEEN} If it was the store, it lets this machine's address or these keys not in.",
            status=status,
        )
    return None


def page(answer: Answer) -> errors.StoreFailed:
    """The error for a web page that came in place of what was to be read."""
    said = f"{answer.method} {answer.path} was answered with {_page(answer)}, and not by the API: it can't be read."
    hint = IN_BETWEEN
    if answer.base_url and not values.is_real_host(answer.base_url):
        hint = f"Is base_url the API's address? It is {answer.base_url}. {IN_BETWEEN}"
    return errors.StoreFailed(said, hint=hint, status=answer.http_status)


def _page(answer: Answer) -> str:
    return answer.hide(bodies.what_is_it(answer.text))


def _redirected(answer: Answer, said: str) -> errors.CrmError:
    if values.is_real_host(answer.base_url):
        return errors.NetworkFailed(f"{said}, which the API never does.", hint=IN_BETWEEN, status=answer.status)
    return errors.BadConfig(
        f"{said}: this is not the API's address.",
        hint=f"Set base_url to {values.REAL_HOST}, or leave it out of the profile.",
        status=answer.status,
    )
