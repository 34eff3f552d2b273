"""What the store answers, in each of the forms that the switches choose between (wire-facts sections 3, 4, 5 and 6)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from crmcli.sandbox import dates
from crmcli.sandbox.objects import Object, Row
from crmcli.sandbox.switches import Switches

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

# What clients of the real store compare word for word (wire-facts section 3).
PAST_THE_END = "Offset amount exceeds the total number of records"
_TOO_MANY = "Too many requests: the API rate limit was exceeded."


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `refused` is the sandbox's own reason for an error, for its log."""

    status: int
    body: bytes = b""
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    refused: str = ""


class Refusal(Exception):
    """The store refuses. `faults` says what is wrong, by the name of the field or parameter ("" for the whole).

    `plain` refusals are always answered by an ack that says why, whatever the switches say: those are the mistakes of a
    client that this sandbox is there to catch, and the one message that clients compare. `silent` ones have no body
    where others would have an ack: a list that has nothing to give.
    """

    def __init__(
        self,
        status: int,
        faults: dict[str, str],
        *,
        plain: bool = False,
        silent: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__("; ".join(f"{name}: {fault}" if name else fault for name, fault in faults.items()))
        self.status = status
        self.faults = faults
        self.plain = plain
        self.silent = silent
        self.headers = headers or {}


def found(data: Any, status: int = 200) -> Answer:
    """Any JSON, as compact as ASP.NET writes it."""
    return Answer(status, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())


def ack(key: str, number: int, did: str, switches: Switches, *, status: int = 200) -> Answer:
    """The answer to a write that was done: `did` is Created, Updated or Deleted. All four values are strings (recorded)."""
    said = f"{did} successfully"
    return _acked(key, str(number), status, said.lower() if switches.ack_text == "lower" else said)


def refused(refusal: Refusal, switches: Switches) -> Answer:
    """The answer to a call that the store refuses."""
    status, said = refusal.status, str(refusal)
    if switches.ack_errors_in_200 == "yes":
        answer = _acked("Error", "", status, said, http_status=200)
    elif refusal.plain or (switches.errors == "ack" and not refusal.silent):
        answer = _acked("Error", "", status, said)
    elif switches.errors == "html":
        answer = Answer(status, _page(status), HTML)
    elif switches.errors == "modelstate":
        state = {f"model.{name}": [fault] for name, fault in refusal.faults.items() if name}
        answer = found(
            {"Message": "The request is invalid.", "ModelState": state} if state else {"Message": said}, status
        )
    else:
        answer = Answer(status)
    return Answer(answer.status, answer.body, answer.kind, refusal.headers, said)


def unauthorized(why: str, switches: Switches) -> Answer:
    """The answer to missing or wrong keys; `why` goes into the log alone."""
    if switches.unauthorized == "ack":
        answer = _acked("Error", "", 401, "Authentication failed.")
    elif switches.unauthorized == "message":
        answer = found({"Message": "Authorization has been denied for this request."}, 401)
    else:
        answer = Answer(401)
    return Answer(answer.status, answer.body, answer.kind, {}, why)


def throttled(wait: int, switches: Switches) -> Answer:
    """The answer to one call too many; `wait` is how many seconds until one more is let in."""
    why = "throttled"
    match switches.throttle:
        case "retry-after":
            return Answer(429, headers={"Retry-After": str(wait)}, refused=why)
        case "503":
            return Answer(503, refused=why)
        case "html":
            return Answer(429, _page(429), HTML, refused=why)
        case "400-text":
            return Answer(400, _TOO_MANY.encode(), "text/plain; charset=utf-8", refused=why)
        case _:
            return Answer(429, refused=why)


def broken(status: int, body: str, retry_after: str) -> Answer:
    """The answer of a store that fails on purpose; `body` is one of `faults.BODIES`, or "" for none."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    if 300 <= status < 400:  # as ASP.NET's customErrors answers a failure
        headers["Location"] = "/error.aspx?aspxerrorpath=/3dCartWebAPI/v1/CRM"
    why = "a fault on purpose"
    match body:
        case "html":
            return Answer(status, _page(status), HTML, headers, why)
        case "ack":
            return Answer(status, _acked("Error", "", status, "The store failed.").body, JSON, headers, why)
        case "throttle-text":
            return Answer(status, _TOO_MANY.encode(), "text/plain; charset=utf-8", headers, why)
        case _:
            return Answer(status, headers=headers, refused=why)


def moved() -> Answer:
    """What the store's own domain answers in the API's place: a redirect to nowhere useful (wire-facts section 5)."""
    page = b'<html><head><title>Object moved</title></head><body><a href="/myaccount.asp?404">here</a></body></html>'
    return Answer(302, page, HTML, {"Location": "/myaccount.asp?404"}, "the store's own domain is not the API's")


def shown(kind: Object, row: Row, switches: Switches) -> Row:
    """A row as it goes out: dates in the store's zone and in the form that is in force, what is unset as that says."""
    date = dates.slashed if switches.dates == "slash" else dates.iso
    null = switches.unset != "zero"
    out: Row = {}
    for each in kind.fields:
        value: Any = switches.sender(row[each.name]) if each.name == "Sender" else row[each.name]
        if null and not value and (each.link or each.kind in ("text", "date")):
            out[each.name] = None
        else:
            out[each.name] = date(value, switches.zone) if each.kind == "date" else value
    if kind.part:
        name, part = kind.part
        carried = switches.carried(row[name]) if part.parent == "CrmID" else row[name]
        out[name] = [shown(part, inner, switches) for inner in carried]
    return out


def _acked(key: str, value: str, status: int, said: str, *, http_status: int | None = None) -> Answer:
    return found([{"Key": key, "Value": value, "Status": str(status), "Message": said}], http_status or status)


def _page(status: int) -> bytes:
    words = f"{status} {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else str(status)
    return f"<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>".encode()
