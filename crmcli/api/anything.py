"""Any call of the API by its path, for what the nouns don't offer; with the same care as theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from crmcli.api import answers, bodies
from crmcli.api.answers import Answer
from crmcli.api.bodies import Row
from crmcli.api.collection import Collection
from crmcli.api.pages import asking
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack
from crmcli.api.transport import Request, Transport
from crmcli.errors import BadUsage, NotFound

if TYPE_CHECKING:
    from crmcli.api.crm import Crm

_ROOT = "/3dcartwebapi/v1"
_PLAIN = r"[1-9]\d{0,17}"  # a store may read +42 or 042 as 42, past the outbox and the trash
_DELETED = re.compile(rf"/CRM/(?:({_PLAIN})(?:/message/({_PLAIN}))?|savedreply/({_PLAIN}))", re.IGNORECASE | re.ASCII)
_CHANGED = re.compile(rf"/CRM/(?:(department|savedreply|status)/)?({_PLAIN})", re.IGNORECASE | re.ASCII)
_TICKET = re.compile(rf"/CRM/({_PLAIN})", re.IGNORECASE | re.ASCII)
_MESSAGES = re.compile(rf"/CRM/({_PLAIN})/message", re.IGNORECASE | re.ASCII)
_STEP = re.compile(rf"[a-z]+|{_PLAIN}", re.IGNORECASE | re.ASCII)


class Anything:
    """Calls by path. What makes something that may e-mail goes out as the nouns send it: through `crm`'s outbox."""

    def __init__(self, crm: Crm, transport: Transport, *, page_size: int) -> None:
        self._crm = crm
        self._transport = transport
        self._page_size = page_size

    def get(self, path: str, params: Mapping[str, Any]) -> Answer:
        """The store's answer to a GET. Raises what its status says, and what `Transport.read` does."""
        path, query = split(path)
        bodies.encoded(params)
        try:
            answer = answers.good(self._transport.read(path, {**query, **params}))
            return replace(answer, text=answer.hide(answer.text))
        except NotFound as fault:
            fault.hint = (
                "See whether the path is right, as /CRM, /CRM/42 or /CRM/status, and whether that number exists."
            )
            raise

    def list(self, path: str, params: Mapping[str, Any]) -> Listing:
        """All rows of a list, over as many requests as it takes. Raises BadUsage where the query pages by itself."""
        path, query = split(path)
        bodies.encoded(params)
        wanted = {**query, **params}
        if own := {"limit", "offset", "countonly"} & {name.lower() for name in wanted}:
            raise BadUsage(f"--all asks for pages itself: leave out {', '.join(sorted(own))}.")
        ask = asking(self._transport, path, wanted)
        return Listing(ask, identity=_identity, page_size=self._page_size)

    def mails(self, method: str, path: str, body: Row | None) -> bool:
        """Whether a call may e-mail a customer. Raises BadUsage for a path that is none."""
        path, _ = split(path)
        if method == "DELETE" or (method == "POST" and path.lower() == "/crm/savedreply"):
            return False
        return _may_mail(method, path, body)

    def write(self, method: str, path: str, body: Row | None) -> Ack:
        """Send a POST, PUT or DELETE; the ack holds whatever the store answered. Raises what `Transport.write` does.

        A POST or DELETE of a ticket, a message or a saved reply is the noun's own: checked, written down, sent once; kept.
        """
        path, query = split(path)
        if query:
            raise BadUsage(f"A {method} takes no query.", hint="Give its fields with -f or --data.")
        if method == "DELETE" and (path + "/").lower().startswith("/crm/"):
            return self._delete(path, body)
        _check_numbers(method, path)
        of = _MESSAGES.fullmatch(path)
        if method == "POST" and of:
            return self._crm.messages.create(int(of[1]), fields=body or {})
        if method == "POST" and path.lower() == "/crm":
            return self._crm.tickets.create(fields=body or {})
        if method == "POST" and path.lower() == "/crm/savedreply":
            return self._crm.replies.create(fields=body or {})
        with self._held(path) if method == "PUT" else nullcontext():
            return self._written(method, path, body)

    def _held(self, path: str) -> AbstractContextManager[None]:
        """As `changes.Hold`, of what is at a path; nobody knows what is at others."""
        of = _CHANGED.fullmatch(path)
        if not of:
            return nullcontext()
        nouns: dict[str, Collection] = {
            "department": self._crm.departments,
            "savedreply": self._crm.replies,
            "status": self._crm.statuses,
        }
        return nouns.get((of[1] or "").lower(), self._crm.tickets).held(int(of[2]))

    def _written(self, method: str, path: str, body: Row | None) -> Ack:
        if method == "PUT" and (ticket := _TICKET.fullmatch(path)):
            self._crm.tickets.mend(int(ticket[1]))
        request = Request(method, self._transport.base_url + path, body)
        answer = self._transport.write(request, mails=_may_mail(method, path, body), makes=method == "POST")
        if answer is None:
            return Ack(method, None, request, sent=False)
        found = answer.data if isinstance(answer.data, list) else [answer.data] if answer.data is not None else []
        return Ack(method, None, request, found)

    def _delete(self, path: str, body: Row | None) -> Ack:
        """Delete what is at a path of the CRM. Raises BadUsage where nobody knows what that is: it could not be kept."""
        of = _DELETED.fullmatch(path)
        if not of:
            raise BadUsage(
                f"DELETE {path} is no call of the CRM.",
                hint="What it deletes could not be kept first: nothing was sent.",
            )
        if body is not None:
            raise BadUsage("A DELETE takes no fields.")
        ticket, message, reply = of.groups()
        if reply:
            return self._crm.replies.delete(int(reply))
        return (
            self._crm.messages.delete(int(ticket), int(message)) if message else self._crm.tickets.delete(int(ticket))
        )


def _check_numbers(method: str, path: str) -> None:
    """Refuse a path of the CRM with a number in other than plain digits. Raises BadUsage."""
    _, noun, *steps = (path + "/").split("/")
    if noun.lower() == "crm" and (odd := [step for step in steps if step and not _STEP.fullmatch(step)]):
        raise BadUsage(
            f"{method} {path} is no call of the CRM: {odd[0]!r} is no plain number.", hint="Write it like /CRM/42."
        )


def _may_mail(method: str, path: str, body: Row | None) -> bool:
    """Whether a call may e-mail a customer: what the API page doesn't describe may do anything, and so may messages."""
    is_known = method == "PUT" and _CHANGED.fullmatch(path)
    return not is_known or any(name.casefold() == "crmmessagelist" for name in body or {})


def split(path: str) -> tuple[str, dict[str, str]]:
    """A path below the API, and the query in it: `CRM?limit=5` -> `("/CRM", {"limit": "5"})`.

    Raises BadUsage for what could carry the keys elsewhere: an address, another host, a way up.
    """
    parts = urlsplit(path.strip())
    plain = "/" + parts.path.lstrip("/") if not path.strip().startswith("//") else ""
    if plain.lower().startswith(_ROOT + "/"):
        plain = plain[len(_ROOT) :]
    steps = plain.split("/")
    whole = plain.isascii() and plain.isprintable() and not set(plain) & set(" \\%?#@:;") and len(plain) > 1
    if (
        parts.scheme
        or parts.netloc
        or parts.fragment
        or not whole
        or ".." in steps
        or "." in steps
        or "" in steps[1:-1]
    ):
        raise BadUsage(
            f"{path!r} is not a path below the API.",
            hint="Write it like /CRM/42; the keys go to the profile's own host alone.",
        )
    return plain.rstrip("/"), dict(parse_qsl(parts.query, keep_blank_values=True))


def _identity(row: Row) -> Hashable:
    """The first field of a row, which is its key in all objects of this API; where that is no number, all of it."""
    name, value = next(iter(row.items()), ("", None))
    return (name, value) if type(value) is int else json.dumps(row, sort_keys=True)
