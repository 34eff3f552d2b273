"""Bodies of answers, in every form that they are known or suspected to take (wire-facts sections 3 and 5).

Text in them may be a stranger's: printing defuses it. Only the beginning of a long one is searched for words, since a
hostile body could make a search take minutes.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from crmcli import numerals
from crmcli.errors import BadUsage

Row = dict[str, Any]

SEARCHED = 20_000
_FORGIVEN = 10_000

# What an error may consist of: ASP.NET's own words. No object of the API is made of these alone, but a saved reply's
# `Message` is among them, so an object is told by its number, which an error lacks.
_ERROR_FIELDS = frozenset(
    {"message", "messagedetail", "modelstate", "error", "errors", "error_description", "exceptionmessage"}
    | {"exceptiontype", "stacktrace"}
)
LARGEST_NUMBER = 2**63 - 1
_NUMBER = re.compile(r"\d{1,19}", re.ASCII)
_NOTHING = re.compile(r"-\d+|0+", re.ASCII)
_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]*)", re.IGNORECASE)


def decoded(body: bytes, charset: str | None) -> str:
    """A body as text: in the charset that the store declares, else UTF-8, with U+FFFD for bytes that fit neither."""
    try:
        if charset and charset.lower() not in ("utf-8", "utf8"):
            return body.decode(charset, errors="replace")
    except (LookupError, ValueError):  # no such charset, or a codec that is none of text
        pass
    # Not by "utf-8-sig", which is written in Python and takes longer than all the rest here.
    return body.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")


def read_json(text: str, *, is_long: bool = False) -> Any:
    """Parse JSON as leniently as the store writes it; None for an empty body. Raises ValueError.

    `is_long` marks a page of a long list, for which what reads faster is worth its import.

    Raw control characters inside strings are let through (tickets hold odd bytes). A trailing comma, as the API page's
    ack samples have it, is forgiven where nothing else is wrong. NaN and infinities are refused: they are not JSON.
    """
    if not text.strip():
        return None
    if is_long:
        from crmcli import rapid

        try:
            return rapid.decoded(text)
        except ValueError:
            pass  # by the letter it is no JSON
    try:
        try:
            return _DECODER.decode(text)
        except json.JSONDecodeError:
            forgiven = re.sub(r",(\s*[}\]])", r"\1", text[:_FORGIVEN])
            if len(text) > _FORGIVEN or forgiven == text:
                raise
            return _DECODER.decode(forgiven)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def encoded(body: Any) -> bytes:
    """What is sent, as JSON. Raises BadUsage where there is no such JSON."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise BadUsage("It holds half a character (a lone surrogate), which can't be sent.") from None
    except ValueError:
        raise BadUsage("It holds a number that is none of JSON.") from None


_DECODER = json.JSONDecoder(strict=False, parse_constant=numerals.no_constant, parse_float=numerals.finite)


def messages_of(ticket: Row) -> list[Row]:
    """The messages that a ticket came with. A store's list may hold what is none; nothing can be said of that."""
    listed = ticket.get("CrmMessageList")
    return [message for message in listed if isinstance(message, dict)] if isinstance(listed, list) else []


def ack_rows(data: Any) -> list[Row]:
    """The acks (`Key`, `Value`, `Status`, `Message`, in whatever case) in a parsed body; [] when it holds something else."""
    rows: list[Row] = data if isinstance(data, list) else [data]
    return rows if all(map(_is_ack, rows)) else []


def _is_ack(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    names = {name.lower() for name in row}
    return "key" in names or {"status", "message"} <= names


def ack_value(ack: Row, name: str) -> Any:
    """A value of an ack, by its lower-case name; None when it has none."""
    return next((value for key, value in ack.items() if key.lower() == name), None)


def ack_status(ack: Row, http_status: int) -> int:
    """The status in an ack (a string on the wire, wire-facts section 5); one keyed "Error" is never a success.

    What is no HTTP status at all says nothing: then the answer's own counts.
    """
    try:
        status = int(str(ack_value(ack, "status")))
    except ValueError:
        status = http_status
    status = status if 100 <= status <= 599 else http_status
    if str(ack_value(ack, "key")).lower() == "error" and status < 400:
        return 400
    return status


def ack_number(acks: list[Row]) -> int | None:
    """The number of what was made. The ack's `Key` differs from the object's field, so only `Value` is read.

    Nothing is numbered 0 or less, or beyond 64 bits.
    """
    values = (str(ack_value(ack, "value")).strip() for ack in acks)
    numbers = (int(value) for value in values if _NUMBER.fullmatch(value))
    return next((number for number in numbers if 0 < number <= LARGEST_NUMBER), None)


def names_made(acks: list[Row], http_status: int) -> bool:
    """Whether any of the acks names, with a good status, the number of what was made: whatever else is said beside it."""
    return any(ack_number([ack]) and 200 <= ack_status(ack, http_status) < 300 for ack in acks)


def tells_a_status(acks: list[Row]) -> bool:
    """Whether each status that the acks name is one of HTTP: "error", "Failed" or 0 says nothing good, nor what is bad."""
    named = (ack_value(ack, "status") for ack in acks)
    return all(status in (None, "") or _STATUS.fullmatch(str(status)) for status in named)


def says_made(data: Any, http_status: int) -> bool:
    """Whether the body of a 2xx answer to a POST clearly says that something was made.

    That is an ack with its number; or a 201, which says so by itself (RFC 9110 section 15.3.2), with no body or with an ack
    of a good status that leaves the number open. Whatever else it holds may as well say that nothing was.
    """
    if data is None:
        return http_status == 201
    acks = ack_rows(data)
    if not acks or not tells_a_status(acks):
        return False
    if ack_number(acks) is not None:
        return True
    is_open = not any(_NOTHING.fullmatch(str(ack_value(ack, "value")).strip()) for ack in acks)
    return http_status == 201 and is_open and all(ack_value(ack, "status") for ack in acks)


def is_error(data: Any) -> bool:
    """Whether a parsed body is an error that came without its status: ASP.NET's words, and no object's number."""
    rows = data if isinstance(data, list) else [data]
    return (
        len(rows) == 1
        and isinstance(rows[0], dict)
        and bool(rows[0])
        and _ERROR_FIELDS.issuperset(map(str.lower, rows[0]))
    )


def words(text: str) -> tuple[str, list[str]]:
    """What the store said of an error, in a line, and its details (one a field), from any of the forms of its bodies."""
    try:
        data = read_json(text[:SEARCHED])
    except ValueError:
        return what_is_it(text), []
    acks = ack_rows(data)
    if acks:
        return "; ".join(str(ack_value(ack, "message") or "") for ack in acks).strip("; "), []
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if isinstance(data, dict):
        state = data.get("ModelState")
        details = []
        if isinstance(state, dict):
            for field, faults in state.items():
                said = faults if isinstance(faults, list) else [faults]
                details.append(f"{field}: {' '.join(str(fault) for fault in said)}")
        return str(data.get("Message") or data.get("error") or data.get("Error") or ""), details
    return (data if isinstance(data, str) else ""), []


def what_is_it(text: str) -> str:
    """A few words for a body that is not JSON; "" for nothing that can be named."""
    beginning = text[:SEARCHED]
    title = _TITLE.search(beginning)
    if title and title[1].strip():
        return f"a web page, “{' '.join(title[1].split())[:200]}”"
    return "a web page or XML, not JSON" if beginning.lstrip().startswith("<") else ""
