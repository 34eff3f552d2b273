"""What comes in, held against the API page: parameters and fields by name, type and length. What isn't there is refused."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from crmcli.sandbox import dates
from crmcli.sandbox.answers import Refusal
from crmcli.sandbox.objects import Field, Object, Row
from crmcli.sandbox.switches import Switches

_INT32 = range(-(2**31), 2**31)
_MEDIA = ("application/json", "text/json")


def query(text: str, known: Collection[str]) -> dict[str, str]:
    """The parameters of a query string, by lower-case name; empty ones are left out, as the page's samples send them.

    Raises Refusal, by name, for one that the call doesn't have or that comes twice.
    """
    given: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        name = name.lower()  # noqa: PLW2901 - ASP.NET binds parameters without regard to case
        if name not in known:
            raise Refusal(
                400, {name: f"unknown query parameter; this call has {', '.join(known) or 'none'}"}, plain=True
            )
        if name in given:
            raise Refusal(400, {name: "this query parameter came twice"}, plain=True)
        given[name] = value
    return {name: value for name, value in given.items() if value}


def whole(given: dict[str, str], name: str, default: int, *, least: int = 0) -> int:
    """A parameter that is a whole number. Raises Refusal."""
    text = given.get(name, str(default))
    # Length first: int() refuses texts of thousands of digits with an error of its own.
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) < 2**31):
        raise Refusal(400, {name: f"{text!r} is not a whole number of {least} or more"})
    return int(text)


def body(raw: bytes, media: str, kind: Object, switches: Switches, *, nested: bool) -> Row:
    """The object in a body: only the fields that were sent, dates as the store keeps them.

    `nested` says whether the lists that nest in it may be sent. Raises Refusal: 415 for anything but JSON, 400 naming
    each field that is unknown, of the wrong type or too long.
    """
    if media.partition(";")[0].strip().lower() not in _MEDIA:
        raise Refusal(415, {"": f"Content-Type is {media or 'missing'}; send application/json"}, plain=True)
    try:
        sent = json.loads(raw, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise Refusal(400, {"": f"the body is not JSON: {fault}"}, plain=True) from None
    reader = _Reader(switches)
    row = reader.read(sent, kind, "", nested=nested)
    if reader.unknown:
        raise Refusal(400, reader.unknown, plain=True)
    if reader.faults:
        raise Refusal(400, reader.faults)
    return row


class _Reader:
    """Reads one body, going on past what is wrong; `unknown` and `faults` gather that, by where it stands."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self.unknown: dict[str, str] = {}
        self.faults: dict[str, str] = {}

    def read(self, sent: Any, kind: Object, where: str, *, nested: bool) -> Row:
        if not isinstance(sent, dict):
            self.faults[where.rstrip(".")] = f"a {kind.name} is an object, not {_named(sent)}"
            return {}
        fields = {field.name: field for field in kind.fields}
        row: Row = {}
        for name, value in sent.items():
            if name in fields:
                try:
                    row[name] = _value(value, fields[name], self.switches)
                except ValueError as fault:
                    self.faults[where + name] = str(fault)
            elif not kind.part or name != kind.part[0]:
                self.unknown[where + name] = f"a {kind.name} has no such field"
            elif nested:
                row[name] = self._list(value, kind.part[1], where + name)
            else:
                self.unknown[where + name] = "messages are made and deleted by calls of their own"
        return row

    def _list(self, sent: Any, kind: Object, where: str) -> list[Row]:
        if not isinstance(sent, list):
            self.faults[where] = f"takes a list, not {_named(sent)}"
            return []
        return [self.read(each, kind, f"{where}[{at}].", nested=True) for at, each in enumerate(sent)]


def _value(value: Any, field: Field, switches: Switches) -> Any:
    """A value as the store keeps it. Raises ValueError."""
    if value is None and switches.unset == "null":
        return field.unset  # what it wrote it takes back
    match field.kind:
        case "number":
            # By type and not isinstance: True is an int to Python.
            if type(value) is not int or value not in _INT32:
                raise ValueError(f"takes a whole number of 32 bits, not {_named(value)}")
        case "flag":
            if not isinstance(value, bool):
                raise ValueError(f"takes true or false, not {_named(value)}")
        case "date":
            if not isinstance(value, str):
                raise ValueError(f"takes a date, not {_named(value)}")
            return dates.received(value, switches.zone)
        case "text":
            if not isinstance(value, str):
                raise ValueError(f"takes a text, not {_named(value)}")
            _check_text(value, field.limit)
    return value


def _check_text(text: str, limit: int) -> None:
    try:
        length = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair, which is no text") from None
    if length > limit:
        raise ValueError(f"takes at most {limit} characters, {length} given")


def _named(value: Any) -> str:
    """A value in a few words: its type in JSON, and itself when it is short."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    said = json.dumps(value)
    return said if len(said) <= 40 else said[:40] + "…"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a field comes twice in one object")
    return made


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
