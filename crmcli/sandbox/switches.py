"""The readings: where the API page is silent or its sources disagree, each choice is a switch with a default.

The defaults are those of wire-facts section 11; the doubts come from there and from its section 12. The tests of the
client run each call under each reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field, fields
from html import escape
from typing import Any, Self
from zoneinfo import ZoneInfo

from crmcli.sandbox.dates import EASTERN


def _one_of(*choices: str, what: str) -> Any:
    """A switch that takes one of some words; the first is the default."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(" or ".join(choices))
        return text

    return field(default=choices[0], metadata={"read": read, "form": "|".join(choices), "what": what})


def _open(default: object, read: Callable[[str], object], form: str, what: str) -> Any:
    """A switch whose value is not one of a few words; `read` raises ValueError saying what it takes."""
    return field(default=default, metadata={"read": read, "form": form, "what": what})


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("a number, 0 for off")
    return int(text)


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (LookupError, ValueError, OSError):
        raise ValueError("a zone's name, like America/New_York") from None


def _bucket(text: str) -> tuple[int, float] | None:
    if text == "off":
        return None
    burst, _, rate = text.partition("/")
    try:
        read = int(burst), float(rate)
    except ValueError:
        read = 0, 0.0
    if read[0] < 1 or not 0 <= read[1] < float("inf"):
        raise ValueError("off or BURST/PER_SECOND, like 50/2")
    return read


def _status(text: str) -> int | None:
    return None if text == "no" else _count(text)


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What the store does where nobody knows what it does. `-` in a switch's name is `_` here."""

    offset_base: str = _one_of("1", "0", what="offset of the first row; from 1, an offset of 0 acts like 1")
    page_cap: int = _open(0, _count, "N", "never give more than N rows a page, whatever is asked (0: off)")
    max_limit: str = _one_of("clamp", "400", what="a limit above 500")
    past_end: str = _one_of("400", "404", "empty", what="an offset past the last row")
    empty_list: str = _one_of("404", "array", "404-ack", what="a list without rows")
    single: str = _one_of("array", "object", what="one object asked for by its number: in an array, or bare")
    message_in_list: str = _one_of("yes", "no", what="whether listed tickets carry their messages")
    thread: str = _one_of("whole", "first", "last", "none", what="which of its messages a ticket carries")
    dates: str = _one_of("iso", "slash", what="how dates are written")
    zone: str = _open(EASTERN, _zone, "ZONE", "the store's wall clock")
    unset: str = _one_of(
        "zero",
        "null",
        "null-refused",
        what="""fields without a value: "", 0 and year 1; null; null that isn't taken back""",
    )
    match: str = _one_of("contains", "prefix", "exact", what="how text filters match, without regard to case")
    date_bounds: str = _one_of("inclusive", "exclusive", what="whether the bounds of date filters belong to the range")
    ack_text: str = _one_of("capital", "lower", what='"Created successfully" or "created successfully"')
    errors: str = _one_of("ack", "empty", "html", "modelstate", what="the body of a refusal")
    ack_errors_in_200: str = _one_of("no", "yes", what="errors come as HTTP 200, and only the ack's Status tells")
    unauthorized: str = _one_of("ack", "message", "empty", what="the body of a 401")
    keys: str = _one_of("any", "demo", what="which keys are let in: any three, or the demo's alone")
    throttle: str = _one_of("429", "retry-after", "503", "html", "400-text", what="how throttling is said")
    bucket: tuple[int, float] | None = _open(None, _bucket, "off|BURST/PER_SECOND", "requests allowed, leaky")
    host: str = _one_of("api", "store", what="store: every call is redirected, as on the store's own domain")
    put: str = _one_of("merge", "replace", what="fields that a PUT leaves out: kept, or blanked")
    body_number: str = _one_of("refuse", "ignore", what="a number in the body of a PUT that isn't the path's")
    links: str = _one_of("refuse", "keep", what="a ticket's department or status that isn't there")
    require_email_on_put: str = _one_of("no", "yes", what="refuse PUT /CRM/{id} without CustomerEmail")
    status_get: str = _one_of("yes", "404", "405", what="whether GET /CRM/status/{id} exists")
    status_by: str = _one_of("StatusId", "Id", what="what the {id} of /CRM/status/{id} means")
    sent_dates: str = _one_of("ignore", "keep", what="dates in the body of a POST or PUT")
    mail_on_create: str = _one_of("yes", "no", what="whether POST /CRM mails the messages in it")
    mailed: str = _one_of(
        "all", "store", what="which messages are mailed to the customer: each, or only the store's own"
    )
    bumps: str = _one_of("yes", "no", what="whether POST message moves DateLastAction")
    put_bumps: str = _one_of("yes", "no", what="whether PUT /CRM/{id} moves DateLastAction")
    message_text: str = _one_of(
        "kept", "html", "signed", what="the text of a message: as sent, as HTML, or with a signature below it"
    )
    message_sender: str = _one_of(
        "kept", "store", "none", what="who wrote a message: as sent, the store's own, or nobody"
    )
    store_sender: str = _one_of("0", "1", what="the Sender of the store's own messages; the customer's is the other")
    ticket_order: str = _one_of("kept", "none", what="the OrderID of a new ticket: as sent, or none (no such order)")
    message_status: int | None = _open(None, _status, "no|STATUSID", "the StatusID that POST message gives the ticket")

    @classmethod
    def parse(cls, said: Iterable[str]) -> Self:
        """Read switches as a command line has them: `past-end=404`. Raises ValueError naming the choices."""
        known = {each.name: each for each in fields(cls)}
        given: dict[str, Any] = {}
        for word in said:
            name, _, value = word.partition("=")
            each = known.get(name.replace("-", "_"))
            if each is None:
                raise ValueError(
                    f"No switch is called {name!r}. There are: {', '.join(map(_spelled, known.values()))}."
                )
            try:
                given[each.name] = each.metadata["read"](value)
            except ValueError as fault:
                raise ValueError(f"{name} takes {fault}, not {value!r}.") from None
        return cls(**given)

    def written(self, text: str) -> str:
        """The text of a message as the store keeps it."""
        if self.message_text == "html":
            return f"<p>{escape(text)}</p>".replace("\n", "<br />\n")
        return f"{text}\n--\nYour shop" if self.message_text == "signed" else text

    def sender(self, code: int) -> int:
        """A Sender as it goes out, of one as it is kept (0 the store, 1 the customer); and the same the other way."""
        return 1 - code if self.store_sender == "1" and code in (0, 1) else code

    def carried(self, thread: list[Any]) -> list[Any]:
        """Those of its messages that a ticket carries."""
        parts = {"whole": slice(None), "first": slice(1), "last": slice(-1, None), "none": slice(0)}
        return thread[parts[self.thread]]

    def writer(self) -> dict[str, Any]:
        """What the store puts in place of who a message says that it is by."""
        if self.message_sender == "kept":
            return {}
        name, email = ("Store Admin", "admin@store.example") if self.message_sender == "store" else ("", "")
        return {"Sender": 0, "SenderName": name, "SenderEmail": email}

    @classmethod
    def described(cls) -> list[tuple[str, str, str]]:
        """Each switch for a help page: its name, the values it takes (where they are words, the default first), its meaning."""
        return [(_spelled(each), each.metadata["form"], each.metadata["what"]) for each in fields(cls)]


def _spelled(switch: Field[Any]) -> str:
    return switch.name.replace("_", "-")
