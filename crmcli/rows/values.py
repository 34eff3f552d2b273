"""What one value of a file gives: its kind checked, text kept as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from crmcli import inputs
from crmcli.errors import BadUsage
from crmcli.output.sheets import text_of

Kind = Literal["number", "whole", "integer", "text", "name", "flag", "mapping"]

_WANTED: Mapping[Kind, str] = {
    "number": "a number above 0",
    "whole": "a number, 0 or above",
    "integer": "a number",
    "text": "text",
    "name": "a number or a name",
    "flag": "true or false",
    "mapping": "text",
}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# NUL and half characters, which JSON can write; a CSV that holds them gets no further than its bytes.
_UNFIT = re.compile("[\0\ud800-\udfff]")


class Number(str):
    """A number of JSON, as it was written."""

    __slots__ = ()


_SORTS: Mapping[type, str] = {dict: "an object", list: "an array", str: "a text", Number: "a number"}


def of_cell(kind: Kind, cell: str) -> Any:
    """What a cell of a CSV that isn't empty gives; None for blanks, where they mean nothing. Raises ValueError."""
    text = text_of(cell)
    fit(text)
    if kind in ("text", "mapping"):
        return text
    word = text.strip()
    return _of_word(kind, word) if word else None


def of_json(kind: Kind, value: Any) -> Any:
    """What a value of JSON gives, which isn't null. Raises ValueError."""
    if kind == "flag":
        if isinstance(value, bool):
            return value
        raise _unwanted(kind, value)
    if not isinstance(value, str):
        raise _unwanted(kind, value)
    fit(value)
    if kind in ("text", "mapping"):
        return str(value)
    if kind == "name" and isinstance(value, Number) and not value.isdigit():
        raise _unwanted(kind, value)
    return _of_word(kind, value if isinstance(value, Number) else value.strip())


def fit(text: str) -> None:
    """Refuse what can't be sent. Raises ValueError."""
    unfit = _UNFIT.search(text)
    if unfit:
        raise ValueError(f"it holds U+{ord(unfit[0]):04X}, which no text has")


def _of_word(kind: Kind, word: str) -> Any:
    if kind == "flag":
        if word.lower() in _FLAGS:
            return _FLAGS[word.lower()]
        raise _unwanted(kind, word)
    if kind == "name":
        if word:
            return str(word)
        raise _unwanted(kind, word)
    if kind == "whole" and word == "0":
        return 0
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", word, re.ASCII):
        return int(word)
    try:
        return inputs.number(word, noun="")
    except BadUsage:
        raise _unwanted(kind, word) from None


def _unwanted(kind: Kind, value: Any) -> ValueError:
    said = short(value) if isinstance(value, str) else sort(value)
    too_long = kind in ("number", "whole", "integer") and isinstance(value, str) and re.fullmatch(r"#?\d{19,}", value)
    return ValueError(f"{said} is not {_WANTED[kind]}{' of at most 18 digits' if too_long else ''}")


def sort(value: Any) -> str:
    """What sort of a JSON value this is, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _SORTS.get(type(value), "null")


def short(said: str) -> str:
    """A text of the file as it is quoted in an error."""
    quoted = repr(said if len(said) <= 60 else f"{said[:59]}…")
    return quoted[1:-1] if isinstance(said, Number) else quoted
